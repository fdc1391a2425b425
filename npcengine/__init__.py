"""Game characters that speak for themselves, within a frame budget."""

from npcengine.blocking.engine import BlockingEngine
from npcengine.blocking.pending import PendingLine
from npcengine.dialogue.line import Line
from npcengine.engine import NPCEngine
from npcengine.errors import (
    BackendError,
    ContentError,
    NPCEngineError,
    OutputError,
    UnknownNPC,
    UsageError,
)
from npcengine.hooks import AttemptFailed, TurnEnded
from npcengine.persona.cast import Cast
from npcengine.persona.loader import load_cast, load_persona
from npcengine.persona.model import Persona
from npcengine.settings import Settings
from npcengine.turns import Piece, Reply, Scene
from npcengine.version import __version__

__all__ = [
    "AttemptFailed",
    "BackendError",
    "BlockingEngine",
    "Cast",
    "ContentError",
    "Line",
    "NPCEngine",
    "NPCEngineError",
    "OutputError",
    "PendingLine",
    "Persona",
    "Piece",
    "Reply",
    "Scene",
    "Settings",
    "TurnEnded",
    "UnknownNPC",
    "UsageError",
    "__version__",
    "load_cast",
    "load_persona",
]
