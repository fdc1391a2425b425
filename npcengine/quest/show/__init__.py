"""Quests to look at: as text, as Markdown, as a Mermaid graph, and drawn with the way on a map."""
