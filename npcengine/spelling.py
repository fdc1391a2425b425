"""Which of the words that are known was meant by one that is not."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST = 100
"""Characters: to compare longer words would take long, and nobody mistypes one."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is most like `word`, in capitals or not; None if none is."""
    if len(word) > _LONGEST:
        return None
    by_lower = {each.lower(): each for each in known}
    return next((by_lower[each] for each in get_close_matches(word.lower(), by_lower, 1)), None)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Ask whether the nearest known word was meant: `did you mean 'fast'?`; empty if none is."""
    near = nearest(word, known)
    return "" if near is None else f"did you mean {near!r:.80}?"
