"""What a store must do. Everything kept belongs to a realm, a character and a player."""

from __future__ import annotations

from typing import Protocol

from npcengine.messages import Origin
from npcengine.turns import Turn


class ConversationStore(Protocol):
    """Keeps the turns of every conversation, the oldest of which it may drop."""

    async def read(self, origin: Origin) -> tuple[Turn, ...]:
        """Return the turns that are kept, oldest first."""

    async def append(self, origin: Origin, turn: Turn) -> None:
        """Keep one more turn."""

    async def forget(self, player: str) -> int:
        """Drop all that a player and any character said, in every realm; return how much."""
