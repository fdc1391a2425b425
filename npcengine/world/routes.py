"""The ways through a world: which are open now, and what would open another."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
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
    known = _Spread.of(state, start, avoid, "open").route(end, state.horizon)
    return known or _Spread.of(state, start, avoid, "told").route(end, state.horizon)


def reaches(state: State, start: str, end: str) -> bool:
    """Return whether there is a way that is open, or may be as far as anybody told."""
    if _always(state, start, end):
        return True
    way = route_if_opened(state, start, end)
    if way is None or way.shut is None:
        return way is not None
    return _Spread.of(state, start, (), "told").route(end, state.horizon) is not None


def route_if_opened(
    state: State, start: str, end: str, avoid: Collection[tuple[str, str]] = ()
) -> Route | None:
    """Return the way that would be easiest with what is shut opened; None when there is none."""
    return _Spread.of(state, start, avoid, "all").route(end, state.horizon)


def _always(state: State, start: str, end: str) -> bool:
    """Tell whether one gets from each of two places to the other, whatever is so."""
    quarters = state.index.quarters
    return start in quarters and quarters[start] == quarters.get(end)


def leads_back(begin: State, end: State, start: str, stop: str) -> bool:
    """Return whether whoever gets from one place to another also gets back, and does so whenever.

    What is open in `begin` stays open, and `end` is what it all leads to: a way that is opened
    between the two need not be open yet when somebody is there.
    """
    if _always(begin, start, stop):
        return True
    path = route(begin, start, stop)
    opened = path is None
    path = path or route(end, start, stop)
    if path is not None and all(
        _is_open(begin, there, here)
        or (opened and _opens_back(begin, here, there))
        or route(begin, there, here) is not None
        for here, there in pairwise(path.places)
    ):
        return True
    return route(begin, stop, start) is not None


def _opens_back(state: State, here: str, there: str) -> bool:
    """Tell whether what lets somebody pass from one place to the next also lets them back."""
    ways = (way for way in state.index.exits.get(here, ()) if way.to == there)
    backs = [way for way in state.index.exits.get(there, ()) if way.to == here]
    return all(
        any(
            back.door in (None, way.door) and any(set(needs) >= set(each) for each in back.ways)
            for back in backs
        )
        for way in ways
        for needs in way.ways
    )


def _is_open(state: State, here: str, there: str) -> bool:
    """Tell whether one gets from one place to the next without a search."""
    ways = (way for way in state.index.exits.get(here, ()) if way.to == there)
    return any(way.plain or passable(state, here, way) for way in ways)


def distances(state: State, start: str, ends: Collection[str], most: int) -> dict[str, float]:
    """Return how many minutes away the nearest of some places are, as many as are wanted.

    What is shut counts as far, and danger makes a way longer. No more than `MAX_SPREAD` places
    are looked at; what is farther away is left out.
    """
    wanted = set(ends)
    found: dict[str, float] = {}
    spread = _Spread.of(state, start, (), "all")
    for place, cost in islice(spread.places(state.horizon), MAX_SPREAD):
        if place in wanted:
            found[place] = cost
            if len(found) >= min(most, len(wanted)):
                break
    return found


def around(state: State, start: str, minutes: float, most: int) -> dict[str, float]:
    """Return the places that are at most so far from one, and how far, the nearest first."""
    found: dict[str, float] = {}
    for place, cost in _Spread.of(state, start, (), "all").places(minutes):
        if len(found) >= most:
            break
        found[place] = cost
    return found


def openings(state: State, place: str, to: str) -> Iterator[tuple[Need, ...]]:
    """Give the lists of needs of which one must be met for the way to be open."""
    for way in state.index.exits.get(place, ()):
        if way.to == to:
            door = (Need(f"{way.door}.locked", "==", False),) if way.door else ()
            yield from ((*door, *needs) for needs in way.ways)


def passable(state: State, here: str, way: Way) -> bool | None:
    """Return whether a way from a place is open; None when that hangs on what nobody told."""
    known, key = state.roads.open, (here, way.to)
    if key not in known:
        known[key] = _passable(state, way)
    return known[key]


def _passable(state: State, way: Way) -> bool | None:
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
        "_before",
        "_best",
        "_passed",
        "_queue",
        "_routes",
        "_settled",
        "_state",
    )

    def __init__(
        self, state: State, start: str, avoid: Collection[tuple[str, str]], ways: _Which
    ) -> None:
        self._state, self._avoid = state, avoid
        self._passed = _PASSED[ways]
        self._best: dict[str, float] = {start: 0.0}
        self._before: dict[str, tuple[str, Way, bool | None]] = {}
        self._settled: dict[str, float] = {}
        self._routes: dict[str, Route] = {}
        self._queue = [(0.0, 0, start)] if start in state.index.exits else []

    @classmethod
    def of(
        cls, state: State, start: str, avoid: Collection[tuple[str, str]], ways: _Which
    ) -> _Spread:
        """Return the one that was begun before in a state with the same ways open, or a new one."""
        if avoid:
            return cls(state, start, avoid, ways)
        found: _Spread | None = state.roads.searches.get((start, ways))
        if found is None:
            found = state.roads.searches[start, ways] = cls(state, start, (), ways)
        return found

    def places(self, horizon: float) -> Iterator[tuple[str, float]]:
        """Give the places in the order in which they are reached, and what that costs."""
        yield from (each for each in tuple(self._settled.items()) if each[1] <= horizon)
        while (place := self._settle(horizon)) is not None:
            yield place, self._settled[place]

    def route(self, end: str, horizon: float) -> Route | None:
        """Return the way to a place; None when there is none that costs no more than that."""
        while end not in self._settled:
            if self._settle(horizon) is None:
                return None
        if self._settled[end] > horizon:
            return None
        if end not in self._routes:
            self._routes[end] = self._way(end)
        return self._routes[end]

    def _settle(self, horizon: float) -> str | None:
        """Go on to the next place; None when there is none that near."""
        settled, queue, best = self._settled, self._queue, self._best
        while queue and queue[0][0] <= horizon:
            cost, _, place = heappop(queue)
            if place not in settled:
                settled[place] = cost
                for way in self._state.index.exits[place]:
                    to = way.to
                    if to not in settled and cost + way.cost < best.get(to, inf):
                        self._take(place, cost, way)
                return place
        return None

    def _take(self, place: str, cost: float, way: Way) -> None:
        """Reach a place by a way, if that may be taken."""
        there, open_ = cost + way.cost, True if way.plain else passable(self._state, place, way)
        if open_ is not True:
            there += SHUT
            if open_ not in self._passed or there >= self._best.get(way.to, inf):
                return
        if (place, way.to) not in self._avoid:
            self._best[way.to] = there
            self._before[way.to] = (place, way, open_)
            heappush(self._queue, (there, len(self._before), way.to))

    def _way(self, end: str) -> Route:
        places, minutes, danger = [end], 0.0, 0.0
        shut: tuple[str, str] | None = None
        unknown: list[str] = []
        while places[-1] in self._before:
            place, way, open_ = self._before[places[-1]]
            minutes += way.minutes
            danger = max(danger, way.danger)
            if open_ is False:
                shut = (place, way.to)
            elif open_ is None:
                unknown.append(" or ".join(" and ".join(map(str, needs)) for needs in way.ways))
            places.append(place)
        return Route(tuple(reversed(places)), minutes, danger, shut, tuple(dict.fromkeys(unknown)))
