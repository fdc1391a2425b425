"""Text folded for comparison: case, accents, look-alikes and characters that nobody sees.

Folding is for matching only. What is shown is never folded.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence

SPACE, LINE, STOP, GLUE, COLON = " ", "\n", ".", "-", ":"
"""What spaces, line breaks, a sentence's marks, other marks and colons are folded to."""
JOINTS = frozenset((SPACE, LINE, STOP, GLUE, COLON))
"""All that is no letter, digit or leet sign in a folded text."""

# Seen by nobody although they are no control characters: fillers, joiners, variation selectors.
_FILLERS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
# Accents and vowel points, that the same word may be written without.
_ACCENT = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
# Scripts that are written without spaces, or whose particles stick to the word.
_WIDE = (
    "\u0e00\u0eff\u1000\u109f\u1780\u17ff\u2e80\u2fff々々〇〇\u3040\u312f\u31a0\u31ff\u3400\u9fff"
    "\uac00\ud7a3\uf900\ufaff\U00020000\U0003ffff"
)
"""The first and the last of each range of them, in order."""
_LINES = frozenset("\n\r\v\f\x85\u2028\u2029")
_STOPS = frozenset('.!?…;。！？｡;।؟۔"“”„«»「」『』()（）[]【】*—–')
_COLONS = frozenset(":：﹕︓꞉∶ː")

# Letters that look like a Latin one, in lower case. Both sides of a comparison are folded, so
# that Russian and Greek words still meet their own kind.
_ALIKE = str.maketrans(
    "авсеԁһіјкмнорԛгѕтухѵԝьӏ" "αβγεζικορτχϲϳ" "օոսհ"
    "ıɩɪɡɢɑᴀʙᴄᴅᴇꜰʜᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢøđħłŧƀɨʉɵðŋ",
    "abcedhijkmhopqrstyxvwbl" "abyezikoptxcj" "onuh"
    "iiiggaabcdefhjklmnoprstuvwyzodhltbiuodn",
)  # fmt: skip
_PAIRS = {"æ": "ae", "œ": "oe", "þ": "th", "ӕ": "ae"}

# What may stand for a letter inside a word, and Greek letters that look like one of two.
LEET = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "t", "8": "b",
    "9": "g", "@": "a", "$": "s", "ν": "vn", "υ": "uy", "η": "nh", "μ": "mu", "ω": "w", "σ": "o",
}  # fmt: skip


def is_unseen(char: str) -> bool:
    """Tell whether a character is a control, format or filler character, or no character yet."""
    return unicodedata.category(char)[0] == "C" or char in _FILLERS


def is_wide(char: str) -> bool:
    """Tell whether a character's script has no spaces around its words."""
    if char <= "\u0dff":
        return False
    return "\u4e00" <= char <= "\u9fff" or bisect_left(_WIDE, char) % 2 == 1 or char in _WIDE


def _squared(code: int) -> str:
    """Return the letter that is drawn in a square or circle without being related to it."""
    for first in (0x1F150, 0x1F170, 0x1F1E6):
        if first <= code < first + 26:
            return chr(ord("a") + code - first)
    return ""


def _folded(char: str) -> str:
    if is_unseen(char) and not char.isspace():
        return ""
    if "\uac00" <= char <= "\ud7a3" or char in _STOPS:
        return _symbol(char)
    known = _squared(ord(char)) or _ACCENT.sub("", unicodedata.normalize("NFKD", char))
    low = unicodedata.normalize("NFC", known).casefold()
    return "".join(map(_symbol, _ACCENT.sub("", low))) if low else ""


def _symbol(char: str) -> str:
    if char.isalnum() or char in "@$":
        return _PAIRS.get(char) or char.translate(_ALIKE)
    if unicodedata.category(char)[0] == "M":
        return char
    if char in _COLONS:
        return COLON
    if char in _STOPS:
        return STOP
    if char.isspace():
        return LINE if char in _LINES else SPACE
    return GLUE


class _Folds(dict[int, str]):
    """What each character is folded to, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = _folded(chr(code))
        if len(self) < 20_000:
            self[code] = folded
        return folded


_FOLDS = _Folds()


def fold(text: str) -> str:
    """Return the text folded: letters and digits in lower case, and the `JOINTS`.

    One character may become none or several.
    """
    return text.translate(_FOLDS)


def solid(folded: str) -> str:
    """Return what is left of a folded text without its joints."""
    for joint in JOINTS:
        folded = folded.replace(joint, "")
    return folded


def letters_folded(text: str) -> str:
    """Return the text with each letter folded where one letter stands for it.

    Every character stays in its place.
    """
    folded = fold(text)
    if len(folded) == len(text) and text.isascii():
        return text.lower()
    each = (_FOLDS[ord(char)] for char in text)
    return "".join(
        new if len(new) == 1 and new.isalnum() else char
        for char, new in zip(text, each, strict=True)
    )


_ASCII = bytes(ord(fold(chr(code)) or "\0") for code in range(128)).ljust(256)
"""What each of those that are printable is folded to: to one of its own kind."""

# Most text of most languages has no other characters, and each of these is folded to just one.
_ONE_BY_ONE = re.compile(
    "[ -~\u00c0-\u00c5\u00c7-\u00d6\u00d9-\u00dd\u00e0-\u00e5\u00e7-\u00ef\u00f1-\u00f6"
    "\u00f8-\u00fd\u0410-\u0451\u2013-\u201e\u2026\u3001-\u3003\u3008-\u3011\u3042-\u3093\u30a1-\u30f4\u30fc"
    "\u4e00-\u9fa5\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f]*"
)


def placed(text: str, begin: int) -> tuple[str, Sequence[int]]:
    """Return the text folded, and for each symbol the place of the character it comes from.

    `begin` is the place of the first character.
    """
    if text.isascii() and text.isprintable():
        return text.encode().translate(_ASCII).decode(), range(begin, begin + len(text))
    folded = fold(text)
    if _ONE_BY_ONE.fullmatch(text):
        return folded, range(begin, begin + len(text))
    each = map(fold, text)
    return folded, [begin + at for at, symbols in enumerate(each) for _ in symbols]
