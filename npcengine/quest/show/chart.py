"""The graph of a quest, drawn."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple
from xml.etree.ElementTree import Element

from npcengine.quest.show.drawing import draw, explain, points, write
from npcengine.quest.show.fit import clipped, ems, evened
from npcengine.quest.show.graph import Graph, Node
from npcengine.quest.show.layers import Layout, Point, layered

_BROAD, _LEAST = 210.0, 110.0
_SIZE, _SMALL, _LINE = 13.0, 11.0, 17.0
_PAD = 12.0
_STYLES = {
    "offer": "begin",
    "objective": "box",
    "optional": "box optional",
    "hidden": "box hidden",
    "outcome": "end",
}


class _Box(NamedTuple):
    node: Node
    lines: list[str]
    notes: list[str]
    width: float
    height: float


class Chart(NamedTuple):
    """A graph that is laid out."""

    boxes: tuple[_Box, ...]
    layout: Layout
    width: float
    height: float


def chart_of(graph: Graph) -> Chart:
    """Lay out a graph."""
    boxes = tuple(map(_box, graph.nodes))
    layout = layered([(each.width, each.height) for each in boxes], graph.edges)
    return Chart(boxes, layout, layout.width, layout.height)


def draw_chart(parent: Element, chart: Chart) -> None:
    """Draw a graph with its left upper corner at the origin."""
    for line in chart.layout.lines:
        _arrow(parent, line)
    for box, centre in zip(chart.boxes, chart.layout.centres, strict=True):
        _draw_box(parent, box, centre)


def _box(node: Node) -> _Box:
    most = _BROAD - 2 * _PAD
    lines = clipped(evened(node.text, most / _SIZE, ems), 4, most / _SIZE, ems) or ["–"]
    notes = clipped(evened(node.note, most / _SMALL, ems), 3, most / _SMALL, ems)
    widest = max([*(ems(each) * _SIZE for each in lines), *(ems(each) * _SMALL for each in notes)])
    width = min(_BROAD, max(_LEAST, widest + 2 * _PAD))
    return _Box(node, lines, notes, width, _LINE * (len(lines) + len(notes)) + 1.3 * _PAD)


def _draw_box(parent: Element, box: _Box, centre: Point) -> None:
    x, y = centre
    top = y - box.height / 2
    corner = box.height / 2 if box.node.kind == "offer" else 7.0
    frame = draw(
        parent,
        "rect",
        _STYLES[box.node.kind],
        x=x - box.width / 2,
        y=top,
        width=box.width,
        height=box.height,
        rx=min(corner, 22.0),
    )
    explain(frame, f"{box.node.id}: {box.node.text}" if box.node.id else box.node.text)
    line = top + 0.65 * _PAD + 12.5
    bold = " bold" if box.node.kind in ("offer", "outcome") else ""
    for text in box.lines:
        write(parent, f"ink{bold}", text, x, line, _SIZE, "middle")
        line += _LINE
    for text in box.notes:
        write(parent, "faint", text, x, line, _SMALL, "middle")
        line += _LINE


def _arrow(parent: Element, line: Sequence[Point]) -> None:
    (x, y), down = line[-1], 1 if line[-1][1] > line[0][1] else -1
    ends = [*line[:-1], (x, y - down * 6)]
    curve = [f"M{points(line[:1])}"]
    for (ax, ay), (bx, by) in pairwise(ends):
        middle = (ay + by) / 2
        curve.append(f"C{points([(ax, middle), (bx, middle), (bx, by)])}")
    draw(parent, "path", "arrow", d=" ".join(curve))
    tip = [(x, y), (x - 4.5, y - down * 8), (x + 4.5, y - down * 8)]
    draw(parent, "polygon", "tip", points=points(tip))
