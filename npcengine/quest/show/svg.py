"""A quest as one drawing: its graph, and the way of its first plan on the map."""

from __future__ import annotations

from xml.etree.ElementTree import Element, tostring

from npcengine.quest.model import Quest
from npcengine.quest.show.chart import Chart, chart_of, draw_chart
from npcengine.quest.show.drawing import canvas, draw, write
from npcengine.quest.show.fit import ems, shortened, wrapped
from npcengine.quest.show.graph import graph_of
from npcengine.quest.show.journey import journey
from npcengine.quest.show.map import Map, draw_map, map_of
from npcengine.quest.show.words import about, led
from npcengine.quest.telling.names import name_of
from npcengine.quest.telling.readable import readable, readable_task
from npcengine.world.state import State

_EDGE, _GAP = 28.0, 44.0
_HEAD = 62.0
_LINE, _INDENT = 19.0, 15.0
_BROADEST = 560.0
"""A graph that is broader stands above the map, not beside it."""
_MOST_STOPS = 40


def as_svg(quest: Quest, state: State, locale: str) -> str:
    """Return a drawing of a quest as one SVG document, in light or dark as its surroundings are.

    `state` is the one in which it was proved; without a proof there is no map. The same quest and
    state give the same drawing.
    """
    chart = chart_of(graph_of(quest, state.world, locale))
    way = journey(quest.proof.plans[0], state) if quest.proof and quest.proof.plans else None
    map = map_of(way, state, locale) if way is not None else None
    stops = _stops(map, state, locale) if map is not None else []
    beside = map is not None and chart.width <= _BROADEST
    left = _EDGE + chart.width + _GAP if beside else _EDGE
    top = _HEAD + _EDGE if beside else _HEAD + _EDGE + chart.height + _GAP
    broad = map.width if map is not None else 0.0
    below = top + map.height + 24 if map is not None else top
    longest = max((indent + ems(each) * 13 for indent, each in stops), default=0.0)
    title = shortened(readable(quest, state.world, locale).title, 42.0, ems)
    width = max(left + max(broad, longest), _EDGE + chart.width, ems(title) * 21 + _EDGE) + _EDGE
    height = max(_HEAD + _EDGE + chart.height, below + _LINE * len(stops)) + _EDGE
    root = canvas(width, height, title)
    write(root, "ink bold", title, _EDGE, 40, 20)
    write(root, "faint", about(quest, state.world, locale), _EDGE, 62, 13)
    _place_chart(root, chart)
    if map is not None:
        draw_map(draw(root, "g", "map", transform=f"translate({left:.1f} {top:.1f})"), map)
        for at, (indent, line) in enumerate(stops):
            write(root, "ink", line, left + indent, below + _LINE * (at + 0.7))
    return tostring(root, encoding="unicode")


def _place_chart(root: Element, chart: Chart) -> None:
    place = f"translate({_EDGE:.1f} {_HEAD + _EDGE:.1f})"
    draw_chart(draw(root, "g", "chart", transform=place), chart)


def _stops(map: Map, state: State, locale: str) -> list[tuple[float, str]]:
    """Return what is done at each stop, by the numbers on the map, and how far it is indented."""
    lines = list[tuple[float, str]]()
    for at, stop in enumerate(map.journey.stops[:_MOST_STOPS], 1):
        done = " · ".join(readable_task(each, state.world, locale) for each in stop.tasks)
        place = shortened(name_of(state.world, stop.place, locale), 24.0, ems)
        first, *more = wrapped(f"{at}. {led(place, done, locale)}", 52.0, ems)
        lines += [(0.0, first), *((_INDENT, each) for each in more)]
    return lines
