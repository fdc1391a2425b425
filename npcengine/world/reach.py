"""What a player can ever get to, if every condition comes true and nobody stands in the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple, TypeAlias

from npcengine.world.index import Index, Source
from npcengine.world.state import State

Atom: TypeAlias = tuple[Literal["at", "has", "open"], str]
"""That the player gets to a place, comes by an item, or finds something unlocked."""


class Rule(NamedTuple):
    """What becomes possible as soon as all of some things are."""

    head: Atom
    body: tuple[Atom, ...]


def reachable(index: Index, opened: Iterable[str] = ()) -> frozenset[Atom]:
    """Return all that can be had and reached, with these locks open beside those that can be.

    Where nobody says at what place the player begins, all places are reached. It takes time in
    proportion to the size of the world.
    """
    given = [*_given(index), *(("open", id) for id in opened)]
    return _closure(_rules(index), given)


def _closure(rules: Iterable[Rule], given: Iterable[Atom]) -> frozenset[Atom]:
    missing: list[int] = []
    heads: list[Atom] = []
    waiting: dict[Atom, list[int]] = defaultdict(list)
    queue = list(given)
    for number, (head, body) in enumerate(rules):
        heads.append(head)
        missing.append(len(set(body)))
        for atom in set(body):
            waiting[atom].append(number)
        if not body:
            queue.append(head)
    found: set[Atom] = set()
    while queue:
        atom = queue.pop()
        if atom in found:
            continue
        found.add(atom)
        for number in waiting.get(atom, ()):
            missing[number] -= 1
            if not missing[number]:
                queue.append(heads[number])
    return frozenset(found)


def _given(index: Index) -> Iterator[Atom]:
    """Give what is so from the start, and what a verb of the game may bring about at any time."""
    start, world = index.facts, index.world
    here = start.get("player.at")
    yield from (("at", place) for place in world.places if here in (None, place))
    for item in world.items:
        if start.get(f"player.has.{item}") or item == world.money:  # work is paid with money
            yield "has", item
    for id in world.things:
        if not start.get(f"{id}.locked"):
            yield "open", id
    for fact in (effect.fact for effect in index.effects):
        yield from (("at", id) for id in world.places if fact.fullmatch("player.at"))
        yield from (("has", id) for id in world.items if fact.fullmatch(f"player.has.{id}"))
        yield from (("open", id) for id in world.things if fact.fullmatch(f"{id}.locked"))


def _rules(index: Index) -> Iterator[Rule]:
    state, world = State.of(index), index.world
    for place, ways in index.exits.items():
        for way in ways:
            passed: tuple[Atom, ...] = () if way.door is None else (("open", way.door),)
            yield Rule(("at", way.to), (("at", place), *passed))
    for id, thing in world.things.items():
        if thing.key is not None:
            for place in state.places(id):
                yield Rule(("open", id), (("has", thing.key), ("at", place)))
    for item, sources in index.sources.items():
        for source in sources:
            needed = tuple(_needed(index, item, source))
            for where in _places(state, item, source):
                yield Rule(("has", item), (*needed, *where))


def _places(state: State, item: str, source: Source) -> Iterator[tuple[Atom, ...]]:
    """Give the places where an item comes from a source; an empty one where any place will do."""
    recipe = state.entity(item).make
    where = recipe.at if source.how == "make" else source.by
    yield from ([()] if where is None else ((("at", place),) for place in state.places(where)))


def _needed(index: Index, item: str, source: Source) -> Iterator[Atom]:
    world, entity = index.world, index.world.items[item]
    match source.how:
        case "take" if source.by in world.things:
            yield "open", source.by
        case "gather" if entity.tool is not None:
            yield "has", entity.tool
        case "make" if entity.make is not None:
            yield from (("has", part) for part in entity.make.of)
            if entity.make.tool is not None:
                yield "has", entity.make.tool
