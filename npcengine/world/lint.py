"""What a designer should know about a world that loads, before it is played."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from npcengine.content.source import read_source
from npcengine.content.yaml_tree import Loc, Tree
from npcengine.diagnostics import Diagnostic
from npcengine.errors import ContentError
from npcengine.world.declared import Hints
from npcengine.world.facts_check import conditions_in
from npcengine.world.index import Index
from npcengine.world.loader import MAX_BYTES, StrPath, read_world
from npcengine.world.model import World
from npcengine.world.reach import Atom, reachable
from npcengine.world.references import complain, kinds_of
from npcengine.world.state import State
from npcengine.world.verb_checks import declared_by

_MOST_LOCKS = 50
"""So many locks without a key are looked at one by one."""


def lint_world(path: StrPath) -> list[Diagnostic]:
    """Give every error of the world in a file, or every warning if it loads, in order of place.

    What is marked `in_quests: false` may be out of reach.
    """
    try:
        world, tree = read_world(read_source(Path(path), MAX_BYTES))
    except ContentError as error:
        return list(error.diagnostics)
    index = Index.of(world)
    found = reachable(index)
    warnings = [
        *_lonely_places(tree, index),
        *_lost_keys(tree, index, found),
        *_lost_items(tree, world, found),
        *_lost_people(tree, index, found),
        *_idle_conditions(tree, world),
    ]
    return sorted(warnings, key=lambda each: (each.line, each.column))


def _warning(tree: Tree, code: str, loc: Loc, message: str, suggestion: str) -> Diagnostic:
    on_key = len(loc) == 2  # an entity as a whole is told at its id
    return complain(tree, code, loc, message, suggestion, on_key=on_key, severity="warning")


def _lonely_places(tree: Tree, index: Index) -> Iterator[Diagnostic]:
    if len(index.world.places) < 2:
        return
    found = reachable(index, index.world.things)
    if "player.at" not in index.facts:
        found = frozenset(("at", way.to) for ways in index.exits.values() for way in ways)
    for id, place in index.world.places.items():
        if place.in_quests and ("at", id) not in found:
            hint = f"add '- {{to: {id}}}' to the exits of a place that can be reached"
            yield _warning(tree, "NPC601", ("places", id), "no way leads here", hint)


def _lost_keys(tree: Tree, index: Index, found: frozenset[Atom]) -> Iterator[Diagnostic]:
    shut = [
        (id, thing.key)
        for id, thing in index.world.things.items()
        if thing.key is not None and thing.in_quests and index.facts.get(f"{id}.locked")
    ]
    lost = [(id, key) for id, key in shut if ("has", key) not in found]
    for number, (id, key) in enumerate(lost):
        loc = ("things", id, "key")
        if number < _MOST_LOCKS and ("has", key) in reachable(index, [id]):
            message = f"{key!r} can be had only once this is open"
            yield _warning(tree, "NPC603", loc, message, "put the key on this side of the lock")
        else:
            message = f"nobody can come by {key!r}, so this stays locked"
            hint = "let it lie somewhere, or let somebody carry or sell it"
            yield _warning(tree, "NPC602", loc, message, hint)


def _lost_items(tree: Tree, world: World, found: frozenset[Atom]) -> Iterator[Diagnostic]:
    keys = {thing.key for thing in world.things.values()}  # told at their locks
    for id, item in world.items.items():
        if item.in_quests and id not in keys and ("has", id) not in found:
            hint = "say where it comes from; or 'in_quests: false' if only your game gives it"
            yield _warning(tree, "NPC604", ("items", id), "nobody can come by this", hint)


def _lost_people(tree: Tree, index: Index, found: frozenset[Atom]) -> Iterator[Diagnostic]:
    state = State.of(index)
    moved = [each.fact for each in index.effects]
    for id, person in index.world.people.items():
        reached = any(("at", place) in found for place in state.places(id))
        if person.in_quests and not reached and not any(m.fullmatch(f"{id}.at") for m in moved):
            where = " or ".join(map(repr, state.places(id))) or "any place"
            message = f"nobody can get to {where} to speak with them"
            hint = "open a way there; or 'in_quests: false' if they are out of reach on purpose"
            yield _warning(tree, "NPC605", ("people", id), message, hint)


def _idle_conditions(tree: Tree, world: World) -> Iterator[Diagnostic]:
    declared = declared_by(world, kinds_of(world), Hints())
    for loc, condition in conditions_in(world):
        types = {name: declared.type_of(name) for name in condition.names}
        known = {name: type_ for name, type_ in types.items() if type_ is not None}
        for problem in condition.problems(known):
            yield _warning(tree, "NPC606", loc, problem.message, problem.suggestion)
