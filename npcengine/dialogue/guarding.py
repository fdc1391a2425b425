"""What one character must not say to one player."""

from __future__ import annotations

from functools import lru_cache

from npcengine.guard.said import Watch
from npcengine.persona.cast import Cast
from npcengine.persona.model import Persona, called
from npcengine.persona.opened import Opened
from npcengine.prompt.sections import CANARY, EXAMPLES_NOTE, RULES

PRIVATE = (RULES, EXAMPLES_NOTE)


def names_of(persona: Persona, locale: str | None) -> tuple[str, ...]:
    """Return what a character is called, in its own language and in a player's."""
    if not locale or not persona.i18n:
        return persona.names
    return (*persona.names, *persona.in_locale(locale).names)


def others_of(persona: Persona, cast: Cast, locale: str | None) -> tuple[str, ...]:
    """Return what those of a cast are called whom a persona has relationships with."""
    known = (cast[each.npc] for each in persona.relationships if each.npc in cast)
    return tuple(name for each in known for name in names_of(each, locale))


@lru_cache(maxsize=1024)
def watch_of(opened: Opened, names: tuple[str, ...]) -> Watch:
    """Return what is not to be said while `opened` is what is open; `names` are of others."""
    persona = opened.persona
    own = persona.names
    others = (*names, *(called(each.npc) for each in persona.relationships))
    return Watch(
        locked=tuple((secret.id, secret.leak_terms) for secret in opened.shut),
        banned=persona.speech.banned,
        voices=tuple(name for name in dict.fromkeys(others) if name not in own),
        private=PRIVATE,
        quotable=_quotable(persona),
        canary=CANARY,
        locale=persona.locale,
    )


def _quotable(persona: Persona) -> tuple[str, ...]:
    stock = persona.stock_lines
    kinds = (getattr(stock, kind) for kind in type(stock).model_fields)
    return (
        *persona.speech.catchphrases,
        *(each.text for each in persona.greetings),
        *(each.npc for each in persona.examples),
        *(each.text for each in persona.knowledge),
        *(each.text for lines in kinds for each in lines),
    )
