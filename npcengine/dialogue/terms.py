"""What a game may ask of a turn, checked where it comes in."""

from __future__ import annotations

import re

from npcengine.errors import UsageError

MAX_ID = 200
"""Characters of a player's or a realm's id."""

_LOCALE = re.compile(r"[a-zA-Z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


def check_terms(player: str, realm: str, locale: str | None, deadline: float) -> None:
    """Raise `UsageError`, which says what to write, unless all of these can be used."""
    check_player(player)
    _check_id("realm", realm)
    if locale is not None and not _LOCALE.fullmatch(locale):
        raise UsageError(f"locale is a language tag such as 'en' or 'pt-BR', not {locale!r:.60}")
    if not deadline > 0:
        raise UsageError(f"deadline is a number of seconds above 0, not {deadline!r}")


def check_player(player: str) -> None:
    """Raise `UsageError` unless this can be the id of a player."""
    _check_id("player", player)


def _check_id(name: str, value: str) -> None:
    if not value or len(value) > MAX_ID:
        raise UsageError(f"{name} is an id of 1 to {MAX_ID} characters, not {value!r:.60}")
