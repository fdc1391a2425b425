"""A store in memory, bounded in the number of what it keeps and in its length."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from cachetools import LRUCache, TLRUCache

from npcengine.clock import Clock, SystemClock
from npcengine.errors import StoreUnavailable
from npcengine.messages import Origin
from npcengine.stores.base import check_conversation, check_value, with_turn
from npcengine.stores.save import checked, dump, load
from npcengine.stores.values import NOTHING, Key, Value, added, fresh, number
from npcengine.turns import Turn

MAX_CONVERSATIONS = 10_000
"""When one more begins, the one that was quiet for longest is dropped."""
MAX_VALUES = 50_000
"""When there is one more, the one that was not asked for for longest is dropped."""


class _Whose(NamedTuple):
    """Whose a conversation is. It is looked up several times a turn, and quicker than `Origin`."""

    realm: str
    npc: str
    player: str


def _whose(origin: Origin) -> _Whose:
    return _Whose(origin.realm, origin.npc, origin.player)


class InMemoryStore:
    """A `Store` that lives as long as the process."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._kept: LRUCache[_Whose, tuple[Turn, ...]] = LRUCache(MAX_CONVERSATIONS)
        self._values: TLRUCache[Key, Value] = TLRUCache(
            MAX_VALUES, ttu=lambda _, value, __: value.until, timer=self._clock.wall
        )

    async def read(self, origin: Origin) -> tuple[Turn, ...]:
        """Return the turns that are kept, oldest first."""
        return self._kept.get(_whose(origin), ())

    async def append(self, origin: Origin, turn: Turn) -> None:
        """Keep one more turn."""
        check_conversation(origin)
        key = _whose(origin)
        self._kept[key] = with_turn(self._kept.get(key, ()), checked(turn))

    async def value(self, origin: Origin, name: str) -> str | None:
        """Return a value; None if there is none, or its time is over."""
        return self._values.get((origin, name), NOTHING).at(self._clock.wall())

    async def put(self, origin: Origin, name: str, value: str, until: float) -> None:
        """Keep a value until a moment in seconds since the epoch."""
        self._keep((origin, name), fresh(value, self._clock.wall(), until))

    async def add(self, origin: Origin, name: str, amount: float, until: float) -> float:
        """Add to a counter, and return where it stands."""
        before = self._values.get((origin, name), NOTHING)
        after = added(before, amount, self._clock.wall(), until)
        self._keep((origin, name), after)
        return number(after.text)

    def _keep(self, key: Key, value: Value) -> None:
        check_value(*key)
        self._values.pop(key, None)  # one that is over already would not replace it
        self._values[key] = value

    async def forget(self, player: str) -> int:
        """Drop all that a player said, and the player's values; return how many turns."""
        for key in [each for each in self._values if each[0].player == player]:
            self._values.pop(key, None)
        theirs = [key for key in self._kept if key.player == player]
        return sum(len(self._kept.pop(key)) for key in theirs)

    async def export(self, realm: str) -> bytes:
        """Return all conversations of a realm, as they are now."""
        kept = {(k.npc, k.player): turns for k, turns in self._kept.items() if k.realm == realm}
        return await asyncio.to_thread(dump, kept)

    async def restore(self, realm: str, save: bytes) -> None:
        """Put what was exported in place of all conversations of a realm, or change nothing."""
        conversations = await asyncio.to_thread(load, save)
        replaced = [each for each in self._kept if each.realm == realm]
        room = MAX_CONVERSATIONS - len(self._kept) + len(replaced)
        if len(conversations) > room:
            raise StoreUnavailable(
                "memory",
                f"a save of {len(conversations):,} conversations, and room for {room:,}: "
                "keep them in a file, with store=PATH",
            )
        for key in replaced:
            del self._kept[key]
        for (npc, player), turns in conversations.items():
            self._kept[_Whose(realm, npc, player)] = turns

    async def aclose(self) -> None:
        """Nothing to let go of."""
