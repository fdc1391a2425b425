"""Names and numbers put in the place of tokens."""

from __future__ import annotations

import re

from npcengine.quest.model import Objective, Quest, Task
from npcengine.quest.telling.names import name_of, plain
from npcengine.quest.telling.phrases import phrases
from npcengine.quest.tokens import TOKEN
from npcengine.world.model import World


def filled(
    text: str,
    quest: Quest,
    world: World,
    locale: str,
    player_name: str = "",
    objective: Objective | None = None,
) -> str:
    """Put names, in the language of `locale`, and numbers in the place of tokens.

    With an objective it is the text of that objective. What is no token stays as it is. Names are
    data: nothing in one is a token, markup or a control character afterwards. Without a player's
    name it is a word for somebody who is passing.
    """
    values = _values(quest, world) | (_own(objective) if objective is not None else {})
    player = plain(player_name) or phrases(locale).player

    def put(found: re.Match[str]) -> str:
        if found[1] == "player":
            return player
        return _named(values[found[1]], world, locale) if found[1] in values else found[0]

    return TOKEN.sub(put, text)


def filled_task(text: str, task: Task, world: World, locale: str) -> str:
    """Put names and numbers in the place of the parameters of a task."""
    own = _own(task)

    def put(found: re.Match[str]) -> str:
        return _named(own[found[1]], world, locale) if found[1] in own else found[0]

    return TOKEN.sub(put, text)


def _values(quest: Quest, world: World) -> dict[str, str | int]:
    """Return what each token of a quest is: an entity, a number or a word."""
    values: dict[str, str | int] = {}
    several: dict[str, set[str | int]] = {}
    for each in quest.objectives:
        for name, value in each.using.items():
            several.setdefault(name, set()).add(value)
        values |= {f"{each.id}.{name}": value for name, value in _own(each).items()}
    values |= {name: next(iter(some)) for name, some in several.items() if len(some) == 1}
    if quest.minutes is not None:
        values["minutes"] = round(quest.minutes)
    if quest.giver in world.people:
        values["home"] = world.people[quest.giver].at
    return {**values, **quest.roles, "giver": quest.giver}


def _own(task: Task) -> dict[str, str | int]:
    return {"count": 1, **task.using}


def _named(value: str | int, world: World, locale: str) -> str:
    return name_of(world, value, locale) if isinstance(value, str) else str(value)
