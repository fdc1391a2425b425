"""The books of all players: read when they are asked for, saved, and forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from cachetools import LRUCache

from npcengine.quest.record.book import Book
from npcengine.quest.record.claims import Claims
from npcengine.stores.base import ValueStore, check_id
from npcengine.world.model import World

MAX_PLAYERS = 1_000
"""Of so many players the quests stay in memory; those of the others lie in the store."""


class Books:
    """Holds the books of players, and for each realm what its quests claim."""

    def __init__(self, world: World, store: ValueStore) -> None:
        self._world = world
        self._store = store
        self._books: WeakValueDictionary[tuple[str, str], Book] = WeakValueDictionary()
        self._recent: LRUCache[tuple[str, str], Book] = LRUCache(MAX_PLAYERS)
        self._claims: WeakValueDictionary[str, Claims] = WeakValueDictionary()
        """By realm; the books of a realm keep them."""
        self._unsaved: set[Book] = set()
        """Those of which saving was cut short, until it is done."""
        self._forgetting: dict[str, asyncio.Event] = {}
        """By player, what is set once they are forgotten."""

    def in_memory(self, player: str, realm: str) -> Book | None:
        """Return a book if it is in memory and was read."""
        book = self._books.get((player, realm))
        return book if book is not None and book.is_read else None

    async def taken(self, realm: str) -> frozenset[str]:
        """Return what there is only one of and an active quest of the realm has."""
        check_id("realm", realm)
        claims = self._claims_of(realm)
        await claims.read(self._store)
        return claims.taken()

    def forget(self, player: str) -> None:
        """Drop what is in memory of a player, and keep no more of it."""
        for key in [each for each in self._books if each[0] == player]:
            book = self._books.pop(key)
            book.is_forgotten = True
            self._recent.pop(key, None)
            self._unsaved.discard(book)
        for claims in self._claims.values():
            claims.drop(player)

    @asynccontextmanager
    async def forgetting(self, player: str) -> AsyncIterator[None]:
        """Forget a player, while the store does so within; whoever opens their books waits."""
        while player in self._forgetting:
            await self._forgetting[player].wait()
        over = self._forgetting[player] = asyncio.Event()
        changed = list(self._claims.values())  # which forgetting the books might end
        self.forget(player)
        try:
            yield
        finally:
            del self._forgetting[player]
            over.set()
        for claims in changed:
            await claims.save(self._store)

    async def aclose(self) -> None:
        """Let the store keep what it was not told yet."""
        for book in list(self._unsaved):
            await self._save(book)

    @asynccontextmanager
    async def opened(self, player: str, realm: str) -> AsyncIterator[Book]:
        """Give the book of a player to one at a time, and save what has changed in it."""
        check_id("player", player)
        check_id("realm", realm)
        while True:
            while player in self._forgetting:
                await self._forgetting[player].wait()
            book = self._book(player, realm)
            async with book.lock:
                if book.is_forgotten:
                    continue
                if not book.is_read:
                    await book.claims.read(self._store)
                    await book.read(self._store)
                try:
                    yield book
                finally:
                    await self._save(book)
                return

    def _book(self, player: str, realm: str) -> Book:
        key = player, realm
        book = self._books.get(key)
        if book is None:
            book = self._books[key] = Book(player, realm, self._claims_of(realm))
        self._recent[key] = book
        return book

    def _claims_of(self, realm: str) -> Claims:
        claims = self._claims.get(realm)
        if claims is None:
            claims = self._claims[realm] = Claims(realm, self._world)
        return claims

    async def _save(self, book: Book) -> None:
        if book.is_saved:
            return
        self._unsaved.add(book)
        await book.save(self._store)
        self._unsaved.discard(book)
