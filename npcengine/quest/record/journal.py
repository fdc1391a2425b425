"""What quests players have, and how far they are: the record that the engine keeps.

Nothing that anybody says changes it. A quest ends well when the game has told of every event
that one of its outcomes needs, and in no other way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace

from npcengine.errors import UsageError
from npcengine.quest.events import KINDS, Event
from npcengine.quest.model import Quest
from npcengine.quest.planning.strategy import Strategies
from npcengine.quest.record.book import Book
from npcengine.quest.record.books import Books
from npcengine.quest.record.entry import Entry
from npcengine.quest.record.recheck import Recheck, changed
from npcengine.quest.record.reminding import note
from npcengine.stores.base import ValueStore, check_id
from npcengine.turns import Fact
from npcengine.world.index import Index

MOST = 10**15
"""No event has a number that is larger: beyond it, one more is no more."""


class Journal:
    """The quests of all players of one world. One belongs to one event loop.

    Every verb raises `UsageError` for ids that cannot be kept and quests that the player does not
    have, and `StoreError` where what is kept cannot be read. What a store fails to write is told
    in the log; the journal goes on with it. `told` are the facts of the world as they are now.
    """

    def __init__(self, index: Index, store: ValueStore, strategies: Strategies) -> None:
        self._index = index
        self._recheck = Recheck(index, strategies)
        self._books = Books(index.world, store)

    async def offer(self, quest: Quest, player: str, realm: str) -> Entry:
        """Note that a quest was offered. One that the player has or has finished stays as it is."""
        async with self._books.opened(player, realm) as book:
            if quest.id in book.unread:
                raise book.unread[quest.id]
            before = book.entries.get(quest.id)
            if before is not None and before.status in ("offered", "active", "completed"):
                return before
            book.make_room()
            entry = Entry(quest, player, realm, change="offered")
            return _kept(book, entry)

    async def accept(
        self, quest_id: str, player: str, told: Mapping[str, Fact], realm: str
    ) -> Entry:
        """Begin a quest that is offered, if it can be finished in the world as it is now.

        The entry says what came of it: `accepted`; `recast`, where others play the parts of those
        who are gone, or something else is given; or `refused`, with the reason. One that is not
        offered stays as it is.
        """
        async with self._books.opened(player, realm) as book:
            entry = book.entry(quest_id)
            if entry.status != "offered":
                return entry
            async with book.claims.besides(player, quest_id) as taken:
                return _kept(book, await self._recheck.accepted(entry, told, taken))

    async def decline(self, quest_id: str, player: str, realm: str) -> Entry:
        """Note that a quest that is offered is not wanted. Any other stays as it is."""
        async with self._books.opened(player, realm) as book:
            entry = book.entry(quest_id)
            if entry.status != "offered":
                return entry
            progress = replace(entry.progress, status="abandoned")
            return _kept(book, replace(entry, progress=progress, change="declined"))

    async def abandon(self, quest_id: str, player: str, realm: str) -> Entry:
        """Give up a quest that is active. Any other stays as it is."""
        async with self._books.opened(player, realm) as book:
            entry = book.entry(quest_id)
            if entry.status != "active":
                return entry
            progress = book.tracker(entry, self._index.world).abandon(entry.progress)
            return _kept(book, replace(entry, progress=progress, change="abandoned"))

    async def advance(
        self,
        event: Event,
        players: Iterable[str],
        realm: str,
        told: Mapping[str, Fact] | None = None,
    ) -> tuple[Entry, ...]:
        """Tell of an event that counts for all of these players; return the quests that changed.

        An event whose id was told before changes nothing. Where a quest would fail because
        somebody died, and `told` is given, others are sought for the part.
        """
        check_event(event)
        found: list[Entry] = []
        for player in dict.fromkeys(players):
            async with self._books.opened(player, realm) as book:
                found += await self._advanced(book, event, told)
        return tuple(found)

    async def turn_in(
        self, quest_id: str, player: str, told: Mapping[str, Fact], realm: str
    ) -> Entry:
        """Let the player come to the giver to end a quest.

        It is completed if nothing is left but to talk to the giver. If more is left, it is
        checked as by `recheck`. One that is not active stays as it is.
        """
        async with self._books.opened(player, realm) as book:
            entry = book.entry(quest_id)
            async with book.claims.besides(player, quest_id) as taken:
                after = await self._recheck.turned_in(entry, told, taken)
                return _kept(book, after) if after is not entry else entry

    async def recheck(self, player: str, told: Mapping[str, Fact], realm: str) -> tuple[Entry, ...]:
        """See that what is offered and active can still be finished; return what changed.

        Call it when a player comes back, or the world has changed without events. What is so
        already counts as done; who is gone is replaced; what nothing helps is refused or failed.
        """
        found: list[Entry] = []
        async with self._books.opened(player, realm) as book:
            for entry in list(book.entries.values()):
                async with book.claims.besides(player, entry.quest.id) as taken:
                    after = await self._recheck.again(entry, told, taken)
                    if after.progress != entry.progress or after.quest is not entry.quest:
                        found.append(_kept(book, after))
                await asyncio.sleep(0)  # each may take milliseconds
        return tuple(each for each in found if each.change != "nothing")

    async def of(self, player: str, realm: str) -> tuple[Entry, ...]:
        """Return the quests of a player, the one whose status changed last at the end."""
        async with self._books.opened(player, realm) as book:
            return tuple(book.entries.values())

    async def taken(self, realm: str) -> frozenset[str]:
        """Return what there is only one of and an active quest of the realm asks for or gives."""
        return await self._books.taken(realm)

    def notes(self, giver: str, player: str, realm: str) -> str:
        """Return what a giver knows of the player's quests from them, for the scene of a line.

        It is English, short, and empty where there is nothing to know, or the player's quests are
        not in memory: call `of` before.
        """
        book = self._books.in_memory(player, realm)
        if book is None:
            return ""
        if giver not in book.notes:
            own = [each for each in book.entries.values() if each.quest.giver == giver]
            book.notes[giver] = note(own, self._index.world) if own else ""
        return book.notes[giver]

    def forget(self, player: str) -> None:
        """Drop what is in memory of a player, in every realm, and keep no more of it.

        What is kept already stays. To have the store forget it, use `forgetting`.
        """
        self._books.forget(player)

    def forgetting(self, player: str) -> AbstractAsyncContextManager[None]:
        """Forget a player, and let the store do so within: `await store.forget(player)`.

        Verbs for the player that come meanwhile wait for its end.
        """
        return self._books.forgetting(player)

    async def aclose(self) -> None:
        """Let the store keep what it was not told yet."""
        await self._books.aclose()

    async def _advanced(
        self, book: Book, event: Event, told: Mapping[str, Fact] | None
    ) -> list[Entry]:
        """Tell a book of an event; if that is cut short, nothing was told."""
        if book.has_heard(event.id):
            return []
        before = [each for each in book.entries.values() if each.status == "active"]
        after = [self._told(book, each, event) for each in before]
        is_lost = told is not None and any(each.change == "failed" for each in after)
        async with book.claims.lock if is_lost else nullcontext():
            if told is not None:
                both = zip(before, after, strict=True)
                after = [await self._saved(book, *each, told, event) for each in both]
            book.hear(event.id)
            for was, now in zip(before, after, strict=True):
                if now.change != "nothing" or _differs(was, now):
                    _kept(book, now)
        return [each for each in after if each.change != "nothing"]

    def _told(self, book: Book, entry: Entry, event: Event) -> Entry:
        tracker = book.tracker(entry, self._index.world)
        return changed(entry, tracker.advance(entry.progress, event))

    async def _saved(
        self, book: Book, entry: Entry, lost: Entry, told: Mapping[str, Fact], event: Event
    ) -> Entry:
        """Look for others if a quest has just failed."""
        if lost.change != "failed":
            return lost
        taken = book.claims.taken(book.player, entry.quest.id)
        saved = await self._recheck.again(lost, told, taken, event)
        if saved.status == "failed":
            return lost
        saved = changed(entry, saved.progress, saved.quest, saved.change)
        book.claim(saved)
        return saved


def check_event(event: Event) -> None:
    """Raise `UsageError` for an event that makes no sense."""
    if event.kind not in KINDS:
        raise UsageError(f"the kind of an event is one of {', '.join(KINDS)}, not {event.kind!r}")
    for name in ("id", "what", "to", "about"):
        if getattr(event, name) != "":
            check_id(f"the {name} of an event", getattr(event, name))
    if not isinstance(event.count, int):
        raise UsageError(f"the count of an event is a whole number, not {event.count!r:.40}")
    numbers = {"minutes": event.minutes, "count": event.count, "value": event.value}
    for name, number in numbers.items():
        if not _is_number(number) and not (name == "value" and isinstance(number, str)):
            problem = f"the {name} of an event is finite, and no more than {MOST:,} either way"
            raise UsageError(problem)
    if isinstance(event.value, str) and event.value:
        check_id("the value of a fact", event.value)


def _is_number(given: object) -> bool:
    return isinstance(given, int | float) and abs(given) <= MOST


def _kept(book: Book, entry: Entry) -> Entry:
    """Keep an entry, without what only this change of it says; return it with that."""
    book.put(replace(entry, change="nothing", done=()))
    return entry


def _differs(before: Entry, after: Entry) -> bool:
    """Tell whether more of a progress has changed than that an event was heard of."""
    return replace(after.progress, seen=before.progress.seen) != before.progress
