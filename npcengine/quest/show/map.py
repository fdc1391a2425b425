"""The map around the route of a plan, drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import hypot, sqrt
from statistics import median
from typing import NamedTuple
from xml.etree.ElementTree import Element

from npcengine.quest.show.drawing import draw, explain, points, write
from npcengine.quest.show.fit import ems, shortened
from npcengine.quest.show.journey import Journey, around, neighbours
from npcengine.quest.show.labelling import Box, Label, Labelling, Line, labelled
from npcengine.quest.show.layers import Point
from npcengine.quest.show.stress import spread, turned
from npcengine.quest.telling.names import name_of
from npcengine.world.routes import passable
from npcengine.world.state import State

_SIZE = 12.0
_LONGEST = 15.0
"""Ems of the longest name on a map; the whole of it shows where one points at the place."""
_WAY = 88.0
_SCALES = (1.0, 1.2, 1.45, 1.75, 2.1, 2.5)
_START, _STOP, _PLACE = 14.0, 10.0, 5.0
_HEAD = 16.0
_EDGE = 14.0


class Map(NamedTuple):
    """A map that is laid out."""

    journey: Journey
    places: tuple[str, ...]
    names: tuple[str, ...]
    points: tuple[Point, ...]
    ways: tuple[tuple[int, int, str, str], ...]
    """Two places, how the way between them is drawn, and what there is to say of it."""
    labels: Labelling
    numbers: Mapping[str, str]
    """What stands at places where something is done."""
    width: float
    height: float


def map_of(journey: Journey, state: State, locale: str) -> Map:
    """Lay out the places around a route. The same route gives the same map."""
    places = around(state, journey.places)
    number = {place: at for at, place in enumerate(places)}
    names = tuple(name_of(state.world, each, locale) for each in places)
    flat = turned(spread(_lengths(state, places)), 0)
    ways = tuple(_ways(state, number))
    stops: dict[str, list[str]] = defaultdict(list)
    for at, stop in enumerate(journey.stops, 1):
        stops[stop.place].append(str(at))
    numbers = {place: "·".join(some) for place, some in stops.items()}
    on_way = set(journey.places)
    labels = [
        Label(ems(_short(name)) * _SIZE + 4, _SIZE + 4, place in on_way)
        for place, name in zip(places, names, strict=True)
    ]
    radii = [_radius(numbers.get(place)) for place in places]
    radii[0] = max(radii[0], _START)
    on_route = {tuple(sorted((number[one], number[other]))) for one, other in _legs(journey)}
    for scale in _SCALES:
        spots = tuple((x * _WAY * scale, y * _WAY * scale) for x, y in flat)
        gone = [(spots[number[one]], spots[number[other]]) for one, other in _legs(journey)]
        heads = [Box.round(_middle(leg), _HEAD, _HEAD) for leg in gone]
        lines = [Line(spots[a], spots[b], (a, b) in on_route) for a, b, _, _ in ways]
        found = labelled(spots, labels, radii, lines, heads, range(len(places)))
        if found.clear:
            break
    return _moved(Map(journey, places, names, spots, ways, found, numbers, 0.0, 0.0))


def draw_map(parent: Element, map: Map) -> None:
    """Draw a map with its left upper corner at the origin."""
    for one, other, style, about in map.ways:
        corners = points([map.points[one], map.points[other]])
        explain(draw(parent, "polyline", style, points=corners), about)
    _draw_route(parent, map)
    x, y = map.points[0]
    draw(parent, "circle", "begin", cx=x, cy=y, r=_START)
    on_way = set(map.journey.places)
    for place, name, point in zip(map.places, map.names, map.points, strict=True):
        _draw_place(parent, point, name, map.numbers.get(place), place in on_way)
    for at, name in enumerate(map.names):
        _write_name(parent, map, at, _short(name), map.places[at] in on_way)


def _write_name(parent: Element, map: Map, at: int, name: str, on_way: bool) -> None:
    """Write a name where it has a place, at the side of its box that is nearest to the point."""
    box, x = map.labels.boxes[at], map.points[at][0]
    if box is None:
        return
    anchor = "start" if box.left > x else "end" if box.right < x else "middle"
    beside = {"start": box.left + 2, "end": box.right - 2, "middle": box.centre[0]}[anchor]
    style = "ink halo" if on_way else "faint halo"
    write(parent, style, name, beside, box.centre[1] + 0.36 * _SIZE, _SIZE, anchor)


def _short(name: str) -> str:
    return shortened(name, _LONGEST, ems)


def _radius(number: str | None) -> float:
    if number is None:
        return _PLACE
    return max(_STOP, (ems(number) * 11 + 8) / 2)


def _lengths(state: State, places: Sequence[str]) -> list[list[tuple[int, float]]]:
    """Return how long ways are drawn: long ones longer, but not as much as they are."""
    number = {place: at for at, place in enumerate(places)}
    minutes = dict[tuple[int, int], float]()
    for place, at in number.items():
        for way in state.index.exits[place]:
            if way.to in number:
                pair = min(at, number[way.to]), max(at, number[way.to])
                minutes[pair] = min(way.minutes, minutes.get(pair, way.minutes))
    usual = median([each for each in minutes.values() if each] or [1.0])
    found: list[list[tuple[int, float]]] = [[] for _ in places]
    for (one, other), each in minutes.items():
        length = min(1.7, max(0.8, sqrt(each / usual)))
        found[one].append((other, length))
        found[other].append((one, length))
    return found


def _ways(state: State, number: Mapping[str, int]) -> Iterator[tuple[int, int, str, str]]:
    for place, others in neighbours(state).items():
        for other in others:
            if place in number and other in number and number[place] < number[other]:
                both = [
                    (start, way)
                    for start, end in ((place, other), (other, place))
                    for way in state.index.exits[start]
                    if way.to == end
                ]
                shut = not any(passable(state, start, way) for start, way in both)
                way = both[0][1]
                about = f"{way.minutes:g} min" + f", danger {way.danger}" * bool(way.danger)
                yield number[place], number[other], "path shut" if shut else "path", about


def _moved(map: Map) -> Map:
    """Move a map so that its left upper corner is at the origin."""
    reach = _EDGE + _START
    xs, ys = [p[0] for p in map.points], [p[1] for p in map.points]
    boxes = [each for each in map.labels.boxes if each is not None]
    left = min([min(xs) - reach, *(box.left - 4 for box in boxes)])
    top = min([min(ys) - reach, *(box.top - 4 for box in boxes)])
    right = max([max(xs) + reach, *(box.right + 4 for box in boxes)])
    bottom = max([max(ys) + reach, *(box.bottom + 4 for box in boxes)])
    moved = tuple(
        each and type(each)(each.left - left, each.top - top, each.right - left, each.bottom - top)
        for each in map.labels.boxes
    )
    return map._replace(
        points=tuple((x - left, y - top) for x, y in map.points),
        labels=map.labels._replace(boxes=moved),
        width=right - left,
        height=bottom - top,
    )


def _legs(journey: Journey) -> Iterator[tuple[str, str]]:
    """Give each part of a route once, as it is gone first."""
    gone = set[frozenset[str]]()
    for leg in journey.legs:
        if frozenset(leg) not in gone:
            gone.add(frozenset(leg))
            yield leg


def _middle(line: tuple[Point, Point]) -> Point:
    (x, y), (ox, oy) = line
    return (x + ox) / 2, (y + oy) / 2


def _draw_route(parent: Element, map: Map) -> None:
    number = {place: at for at, place in enumerate(map.places)}
    lines = [(map.points[number[a]], map.points[number[b]]) for a, b in _legs(map.journey)]
    for line in lines:
        draw(parent, "polyline", "route", points=points(line))
    for line in lines:
        _head(parent, line)


def _head(parent: Element, line: tuple[Point, Point]) -> None:
    """Draw which way a part of the route is gone first, at its middle."""
    (x, y), (ox, oy) = line
    gap = hypot(ox - x, oy - y) or 1.0
    dx, dy = (ox - x) / gap, (oy - y) / gap
    (mx, my) = _middle(line)
    tip = (mx + 8 * dx, my + 8 * dy)
    back = (tip[0] - 14 * dx, tip[1] - 14 * dy)
    wings = [(back[0] - 7.5 * dy, back[1] + 7.5 * dx), (back[0] + 7.5 * dy, back[1] - 7.5 * dx)]
    draw(parent, "polygon", "head", points=points([tip, *wings]))


def _draw_place(parent: Element, point: Point, name: str, number: str | None, passed: bool) -> None:
    x, y = point
    if number is None:
        dot = draw(parent, "circle", "passed" if passed else "place", cx=x, cy=y, r=_PLACE)
    else:
        width = 2 * _radius(number)
        dot = draw(
            parent, "rect", "stop", x=x - width / 2, y=y - _STOP, width=width,
            height=2 * _STOP, rx=_STOP,
        )  # fmt: skip
        write(parent, "digit bold", number, x, y + 4, 11.0, "middle")
    explain(dot, name)
