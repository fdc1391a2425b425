"""What is asked of the engine when a quest is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from npcengine.content.model import Locale
from npcengine.quest.model import Difficulty
from npcengine.world.model import Motive

Mode = Literal["fast", "rich", "model_first", "plain"]
MAX_THEME = 400
"""Characters of a theme that count."""
MODES: tuple[Mode, ...] = ("fast", "rich", "model_first", "plain")


@dataclass(frozen=True, slots=True)
class QuestBrief:
    """Who shall hand out a quest, to whom, and what it should be like."""

    giver: str
    """The id of a person of the world."""
    player: str = ""
    """The id of the player; empty for nobody in particular."""
    theme: str = ""
    """What it should be about: `a missing caravan`. Words, never an instruction; the first 400
    characters count."""
    difficulty: Difficulty = "medium"
    motive: Motive | None = None
    """Why the giver asks; None for what moves them by nature."""
    locale: Locale = "en"
    mode: Mode = "fast"
    """`fast`: a model picks and titles it. `rich`: it writes all texts. `model_first`: it proposes
    objectives that are then completed and proved. `plain`: no model is asked."""
    seed: int = 0
    """Another seed makes another quest, where there is one."""
