"""A world as it is now, for one player."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import inf
from sys import float_info
from typing import Any, Self

from npcengine.turns import Fact
from npcengine.world.index import Index
from npcengine.world.model import Kind, World
from npcengine.world.needs import Change

MAX_NUMBER = float_info.max
_NOTHING: Mapping[str, Fact] = {}


class Roads:
    """What was found out about ways, for all states in which the same ones are open."""

    __slots__ = ("_atlas", "open", "searches")

    def __init__(self) -> None:
        self.searches: dict[tuple[str, str], Any] = {}
        """Those that were begun, by where they begin and which ways they take."""
        self.open: dict[tuple[str, str], bool | None] = {}
        """Whether one gets from a place to the next; None when nobody told."""
        self._atlas: dict[frozenset[tuple[str, Fact]], Roads] = {frozenset(): self}

    def once(self, done: frozenset[tuple[str, Fact]]) -> Roads:
        """Return what is known once this was done to ways."""
        found = self._atlas.get(done)
        if found is None:
            found = self._atlas[done] = Roads()
            found._atlas = self._atlas
        return found


class State:
    """Every fact of a world at one moment. It never changes: what is done makes another one."""

    __slots__ = ("_changed", "_told", "horizon", "index", "roads")

    def __init__(
        self,
        index: Index,
        told: Mapping[str, Fact],
        changed: Mapping[str, Fact],
        roads: Roads,
        horizon: float = inf,
    ) -> None:
        self.index = index
        self._told = told
        self._changed = changed
        self.roads = roads
        self.horizon = horizon
        """Nobody goes a way that counts more minutes than these."""

    @classmethod
    def of(cls, world: World | Index, told: Mapping[str, Fact] = _NOTHING) -> Self:
        """Take a world as its designer wrote it, but for what the game tells.

        `told` may be any mapping that has a `get`, such as one that asks the game's database;
        it is asked whenever a fact is looked at, and never copied.
        """
        index = world if isinstance(world, Index) else Index.of(world)
        return cls(index, told, _NOTHING, Roads())

    def within(self, minutes: float) -> State:
        """Return the same for somebody who goes no way that counts more minutes than these."""
        return State(self.index, self._told, self._changed, self.roads, minutes)

    @property
    def world(self) -> World:
        """What the designer wrote."""
        return self.index.world

    @property
    def changed(self) -> Mapping[str, Fact]:
        """What was done since the game told."""
        return self._changed

    def get(self, fact: str) -> Fact | None:
        """Return what a fact is now; None when nobody told."""
        now = self._changed.get(fact)
        if now is None:
            now = self._told.get(fact)
            if now is None:
                now = self.index.facts.get(fact)
                if now is None:
                    now = self.index.unsaid(fact)
        return now

    def number(self, fact: str) -> float:
        """Return what a fact counts; 0 when nobody told, or it is no number."""
        now = self.get(fact)
        return now if isinstance(now, int | float) and abs(now) <= MAX_NUMBER else 0

    def kind(self, id: str) -> Kind | None:
        """Return what kind of entity it is; None when there is none of that id."""
        return self.index.kinds.get(id)

    def entity(self, id: str) -> Any:
        """Return what the designer wrote of it. Raises KeyError."""
        return self.index.entities[id]

    def places(self, id: str) -> tuple[str, ...]:
        """Return where something is: itself for a place, nowhere for what is not told."""
        kind = self.kind(id)
        if kind == "place":
            return (id,)
        if id in self.index.doors:
            return self.index.doors[id]
        if kind == "creature" and self.entity(id).respawns:
            places: tuple[str, ...] = self.entity(id).at
            return places
        now = self.get(f"{id}.at")
        if now is None and kind == "thing":
            now = self.entity(id).at
        return (now,) if isinstance(now, str) and now else ()

    def moved(self) -> Iterator[tuple[str, str]]:
        """Give those who are not where they were at the start, and the places where they are."""
        changed, told = self._changed.get, self._told.get
        for id, fact, start in self.index.whereabouts:
            now = changed(fact) or told(fact)
            if now and now != start:
                yield id, str(now)

    def after(self, changes: Iterable[Change]) -> State:
        """Return the state in which these have changed."""
        changed, ways, same = dict(self._changed), self.index.needs_of_ways, True
        for fact, value, adds in changes:
            same = same and fact not in ways
            if adds and not isinstance(value, str):
                before = changed.get(fact)
                if before is None:
                    before = self.number(fact)
                value = value if isinstance(before, str) else before + value
            changed[fact] = value
        roads = self.roads
        if not same:
            roads = roads.once(frozenset(each for each in changed.items() if each[0] in ways))
        return State(self.index, self._told, changed, roads, self.horizon)
