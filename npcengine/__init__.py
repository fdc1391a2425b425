"""Game characters that speak for themselves, within a frame budget."""

from npcengine.backend.meter import Spent, estimate_cost
from npcengine.backend.models import choose_tier
from npcengine.blocking.engine import BlockingEngine
from npcengine.blocking.pending import PendingLine
from npcengine.configuration import Budget, Budgets
from npcengine.dialogue.crowd import Saying
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
from npcengine.hooks import AttemptEnded, AttemptFailed, BudgetReached, TurnEnded
from npcengine.persona.cast import Cast
from npcengine.persona.loader import load_cast, load_persona
from npcengine.persona.model import Persona
from npcengine.settings import Settings
from npcengine.turns import Piece, Reply, Scene
from npcengine.version import __version__

__all__ = [
    "AttemptEnded",
    "AttemptFailed",
    "BackendError",
    "BlockingEngine",
    "Budget",
    "BudgetReached",
    "Budgets",
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
    "Saying",
    "Scene",
    "Settings",
    "Spent",
    "TurnEnded",
    "UnknownNPC",
    "UsageError",
    "__version__",
    "choose_tier",
    "estimate_cost",
    "load_cast",
    "load_persona",
]
