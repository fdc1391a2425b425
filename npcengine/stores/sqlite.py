"""A store in a file: what is quiet lies on the disk, what is recent is also in memory."""

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

from npcengine.clock import Clock, SystemClock
from npcengine.errors import StoreUnavailable, UsageError
from npcengine.messages import Origin
from npcengine.stores.archive import Archive
from npcengine.stores.base import check_conversation, check_value, with_turn
from npcengine.stores.database import Database
from npcengine.stores.save import RealmTurns, checked, load
from npcengine.stores.shelf import K, Shelf, V
from npcengine.stores.values import Key, Value, added, fresh, number
from npcengine.turns import Turn

T = TypeVar("T")

RECENT_TURNS = 50_000
"""How many turns of recent conversations stay in memory."""
RECENT_VALUES = 10_000
"""How many recent values stay in memory."""


class SqliteStore:
    """A `Store` in one file of SQLite, for one process at a time.

    All that touches the file happens in one thread, in the order in which it was asked for.
    What waits for that thread is written in one transaction.
    """

    def __init__(self, path: str | PathLike[str], clock: Clock | None = None) -> None:
        """Open a file, or begin it, with its folder. It blocks meanwhile.

        Raises:
            SaveTooOld, SaveTooNew, SaveCorrupt, StoreUnavailable: It cannot be used, and was
                left as it is.
        """
        # Links are followed, so that two names of one file have one lock.
        self._path = Path(path).resolve()
        self._clock = clock or SystemClock()
        self._process = os.getpid()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="npcengine-store")
        try:
            self._database = self._thread.submit(Database, self._path).result()
        except BaseException:
            self._thread.shutdown(wait=False)
            raise
        self._turns: Shelf[Origin, tuple[Turn, ...]] = Shelf(
            self._database.read, LRUCache(RECENT_TURNS, getsizeof=lambda turns: len(turns) + 1)
        )
        self._values: Shelf[Key, Value] = Shelf(self._database.value, LRUCache(RECENT_VALUES))
        self._lock = Lock()
        """For the next two, which two threads touch; never held while anything waits."""
        self._waiting: list[Callable[[], None]] = []
        self._writing: asyncio.Future[None] | None = None
        """Is going to do and to write all that waits."""
        self._closing: asyncio.Future[None] | None = None

    async def read(self, origin: Origin) -> tuple[Turn, ...]:
        """Return the turns that are kept, oldest first."""
        return await self._load(self._turns, origin)

    async def append(self, origin: Origin, turn: Turn) -> None:
        """Keep one more turn.

        Raises:
            StoreUnavailable: It is not on the disk. It is remembered, and written as soon as
                something else can be.
            SaveCorrupt: The file is damaged there.
            UsageError: It cannot be kept, or not under these ids.
        """
        check_conversation(origin)
        kept = checked(turn)
        await self._change(self._turns, origin, lambda turns: with_turn(turns, kept))

    async def value(self, origin: Origin, name: str) -> str | None:
        """Return a value; None if there is none, or its time is over."""
        return (await self._load(self._values, (origin, name))).at(self._clock.wall())

    async def put(self, origin: Origin, name: str, value: str, until: float) -> None:
        """Keep a value until a moment in seconds since the epoch. Raises what `append` raises."""
        check_value(origin, name)
        begun = fresh(value, self._clock.wall(), until)
        await self._change(self._values, (origin, name), lambda _: begun)

    async def add(self, origin: Origin, name: str, amount: float, until: float) -> float:
        """Add to a counter, and return where it stands. Raises what `append` raises."""
        check_value(origin, name)
        now = self._clock.wall()
        stands = await self._change(
            self._values, (origin, name), lambda value: added(value, amount, now, until)
        )
        return number(stands.text)

    async def forget(self, player: str) -> int:
        """Drop all that a player said, and the player's values; return how many turns."""
        return await self._soon(lambda: self._forget(player))

    async def export(self, realm: str) -> bytes:
        """Return all conversations of a realm, as they are now."""
        await self._soon(self._save)
        return await asyncio.to_thread(self._export, realm)

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

    async def _load(self, shelf: Shelf[K, V], key: K) -> V:
        self._check_open()
        recent = shelf.recent(key)
        return await self._soon(lambda: shelf.load(key)) if recent is None else recent

    async def _change(self, shelf: Shelf[K, V], key: K, change: Callable[[V], V]) -> V:
        """Have a change made and written with all others that wait; return what came of it."""
        outcome: list[V | Exception] = []

        def work() -> None:
            try:
                outcome.append(shelf.change(key, change))
            except Exception as error:  # is for this caller alone, not for all who wait
                outcome.append(error)

        with self._lock:
            if self._writing is None:
                self._writing = self._soon(self._write)
            self._waiting.append(work)
            writing = self._writing
        await asyncio.shield(writing)
        if isinstance(outcome[0], Exception):
            raise outcome[0]
        return outcome[0]

    def _soon(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """Have work done in the thread of the file, after all that was asked for before."""
        self._check_open()
        return asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _check_open(self) -> None:
        if os.getpid() != self._process:
            raise UsageError(
                "the store was opened before os.fork(), and its thread lives in the parent: "
                "open another file in the child"
            )
        if self._closing is not None:
            raise UsageError("the store is closed: open it again")

    # What follows runs in the thread of the file.

    def _write(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, []
            self._writing = None
        for work in waiting:
            work()
        self._save()

    def _save(self) -> None:
        """Write what is not on the disk.

        What cannot be written now is tried again with the next change. Where the file is damaged
        that is of no use; and a conversation is written as a whole with its own next turn.
        """
        turns, values = self._turns, self._values
        if not (turns.unsaved or values.unsaved):
            return
        try:
            self._database.write(turns.unsaved, values.unsaved, self._clock.wall())
        except StoreUnavailable:
            turns.shorten()
            values.shorten()
            raise
        except BaseException:
            turns.saved()
            values.saved()
            raise
        turns.saved()
        values.saved()

    def _forget(self, player: str) -> int:
        self._save()
        turns = self._database.forget(player)
        # At once, so that nothing that may fail stands between the two.
        self._turns.drop(lambda origin: origin.player == player)
        self._values.drop(lambda key: key[0].player == player)
        self._database.empty_log()
        return turns

    def _restore(self, realm: str, conversations: RealmTurns) -> None:
        self._save()
        self._database.replace(realm, conversations)
        self._turns.drop(lambda origin: origin.realm == realm)

    def _close(self) -> None:
        try:
            self._save()
        finally:
            self._database.close()

    # This runs in any other thread, through a connection of its own that holds nobody up.

    def _export(self, realm: str) -> bytes:
        with Archive(self._path) as archive:
            return archive.export(realm)
