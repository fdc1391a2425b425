"""Texts as keys are compared with them, and what a word is in which script."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left

# Scripts that are written without spaces between words; and Korean, where particles follow a
# noun without one.
_WIDE = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f"  # Burmese
    "\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf"  # Khmer, Tai
    "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"  # Korean
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3040-\u312f\u31a0-\u31ff"
    "\u3400-\u9fff\ua000-\ua4cf\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_BOUNDS = "".join(sorted(_WIDE.replace("-", "")))
"""The first and the last of each of those ranges, in order: a pattern takes long to be made."""
# What is never seen: soft hyphens, marks of direction, spaces of no width, variants of an emoji.
_UNSEEN = re.compile(
    "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufe00-\ufe0f\ufeff]"
)


def _is_wide(char: str) -> bool:
    return bisect_left(_BOUNDS, char) % 2 == 1 or char in _BOUNDS


def _marks() -> str:
    """Give the marks that stand on letters and are none themselves, as ranges of a pattern."""
    blocks = (*range(0x300, 0x1E00), *range(0x20D0, 0x2100), *range(0xA660, 0xAC00))
    marks = (chr(each) for each in blocks if unicodedata.category(chr(each))[0] == "M")
    return "".join(mark for mark in marks if not _is_wide(mark))


_ASCII_WORDS = re.compile(r"[A-Za-z0-9]+")
_WORDS = re.compile(rf"(?:[^\W_{_WIDE}]+[{_marks()}]*)+")


def fold(text: str, *, cased: bool = False) -> str:
    """Bring what looks alike into one form, with or without the difference of capitals."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _UNSEEN.sub("", text))
    return text if cased else text.casefold()


def split(folded: str) -> list[str]:
    """Give the words of a folded text that stand between spaces, in order.

    Letters of scripts without spaces end a word and are in none.
    """
    return (_ASCII_WORDS if folded.isascii() else _WORDS).findall(folded)


def one_line(folded: str) -> str:
    """Make one space of every run of white space."""
    return " ".join(folded.split())


def is_of_words(folded: str) -> bool:
    """Tell whether a key is words and nothing else that counts: `st. john`, not `c++` or `磨坊`."""
    if any(map(_is_wide, folded)) or not split(folded):
        return False
    return not any(unicodedata.category(char)[0] == "S" for char in folded)
