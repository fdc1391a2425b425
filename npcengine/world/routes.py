"""The ways through a world: which are open now, and what would open another."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from heapq import heappop, heappush
from typing import NamedTuple

from npcengine.world.index import Way
from npcengine.world.needs import Need
from npcengine.world.state import State

SHUT = 120.0
"""Minutes that a way counts more for each thing that has to be opened first."""
_PER_DANGER = 0.5
"""How much longer a way may be to avoid a danger of 1: half as long again."""


class Route(NamedTuple):
    """A way from one place to another."""

    places: tuple[str, ...]
    """All that it leads through, from the first to the last."""
    minutes: float
    danger: float
    """The greatest on the way."""
    shut: tuple[str, str] | None = None
    """The first two places between which it cannot be passed as things stand."""
    assumes: tuple[str, ...] = ()
    """What must be so for it to be open, and nobody told."""


def route(
    state: State, start: str, end: str, avoid: Collection[tuple[str, str]] = ()
) -> Route | None:
    """Return the easiest way that is open; None when there is none.

    A way is taken for open where nobody told whether it is, but only if no other way is.
    """
    return _search(state, start, end, avoid, shut_too=False)


def route_if_opened(
    state: State, start: str, end: str, avoid: Collection[tuple[str, str]] = ()
) -> Route | None:
    """Return the way that would be easiest with what is shut opened; None when there is none."""
    return _search(state, start, end, avoid, shut_too=True)


def openings(state: State, place: str, to: str) -> Iterator[tuple[Need, ...]]:
    """Give the lists of needs of which one must be met for the way to be open."""
    for way in state.index.exits.get(place, ()):
        if way.to == to:
            door = (Need(f"{way.door}.locked", "==", False),) if way.door else ()
            yield from ((*door, *needs) for needs in way.ways)


def passable(state: State, way: Way) -> bool | None:
    """Return whether a way is open; None when that hangs on what nobody told."""
    if way.door is not None and state.get(f"{way.door}.locked"):
        return False
    if way.ways == ((),):
        return True
    verdicts = [_all(state, needs) for needs in way.ways]
    return True if True in verdicts else None if None in verdicts else False


def _all(state: State, needs: tuple[Need, ...]) -> bool | None:
    verdicts = [need.met(state.get) for need in needs]
    return False if False in verdicts else None if None in verdicts else True


def _search(
    state: State, start: str, end: str, avoid: Collection[tuple[str, str]], *, shut_too: bool
) -> Route | None:
    """Look for the easiest way by Dijkstra's algorithm, ties by the order of what was written."""
    exits = state.index.exits
    if start not in exits or end not in exits:
        return None
    best: dict[str, float] = {start: 0.0}
    before: dict[str, tuple[str, Way, bool | None]] = {}
    queue, number = [(0.0, 0, start)], 0
    while queue:
        cost, _, place = heappop(queue)
        if place == end:
            return _route(start, end, before)
        if cost > best[place]:
            continue
        for way in exits[place]:
            if avoid and (place, way.to) in avoid:
                continue
            open_ = passable(state, way)
            if open_ is False and not shut_too:
                continue
            there = cost + way.minutes * (1 + _PER_DANGER * way.danger)
            if open_ is not True:
                there += SHUT
            if there < best.get(way.to, float("inf")):
                best[way.to] = there
                before[way.to] = (place, way, open_)
                number += 1
                heappush(queue, (there, number, way.to))
    return None


def _route(start: str, end: str, before: dict[str, tuple[str, Way, bool | None]]) -> Route:
    places, minutes, danger = [end], 0.0, 0.0
    shut: tuple[str, str] | None = None
    unknown: list[str] = []
    while places[-1] != start:
        place, way, open_ = before[places[-1]]
        minutes += way.minutes
        danger = max(danger, way.danger)
        if open_ is False:
            shut = (place, way.to)
        elif open_ is None:
            unknown.append(" or ".join(" and ".join(map(str, needs)) for needs in way.ways))
        places.append(place)
    return Route(tuple(reversed(places)), minutes, danger, shut, tuple(dict.fromkeys(unknown)))
