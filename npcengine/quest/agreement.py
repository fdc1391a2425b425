"""Whether what a model wrote about a quest agrees with the quest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from npcengine.dialogue.guarding import watch_of
from npcengine.guard.heard import printable
from npcengine.guard.said import OutputGuard
from npcengine.persona.model import Persona
from npcengine.persona.opened import opened
from npcengine.quest.model import Quest
from npcengine.quest.tokens import TOKEN, tokens_for, tokens_in
from npcengine.turns import Fact
from npcengine.world.index import Index

LEAST_NAME = 4
"""Names with fewer letters are too often words of their own to be looked for in a text."""

_BRACES = re.compile(r"[{}<>\[\]|`*_#\\]")
_NUMBER = re.compile(r"\d+")
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"\w+")


def agreed(
    text: str,
    quest: Quest,
    index: Index,
    locale: str,
    facts: Mapping[str, Fact],
    giver: Persona | None,
) -> str | None:
    """Return a model's text with tokens for names and numbers; None where it cannot be used.

    It cannot when it names something else of the world of the kinds that play a part, a number
    that the quest has not, or a token that there is not; when it has markup; or when the giver
    must not say it, as the guard of the dialogue has it.
    """
    text = _SPACE.sub(" ", printable(text)).strip().strip('"“”')
    if not text or (giver is not None and _forbidden(text, giver, facts)):
        return None
    names = names_of(quest, index, locale)
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", _token(names[name]), text, flags=re.I)
    if not set(tokens_for(quest)).issuperset(tokens_in(text)):
        return None
    counts = _counts(quest)
    prose = TOKEN.sub(" ", text)
    if _BRACES.search(prose) or not counts.issuperset(_NUMBER.findall(prose)):
        return None
    if _names_others(prose, quest, index, locale):
        return None
    return _NUMBER.sub("{count}", text)


def _counts(quest: Quest) -> set[str]:
    """Return the number that `{count}` stands for, where it is the same all over the quest."""
    if "count" not in tokens_for(quest):
        return set()
    return {str(each.using["count"]) for each in quest.objectives if "count" in each.using}


def names_of(quest: Quest, index: Index, locale: str) -> Mapping[str, str]:
    """Return what the parts of a quest are called in a language, and the token for each."""
    names = {name_of(index, id, locale): role for role, id in quest.roles.items()}
    return {**names, name_of(index, quest.giver, locale): "giver"}


def name_of(index: Index, id: str, locale: str) -> str:
    """Return what something is called in a language, or in the one that there is."""
    entity = index.entities.get(id)
    name: Any = getattr(entity, "name", None)
    if isinstance(name, Mapping):
        language = locale.partition("-")[0]
        found = name.get(locale) or name.get(language) or name.get("en")
        name = found or next(iter(name.values()), None)
    return str(name) if name else id.replace("_", " ")


def _token(role: str) -> str:
    return f"{{{role}}}"


def _forbidden(text: str, giver: Persona, facts: Mapping[str, Fact]) -> bool:
    guard = OutputGuard(watch_of(opened(giver, facts), ()))
    return any(guard.feed(part)[1] is not None for part in (text, "\n"))


def _names_others(prose: str, quest: Quest, index: Index, locale: str) -> bool:
    words = _WORD.findall(prose.casefold())
    if not words:
        return False
    kinds = {index.kinds.get(id) for id in quest.roles.values()} | {"person"}
    all_ = _names(index, locale)
    joined = (
        " ".join(words[at : at + size]) for size in (1, 2, 3) for at in range(len(words) - size + 1)
    )
    own = {quest.giver, *quest.named()}
    return any(
        id not in own and index.kinds[id] in kinds for each in joined for id in all_.get(each, ())
    )


@lru_cache(maxsize=4)
def _names(index: Index, locale: str) -> Mapping[str, tuple[str, ...]]:
    """Return whom a name may mean, by its words in lower case."""
    found: dict[str, tuple[str, ...]] = {}
    for id in index.entities:
        name = " ".join(_WORD.findall(name_of(index, id, locale).casefold()))
        if len(name) >= LEAST_NAME:
            found[name] = (*found.get(name, ()), id)
    return found
