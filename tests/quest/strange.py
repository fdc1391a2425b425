"""Quests that nobody would write, about what there is in a world."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, TypeAlias

from npcengine.quest.model import Quest
from tests.quest.simulator.deeds import TRAVEL, VERBS
from tests.quest.simulator.setting import Setting

Fields: TypeAlias = dict[str, Any]

GOALS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "obtain": {"item": ("item",), "count": ("number",)},
    "learn": {"about": ("information",)},
}
WRONG = 0.04
"""How often something is taken that does not belong there."""


def strange_quest(setting: Setting, random: Random) -> Quest:
    """Put a quest together out of what there is, mostly of the right kind."""
    ids = [f"o{number}" for number in range(random.randint(1, 5))]
    objectives = [_objective(setting, random, id, ids) for id in ids]
    ends = random.choice([1, 1, 2])
    needs = [_some(random, ids, at_least=1) for _ in range(ends)]
    if random.random() < 0.6:
        needs[0] = tuple(ids)
    outcomes = [{"id": f"end{number}", "needs": each} for number, each in enumerate(needs)]
    return Quest.model_validate(
        {
            "id": "strange",
            "giver": random.choice(setting.of_kind("person")),
            "motive": "wealth",
            "strategy": "strange",
            "objectives": tuple(objectives),
            "outcomes": tuple(outcomes),
        }
    )


def _objective(setting: Setting, random: Random, id: str, ids: list[str]) -> Fields:
    do, kinds, optional = random.choice(list(_verbs(setting)))
    using = {
        name: _argument(setting, random, kind)
        for name, kind in kinds.items()
        if name not in optional or random.random() < 0.5
    }
    if random.random() < WRONG and using:
        using.pop(random.choice(list(using)))
    before = ids[: ids.index(id)] if random.random() > WRONG else ids
    after = _some(random, before) if random.random() < 0.4 else ()
    return {
        "id": id, "do": do, "with": using, "after": after, "optional": random.random() < 0.1,
    }  # fmt: skip


def _verbs(setting: Setting) -> list[tuple[str, Mapping[str, tuple[str, ...]], tuple[str, ...]]]:
    own = setting.world["verbs"].items()
    return [
        *((do, kinds, optional) for do, (_, kinds, optional) in VERBS.items()),
        *((do, kinds, ()) for do, kinds in TRAVEL.items()),
        *((do, kinds, ("count",)) for do, kinds in GOALS.items()),
        *((do, {name: (kind,) for name, kind in verb["with"].items()}, ()) for do, verb in own),
        ("fly", {"to": ("place",)}, ()),
    ]


def _argument(setting: Setting, random: Random, kinds: tuple[str, ...]) -> str | int:
    if random.random() < WRONG:
        wrong: list[str | int] = [0, -3, 10**18, "nobody", "player", *list(setting.kinds)[:5]]
        return random.choice(wrong)
    if kinds == ("number",):
        return random.choice([1, 1, 2, 3, 7])
    return random.choice(["spare", "take"] if kinds == ("text",) else setting.of_kind(*kinds))


def _some(random: Random, ids: list[str], at_least: int = 0) -> tuple[str, ...]:
    if random.random() < WRONG:
        return ("no_such_objective",)
    most = len(ids)
    return tuple(random.sample(ids, random.randint(min(at_least, most), most)))
