"""Whether what a world refers to is there, and is what it has to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from npcengine.content.yaml_tree import Loc, Tree
from npcengine.diagnostics import Diagnostic, Severity
from npcengine.world.declared import Hints
from npcengine.world.model import Kind, Recipe, Somebody, World, entities

GROUPS: Mapping[Kind, str] = {
    "place": "places",
    "person": "people",
    "creature": "creatures",
    "item": "items",
    "thing": "things",
    "information": "information",
    "faction": "factions",
}
"""Under which field entities of each kind stand."""
_ONE: Mapping[Kind, str] = {kind: f"a {kind}" for kind in GROUPS} | {
    "item": "an item",
    "information": "a piece of information",
}


class _Reference(NamedTuple):
    """A place in the document where an id stands, and what that has to be."""

    loc: Loc
    id: str
    kinds: tuple[Kind, ...]
    is_name: bool = False
    """True where it stands before the colon."""


def kinds_of(world: World) -> dict[str, Kind]:
    """Return what kind of entity each id is; an id that two have is the first of them."""
    kinds: dict[str, Kind] = {}
    for kind, group in GROUPS.items():
        for id in getattr(world, group):
            kinds.setdefault(id, kind)
    return kinds


def complain(
    tree: Tree,
    code: str,
    loc: Loc,
    message: str,
    suggestion: str = "",
    *,
    on_key: bool = False,
    severity: Severity = "error",
) -> Diagnostic:
    """Say what is wrong with a field, or with what a writer put there for it."""
    at = tree.written(loc)
    return tree.complain(code, at, message, suggestion, on_key=on_key, severity=severity)


def wrong_references(
    tree: Tree, world: World, kinds: Mapping[str, Kind], hints: Hints
) -> Iterator[Diagnostic]:
    """Complain about ids that do not exist, are of the wrong kind, or are taken."""
    yield from _taken(tree, world, kinds)
    for each in _references(world):
        kind = kinds.get(each.id)
        if kind in each.kinds:
            continue
        wanted = " or ".join(_ONE[one] for one in each.kinds)
        if kind is not None:
            message = f"{each.id!r:.70} is {_ONE[kind]}, and this has to be {wanted}"
            hint = f"write an id that stands under {_groups(each)}"
            yield complain(tree, "NPC502", each.loc, message, hint, on_key=each.is_name)
            continue
        near = hints.ask(each.id, (id for id, kind in kinds.items() if kind in each.kinds))
        what = "nothing called" if len(each.kinds) == len(GROUPS) else f"no {_kinds(each)}"
        message = f"there is {what} {each.id!r:.70}"
        hint = near or f"write it under {_groups(each)}, or take this out"
        yield complain(tree, "NPC501", each.loc, message, hint, on_key=each.is_name)


def _kinds(reference: _Reference) -> str:
    return " or ".join(reference.kinds)


def _groups(reference: _Reference) -> str:
    return " or ".join(f"'{GROUPS[kind]}'" for kind in reference.kinds)


def _taken(tree: Tree, world: World, kinds: Mapping[str, Kind]) -> Iterator[Diagnostic]:
    for kind, some in entities(world).items():
        for id in some:
            loc = (GROUPS[kind], id)  # type: ignore[index]  # the keys of `entities` are kinds
            if id == "player":
                message = "'player' is whoever plays, in facts as 'player.at'"
                yield complain(tree, "NPC503", loc, message, "give it another id", on_key=True)
            elif kinds[id] != kind:
                message = f"{id!r:.70} stands under '{GROUPS[kinds[id]]}' too"
                hint = "give one of them another id, as 'iron_key' and 'iron_door'"
                yield complain(tree, "NPC503", loc, message, hint, on_key=True)


def _references(world: World) -> Iterator[_Reference]:
    if world.money is not None:
        yield _Reference(("money",), world.money, ("item",))
    yield from _of_places(world)
    yield from _of_somebody(world)
    yield from _of_items(world)
    yield from _of_things(world)
    for id, information in world.information.items():
        yield from _list(("information", id, "concerns"), information.concerns, *GROUPS)
        yield from _list(("information", id, "written"), information.written, "item", "thing")
    for id, faction in world.factions.items():
        yield from _list(("factions", id, "enemies"), faction.enemies, "faction")


def _of_places(world: World) -> Iterator[_Reference]:
    for id, place in world.places.items():
        yield from _names(("places", id, "holds"), place.holds)
        for number, exit in enumerate(place.exits):
            way = ("places", id, "exits", number)
            yield _Reference((*way, "to"), exit.to, ("place",))
            if exit.door is not None:
                yield _Reference((*way, "door"), exit.door, ("thing",))


def _of_somebody(world: World) -> Iterator[_Reference]:
    for id, person in world.people.items():
        yield _Reference(("people", id, "at"), person.at, ("place",))
        yield from _names(("people", id, "sells"), person.sells)
        yield from _list(("people", id, "knows"), person.knows, "information")
    for id, creature in world.creatures.items():
        yield from _list(("creatures", id, "at"), creature.at, "place")
    everybody: tuple[tuple[str, Mapping[str, Somebody]], ...]
    everybody = (("people", world.people), ("creatures", world.creatures))
    for group, some in everybody:
        for id, somebody in some.items():
            yield from _names((group, id, "carries"), somebody.carries)
            if somebody.faction is not None:
                yield _Reference((group, id, "faction"), somebody.faction, ("faction",))


def _of_items(world: World) -> Iterator[_Reference]:
    for id, item in world.items.items():
        yield from _list(("items", id, "gather"), item.gather, "place")
        if item.tool is not None:
            yield _Reference(("items", id, "tool"), item.tool, ("item",))
        if item.make is not None:
            yield from _of_recipe(("items", id, "make"), item.make)


def _of_recipe(loc: Loc, recipe: Recipe) -> Iterator[_Reference]:
    yield from _names((*loc, "of"), recipe.of)
    if recipe.at is not None:
        yield _Reference((*loc, "at"), recipe.at, ("place", "thing"))
    if recipe.tool is not None:
        yield _Reference((*loc, "tool"), recipe.tool, ("item",))


def _of_things(world: World) -> Iterator[_Reference]:
    for id, thing in world.things.items():
        yield _Reference(("things", id, "at"), thing.at, ("place",))
        if thing.key is not None:
            yield _Reference(("things", id, "key"), thing.key, ("item",))
        yield from _names(("things", id, "holds"), thing.holds)
        yield from _names(("things", id, "repair"), thing.repair)


def _names(loc: Loc, counted: Mapping[str, float]) -> Iterator[_Reference]:
    return (_Reference((*loc, item), item, ("item",), is_name=True) for item in counted)


def _list(loc: Loc, ids: tuple[str, ...], *kinds: Kind) -> Iterator[_Reference]:
    return (_Reference((*loc, number), id, kinds) for number, id in enumerate(ids))


def impossible_entities(tree: Tree, world: World) -> Iterator[Diagnostic]:
    """Complain about what contradicts itself: ways, dwellings, and what there is only one of."""
    for id, place in world.places.items():
        seen = {id: "a way leads from a place to itself"}
        for number, exit in enumerate(place.exits):
            if exit.to in seen:
                hint = "take it out; what makes a way longer or shut belongs to the one way"
                there = ("places", id, "exits", number, "to")
                yield complain(tree, "NPC504", there, seen[exit.to], hint)
            seen[exit.to] = f"a way to {exit.to!r} stands here already"
    for id, creature in world.creatures.items():
        loc = ("creatures", id, "at")
        if not creature.at:
            yield complain(tree, "NPC505", loc, "it lives nowhere", "name the place where it lives")
        elif len(creature.at) > 1 and not creature.respawns:
            message = f"it lives in {len(creature.at)} places, and there is only one of it"
            hint = "name one place; or write 'respawns: true' if there is always another one"
            yield complain(tree, "NPC505", loc, message, hint)
    yield from _several(tree, world)


def _several(tree: Tree, world: World) -> Iterator[Diagnostic]:
    """Complain about unique items of which there is more than one, or no end of them."""
    unique = {id for id, item in world.items.items() if item.unique}
    if not unique:
        return
    counts: Counter[str] = Counter()
    for loc, item, count in _stock(world):
        if item not in unique:
            continue
        counts[item] += count
        if count > 1 or counts[item] > count:
            message = f"{item!r} is unique, and this makes {counts[item]:,} of it"
            hint = f"leave one where it is; or take out 'unique' under 'items.{item}'"
            yield complain(tree, "NPC506", loc, message, hint, on_key=True)
    for loc, item, what in _endless(world):
        if item in unique:
            hint = "let it lie somewhere, or let somebody carry it; or take out 'unique'"
            yield complain(tree, "NPC506", loc, f"{item!r} is unique, and {what}", hint)


def _stock(world: World) -> Iterator[tuple[Loc, str, int]]:
    """Give what lies and is carried anywhere, and how much of it."""
    for group, field in (
        ("places", "holds"), ("things", "holds"), ("people", "carries"), ("creatures", "carries"),
    ):  # fmt: skip
        for id, each in getattr(world, group).items():
            counted: Mapping[str, int] = getattr(each, field)
            yield from (((group, id, field, item), item, count) for item, count in counted.items())
    for fact, value in world.start.items():
        if fact.startswith("player.has.") and not isinstance(value, str):
            yield ("start", fact), fact.removeprefix("player.has."), int(value)


def _endless(world: World) -> Iterator[tuple[Loc, str, str]]:
    """Give what one can have again and again."""
    for id, item in world.items.items():
        if item.gather:
            yield ("items", id, "gather"), id, "what is gathered is found again and again"
        if item.make is not None:
            yield ("items", id, "make"), id, "what is made can be made again"
    for id, person in world.people.items():
        for item_id in person.sells:
            yield ("people", id, "sells", item_id), item_id, "those who sell never run out of it"
    for id, creature in world.creatures.items():
        for item_id in creature.carries if creature.respawns else ():
            yield ("creatures", id, "carries", item_id), item_id, "there is always another of these"
