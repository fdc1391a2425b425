"""What stands in braces in the texts of a quest, for names and numbers that the engine fills in."""

from __future__ import annotations

import re
from collections.abc import Collection

from npcengine.quest.model import Objective, Quest

TOKEN = re.compile(r"\{([\w. -]{0,80})\}")
"""A word in braces."""
ALWAYS = frozenset({"giver", "home", "player"})
"""Whoever asks for it, the place where they are, and whoever plays."""


def tokens_in(text: str) -> Collection[str]:
    """Return the words in braces of a text, each once, in order."""
    return dict.fromkeys(TOKEN.findall(text)).keys()


def tokens_for(quest: Quest, objective: Objective | None = None) -> Collection[str]:
    """Return the words that a text of a quest may have in braces.

    Always those of `ALWAYS`, the roles, the parameters of each objective, as `{find.count}`, and
    `{minutes}` where there is a time limit.
    In the text of an objective its own parameters need no more than their names; nor does
    elsewhere a parameter that is the same wherever the quest has it: in a quest that asks for
    three herrings and nothing else, `{count}` is 3 everywhere.
    """
    known = {*ALWAYS, *quest.roles, *(("minutes",) if quest.minutes is not None else ())}
    known.update(f"{each.id}.{name}" for each in quest.objectives for name in _parameters(each))
    if objective is not None:
        return known.union(_parameters(objective))
    values: dict[str, set[str | int]] = {}
    for each in quest.objectives:
        for name, value in each.using.items():
            values.setdefault(name, set()).add(value)
    return known | {name for name, some in values.items() if len(some) == 1}


def _parameters(objective: Objective) -> Collection[str]:
    """Return the parameters of an objective; what is not counted is done once."""
    return {*objective.using, "count"}
