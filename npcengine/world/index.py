"""A world made ready for questions: what is where, what leads where, what comes from where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

from npcengine.turns import Fact
from npcengine.world.effects import Effect, effects_of
from npcengine.world.model import Entity, Exit, Kind, Place, Thing, World, entities
from npcengine.world.needs import Need, Ways, both, ways_of

How = Literal["take", "steal", "gather", "buy", "make", "kill"]

PER_DANGER = 0.5
"""How much longer a way may be to avoid a danger of 1: half as long again."""

_ALWAYS: Ways = ((),)


class Way(NamedTuple):
    """One direction of an exit."""

    to: str
    minutes: float
    danger: int
    door: str | None
    ways: Ways
    """How its condition can be met."""
    cost: float
    """Its minutes, and more for its danger."""
    plain: bool
    """True when nothing can ever shut it."""


class Source(NamedTuple):
    """One way to come by an item."""

    how: How
    by: str
    """Who or what has it, where it is found, who sells it; empty where it is made."""


@dataclass(frozen=True, eq=False)
class Index:
    """What a world says, by what is asked. Building it takes some 10 µs an entity."""

    world: World
    kinds: Mapping[str, Kind]
    """What kind of entity each id is."""
    entities: Mapping[str, Any]
    exits: Mapping[str, tuple[Way, ...]]
    sources: Mapping[str, tuple[Source, ...]]
    doors: Mapping[str, tuple[str, ...]]
    """The places between which a door is, from all of which it can be unlocked."""
    tellers: Mapping[str, tuple[str, ...]]
    """Who or what one can learn an information from."""
    facts: Mapping[str, Fact]
    """What is so at the start."""

    @classmethod
    def of(cls, world: World) -> Index:
        """Index a world whose references all exist, as those do that were loaded."""
        kinds: dict[str, Kind] = {}
        all_: dict[str, Entity] = {}
        for kind, some in entities(world).items():
            for id in some:
                kinds[id] = kind  # type: ignore[assignment]  # the keys of `entities` are kinds
            all_ |= some
        facts = dict(_facts(world)) | dict(world.start)
        exits = _exits(world)
        found = (exits, _sources(world), _doors(exits), _tellers(world))
        return cls(world, kinds, all_, *found, facts)

    def existence(self, id: str) -> Ways:
        """Return how it can come to exist: the ways in which its condition is met."""
        return self.conditional.get(id, _ALWAYS)

    def unsaid(self, fact: str) -> Fact | None:
        """Return what is so where nobody says otherwise: nobody has, knows or guards anything.

        None for what is the game's own, which nobody knows.
        """
        subject, _, rest = fact.partition(".")
        if subject not in self.kinds and subject != "player":
            return None
        if rest.startswith("has."):
            return 0
        return False if rest.startswith("knows.") or rest == "guarded" else None

    @cached_property
    def conditional(self) -> Mapping[str, Ways]:
        """What exists only under a condition, and the ways in which that is met."""
        return {
            id: ways_of(each.when.text)
            for id, each in self.entities.items()
            if each.when is not None
        }

    @cached_property
    def left_out(self) -> frozenset[str]:
        """What no quest is to be about."""
        return frozenset(id for id, each in self.entities.items() if not each.in_quests)

    @cached_property
    def gathered(self) -> Mapping[str, tuple[str, ...]]:
        """What is found at each place again and again."""
        return _turned((item, each.gather) for item, each in self.world.items.items())

    @cached_property
    def products(self) -> Mapping[str, tuple[str, ...]]:
        """What can be made of each item."""
        recipes = ((id, each.make) for id, each in self.world.items.items())
        return _turned((id, tuple(recipe.of)) for id, recipe in recipes if recipe is not None)

    @cached_property
    def written(self) -> Mapping[str, tuple[str, ...]]:
        """What can be read in each item and thing."""
        return _turned((id, each.written) for id, each in self.world.information.items())

    @cached_property
    def quarters(self) -> Mapping[str, int]:
        """The quarter of each place: within one, ways that nothing shuts lead both ways."""
        found: dict[str, int] = {}
        for number, place in enumerate(self.exits):
            left = [place]
            while left:
                here = left.pop()
                if here not in found:
                    found[here] = number
                    left += (way.to for way in self.exits[here] if self._is_street(here, way))
        return found

    def _is_street(self, place: str, way: Way) -> bool:
        return way.plain and any(
            back.plain and back.to == place for back in self.exits.get(way.to, ())
        )

    @cached_property
    def needs_of_ways(self) -> Mapping[str, tuple[Need, ...]]:
        """What has to be so for ways to be open, by the facts on which it hangs."""
        found: dict[str, dict[Need, None]] = defaultdict(dict)
        for way in (way for ways in self.exits.values() for way in ways if not way.plain):
            if way.door is not None:
                found[f"{way.door}.locked"][Need(f"{way.door}.locked", "==", False)] = None
            for need in (need for needs in way.ways for need in needs):
                found[need.fact][need] = None
        return {fact: tuple(needs) for fact, needs in found.items()}

    @cached_property
    def effects(self) -> tuple[Effect, ...]:
        """What the game's own verbs change."""
        return tuple(effects_of(self.world.verbs))

    @cached_property
    def arrivals(self) -> tuple[str, ...]:
        """The places to which verbs of the game's own bring the player from elsewhere."""
        ends = (each.change.value for each in self.effects if each.change.fact == "player.at")
        return tuple(dict.fromkeys(str(end) for end in ends if end in self.world.places))

    @cached_property
    def whereabouts(self) -> tuple[tuple[str, str, Fact], ...]:
        """Who may move about, the fact that tells where they are, and what it is at the start."""
        some = ((id, f"{id}.at") for id in (*self.world.people, *self.world.creatures))
        return tuple((id, fact, self.facts[fact]) for id, fact in some if fact in self.facts)

    @cached_property
    def residents(self) -> Mapping[str, tuple[str, ...]]:
        """Who and what is at each place at the start."""
        where = ((id, getattr(each, "at", ())) for id, each in self.entities.items())
        return _turned((id, (at,) if isinstance(at, str) else at) for id, at in where)


def _turned(pairs: Iterable[tuple[str, Iterable[str]]]) -> Mapping[str, tuple[str, ...]]:
    """Turn what each has into who has each."""
    found: dict[str, list[str]] = defaultdict(list)
    for one, others in pairs:
        for other in others:
            found[other].append(one)
    return {other: tuple(ones) for other, ones in found.items()}


def _facts(world: World) -> Iterator[tuple[str, Fact]]:
    for item in world.items:
        yield f"player.has.{item}", 0
    for information in world.information:
        yield f"player.knows.{information}", False
    for id, person in world.people.items():
        yield f"{id}.at", person.at
        yield f"{id}.alive", True
        yield f"{id}.captive", person.captive
        yield from ((f"{id}.knows.{each}", True) for each in person.knows)
        yield from ((f"{id}.has.{item}", count) for item, count in person.carries.items())
    for id, creature in world.creatures.items():
        yield f"{id}.alive", True
        if not creature.respawns:
            yield f"{id}.at", creature.at[0] if creature.at else ""
            yield f"{id}.captive", False
        yield from ((f"{id}.has.{item}", count) for item, count in creature.carries.items())
    for id, thing in world.things.items():
        yield f"{id}.locked", thing.key is not None
        yield f"{id}.broken", thing.broken
        yield from ((f"{id}.has.{item}", count) for item, count in thing.holds.items())
    for id, place in world.places.items():
        yield from ((f"{id}.has.{item}", count) for item, count in place.holds.items())


def _exits(world: World) -> Mapping[str, tuple[Way, ...]]:
    found: dict[str, dict[str, Way]] = {place: {} for place in world.places}
    for place, each in world.places.items():
        for exit in each.exits:
            found[place][exit.to] = _way(world, exit, exit.to)
    for place, each in world.places.items():
        for exit in each.exits:
            if not exit.one_way and exit.to in found:
                found[exit.to].setdefault(place, _way(world, exit, place))
    return {place: tuple(ways.values()) for place, ways in found.items()}


def _way(world: World, exit: Exit, to: str) -> Way:
    there = world.places[to].when if to in world.places else None
    ways = both(*(ways_of("" if when is None else when.text) for when in (exit.when, there)))
    cost = exit.minutes * (1 + PER_DANGER * exit.danger)
    plain = exit.door is None and ways == _ALWAYS
    return Way(to, exit.minutes, exit.danger, exit.door, ways, cost, plain)


def _doors(exits: Mapping[str, tuple[Way, ...]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for place, ways in exits.items():
        for way in ways:
            if way.door is not None:
                found[way.door] |= {place: None, way.to: None}
    return {door: tuple(places) for door, places in found.items()}


def _sources(world: World) -> Mapping[str, tuple[Source, ...]]:
    found: dict[str, list[Source]] = defaultdict(list)
    for item, source in _each_source(world):
        found[item].append(source)
    return {item: tuple(sources) for item, sources in found.items()}


def _each_source(world: World) -> Iterator[tuple[str, Source]]:
    """Give where items come from, the easiest ways first."""
    holders: dict[str, Place | Thing] = {**world.places, **world.things}
    for id, holder in holders.items():
        yield from ((item, Source("take", id)) for item in holder.holds)
    for item, each in world.items.items():
        yield from ((item, Source("gather", place)) for place in each.gather)
    for id, person in world.people.items() if world.money else ():
        yield from ((item, Source("buy", id)) for item in person.sells)
    for item, each in world.items.items():
        if each.make is not None:
            yield item, Source("make", "")
    for id, creature in world.creatures.items():
        yield from ((item, Source("kill", id)) for item in creature.carries)
    for id, person in world.people.items():
        yield from ((item, Source("steal", id)) for item in person.carries)


def _tellers(world: World) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for id, person in world.people.items():
        for information in person.knows:
            found[information].append(id)
    for information, each in world.information.items():
        found[information] += each.written
    return {information: tuple(ids) for information, ids in found.items()}
