"""Whether conditions ask for facts that there are, and the start tells what can be so."""

from __future__ import annotations

from collections.abc import Iterator

from npcengine.conditions.condition import Condition
from npcengine.conditions.tokens import ConditionError
from npcengine.content.yaml_tree import Loc, Tree
from npcengine.diagnostics import Diagnostic
from npcengine.turns import Fact
from npcengine.world.declared import Declared, Flaw, flaws, no_place
from npcengine.world.model import World, entities
from npcengine.world.needs import TooManyWays, ways_of
from npcengine.world.references import GROUPS, complain
from npcengine.world.verb_checks import type_of

_FEWER = "let the game tell one fact for several of them"


def conditions_in(world: World) -> Iterator[tuple[Loc, Condition]]:
    """Give every condition, and where it stands; those of verbs are none before they are filled."""
    for kind, some in entities(world).items():
        for id, each in some.items():
            if each.when is not None:
                yield (GROUPS[kind], id, "when"), each.when  # type: ignore[index]  # a kind
    for id, place in world.places.items():
        for number, exit in enumerate(place.exits):
            if exit.when is not None:
                yield ("places", id, "exits", number, "when"), exit.when


def wrong_conditions(tree: Tree, world: World, declared: Declared) -> Iterator[Diagnostic]:
    """Complain about conditions that ask for what there is not, or can be met in too many ways."""
    known: dict[str, list[Flaw]] = {}
    many: dict[str, str] = {}
    for loc, condition in conditions_in(world):
        text = condition.text
        if text not in known:
            known[text], many[text] = list(flaws(text, declared)), _too_many(text)
        for flaw in known[text]:
            yield _complaint(tree, loc, text, flaw)
        if many[text]:
            yield complain(tree, "NPC508", loc, many[text], _FEWER)
    if not any(many.values()):
        yield from _crowded_ways(tree, world)


def _too_many(text: str) -> str:
    try:
        ways_of(text)
    except TooManyWays as error:
        return str(error)
    return ""


def _complaint(tree: Tree, loc: Loc, text: str, flaw: Flaw) -> Diagnostic:
    """Point at the fact, behind the quotes and what else stands before the condition."""
    spot = tree.spots[loc]
    before = tree.raw(loc).find(text)
    index = spot.start + (0 if before < 0 else before + flaw.position)
    field = complain(tree, "NPC507", loc, "").field
    return spot.source.complain("NPC507", index, flaw.message, flaw.suggestion, field=field)


def _crowded_ways(tree: Tree, world: World) -> Iterator[Diagnostic]:
    """Complain where the conditions of a way and of the place behind it are too much together."""
    for id, place in world.places.items():
        for number, exit in enumerate(place.exits):
            ends = [exit.to] if exit.one_way else [exit.to, id]
            for end in ends if exit.when is not None else ():
                there = world.places[end].when if end in world.places else None
                try:
                    ways_of("" if there is None else f"({exit.when}) and ({there})")
                except (TooManyWays, ConditionError):
                    loc = ("places", id, "exits", number, "when")
                    message = f"together with the condition of {end!r} this is too much to plan for"
                    yield complain(tree, "NPC508", loc, message, _FEWER)
                    break


def wrong_facts(tree: Tree, world: World, declared: Declared) -> Iterator[Diagnostic]:
    """Complain about facts that are declared otherwise than they are, and about the start."""
    for name, type_ in world.facts.items():
        built_in = declared.built_in(name)
        if built_in not in (None, type_):
            message = f"{name!r:.80} is there in every game, and of the type {built_in}"
            yield complain(tree, "NPC509", ("facts", name), message, "take it out", on_key=True)
    for name, value in world.start.items():
        if flaw := _wrong_start(name, value, declared):
            known = declared.type_of(name) is not None
            loc = ("start", name)
            yield complain(tree, "NPC510", loc, flaw.message, flaw.suggestion, on_key=not known)


def _wrong_start(name: str, value: Fact, declared: Declared) -> Flaw | None:
    type_ = declared.type_of(name)
    if type_ is None:
        return declared.unknown(name)
    if type_ != type_of(value):
        as_written = {"bool": "true or false", "number": "a number", "text": "a text"}
        message = f"{name!r:.80} is of the type {type_}, and this is {as_written[type_of(value)]}"
        return Flaw(message, f"write {as_written[type_]}")
    if name.partition(".")[2].startswith("has.") and isinstance(value, int | float) and value < 0:
        return Flaw("nobody has less than nothing", "write 0 or more")
    return no_place(name, value, declared)
