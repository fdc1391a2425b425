"""What things are called in a language, made harmless: a name is data, whatever it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from npcengine.reply.characters import Characters
from npcengine.world.model import World, entities

LONGEST = 80
"""Characters of a name; what is longer is cut."""

_MARKS = str.maketrans(
    {"{": "(", "}": ")", "[": "(", "]": ")", "<": "‹", ">": "›", "`": "'"}
    | dict.fromkeys("*~|#\\", " ")
)
"""What could be taken for a token, markup or a gesture."""


def name_of(world: World, id: str, locale: str) -> str:
    """Return what something is called in a language.

    Without a name in that language it is the one of another region, in English, or the first
    that it has; without any, the id with spaces.
    """
    entity: Any = next((some[id] for some in entities(world).values() if id in some), None)
    name = None if entity is None else entity.name
    if isinstance(name, Mapping):
        name = _in_locale(name, locale)
    return plain(name or "") or plain(id.replace("_", " ")) or "?"


def plain(name: str) -> str:
    """Return a name on one line, without characters that do something beside being read."""
    seen = Characters().feed(name[: 4 * LONGEST].translate(_MARKS))
    return " ".join(seen.split())[:LONGEST].rstrip()


def _in_locale(names: Mapping[str, str], locale: str) -> str | None:
    language = locale.partition("-")[0]
    for wanted in (locale, language, "en"):
        if wanted in names:
            return names[wanted]
    same = (name for each, name in names.items() if each.partition("-")[0] == language)
    return next(same, next(iter(names.values()), None))
