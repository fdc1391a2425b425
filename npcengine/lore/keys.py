"""Which of many keys occur in a text, found in one pass over the text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from npcengine.lore.fold import fold, is_of_words, one_line, split

_SIZES = (4, 2, 1)
"""How many characters of its beginning a key that is no word is looked up by."""


class KeyTable:
    """Keys by their numbers, ready to be looked for.

    A key of words occurs where its words stand in a row, whatever stands between them; another
    key where its characters do.
    """

    __slots__ = ("_cased", "_first", "_pieces", "_words")

    def __init__(self, keys: Mapping[int, tuple[str, bool]], *, cased: bool = False) -> None:
        """Take keys as (text, whole words only); `cased` if capitals make a difference."""
        self._cased = cased
        words: dict[int, list[str]] = {}
        pieces: dict[int, str] = {}
        for number, (key, whole) in keys.items():
            folded = one_line(fold(key, cased=cased))
            if whole and is_of_words(folded):
                words[number] = split(folded)
            elif folded:
                pieces[number] = folded
        self._words = _by_rarest_word(words)
        self._pieces = _by_beginning(pieces)
        self._first = frozenset(key[0] for key in pieces.values())

    def found(self, text: str) -> set[int]:
        """Return the numbers of the keys that occur in `text`."""
        folded = fold(text, cased=self._cased)
        hits: set[int] = set()
        if self._words:
            words = split(folded)
            row = _row(words)
            _collect(hits, self._words, set(words), row)
        if not self._first.isdisjoint(folded):
            line = one_line(folded)
            for size, starts in self._pieces.items():
                here = {line[at : at + size] for at in range(len(line) - size + 1)}
                _collect(hits, starts, here, line)
        return hits


_Found = dict[str, list[tuple[str, int]]]


def _collect(hits: set[int], found: _Found, here: set[str], text: str) -> None:
    """Add the keys that are looked up by something that is `here`, and are in `text`."""
    for start in found.keys() & here:
        for needle, key in found[start]:
            if needle in text:
                hits.add(key)


def _row(words: Iterable[str]) -> str:
    return "\n".join(("", *words, ""))


def _by_rarest_word(keys: Mapping[int, list[str]]) -> _Found:
    """Find a key by its rarest word, so that those of `the king of …` do not crowd one place."""
    counts = Counter(word for words in keys.values() for word in set(words))
    found: _Found = {}
    for number, words in keys.items():
        rarest = min(words, key=counts.__getitem__)
        found.setdefault(rarest, []).append((_row(words) if len(words) > 1 else "", number))
    return found


def _by_beginning(keys: Mapping[int, str]) -> dict[int, _Found]:
    found: dict[int, _Found] = {}
    for number, key in keys.items():
        size = next(size for size in _SIZES if size <= len(key))
        needle = key if len(key) > size else ""
        found.setdefault(size, {}).setdefault(key[:size], []).append((needle, number))
    return found
