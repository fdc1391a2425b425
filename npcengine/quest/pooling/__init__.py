"""Quests made ahead, and the file that keeps them."""
