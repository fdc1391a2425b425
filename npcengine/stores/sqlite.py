"""Conversations in a file: the quiet ones lie on the disk, the recent ones are also in memory."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from os import PathLike
from pathlib import Path
from threading import Lock
from typing import TypeVar

from cachetools import LRUCache

from npcengine.errors import StoreError, StoreUnavailable, UsageError
from npcengine.messages import Origin
from npcengine.stores.base import with_turn
from npcengine.stores.database import Database, conversations_of
from npcengine.stores.save import Conversations, dump, load
from npcengine.turns import Turn

T = TypeVar("T")

RECENT_TURNS = 50_000
"""How many turns of recent conversations stay in memory."""
MAX_UNSAVED = 1_000
"""How many conversations wait in memory while the disk cannot be written."""


class SqliteConversations:
    """A `ConversationStore` in one file of SQLite, for one process at a time.

    All that touches the file happens in one thread, in the order in which it was asked for.
    Turns that wait for that thread are written in one transaction.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        """Open a file, or begin it, with its folder.

        Raises:
            SaveTooOld, SaveTooNew, SaveCorrupt, StoreUnavailable: It cannot be used, and was
                left as it is.
        """
        # Links are followed, so that two names of one file have one lock.
        self._path = Path(path).resolve()
        self._process = os.getpid()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="npcengine-store")
        try:
            self._database = self._thread.submit(Database, self._path).result()
        except BaseException:
            self._thread.shutdown(wait=False)
            raise
        self._lock = Lock()
        """For the next three, which two threads touch; never held while anything waits."""
        self._recent: LRUCache[Origin, tuple[Turn, ...]] = LRUCache(
            RECENT_TURNS, getsizeof=lambda turns: len(turns) + 1
        )
        self._waiting: list[tuple[Origin, Turn]] = []
        self._writing: asyncio.Future[None] | None = None
        """Is going to write all that waits."""
        self._unsaved: dict[Origin, tuple[Turn, ...]] = {}
        """Conversations as they have to be on the disk, and are not yet."""
        self._closing: asyncio.Future[None] | None = None

    async def read(self, origin: Origin) -> tuple[Turn, ...]:
        """Return the turns that are kept, oldest first."""
        with self._lock:
            turns = self._recent.get(origin)
        return await self._soon(lambda: self._load(origin)) if turns is None else turns

    async def append(self, origin: Origin, turn: Turn) -> None:
        """Keep one more turn.

        Raises:
            StoreUnavailable: It is not on the disk. It is remembered, and written as soon as
                another turn can be.
            SaveCorrupt: The file is damaged there.
        """
        await self.read(origin)  # fails for this conversation alone, not for all that wait
        with self._lock:
            if self._writing is None:
                self._writing = self._soon(self._write)
            self._waiting.append((origin, turn))
            writing = self._writing
        await asyncio.shield(writing)

    async def forget(self, player: str) -> int:
        """Drop all that a player and any character said, in every realm; return how much."""
        return await self._soon(lambda: self._forget(player))

    async def export(self, realm: str) -> bytes:
        """Return all conversations of a realm, as they are now."""
        await self._soon(self._save)
        return await asyncio.to_thread(lambda: dump(conversations_of(self._path, realm)))

    async def restore(self, realm: str, save: bytes) -> None:
        """Put what was exported in place of all conversations of a realm, or change nothing."""
        conversations = await asyncio.to_thread(load, save)
        await self._soon(lambda: self._restore(realm, conversations))

    async def aclose(self) -> None:
        """Write what is not yet written, and let go of the file. A second call does nothing.

        Raises:
            StoreUnavailable: Something could not be written, and is lost.
        """
        if self._closing is None:
            self._closing = self._soon(self._close)
            self._thread.shutdown(wait=False)
        await asyncio.shield(self._closing)

    def _soon(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """Have work done in the thread of the file, after all that was asked for before."""
        if os.getpid() != self._process:
            raise UsageError(
                "the store was opened before os.fork(), and its thread lives in the parent: "
                "open another file in the child"
            )
        if self._closing is not None:
            raise UsageError("the store is closed: open it again")
        return asyncio.get_running_loop().run_in_executor(self._thread, work)

    # What follows runs in the thread of the file. Only there is what is in memory changed, and
    # in the order in which the file is, so that the two cannot disagree.

    def _load(self, origin: Origin) -> tuple[Turn, ...]:
        with self._lock:
            turns = self._recent.get(origin)
        if turns is None:
            turns = self._unsaved.get(origin)
        if turns is None:
            turns = self._database.read(origin)
        self._note(origin, turns)
        return turns

    def _note(self, origin: Origin, turns: tuple[Turn, ...]) -> None:
        with self._lock:
            self._recent[origin] = turns

    def _write(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, []
            self._writing = None
        problem: StoreError | None = None
        for origin, turn in waiting:
            try:
                turns = with_turn(self._load(origin), turn)
            except StoreError as error:
                problem = error
            else:
                self._note(origin, turns)
                self._unsaved[origin] = turns
        self._save()
        if problem is not None:
            raise problem

    def _save(self) -> None:
        """Write what is not on the disk.

        What cannot be written now is tried again with the next turn. Where the file is damaged
        that is of no use; and a conversation is written as a whole with its own next turn.
        """
        if not self._unsaved:
            return
        try:
            self._database.write(self._unsaved)
        except StoreUnavailable:
            for origin in list(self._unsaved)[:-MAX_UNSAVED]:
                del self._unsaved[origin]
            raise
        except BaseException:
            self._unsaved.clear()
            raise
        self._unsaved.clear()

    def _forget(self, player: str) -> int:
        self._save()
        turns = self._database.forget(player)
        self._drop(lambda origin: origin.player == player)
        return turns

    def _restore(self, realm: str, conversations: Conversations) -> None:
        self._save()
        self._database.replace(realm, conversations)
        self._drop(lambda origin: origin.realm == realm)

    def _drop(self, gone: Callable[[Origin], bool]) -> None:
        with self._lock:
            for origin in [each for each in self._recent if gone(each)]:
                del self._recent[origin]

    def _close(self) -> None:
        try:
            self._save()
        finally:
            self._database.close()
