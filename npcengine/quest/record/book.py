"""The quests of one player in one realm, in memory, and what of them is not in the store yet."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from math import inf

from npcengine.errors import StoreError, UsageError
from npcengine.hooks import logger
from npcengine.messages import Origin
from npcengine.quest.progress import Tracker
from npcengine.quest.record.claims import Claims
from npcengine.quest.record.entry import Entry
from npcengine.quest.record.keeping import (
    LIST,
    MAX_EVENTS,
    name_of,
    read_entry,
    read_listing,
    write_entry,
    write_listing,
)
from npcengine.stores.base import ValueStore
from npcengine.world.model import World

MAX_OPEN = 50
"""So many quests are offered to one player or active at once."""
MAX_OVER = 20
"""So many that are over are kept, the last ones."""


@dataclass(slots=True, eq=False, weakref_slot=True)
class Book:
    """What the journal knows of a player. Only who holds `lock` may read or change it."""

    player: str
    realm: str
    claims: Claims
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    entries: dict[str, Entry] = field(default_factory=dict)
    """By the id of the quest, the one whose status changed last at the end."""
    unread: dict[str, StoreError] = field(default_factory=dict)
    """Quests that could not be read. They stay in the store as they are."""
    notes: dict[str, str] = field(default_factory=dict)
    """What givers know of the quests as they are now, by giver; whoever asks puts it here."""
    is_read: bool = False
    is_forgotten: bool = False
    _events: dict[str, None] = field(default_factory=dict)
    _trackers: dict[str, Tracker] = field(default_factory=dict)
    _unsaved: dict[str, str | None] = field(default_factory=dict)
    """By name, what the store was not told yet; None for what it may drop."""

    @property
    def is_saved(self) -> bool:
        """Whether the store was told everything."""
        return not self._unsaved and self.claims.is_saved

    def entry(self, quest_id: str) -> Entry:
        """Return an entry. Raises `UsageError` for a quest that the player does not have."""
        if quest_id in self.unread:
            raise self.unread[quest_id]
        if quest_id not in self.entries:
            known = ", ".join(self.entries) or "none"
            problem = f"{self.player!r:.80} has no quest {quest_id!r:.80} in {self.realm!r:.80}"
            raise UsageError(f"{problem}; there are {known:.400}")
        return self.entries[quest_id]

    def tracker(self, entry: Entry, world: World) -> Tracker:
        """Return what follows the quest of an entry."""
        tracker = self._trackers.get(entry.quest.id)
        if tracker is None or tracker.quest is not entry.quest:
            tracker = self._trackers[entry.quest.id] = Tracker(entry.quest, world)
        return tracker

    def has_heard(self, event_id: str) -> bool:
        """Return whether the id of an event was noted."""
        return event_id in self._events

    def hear(self, event_id: str) -> None:
        """Note the id of an event, if it has one."""
        if not event_id:
            return
        self._events[event_id] = None
        while len(self._events) > MAX_EVENTS:
            del self._events[next(iter(self._events))]
        if any(each.status == "active" for each in self.entries.values()):
            self._list()

    def put(self, entry: Entry) -> None:
        """Keep an entry in place of what was there. Raises `UsageError` for what cannot be kept."""
        id = entry.quest.id
        before = self.entries.get(id)
        self._unsaved[name_of(id)] = write_entry(entry)
        if before is None or before.status != entry.status:
            self.entries.pop(id, None)
            self._list()
        self.entries[id] = entry
        self.notes.clear()
        self.claim(entry)

    def claim(self, entry: Entry) -> None:
        """Let an entry have what there is only one of; none of a player who is forgotten has it."""
        if not self.is_forgotten:
            self.claims.note(entry)
        over = [each for each in self.entries.values() if each.is_over]
        for each in over[:-MAX_OVER]:
            self._drop(each.quest.id)

    def make_room(self) -> None:
        """See that one more quest can be offered. Raises `UsageError` if too many are active."""
        open_ = [each for each in self.entries.values() if not each.is_over]
        if len(open_) < MAX_OPEN:
            return
        for each in open_:
            if each.status == "offered":
                self._drop(each.quest.id)
                return
        problem = f"{self.player!r:.80} has {MAX_OPEN} quests in {self.realm!r:.80} already"
        raise UsageError(f"{problem}: let some be finished or abandoned first")

    def _drop(self, quest_id: str) -> None:
        del self.entries[quest_id]
        self.notes.clear()
        self._trackers.pop(quest_id, None)
        self._unsaved[name_of(quest_id)] = None
        self._list()

    def _list(self) -> None:
        self._unsaved.pop(LIST, None)
        self._unsaved[LIST] = ""  # is written when it is saved

    async def read(self, store: ValueStore) -> None:
        """Read what the store has. What cannot be read of single quests is told, and left there.

        Raises:
            StoreError: The list of the quests cannot be read.
        """
        text = await self._value(store, LIST)
        listing = read_listing(self._where("list of quests"), text) if text else None
        for id in listing.quests if listing else ():
            where = self._where(f"quest {id!r:.80}")
            text = await self._value(store, name_of(id))
            if text is None:
                logger.error("%s: the store does not have it any more", where)
                continue
            try:
                self.entries[id] = read_entry(where, text, self.player, self.realm)
                self.claim(self.entries[id])
            except StoreError as error:
                logger.error("%s", error)
                self.unread[id] = error
        self._events = dict.fromkeys(listing.events if listing else ())
        self.notes.clear()
        self.is_read = True

    async def save(self, store: ValueStore) -> None:
        """Let the store keep what it was not told yet, in an order in which nothing is lost.

        A quest is kept before it is listed, and dropped after it is not. A store that fails is
        told of in the log: it keeps what it was told in memory, and writes it later.
        """
        while self._unsaved and not self.is_forgotten:
            name = self._next()
            text = self._unsaved.pop(name)
            if name == LIST:
                text = write_listing([*self.unread, *self.entries], self._events)
            try:
                until = 0.0 if text is None else inf
                await store.put(self._origin, name, text or "", until)
            except StoreError as error:
                logger.error("%s: %s", self._where(name), error)
        await self.claims.save(store)

    def _next(self) -> str:
        kept = (name for name, text in self._unsaved.items() if name != LIST and text is not None)
        return next(kept, LIST if LIST in self._unsaved else next(iter(self._unsaved)))

    async def _value(self, store: ValueStore, name: str) -> str | None:
        return await store.value(self._origin, name)

    @property
    def _origin(self) -> Origin:
        return Origin(self.realm, "", self.player)

    def _where(self, what: str) -> str:
        return f"the {what} of {self.player!r:.80} in {self.realm!r:.80}"
