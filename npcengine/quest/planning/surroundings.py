"""What is around somebody who hands out a quest: whom and what it may be about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from npcengine.quest.model import Difficulty
from npcengine.world.model import Kind
from npcengine.world.routes import around
from npcengine.world.state import State

MAX_PLACES = 48
"""So many places are looked at, the nearest first."""

REACH: Mapping[Difficulty, float] = {"easy": 30.0, "medium": 60.0, "hard": 150.0}
"""How many minutes away from the giver a quest leads."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What can be found near a place, by kind, in the order of how near it is."""

    home: str
    distances: Mapping[str, float]
    """Places, and how many minutes away."""
    present: Mapping[str, tuple[str, ...]]
    """Who and what is at each of them now."""
    ids: Mapping[Kind, tuple[str, ...]]

    @classmethod
    def of(cls, state: State, home: str, difficulty: Difficulty) -> Surroundings:
        """Look around a place, as far as quests of this difficulty lead."""
        distances = around(state, home, REACH[difficulty], MAX_PLACES)
        found: dict[Kind, dict[str, None]] = {"place": dict.fromkeys(distances)}
        present = _present(state, distances)
        for id in (id for place in distances for id in present[place]):
            found.setdefault(state.index.kinds[id], {})[id] = None
        items = dict.fromkeys(_items(state, found))
        found["item"] = items | dict.fromkeys(_makeable(state, items))
        found["information"] = dict.fromkeys(_information(state, found))
        left_out = state.index.left_out
        ids = {
            kind: tuple(id for id in some if id not in left_out and _exists(state, id))
            for kind, some in found.items()
        }
        return cls(home, distances, present, ids)

    def dangerous(self, state: State, place: str) -> bool:
        """Return whether something hostile is at a place, or a dangerous way leads there."""
        hostile = (
            id
            for id in self.present.get(place, ())
            if state.kind(id) == "creature" and state.entity(id).hostile
            if state.get(f"{id}.alive") is not False
        )
        ways = state.index.exits.get(place, ())
        return any(hostile) or any(way.danger for way in ways)


def _present(state: State, places: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    came: dict[str, list[str]] = defaultdict(list)
    for id, place in state.moved():
        came[place].append(id)
    residents = state.index.residents
    return {
        place: (
            *(id for id in residents.get(place, ()) if place in state.places(id)),
            *came.get(place, ()),
        )
        for place in places
    }


def _items(state: State, found: Mapping[Kind, Iterable[str]]) -> Iterator[str]:
    for place in found["place"]:
        yield from state.entity(place).holds
        yield from state.index.gathered.get(place, ())
    for thing in found.get("thing", ()):
        yield from state.entity(thing).holds
    for person in found.get("person", ()):
        yield from state.entity(person).sells
        yield from state.entity(person).carries
    for creature in found.get("creature", ()):
        yield from state.entity(creature).carries


def _makeable(state: State, items: Mapping[str, None]) -> Iterator[str]:
    for item in items:
        for product in state.index.products.get(item, ()):
            if items.keys() >= state.entity(product).make.of.keys():
                yield product


def _information(state: State, found: Mapping[Kind, Iterable[str]]) -> Iterator[str]:
    for person in found.get("person", ()):
        yield from state.entity(person).knows
    for id in (*found.get("item", ()), *found.get("thing", ())):
        yield from state.index.written.get(id, ())


def _exists(state: State, id: str) -> bool:
    ways = state.index.existence(id)
    return not ways[0] or any(all(need.met(state.get) for need in needs) for needs in ways)
