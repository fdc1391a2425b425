"""Which store it is to be."""

from __future__ import annotations

from os import PathLike, fspath

from npcengine.clock import Clock
from npcengine.configuration import MEMORY
from npcengine.stores.base import Store
from npcengine.stores.inmemory import InMemoryStore
from npcengine.stores.sqlite import SqliteStore

StoreOrPath = Store | str | PathLike[str]
"""A store, or the path of a file of SQLite, or `memory`."""


def open_store(store: StoreOrPath | None, clock: Clock | None = None) -> Store:
    """Return the store that is meant: without one, all that is kept lasts as long as the process.

    One that is opened here tells by `clock` when values end.
    """
    if store is None or (isinstance(store, str | PathLike) and fspath(store) == MEMORY):
        return InMemoryStore(clock)
    return SqliteStore(store, clock) if isinstance(store, str | PathLike) else store
