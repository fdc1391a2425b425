"""The ways through a world: which are open now, and what would open another."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from itertools import islice, pairwise
from math import inf
from typing import Literal, NamedTuple

from npcengine.world.index import Way
from npcengine.world.needs import Need
from npcengine.world.state import State

MAX_SPREAD = 500
"""So many places are looked at to find the nearest of some."""
SHUT = 120.0
"""Minutes that a way counts more for each thing that has to be opened first."""


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
    way = route_if_opened(state, start, end, avoid)
    if way is None or (way.shut is None and not way.assumes):
        return way
    known = _found(_Spread.of(state, start, avoid, "open"), end)
    return known or _found(_Spread.of(state, start, avoid, "told"), end)


def route_if_opened(
    state: State, start: str, end: str, avoid: Collection[tuple[str, str]] = ()
) -> Route | None:
    """Return the way that would be easiest with what is shut opened; None when there is none."""
    return _found(_Spread.of(state, start, avoid, "all"), end)


def leads_back(state: State, places: Sequence[str]) -> bool:
    """Return whether one gets from the last of some places to the first, all the way back."""
    return all(
        route(state, there, here) is not None
        for here, there in pairwise(places)
        if not _is_open(state, there, here)
    )


def _is_open(state: State, here: str, there: str) -> bool:
    """Tell whether one gets from one place to the next without a search."""
    ways = (way for way in state.index.exits.get(here, ()) if way.to == there)
    return any(way.plain or passable(state, way) for way in ways)


def distances(state: State, start: str, ends: Collection[str], most: int) -> dict[str, float]:
    """Return how many minutes away the nearest of some places are, as many as are wanted.

    What is shut counts as far, and danger makes a way longer. No more than `MAX_SPREAD` places
    are looked at; what is farther away is left out.
    """
    wanted = set(ends)
    found: dict[str, float] = {}
    spread = _Spread.of(state, start, (), "all")
    for place, cost in islice(spread.places(), MAX_SPREAD):
        if place in wanted:
            found[place] = cost
            if len(found) >= min(most, len(wanted)):
                break
    return found


def around(state: State, start: str, minutes: float, most: int) -> dict[str, float]:
    """Return the places that are at most so far from one, and how far, the nearest first."""
    found: dict[str, float] = {}
    for place, cost in _Spread.of(state, start, (), "all").places():
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
    verdicts = [_all(state, needs) for needs in way.ways]
    return True if True in verdicts else None if None in verdicts else False


def _all(state: State, needs: tuple[Need, ...]) -> bool | None:
    verdicts = [need.met(state.get) for need in needs]
    return False if False in verdicts else None if None in verdicts else True


_Which = Literal["open", "told", "all"]
_PASSED: Mapping[_Which, tuple[bool | None, ...]] = {
    "open": (True,),
    "told": (True, None),
    "all": (True, None, False),
}
"""Which ways are taken: those that are surely open, also those of which nobody told, or all."""


class _Spread:
    """Dijkstra's algorithm from one place, carried on only as far as somebody asks.

    Ties are in the order of what was written.
    """

    __slots__ = (
        "_avoid",
        "_passed",
        "_queue",
        "_reached",
        "_settled",
        "_state",
        "before",
        "best",
    )

    def __init__(
        self, state: State, start: str, avoid: Collection[tuple[str, str]], ways: _Which
    ) -> None:
        self._state, self._avoid = state, avoid
        self._passed = _PASSED[ways]
        self.best: dict[str, float] = {start: 0.0}
        self.before: dict[str, tuple[str, Way, bool | None]] = {}
        self._settled: list[str] = []
        self._reached: set[str] = set()
        self._queue = [(0.0, 0, start)] if start in state.index.exits else []

    @classmethod
    def of(
        cls, state: State, start: str, avoid: Collection[tuple[str, str]], ways: _Which
    ) -> _Spread:
        """Return the one that was begun before in a state with the same ways open, or a new one."""
        if avoid:
            return cls(state, start, avoid, ways)
        found = state.roads.get((start, ways))
        if not isinstance(found, cls):
            found = state.roads[start, ways] = cls(state, start, (), ways)
        return found

    def places(self) -> Iterator[tuple[str, float]]:
        """Give the places in the order in which they are reached, and what that costs."""
        number = 0
        while number < len(self._settled) or self._settle():
            place = self._settled[number]
            yield place, self.best[place]
            number += 1

    def reaches(self, end: str) -> bool:
        """Return whether there is a way; then `before` leads back to the start."""
        while end not in self._reached:
            if not self._settle():
                return False
        return True

    def _settle(self) -> bool:
        """Go on to the next place; return False when there is none."""
        best, queue = self.best, self._queue
        while queue:
            cost, _, place = heappop(queue)
            if cost == best[place]:
                self._settled.append(place)
                self._reached.add(place)
                self._leave(place, cost)
                return True
        return False

    def _leave(self, place: str, cost: float) -> None:
        best = self.best
        for way in self._state.index.exits[place]:
            there = cost + way.cost
            open_: bool | None = True
            if not way.plain:
                open_ = passable(self._state, way)
                if open_ is not True:
                    there += SHUT
            if there < best.get(way.to, inf) and open_ in self._passed:
                if self._avoid and (place, way.to) in self._avoid:
                    continue
                best[way.to] = there
                self.before[way.to] = (place, way, open_)
                heappush(self._queue, (there, len(self.before), way.to))


def _found(spread: _Spread, end: str) -> Route | None:
    if not spread.reaches(end):
        return None
    places, minutes, danger = [end], 0.0, 0.0
    shut: tuple[str, str] | None = None
    unknown: list[str] = []
    while places[-1] in spread.before:
        place, way, open_ = spread.before[places[-1]]
        minutes += way.minutes
        danger = max(danger, way.danger)
        if open_ is False:
            shut = (place, way.to)
        elif open_ is None:
            unknown.append(" or ".join(" and ".join(map(str, needs)) for needs in way.ways))
        places.append(place)
    return Route(tuple(reversed(places)), minutes, danger, shut, tuple(dict.fromkeys(unknown)))
