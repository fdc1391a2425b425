"""The options that commands share, and the cast and the engine that they ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from npcengine.engine import DEADLINE, NPCEngine
from npcengine.errors import UsageError
from npcengine.persona.cast import Cast
from npcengine.persona.loader import load_cast
from npcengine.stores.base import ConversationStore

Npc = Annotated[str, typer.Argument(metavar="NPC", help="The id of a persona.")]
Personas = Annotated[
    Path, typer.Option(metavar="PATH", help="The folder of the personas, or one file.")
]
Player = Annotated[str, typer.Option(metavar="ID", help="Who speaks to the character.")]
Place = Annotated[str, typer.Option(metavar="TEXT", help="Where they are.")]
Time = Annotated[str, typer.Option(metavar="TEXT", help="What time it is there.")]
Deadline = Annotated[
    float, typer.Option(metavar="SECONDS", help="The most time that a reply may take.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON, for machines.")]

PERSONAS = Path("personas")
PLAYER = "player"
PATIENCE = DEADLINE
OFFLINE = "No GROQ_API_KEY or OPENAI_API_KEY is set: the characters speak their authored lines."


def cast_of(personas: Path) -> Cast:
    """Load a cast. Raises `UsageError` when nothing is there, or `ContentError`."""
    try:
        personas.stat()
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        problem = "" if missing else f" ({error.strerror})"
        raise UsageError(
            f"no personas in {str(personas)!r}{problem}: pass --personas PATH"
        ) from error
    return load_cast(personas)


def engine_of(personas: Path, store: ConversationStore | None = None) -> NPCEngine:
    """Set up an engine as the environment says. Raises what `cast_of` does."""
    return NPCEngine.from_env(personas=cast_of(personas), store=store)


def is_offline(engine: NPCEngine) -> bool:
    """Return True when there is no model that could be asked."""
    return not any(engine.routes.values())
