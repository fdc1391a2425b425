"""The options that commands share, and the cast and the engine that they ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from npcengine.cli.screen import Screen
from npcengine.configuration import MEMORY
from npcengine.engine import NPCEngine, Terms
from npcengine.errors import StoreUnavailable, UsageError
from npcengine.persona.cast import Cast
from npcengine.persona.loader import load_cast
from npcengine.settings import Settings
from npcengine.stores.base import Store as AnyStore
from npcengine.stores.open import open_store
from npcengine.turns import Scene

Npc = Annotated[str, typer.Argument(metavar="NPC", help="The id of a persona.")]
Personas = Annotated[
    Path | None,
    typer.Option(
        metavar="PATH",
        help="The folder of the personas, or one file.  [default: as npcengine.yaml says, or "
        "personas]",
    ),
]
Store = Annotated[
    Path | None,
    typer.Option(
        metavar="PATH",
        help="The file in which conversations are kept, or `memory`.  [default: as npcengine.yaml "
        "says, or npcengine.db]",
    ),
]
Player = Annotated[str, typer.Option(metavar="ID", help="Who speaks to the character.")]
Place = Annotated[str, typer.Option(metavar="TEXT", help="Where they are.")]
Time = Annotated[str, typer.Option(metavar="TEXT", help="What time it is there.")]
Deadline = Annotated[
    float | None, typer.Option(metavar="SECONDS", help="The most time that a reply may take.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON, for machines.")]

PERSONAS = Path("personas")
STORE = Path("npcengine.db")
PLAYER = "player"
OFFLINE = "No GROQ_API_KEY or OPENAI_API_KEY is set: the characters speak their authored lines."


def personas_path(personas: Path | None) -> Path:
    """Return where the personas are: as the option says, the configuration, or the default."""
    return personas or Settings.from_env().personas or PERSONAS


def store_path(store: Path | None) -> Path:
    """Return where conversations are kept: as `personas_path` does. It may be `memory`."""
    return store or Path(Settings.from_env().store or STORE)


def opened_store(store: Path | None, screen: Screen) -> AnyStore:
    """Open where conversations are kept. Raises `StoreError`.

    Where nobody has asked for the file, the talk goes on without it.
    """
    path = store_path(store)
    try:
        return open_store(path)
    except StoreUnavailable as error:
        if path != STORE:
            raise
        screen.warn(f"{error}. What is said now will not be remembered.")
        return open_store(MEMORY)


def cast_of(personas: Path | None) -> Cast:
    """Load a cast. Raises `UsageError` when nothing is there, or `ContentError`."""
    path = personas_path(personas)
    try:
        path.stat()
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        problem = "" if missing else f" ({error.strerror})"
        raise UsageError(f"no personas in {str(path)!r}{problem}: pass --personas PATH") from error
    return load_cast(path)


def engine_of(personas: Path | None, store: AnyStore) -> NPCEngine:
    """Set up an engine as the environment says. Raises what `cast_of` does."""
    return NPCEngine.from_env(personas=cast_of(personas), store=store)


def terms_of(player: str, place: str, time: str, deadline: float | None) -> Terms:
    """Return the terms on which a player speaks."""
    terms = Terms(player=player, scene=Scene(place, time))
    if deadline is not None:
        terms["deadline"] = deadline
    return terms


def is_offline(engine: NPCEngine) -> bool:
    """Return True when there is no model that could be asked."""
    return not any(engine.routes.values())
