"""Conversations in memory, bounded in number and in length."""

from __future__ import annotations

import asyncio

from cachetools import LRUCache

from npcengine.messages import Origin
from npcengine.stores.base import with_turn
from npcengine.stores.save import dump, load
from npcengine.turns import Turn

MAX_CONVERSATIONS = 10_000
"""When one more begins, the one that was quiet for longest is dropped."""


class InMemoryConversations:
    """A `ConversationStore` that lives as long as the process."""

    def __init__(self) -> None:
        self._kept: LRUCache[Origin, tuple[Turn, ...]] = LRUCache(MAX_CONVERSATIONS)

    async def read(self, origin: Origin) -> tuple[Turn, ...]:
        """Return the turns that are kept, oldest first."""
        return self._kept.get(origin, ())

    async def append(self, origin: Origin, turn: Turn) -> None:
        """Keep one more turn."""
        self._kept[origin] = with_turn(self._kept.get(origin, ()), turn)

    async def forget(self, player: str) -> int:
        """Drop all that a player and any character said, in every realm; return how much."""
        theirs = [origin for origin in self._kept if origin.player == player]
        return sum(len(self._kept.pop(origin)) for origin in theirs)

    async def export(self, realm: str) -> bytes:
        """Return all conversations of a realm, as they are now."""
        kept = {(o.npc, o.player): turns for o, turns in self._kept.items() if o.realm == realm}
        return await asyncio.to_thread(dump, kept)

    async def restore(self, realm: str, save: bytes) -> None:
        """Put what was exported in place of all conversations of a realm, or change nothing."""
        conversations = await asyncio.to_thread(load, save)
        for origin in [each for each in self._kept if each.realm == realm]:
            del self._kept[origin]
        for (npc, player), turns in conversations.items():
            self._kept[Origin(realm, npc, player)] = turns

    async def aclose(self) -> None:
        """Nothing to let go of."""
