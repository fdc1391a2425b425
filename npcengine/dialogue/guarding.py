"""What one character must not say to one player."""

from __future__ import annotations

from functools import lru_cache

from npcengine.guard.said import Watch
from npcengine.persona.model import Persona, called
from npcengine.persona.opened import Opened
from npcengine.prompt.sections import CANARY, EXAMPLES_NOTE, RULES
from npcengine.turns import Scene

PRIVATE = (RULES, EXAMPLES_NOTE)


def names_of(persona: Persona, scene: Scene) -> tuple[str, ...]:
    """Return the names for whom a player might pretend to speak."""
    return (persona.name, persona.name.partition(" ")[0], *persona.aka, *scene.present)


@lru_cache(maxsize=1024)
def watch_of(opened: Opened, present: tuple[str, ...]) -> Watch:
    """Return what is not to be said while `opened` is what is open; others are `present`."""
    persona = opened.persona
    own = {persona.name, persona.name.partition(" ")[0], *persona.aka}
    others = (*present, *(called(each.npc) for each in persona.relationships))
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
