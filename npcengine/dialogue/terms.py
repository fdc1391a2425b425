"""What a game may ask of a turn, checked where it comes in."""

from __future__ import annotations

import re
from typing import Required, TypedDict

from npcengine.errors import UsageError
from npcengine.stores.base import check_id
from npcengine.turns import Scene

REALM = "main"
"""The realm of a game that has only one."""

_LOCALE = re.compile(r"[a-zA-Z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


class Terms(TypedDict, total=False):
    """The terms of a turn: the keyword arguments that `say`, `stream` and `greet` share."""

    player: Required[str]
    """The id of the player who is answered."""
    scene: Scene
    """Where they are now."""
    realm: str
    """The running game world whose memory counts; `main` by default."""
    locale: str | None
    """The player's language, as `de` or `pt-BR`; by default the persona's own."""
    deadline: float
    """The most seconds that the turn may take; those of the engine's `deadlines` by default."""
    strict: bool
    """Raise when no model can answer, instead of giving an authored line."""
    queue: bool
    """Wait while the character still answers the same player, instead of interrupting."""


def check_terms(player: str, realm: str, locale: str | None, deadline: float) -> None:
    """Raise `UsageError`, which says what to write, unless all of these can be used."""
    check_id("player", player)
    check_id("realm", realm)
    if locale is not None and not _LOCALE.fullmatch(locale):
        raise UsageError(f"locale is a language tag such as 'en' or 'pt-BR', not {locale!r:.60}")
    if not deadline > 0:
        raise UsageError(f"deadline is a number of seconds above 0, not {deadline!r}")
