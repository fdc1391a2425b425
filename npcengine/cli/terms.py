"""The options that commands share, and the cast and the engine that they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from npcengine.cli.screen import Screen
from npcengine.configuration import MEMORY
from npcengine.dialogue.terms import Terms
from npcengine.engine import NPCEngine
from npcengine.errors import StoreUnavailable, UsageError
from npcengine.persona.cast import Cast
from npcengine.persona.loader import load_cast
from npcengine.settings import Settings, from_home
from npcengine.stores.base import Store as AnyStore
from npcengine.stores.open import open_store
from npcengine.turns import Fact, Scene

Npc = Annotated[str, typer.Argument(metavar="NPC", help="The id of a persona.")]
Personas = Annotated[
    Path | None,
    typer.Option(
        metavar="PATH",
        help="The folder of the personas, or one file.  [default: as npcengine.yaml says, or "
        "personas]",
    ),
]
# Text, because a `Path` has forgotten that somebody wrote `./memory`.
Store = Annotated[
    str | None,
    typer.Option(
        metavar="PATH",
        help="The file in which conversations are kept, or `memory`.  [default: as npcengine.yaml "
        "says, or npcengine.db]",
    ),
]
Player = Annotated[str, typer.Option(metavar="ID", help="Who speaks to the character.")]
Place = Annotated[str, typer.Option(metavar="TEXT", help="Where they are.")]
Time = Annotated[str, typer.Option(metavar="TEXT", help="What time it is there.")]
Locale = Annotated[
    str | None,
    typer.Option(metavar="CODE", help="The player's language.  [default: the character's own]"),
]
Deadline = Annotated[
    float | None, typer.Option(metavar="SECONDS", help="The most time that a reply may take.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON, for machines.")]

PERSONAS = Path("personas")
STORE = "npcengine.db"
PLAYER = "player"
OFFLINE = "No GROQ_API_KEY or OPENAI_API_KEY is set: the characters speak their authored lines."


def personas_path(personas: Path | None) -> Path:
    """Return where the personas are: as the option says, the configuration, or the default."""
    return personas or Settings.from_env().personas or PERSONAS


def store_path(store: str | None) -> str:
    """Return where conversations are kept, as `personas_path` does: a path, or `memory`."""
    return _wanted(store) or STORE


def store_file(store: str | None) -> Path:
    """Return the file in which conversations are kept. Raises `UsageError` if there is none."""
    path = store_path(store)
    if path == MEMORY:
        raise UsageError("memory has no history, as it ends with its program: pass --store FILE")
    return Path(path)


def _wanted(store: str | None) -> str | None:
    """Return what somebody asked for, in the option or the configuration."""
    return from_home(store) if store else Settings.from_env().store


def opened_store(store: str | None, screen: Screen) -> AnyStore:
    """Open where conversations are kept. Raises `StoreError`.

    Where nobody has asked for the file, the talk goes on without it.
    """
    wanted = _wanted(store)
    try:
        return open_store(wanted or STORE)
    except StoreUnavailable as error:
        if wanted:
            raise
        screen.warn(f"{error}. What is said now will not be remembered.")
        return open_store(MEMORY)


def cast_of(personas: Path | None) -> Cast:
    """Load a cast. Raises `UsageError` when nothing is there, or `ContentError`."""
    return load_cast(found_personas(personas))


def found_personas(personas: Path | None) -> Path:
    """Return where the personas are. Raises `UsageError` when nothing is there."""
    path = personas_path(personas)
    try:
        path.stat()
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        problem = "" if missing else f" ({error.strerror})"
        raise UsageError(f"no personas in {str(path)!r}{problem}: pass --personas PATH") from error
    return path


def engine_of(cast: Cast, store: AnyStore) -> NPCEngine:
    """Set up an engine as the environment says."""
    return NPCEngine.from_env(personas=cast, store=store)


def terms_of(
    player: str,
    place: str,
    time: str,
    facts: Mapping[str, Fact],
    locale: str | None,
    deadline: float | None = None,
) -> Terms:
    """Return the terms on which a player speaks."""
    terms = Terms(player=player, scene=Scene(place, time, facts=facts), locale=locale)
    if deadline is not None:
        terms["deadline"] = deadline
    return terms


def is_offline(engine: NPCEngine) -> bool:
    """Return True when there is no model that could be asked."""
    return not any(engine.routes.values())
