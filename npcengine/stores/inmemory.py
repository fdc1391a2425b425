"""Conversations in memory, bounded in number and in length."""

from __future__ import annotations

from cachetools import LRUCache

from npcengine.messages import Origin
from npcengine.turns import Turn

MAX_CONVERSATIONS = 10_000
"""When one more begins, the one that was quiet for longest is dropped."""
MAX_TURNS = 64
"""A conversation that grows past them drops its older half at once, not one turn at a time,
so that the beginning of the prompt stays the same for many turns."""


class InMemoryConversations:
    """A `ConversationStore` that lives as long as the process."""

    def __init__(self) -> None:
        self._kept: LRUCache[Origin, tuple[Turn, ...]] = LRUCache(MAX_CONVERSATIONS)

    async def read(self, origin: Origin) -> tuple[Turn, ...]:
        """Return the turns that are kept, oldest first."""
        return self._kept.get(origin, ())

    async def append(self, origin: Origin, turn: Turn) -> None:
        """Keep one more turn."""
        turns = (*self._kept.get(origin, ()), turn)
        self._kept[origin] = turns if len(turns) <= MAX_TURNS else turns[MAX_TURNS // 2 :]

    async def forget(self, player: str) -> int:
        """Drop all that a player and any character said, in every realm; return how much."""
        theirs = [origin for origin in self._kept if origin.player == player]
        return sum(len(self._kept.pop(origin)) for origin in theirs)
