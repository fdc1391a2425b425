"""A quest's graph in the language of Mermaid."""

from __future__ import annotations

from collections.abc import Iterator

from npcengine.quest.model import Quest
from npcengine.quest.show.graph import Node, NodeKind, graph_of
from npcengine.world.model import World

# `%%{` begins a directive, wherever it stands, and `$$` a formula.
_ESCAPED = str.maketrans(
    {
        '"': "#quot;", "#": "#35;", "&": "#amp;", "<": "#lt;", ">": "#gt;", "`": "#96;",
        "\\": "#92;", ";": "#59;", "%": "#37;", "$": "#36;",
    }
)  # fmt: skip
_SHAPES: dict[NodeKind, tuple[str, str]] = {
    "offer": ("([", "])"),
    "objective": ("[", "]"),
    "optional": ("[", "]"),
    "hidden": ("[", "]"),
    "outcome": ("{{", "}}"),
}
_STYLES = (
    "classDef optional stroke-dasharray: 6 3",
    "classDef hidden stroke-dasharray: 2 3",
    "classDef outcome stroke-width: 3px",
)


def as_mermaid(quest: Quest, world: World, locale: str) -> str:
    """Return the graph of a quest as a Mermaid flowchart, with texts in a language."""
    return "\n".join(_lines(quest, world, locale)) + "\n"


def _lines(quest: Quest, world: World, locale: str) -> Iterator[str]:
    graph = graph_of(quest, world, locale)
    yield "flowchart TD"
    for at, node in enumerate(graph.nodes):
        left, right = _SHAPES[node.kind]
        yield f'    n{at}{left}"{_label(node)}"{right}'
    for start, end in graph.edges:
        yield f"    n{start} --> n{end}"
    for style in _STYLES:
        kind = style.split()[1]
        numbers = [f"n{at}" for at, node in enumerate(graph.nodes) if node.kind == kind]
        if numbers:
            yield f"    {style}"
            yield f"    class {','.join(numbers)} {kind}"


def _label(node: Node) -> str:
    lines = (each.translate(_ESCAPED) for each in (node.text, node.note) if each)
    return "<br/>".join(lines)
