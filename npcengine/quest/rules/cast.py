"""Who plays a part: whether they are there, and whether they outlive it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from npcengine.quest.model import Objective, Quest
from npcengine.quest.planning.casting import LEVELS
from npcengine.quest.rules.graph import before
from npcengine.quest.rules.rule import Case, Found, Rule
from npcengine.quest.rules.shape import objectives
from npcengine.world.state import State

_VIOLENT = frozenset({"kill", "capture"})


def _not_around(case: Case) -> Iterator[Found]:
    giver, state = case.quest.giver, case.state
    exists = any(
        all(need.met(state.get) is not False for need in way)
        for way in state.index.existence(giver)
    )
    if state.get(f"{giver}.alive") is False:
        yield Found(("giver",), f"{giver!r} is dead", "let somebody else ask for it")
    elif not exists:
        yield Found(("giver",), f"{giver!r} is not there now", "let somebody else ask for it")
    elif not state.places(giver):
        hint = "let the world say where they are, or let somebody else ask for it"
        yield Found(("giver",), f"{giver!r} is nowhere", hint)


def _victims(quest: Quest) -> Iterator[tuple[int, Objective, str]]:
    for index, each in enumerate(quest.objectives):
        target = each.using.get("target")
        if each.do in _VIOLENT and isinstance(target, str):
            yield index, each, target


def _needed_alive(case: Case) -> Iterator[Found]:
    quest, earlier = case.quest, before(case.quest)
    for index, deed, victim in _victims(quest):
        loc = ("objectives", index, "with", "target")
        if victim == quest.giver:
            message = f"{victim!r} asks for the quest, and has to be there when it is done"
            yield Found(loc, message, "choose another target, or another giver")
        elif deed.do == "kill" and case.state.kind(victim) == "person":
            for other in quest.objectives:
                if (
                    victim in other.using.values()
                    and other.do != "kill"
                    and other.id not in earlier[deed.id]
                    and _meet(quest, deed, other)
                ):
                    message = f"{victim!r} has to be alive for {other.id!r}"
                    hint = f"write 'after: [{other.id}]' there, or choose another target"
                    yield Found(loc, message, hint)


def _meet(quest: Quest, deed: Objective, other: Objective) -> bool:
    """Tell whether a deed can get in the way of an outcome that needs another one."""
    needing = [set(each.needs) for each in quest.outcomes if other.id in each.needs]
    return any(deed.optional or deed.id in needs for needs in needing)


def _essential(case: Case) -> Iterator[Found]:
    for index, _, victim in _victims(case.quest):
        if case.state.kind(victim) == "person" and case.state.entity(victim).essential:
            loc = ("objectives", index, "with", "target")
            message = f"the world says that {victim!r} is essential, and must not be harmed"
            yield Found(loc, message, "choose another target")


def _used_up(case: Case) -> Iterator[Found]:
    for index, each in enumerate(case.quest.objectives):
        for name, item in _spent(case.state, each):
            if item in case.state.world.items and case.state.world.items[item].essential:
                message = f"the world says that {item!r} is essential, and {each.do} takes it away"
                hint = "choose something that the player can do without"
                yield Found(("objectives", index, "with", name), message, hint)


def _spent(state: State, objective: Objective) -> Iterator[tuple[str, str]]:
    """Give the items that the player does not have afterwards, and by which parameter."""
    using = {name: value for name, value in objective.using.items() if isinstance(value, str)}
    item, what = using.get("item", ""), using.get("what", "")
    known: Mapping[str, object] = state.world.items
    match objective.do:
        case "give":
            yield "item", item
        case "use" if item in known and state.world.items[item].used_up:
            yield "item", item
        case "make" if item in known:
            make = state.world.items[item].make
            yield from (("item", part) for part in (make.of if make else ()))
        case "repair" if what in state.world.things:
            yield from (("what", part) for part in state.world.things[what].repair)


def _too_strong(case: Case) -> Iterator[Found]:
    level = case.state.get("player.level")
    if not isinstance(level, int | float):
        return
    most = level + LEVELS[case.quest.difficulty][1]
    for index, _, victim in _victims(case.quest):
        if case.state.kind(victim) in ("person", "creature"):
            theirs = case.state.entity(victim).level
            if theirs > most:
                message = f"{victim!r} is of level {theirs}, and the player of level {level:g}"
                hint = f"for {case.quest.difficulty!r}, choose one of level {most:g} or less"
                yield Found(("objectives", index, "with", "target"), message, hint)


_FIND = "{id: find, do: obtain, with: {item: herring, count: 2}}"
_GIVE = "{id: bring, do: give, with: {item: herring, to: mira, count: 2}, after: [find]}"
_KILL = "{id: find, do: kill, with: {target: bob}}"
_BACK = "{id: bring, do: talk, with: {to: mira}, after: [find]}"
_ASK = "{id: ask, do: talk, with: {to: bob}}"
_ALL = "outcomes:\n  - {id: done, needs: [ask, find, bring]}\n"

RULES = (
    Rule(
        "QST141",
        "A giver who is not there",
        "Whoever asks for something has to be alive and somewhere, or nobody can accept it or be "
        "thanked for it.",
        _not_around,
        "giver: ghost\n",
        "giver: mira\n",
    ),
    Rule(
        "QST142",
        "Somebody is killed who is needed",
        "The giver has to be there at the end, and everybody else until their part is over.",
        _needed_alive,
        objectives(_ASK, _KILL, _BACK) + _ALL,
        objectives(_ASK, _KILL.replace("bob}", "bob}, after: [ask]"), _BACK) + _ALL,
    ),
    Rule(
        "QST143",
        "An essential person as a victim",
        "The game itself needs them: nobody may kill or capture them.",
        _essential,
        objectives(_KILL.replace("bob", "tom"), _BACK),
        objectives(_KILL, _BACK),
    ),
    Rule(
        "QST144",
        "An essential item that is given away",
        "The game itself needs it: no quest may take it from the player.",
        _used_up,
        objectives(
            "{id: find, do: obtain, with: {item: seal}}",
            "{id: bring, do: give, with: {item: seal, to: mira}, after: [find]}",
        ),
        objectives(_FIND, _GIVE),
    ),
    Rule(
        "QST145",
        "A fight that is too hard",
        "Opponents are at most so much stronger than the player: by no level in an easy quest, by "
        f"{LEVELS['medium'][1]} in a medium one, by {LEVELS['hard'][1]} in a hard one.",
        _too_strong,
        objectives("{id: find, do: kill, with: {target: dragon}}", _BACK),
        objectives("{id: find, do: kill, with: {target: wolf}}", _BACK),
        severity="warning",
    ),
)
