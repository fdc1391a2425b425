"""Whether who and what a quest names is there, and may be in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from npcengine.content.yaml_tree import Loc
from npcengine.quest.rules.rule import Case, Found, Rule
from npcengine.quest.rules.shape import objectives, wanted_of
from npcengine.spelling import did_you_mean

_NO_ENTITY = (("number",), ("text",))
_MOST_HINTS = 20
"""To look for the nearest of many ids takes long."""


class _Reference(NamedTuple):
    loc: Loc
    id: str
    kinds: Sequence[str]
    """What it has to be; empty for anything."""


def _references(case: Case) -> Iterator[_Reference]:
    quest = case.quest
    yield _Reference(("giver",), quest.giver, ("person",))
    for role, id in quest.roles.items():
        yield _Reference(("roles", role), id, ())
    for index, each in enumerate(quest.objectives):
        for name, kinds in wanted_of(case.state.world, each).items():
            value = each.using.get(name)
            if value is not None and kinds not in _NO_ENTITY:
                id = value if isinstance(value, str) else ""
                yield _Reference(("objectives", index, "with", name), id, kinds)
    for index, outcome in enumerate(quest.outcomes):
        reward = ("outcomes", index, "reward")
        for item in outcome.reward.items:
            yield _Reference((*reward, "items", item), item, ("item",))
        for faction in outcome.reward.standing:
            yield _Reference((*reward, "standing", faction), faction, ("faction",))


def _nothing(case: Case) -> Iterator[Found]:
    hints = _MOST_HINTS
    for loc, id, kinds in _references(case):
        if case.state.kind(id) is None:
            hints -= 1
            known = (each for each, kind in case.state.index.kinds.items() if kind in kinds)
            near = did_you_mean(id, known) if hints >= 0 else ""
            message = f"there is no {' or '.join(kinds) or 'entity'} {id!r:.60}"
            yield Found(loc, message, near or "write the id of one that the world has")


def _wrong_kind(case: Case) -> Iterator[Found]:
    for loc, id, kinds in _references(case):
        kind = case.state.kind(id)
        if kind is not None and kinds and kind not in kinds:
            wanted = " or ".join(map(_one, kinds))
            message = f"{id!r} is {_one(kind)}, and this has to be {wanted}"
            yield Found(loc, message, f"write the id of {_one(kinds[0])}")


def _one(kind: str) -> str:
    return f"an {kind}" if kind[0] == "i" else f"a {kind}"


def _kept_out(case: Case) -> Iterator[Found]:
    for loc, id, _ in _references(case):
        if case.state.kind(id) is not None and not case.state.entity(id).in_quests:
            hint = "choose another, or take 'in_quests: false' out of the world"
            yield Found(loc, f"the world keeps {id!r} out of quests", hint)


_TALK = "{id: find, do: talk, with: {to: ann}}"
_BACK = "{id: bring, do: talk, with: {to: mira}, after: [find]}"

RULES = (
    Rule(
        "QST121",
        "Something that does not exist",
        "The giver, roles, parameters and rewards are named by the ids that the world has. A "
        "quest whose target does not exist can be accepted and never be finished.",
        _nothing,
        objectives("{id: find, do: talk, with: {to: anne}}", _BACK),
        objectives(_TALK, _BACK),
    ),
    Rule(
        "QST122",
        "Something of the wrong kind",
        "Nobody can talk to an item or kill a place: each parameter has to be of the kind that "
        "its verb is used with.",
        _wrong_kind,
        objectives("{id: find, do: talk, with: {to: herring}}", _BACK),
        objectives(_TALK, _BACK),
    ),
    Rule(
        "QST123",
        "Something that is kept out of quests",
        "With `in_quests: false` the world's designer said that no quest may use it.",
        _kept_out,
        objectives("{id: find, do: talk, with: {to: king}}", _BACK),
        objectives(_TALK, _BACK),
    ),
)
