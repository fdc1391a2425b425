"""What a store must do. Everything kept belongs to a realm, a character and a player."""

from __future__ import annotations

from typing import Protocol

from npcengine.errors import SaveTooNew, SaveTooOld, UsageError
from npcengine.messages import Origin
from npcengine.turns import Turn

MAX_TURNS = 64
"""The most turns that are kept of one conversation."""
MAX_ID = 200
"""Characters of an id."""


class ConversationStore(Protocol):
    """Keeps the turns of every conversation, the oldest of which it may drop.

    Each of its methods may raise `StoreUnavailable` or `SaveCorrupt`, and none of them holds up
    the event loop.
    """

    async def read(self, origin: Origin) -> tuple[Turn, ...]:
        """Return the turns that are kept, oldest first."""

    async def append(self, origin: Origin, turn: Turn) -> None:
        """Keep one more turn.

        When it returns, the turn outlives the process, if anything does. When it raises or is
        cancelled, the turn is remembered all the same, for as long as the store can.

        Raises:
            UsageError: It cannot be kept, or not under these ids. It is not remembered.
        """

    async def forget(self, player: str) -> int:
        """Drop all that a player and any character said, in every realm; return how many turns.

        The player's values go as well. When it raises `StoreUnavailable`, call it again: some of
        them may still stand somewhere on the disk.
        """

    async def export(self, realm: str) -> bytes:
        """Return all conversations of a realm, as they are now, for `restore` of any store.

        Values do not travel with them: a game that goes back to a save does not get back the
        money that it spent since.
        """

    async def restore(self, realm: str, save: bytes) -> None:
        """Put what was exported in place of all conversations of a realm, or change nothing.

        Values stay as they are.

        Raises:
            SaveTooOld, SaveTooNew, SaveCorrupt: The save cannot be read.
            StoreUnavailable: There is no room for it.
        """

    async def aclose(self) -> None:
        """Keep what is not yet kept, and let go of everything. A second call does nothing."""


class ValueStore(Protocol):
    """Keeps small values until a moment of the calendar, by whom they belong to and a name.

    Where a part of an origin is empty, a value is for all of them: one of
    `Origin(realm, "", player)` is about a player and every character. A calendar that was set
    back makes a value count for twice its time at most: see `values.Value`.

    Each of its methods may raise `StoreUnavailable` or `SaveCorrupt`, and `UsageError` for what
    cannot be kept; none of them holds up the event loop.
    """

    async def value(self, origin: Origin, name: str) -> str | None:
        """Return a value; None if there is none, or its time is over."""

    async def put(self, origin: Origin, name: str, value: str, until: float) -> None:
        """Keep a value until a moment in seconds since the epoch, in place of what was there.

        When it returns, the value outlives the process, if anything does. When it raises
        `StoreUnavailable` or is cancelled, the value counts all the same, for as long as the
        store can.
        """

    async def add(self, origin: Origin, name: str, amount: float, until: float) -> float:
        """Add to a counter, and return where it stands. It is kept as `put` keeps a value.

        It begins at 0, and again at 0 when the `until` of the first addition has passed; later
        additions do not move that moment. Its `value` is that number as text.
        """


class Store(ConversationStore, ValueStore, Protocol):
    """Keeps both."""


def check_id(name: str, value: str) -> None:
    """Raise `UsageError` unless something can be kept under this id; `name` says what it is."""
    try:
        usable = 0 < len(value) <= MAX_ID and bool(value.encode())
    except (AttributeError, TypeError, UnicodeEncodeError):  # no text, or half a character
        usable = False
    if not usable:
        raise UsageError(f"{name} is an id of 1 to {MAX_ID} characters, not {value!r:.60}")


def check_conversation(origin: Origin) -> None:
    """Raise `UsageError` unless turns can be kept under these ids."""
    check_id("realm", origin.realm)
    check_id("npc", origin.npc)
    check_id("player", origin.player)


def check_value(origin: Origin, name: str) -> None:
    """Raise `UsageError` unless a value can be kept under these."""
    for part, value in (("realm", origin.realm), ("npc", origin.npc), ("player", origin.player)):
        if value != "":
            check_id(part, value)
    check_id("name", name)


def surplus(turns: int) -> int:
    """Return how many of the oldest turns go when a conversation has come to so many.

    It is the older half at once, not one turn at a time, so that the beginning of the prompt
    stays the same for many turns.
    """
    return MAX_TURNS // 2 if turns > MAX_TURNS else 0


def with_turn(turns: tuple[Turn, ...], turn: Turn) -> tuple[Turn, ...]:
    """Return a conversation with one more turn."""
    grown = (*turns, turn)
    return grown[surplus(len(grown)) :]


def check_version(where: str, version: int, *, oldest: int, newest: int) -> None:
    """Raise `SaveTooOld` or `SaveTooNew` unless this version of a save can be read."""
    if version < oldest:
        raise SaveTooOld(where, version, oldest)
    if version > newest:
        raise SaveTooNew(where, version, newest)
