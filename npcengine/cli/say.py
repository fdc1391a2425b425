"""`npcengine say`: one line, one answer."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer

from npcengine.cli.notes import Notes
from npcengine.cli.replies import plain
from npcengine.cli.screen import Screen
from npcengine.cli.terms import (
    PLAYER,
    AsJson,
    Deadline,
    Locale,
    Npc,
    Personas,
    Place,
    Player,
    Store,
    Time,
    cast_of,
    engine_of,
    is_offline,
    opened_store,
    terms_of,
)
from npcengine.cli.told import Facts, told_in
from npcengine.dialogue.terms import Terms
from npcengine.engine import NPCEngine
from npcengine.errors import InvalidLine
from npcengine.persona.model import Persona
from npcengine.prompt.speech import check_line
from npcengine.turns import Reply

_MAX_INPUT = 1_000_000
"""Characters that are read from stdin; what is longer is too long by far."""

Words = Annotated[
    list[str], typer.Argument(metavar="LINE...", help="What to say; `-` reads it from stdin.")
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Fail when no model can answer; no authored lines.")
]


def say(
    npc: Npc,
    words: Words,
    personas: Personas = None,
    player: Player = PLAYER,
    place: Place = "",
    time: Time = "",
    facts: Facts = None,
    locale: Locale = None,
    deadline: Deadline = None,
    store: Store = None,
    as_json: AsJson = False,
    strict: Strict = False,
) -> None:
    """Say one line to a character and write the answer."""
    notes, screen = Notes(), Screen()
    line = check_line(_read_line() if words == ["-"] else " ".join(words))
    cast = cast_of(personas)
    persona = cast[npc].in_locale(locale or "")
    terms = terms_of(player, place, time, told_in(facts), locale, deadline)
    terms["strict"] = strict
    engine = engine_of(cast, opened_store(store, screen))
    reply = asyncio.run(_reply(engine, persona, line, terms, None if as_json else screen))
    if as_json:
        screen.write_json(plain(reply))
    if not is_offline(engine):
        for note in notes.take():
            screen.warn(note)


async def _reply(
    engine: NPCEngine, persona: Persona, line: str, terms: Terms, screen: Screen | None
) -> Reply:
    async with engine:
        if screen is None:
            return await engine.say(persona.id, line, **terms)
        async with engine.stream(persona.id, line, **terms) as spoken:
            return await screen.speak(persona.name, spoken)


def _read_line() -> str:
    try:
        return sys.stdin.read(_MAX_INPUT).rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InvalidLine("the line on stdin is not UTF-8 text") from error
