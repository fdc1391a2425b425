"""Tokens in the texts of quests: which there are, and what stands in their place."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from npcengine.quest.model import Objective, Quest, Task
from npcengine.quest.telling.names import name_of, plain
from npcengine.quest.telling.phrases import phrases
from npcengine.world.model import World

TOKEN = re.compile(r"\{([a-z][a-z0-9_]*)(?:\.([a-z][a-z0-9_]*))?\}")
_BRACES = re.compile(r"\{([^{}]*)\}")

_Look: TypeAlias = Callable[[str], str | int | None]


def unknown_tokens(text: str, quest: Quest, objective: Objective | None = None) -> tuple[str, ...]:
    """Return what stands in braces in a text and is no token; each once.

    With an objective it is the text of that objective.
    """
    tokens = _tokens(quest, objective)
    return tuple(dict.fromkeys(each for each in _BRACES.findall(text) if tokens(each) is None))


def filled(
    text: str,
    quest: Quest,
    world: World,
    locale: str,
    player_name: str = "",
    objective: Objective | None = None,
) -> str:
    """Put names, in the language of `locale`, and numbers in the place of tokens.

    Names are data: nothing in one is a token, markup or a control character afterwards. Without a
    player's name it is a word for somebody who is passing.
    """
    tokens = _tokens(quest, objective)
    player = plain(player_name) or phrases(locale).player

    def put(found: re.Match[str]) -> str:
        if found[0] == "{player}":
            return player
        value = tokens(found[0][1:-1])
        return found[0] if value is None else _named(value, world, locale)

    return TOKEN.sub(put, text)


def filled_task(text: str, task: Task, world: World, locale: str) -> str:
    """Put names and numbers in the place of the parameters of a task."""
    own = _own(task)

    def put(found: re.Match[str]) -> str:
        value = own(found[0][1:-1])
        return found[0] if value is None else _named(value, world, locale)

    return TOKEN.sub(put, text)


def _tokens(quest: Quest, objective: Objective | None) -> _Look:
    """Return what tells of which entity, number or word a token is the name."""
    own = {each.id: _own(each) for each in quest.objectives}

    def look(token: str) -> str | int | None:
        if objective is not None and (value := _own(objective)(token)) is not None:
            return value
        first, dot, rest = token.partition(".")
        if dot:
            return own[first](rest) if first in own else None
        return {**quest.roles, "giver": quest.giver, "player": "player"}.get(token)

    return look


def _own(task: Task) -> _Look:
    return lambda name: task.using.get(name, 1 if name == "count" else None)


def _named(value: str | int, world: World, locale: str) -> str:
    return name_of(world, value, locale) if isinstance(value, str) else str(value)
