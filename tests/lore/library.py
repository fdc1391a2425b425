"""Small lorebooks, and what fires in them."""

from collections.abc import Sequence
from typing import Any

from npcengine.lore.gate import Moment
from npcengine.lore.index import Found, Index
from npcengine.lore.model import Entry, Lorebook


def word_count(text: str) -> int:
    return len(text.split())


def entry(*keys: str, text: str = "It is so.", **fields: Any) -> Entry:
    return Entry(keys=keys, text=text, **fields)


def book(*entries: Entry, **fields: Any) -> Lorebook:
    return Lorebook(**{"name": "oakvale", "entries": entries, **fields})


def find(
    books: Lorebook | Sequence[Lorebook],
    *texts: str,
    moment: Moment | None = None,
    budget: int = 1000,
) -> Found:
    """Say what fires when these texts were said, the last one last."""
    all_books = [books] if isinstance(books, Lorebook) else books
    return Index(all_books, word_count).find(texts, moment or Moment(), budget)


def fired(books: Lorebook | Sequence[Lorebook], *texts: str, **more: Any) -> list[str]:
    """Give the ids of the entries that fire, without the name of their book."""
    return [each.id.partition("/")[2] for each in find(books, *texts, **more).fired]


def fires(one: Entry, *texts: str, **more: Any) -> bool:
    return bool(fired(book(one), *texts, **more))
