"""`npcengine say`: one line, one answer."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict, replace
from typing import Annotated

import typer

from npcengine.cli.notes import Notes
from npcengine.cli.screen import Screen
from npcengine.cli.terms import (
    PLAYER,
    AsJson,
    Deadline,
    Npc,
    Personas,
    Place,
    Player,
    Store,
    Time,
    engine_of,
    is_offline,
    opened_store,
    terms_of,
)
from npcengine.engine import NPCEngine, Terms
from npcengine.errors import InvalidLine
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
    deadline: Deadline = None,
    store: Store = None,
    as_json: AsJson = False,
    strict: Strict = False,
) -> None:
    """Say one line to a character and write the answer."""
    notes, screen = Notes(), Screen()
    line = _read_line() if words == ["-"] else " ".join(words)
    engine = engine_of(personas, opened_store(store, screen))
    terms = terms_of(player, place, time, deadline)
    terms["strict"] = strict
    reply = asyncio.run(_reply(engine, npc, line, terms, None if as_json else screen))
    if as_json:
        screen.write_json(_plain(reply))
    if not is_offline(engine):
        for note in notes.take():
            screen.warn(note)


async def _reply(
    engine: NPCEngine, npc: str, line: str, terms: Terms, screen: Screen | None
) -> Reply:
    async with engine:
        if screen is None:
            return await engine.say(npc, line, **terms)
        async with engine.stream(npc, line, **terms) as spoken:
            return await screen.speak(engine.cast[npc].name, spoken)


def _read_line() -> str:
    try:
        return sys.stdin.read(_MAX_INPUT).rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InvalidLine("the line on stdin is not UTF-8 text") from error


def _plain(reply: Reply) -> dict[str, object]:
    error = str(reply.error) if reply.error else None
    return asdict(replace(reply, error=None)) | {"error": error}
