"""A player's quest as the journal has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from npcengine.quest.model import Outcome, Quest
from npcengine.quest.progress import Progress, Status

NOT_BEGUN = Progress()
"""How far a player is with a quest that is only offered."""

Change = Literal[
    "nothing",  # it is as it was
    "offered",
    "accepted",
    "declined",
    "abandoned",
    "refused",  # it was offered, and cannot be done any more
    "advanced",  # something was done or counted
    "completed",
    "failed",
    "recast",  # others play the parts of those who are gone, or something else is given
]
"""What just happened to a quest."""


@dataclass(frozen=True, slots=True)
class Entry:
    """How one player stands with one quest."""

    quest: Quest
    player: str
    realm: str
    progress: Progress = NOT_BEGUN
    reason: str = ""
    """Why it was refused, or has failed; empty for what the quest's own rules say."""
    change: Change = "nothing"
    """What the verb that returned this entry changed."""
    done: tuple[str, ...] = ()
    """The objectives that were done by that."""

    @property
    def status(self) -> Status:
        """Whether it is offered, active, completed, failed or abandoned."""
        return self.progress.status

    @property
    def is_over(self) -> bool:
        """Whether nothing can change any more."""
        return self.status not in ("offered", "active")

    @property
    def outcome(self) -> Outcome | None:
        """How it ended well, with what is given for that; None unless it is completed."""
        ends = (each for each in self.quest.outcomes if each.id == self.progress.outcome)
        return next(ends, None)
