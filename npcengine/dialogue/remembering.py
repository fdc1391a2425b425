"""What an engine does with all that is remembered: forget it, save it, go back to a save."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

from npcengine.backend.chain import Tiers
from npcengine.backend.own import OwnTiers
from npcengine.dialogue.manager import DialogueManager
from npcengine.messages import Origin
from npcengine.persona.live import LiveCast
from npcengine.stores.base import Store, check_id

T = TypeVar("T")


class Remembering:
    """The verbs of an engine that are about its memory."""

    _store: Store
    _dialogue: DialogueManager
    _tiers: Tiers | OwnTiers
    _cast: LiveCast

    def _check_open(self) -> None:
        raise NotImplementedError

    def _forgetting_quests(self, player: str) -> AbstractAsyncContextManager[None]:
        raise NotImplementedError

    async def forget(self, player: str) -> int:
        """Forget everything that is kept of a player, in every realm; return how many turns.

        Raises `UsageError` for the id of nobody.
        """
        self._check_open()
        check_id("player", player)
        self._tiers.spending.forget(player)
        async with self._forgetting_quests(player):
            return await self._forgetting(
                lambda origin: origin.player == player, self._store.forget(player)
            )

    async def export(self, realm: str) -> bytes:
        """Return all that is remembered in a realm: a save slot, to keep and to `restore`."""
        self._check_open()
        check_id("realm", realm)
        return await self._store.export(realm)

    async def restore(self, realm: str, save: bytes) -> None:
        """Put a save in place of all that is remembered in a realm, or change nothing.

        Raises:
            SaveTooOld, SaveTooNew, SaveCorrupt, StoreUnavailable: It cannot be done.
        """
        self._check_open()
        check_id("realm", realm)
        await self._forgetting(
            lambda origin: origin.realm == realm, self._store.restore(realm, save)
        )

    async def _forgetting(self, whose: Callable[[Origin], bool], work: Awaitable[T]) -> T:
        self._dialogue.disregard(whose)
        try:
            return await work
        finally:  # also when the store raises after it forgot
            self._dialogue.disregard(whose)  # what began meanwhile may know what is forgotten
            self._cast.now.forget()
            self._tiers.forget()
            self._cast.now.forget()
