"""The ways through a world: which are open now, and what would open another."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from heapq import heappop, heappush
from typing import NamedTuple, TypeAlias

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


def distances(state: State, start: str, ends: Collection[str], most: int) -> dict[str, float]:
    """Return how many minutes away the nearest of some places are, as many as are wanted.

    What is shut counts as far, and danger makes a way longer.
    """
    wanted = set(ends)
    found: dict[str, float] = {}
    for place, cost, _ in _spread(state, start, (), shut_too=True):
        if place in wanted:
            found[place] = cost
            if len(found) >= min(most, len(wanted)):
                break
    return found


def around(state: State, start: str, minutes: float, most: int) -> dict[str, float]:
    """Return the places that are at most so far from one, and how far, the nearest first."""
    found: dict[str, float] = {}
    for place, cost, _ in _spread(state, start, (), shut_too=True):
        if cost > minutes or len(found) >= most:
            break
        found[place] = cost
    return found


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


_Steps: TypeAlias = dict[str, tuple[str, Way, bool | None]]


def _search(
    state: State, start: str, end: str, avoid: Collection[tuple[str, str]], *, shut_too: bool
) -> Route | None:
    if end not in state.index.exits:
        return None
    for place, _, before in _spread(state, start, avoid, shut_too=shut_too):
        if place == end:
            return _route(start, end, before)
    return None


def _spread(
    state: State, start: str, avoid: Collection[tuple[str, str]], *, shut_too: bool
) -> Iterator[tuple[str, float, _Steps]]:
    """Give the places in the order in which they are reached, by Dijkstra's algorithm.

    Each comes with its cost and with the step by which each place was reached; ties are in the
    order of what was written.
    """
    exits = state.index.exits
    best: dict[str, float] = {start: 0.0}
    before: _Steps = {}
    queue, number = [(0.0, 0, start)], 0
    while queue:
        cost, _, place = heappop(queue)
        if cost > best[place]:
            continue
        yield place, cost, before
        for way in exits.get(place, ()):
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


def _route(start: str, end: str, before: _Steps) -> Route:
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
