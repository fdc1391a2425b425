"""One kind of what a file keeps, as a store has it in memory."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from cachetools import LRUCache

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MAX_UNSAVED = 1_000
"""How many things of each kind wait in memory while the disk cannot be written."""


class Shelf(Generic[K, V]):
    """What was used lately, and what is not yet on the disk.

    Any thread may ask for `recent`. All the rest happens in the thread of the file: only there is
    anything changed, and in the order in which the file is, so that the two cannot disagree.
    """

    def __init__(self, read: Callable[[K], V], recent: LRUCache[K, V]) -> None:
        self._read = read
        self._recent = recent
        self._lock = Lock()
        """For what is recent, which two threads touch; never held while anything waits."""
        self.unsaved: dict[K, V] = {}
        """What has to be on the disk, and is not yet."""

    def recent(self, key: K) -> V | None:
        """Return what is kept under a key, if that is known without the file."""
        with self._lock:
            return self._recent.get(key)

    def load(self, key: K) -> V:
        """Return what is kept under a key. Raises what reading the file raises."""
        kept = self.recent(key)
        if kept is None:
            kept = self.unsaved.get(key)
        if kept is None:
            kept = self._read(key)
        self._note(key, kept)
        return kept

    def change(self, key: K, change: Callable[[V], V]) -> V:
        """Change what is kept under a key, and return it as it is then. Raises as `load` does."""
        changed = change(self.load(key))
        self._note(key, changed)
        self.unsaved[key] = changed
        return changed

    def saved(self) -> None:
        """Note that there is nothing left to write."""
        self.unsaved.clear()

    def shorten(self) -> None:
        """Give up what waits longest for the disk, if it is too much."""
        for key in list(self.unsaved)[:-MAX_UNSAVED]:
            del self.unsaved[key]

    def drop(self, gone: Callable[[K], bool]) -> None:
        """Take from memory what is gone from the file."""
        with self._lock:
            for key in [each for each in self._recent if gone(each)]:
                del self._recent[key]

    def _note(self, key: K, kept: V) -> None:
        with self._lock:
            self._recent[key] = kept
