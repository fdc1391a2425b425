"""Game characters that speak for themselves and hand out quests, within a frame budget."""

import importlib
import typing

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

if typing.TYPE_CHECKING:
    from npcengine.quest.brief import QuestBrief
    from npcengine.quest.check import check
    from npcengine.quest.events import Event, events_of
    from npcengine.quest.loader import load_quest
    from npcengine.quest.maker import NoQuest
    from npcengine.quest.model import Quest
    from npcengine.quest.reading.parse import ParsedQuest, parse_quest
    from npcengine.quest.record.entry import Entry
    from npcengine.quest.repair.steps import check_steps, repair_steps
    from npcengine.quest.telling.readable import readable
    from npcengine.world.loader import load_world
    from npcengine.world.model import World
    from npcengine.world.state import State
    from npcengine.world.verbs import Refusal, perform

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
    "Entry",
    "Event",
    "Line",
    "NPCEngine",
    "NPCEngineError",
    "NoQuest",
    "OutputError",
    "ParsedQuest",
    "PendingLine",
    "Persona",
    "Piece",
    "Quest",
    "QuestBrief",
    "Refusal",
    "Reply",
    "Saying",
    "Scene",
    "Settings",
    "Spent",
    "State",
    "TurnEnded",
    "UnknownNPC",
    "UsageError",
    "World",
    "__version__",
    "check",
    "check_steps",
    "choose_tier",
    "estimate_cost",
    "events_of",
    "load_cast",
    "load_persona",
    "load_quest",
    "load_world",
    "parse_quest",
    "perform",
    "readable",
    "repair_steps",
]

_QUESTS = {
    "Entry": "quest.record.entry",
    "Event": "quest.events",
    "NoQuest": "quest.maker",
    "ParsedQuest": "quest.reading.parse",
    "Quest": "quest.model",
    "QuestBrief": "quest.brief",
    "Refusal": "world.verbs",
    "State": "world.state",
    "World": "world.model",
    "check": "quest.check",
    "check_steps": "quest.repair.steps",
    "events_of": "quest.events",
    "load_quest": "quest.loader",
    "load_world": "world.loader",
    "parse_quest": "quest.reading.parse",
    "perform": "world.verbs",
    "readable": "quest.telling.readable",
    "repair_steps": "quest.repair.steps",
}
"""What is loaded when it is first asked for: a game without quests does not wait for it."""


def __getattr__(name: str) -> object:
    if name not in _QUESTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(f"{__name__}.{_QUESTS[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
