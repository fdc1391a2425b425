"""What a quest is made of: sizes, ids, verbs and their parameters."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sized
from functools import lru_cache

from npcengine.content.yaml_tree import Loc
from npcengine.quest.model import Objective
from npcengine.quest.rules.rule import Case, Found, Rule
from npcengine.quest.watch import GOALS, can_be_asked
from npcengine.spelling import did_you_mean
from npcengine.world.builtin import BUILTIN
from npcengine.world.effects import change_of, filled
from npcengine.world.index import Index
from npcengine.world.model import World
from npcengine.world.verbs import MOST, Refused, parameters, verb_names

MAX_ENTRIES = 40
"""So many entries any list of a quest may have, but for the steps of a plan."""
MAX_STEPS = 400
"""So many steps a plan may have."""


def wanted_of(world: World, objective: Objective) -> Mapping[str, tuple[str, ...]]:
    """Return the parameters of an objective and the kinds of each; none of an unknown verb."""
    if objective.do in GOALS:
        return GOALS[objective.do]
    try:
        return parameters(world, objective.do)
    except Refused:
        return {}


def _too_large(case: Case) -> Iterator[Found]:
    for loc, listed, most in _lists(case):
        if len(listed) > most:
            message = f"there are {len(listed):,} of these, and at most {most} are looked at"
            yield Found(loc, message, "make several quests of it")


def _lists(case: Case) -> Iterator[tuple[Loc, Sized, int]]:
    quest = case.quest
    yield ("roles",), quest.roles, MAX_ENTRIES
    yield ("texts",), quest.texts, MAX_ENTRIES
    for index, objective in enumerate(quest.objectives):
        yield ("objectives", index, "after"), objective.after, MAX_ENTRIES
    for index, outcome in enumerate(quest.outcomes):
        yield ("outcomes", index, "needs"), outcome.needs, MAX_ENTRIES
        yield ("outcomes", index, "reward", "items"), outcome.reward.items, MAX_ENTRIES
        yield ("outcomes", index, "reward", "standing"), outcome.reward.standing, MAX_ENTRIES
    for locale, pack in quest.texts.items():
        yield ("texts", locale, "thanks"), pack.thanks, MAX_ENTRIES
        yield ("texts", locale, "objectives"), pack.objectives, MAX_ENTRIES
    plans = quest.proof.plans if quest.proof else ()
    yield ("proof", "plans"), plans, MAX_ENTRIES
    for index, plan in enumerate(plans[:MAX_ENTRIES]):
        yield ("proof", "plans", index, "steps"), plan.steps, MAX_STEPS


def _no_world(case: Case) -> Iterator[Found]:
    try:
        wrong = _wrong_with(case.state.index)
    except ValueError as error:  # it has no index
        wrong = str(error)
    if wrong:
        hint = "load it with 'load_world', which says what is wrong and where"
        yield Found((), f"the world cannot be used: {wrong:.200}", hint)


@lru_cache(maxsize=8)
def _wrong_with(index: Index) -> str:
    """Say what is in a world that no loader would let pass; empty for nothing."""
    try:
        _read(index)
    except ValueError as error:
        return str(error)
    for what, named, known in _named_in(index):
        for id in named:
            if id not in known:
                return f"there is no {what} {id!r}, and something names it"
    return ""


def _read(index: Index) -> None:
    """Read all of a world that is read late. Raises ValueError for what cannot be."""
    index.existence("")
    for verb in index.world.verbs.values():
        given = dict.fromkeys(verb.parameters, "a")
        for each in verb.then:
            change_of(filled(each, given))
    index.effects  # noqa: B018  # it is made when it is first read


def _named_in(index: Index) -> Iterator[tuple[str, Iterable[str], Container[str]]]:
    """Give what planning goes by: what kind of entity it is, what is named, and what there is."""
    world = index.world
    yield "place", (way.to for ways in index.exits.values() for way in ways), world.places
    yield "thing", index.doors, world.things
    yield "item", index.sources, world.items
    makes = (item.make for item in world.items.values() if item.make is not None)
    yield "item", (part for make in makes for part in make.of), world.items
    yield "item", (part for thing in world.things.values() for part in thing.repair), world.items


def _twice(case: Case) -> Iterator[Found]:
    for group in ("objectives", "outcomes"):
        seen: set[str] = set()
        for index, each in enumerate(getattr(case.quest, group)):
            if each.id in seen:
                message = f"there is another one of the id {each.id!r}"
                yield Found((group, index, "id"), message, "give it an id of its own")
            seen.add(each.id)


def _no_verb(case: Case) -> Iterator[Found]:
    world = case.state.world
    for index, each in enumerate(case.quest.objectives):
        if not can_be_asked(world, each.do):
            known = (*verb_names(world), *GOALS)
            hint = did_you_mean(each.do, known) or "write a verb that the world has"
            yield Found(("objectives", index, "do"), f"there is no verb {each.do!r}", hint)


def _missing(case: Case) -> Iterator[Found]:
    for index, each in enumerate(case.quest.objectives):
        optional = BUILTIN[each.do].optional if each.do in BUILTIN else ("count",)
        for name, kinds in wanted_of(case.state.world, each).items():
            if name not in each.using and (
                name not in optional or each.do in case.state.world.verbs
            ):
                message = f"{each.do} needs a parameter {name!r}"
                hint = f"write it: 'with: {{{name}: …}}', a {' or a '.join(kinds)}"
                yield Found(("objectives", index, "with"), message, hint)


def _unknown_parameter(case: Case) -> Iterator[Found]:
    for index, each in enumerate(case.quest.objectives):
        wanted = wanted_of(case.state.world, each)
        for name in each.using if can_be_asked(case.state.world, each.do) else ():
            if name not in wanted:
                message = f"{each.do} has no parameter {name!r:.60}"
                hint = did_you_mean(name, wanted) or f"it has {', '.join(wanted) or 'none'}"
                yield Found(("objectives", index, "with", name), message, hint)


def _wrong_count(case: Case) -> Iterator[Found]:
    for index, each in enumerate(case.quest.objectives):
        for name, kinds in wanted_of(case.state.world, each).items():
            if kinds != ("number",) or name not in each.using:
                continue
            value = each.using[name]
            if not isinstance(value, int) or not 1 <= value <= MOST:
                message = f"this is a whole number from 1 to {MOST:,}"
                hint = "write how many there have to be"
                yield Found(("objectives", index, "with", name), message, hint)


_GIVE = "{id: bring, do: give, with: {item: herring, to: mira, count: 2}, after: [find]}"
_FIND = "{id: find, do: obtain, with: {item: herring, count: 2}}"


def objectives(*each: str) -> str:
    """Write the objectives of an example, each on a line of its own."""
    return "objectives:\n" + "".join(f"  - {one}\n" for one in each)


LIMITS = (
    Rule(
        "QST101",
        "Too many entries",
        f"A list of a quest has at most {MAX_ENTRIES} entries, and a plan {MAX_STEPS} steps. "
        "Nothing else is told of a quest that has more.",
        _too_large,
        "outcomes:\n  - id: done\n    needs:\n      - find\n" + "      - bring\n" * MAX_ENTRIES,
        "outcomes:\n  - {id: done, needs: [find, bring]}\n",
    ),
    Rule(
        "QST102",
        "A world that cannot be used",
        "The world was not loaded from a file or from data, and something in it is no condition, "
        "no change or no place, so that nobody can tell what can be done in it.",
        _no_world,
        "difficulty: medium\n",
        "difficulty: medium\n",
        world="verbs:\n  bless: {with: {who: person}, then: ['not {who}.blessed = true']}\n",
    ),
)
RULES = (
    Rule(
        "QST111",
        "An id that two have",
        "Objectives and outcomes are told apart by their ids; with the same one, neither `after` "
        "nor a saved game would know which was meant.",
        _twice,
        objectives(_FIND, _GIVE, "{id: find, do: talk, with: {to: ann}, optional: true}"),
        objectives(_FIND, _GIVE, "{id: gossip, do: talk, with: {to: ann}, optional: true}"),
    ),
    Rule(
        "QST112",
        "A verb that does not exist",
        "`do` is a verb that every world has, one of the world's own, or `obtain` or `learn`, "
        "which leave open how it is done.",
        _no_verb,
        objectives("{id: find, do: fetch, with: {item: herring, count: 2}}", _GIVE),
        objectives(_FIND, _GIVE),
    ),
    Rule(
        "QST113",
        "A parameter is missing",
        "Without it nobody knows what there is to do, and nothing tells when it is done.",
        _missing,
        objectives(_FIND, "{id: bring, do: give, with: {item: herring}, after: [find]}"),
        objectives(_FIND, _GIVE),
    ),
    Rule(
        "QST114",
        "A parameter that the verb does not have",
        "It would be passed over, and what was meant by it would not happen.",
        _unknown_parameter,
        objectives(_FIND, _GIVE.replace("to: mira", "to: mira, wrapped: 1")),
        objectives(_FIND, _GIVE),
    ),
    Rule(
        "QST115",
        "A count that cannot be",
        f"What is counted is a whole number from 1 to {MOST:,}.",
        _wrong_count,
        objectives("{id: find, do: obtain, with: {item: herring, count: 0}}", _GIVE),
        objectives(_FIND, _GIVE),
    ),
)
