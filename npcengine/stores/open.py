"""Which store it is to be."""

from __future__ import annotations

from os import PathLike

from npcengine.stores.base import ConversationStore
from npcengine.stores.inmemory import InMemoryConversations
from npcengine.stores.sqlite import SqliteConversations

Store = ConversationStore | str | PathLike[str]
"""A store, or the path of a file of SQLite."""


def open_store(store: Store | None) -> ConversationStore:
    """Return the store that is meant: without one, conversations last as long as the process."""
    if isinstance(store, str | PathLike):
        return SqliteConversations(store)
    return InMemoryConversations() if store is None else store
