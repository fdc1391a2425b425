"""Where sentences end, piece by piece: in Latin, Cyrillic, Chinese, Japanese and more."""

from __future__ import annotations

import re
from itertools import pairwise

WIDE_STOPS = "。！？｡．।॥؟۔։።။"
STOPS = ".!?…" + WIDE_STOPS
CLOSERS = "\"'”’»」』）)]】》〉›"

# A name or a number follows these: their stop never ends a sentence.
TITLES = frozenset({
    "mr", "mrs", "ms", "mx", "dr", "prof", "st", "sen", "gov", "gen", "col", "capt", "cpt", "lt",
    "sgt", "cmdr", "rev", "hon", "fr", "hr", "mme", "mlle", "sr", "sra", "srta", "dott", "sig",
    "bzw", "ca", "vgl", "nr", "ggf", "evtl", "vs", "см", "ул",
})  # fmt: skip
# The stop of these ends a sentence unless it goes on in lower case or with a number.
LOOSE = frozenset({"etc", "usw", "ecc", "no", "jr", "a.m", "p.m", "u.s.w", "т.д", "т.п"})
_LAST_ORDINAL = 31
_LONGEST_WORD = 24

_STOP = re.compile(f"[{re.escape(STOPS)}]")
_WORD_CHAR = re.compile(r"[^\W_]")
_LAST_WORD = re.compile(r"[^\s(\[“\"'„‘«]*\Z")
_INITIALS = re.compile(r"(?:\w\.)*[^\W\d_]")

_WIDE = "。"
_ELLIPSIS = "…"
_STRONG = "!"
_PERIOD = "."


class Splitter:
    """Find where new sentences begin in a text that comes in parts.

    A sentence has ended once the next character after its stop, closing quotes and spaces shows
    that another begins.
    """

    def __init__(self) -> None:
        self._tail = ""
        self._first = ""  # the first letter or digit of the sentence
        self._stop = ""  # the kind of stop that was just seen
        self._word = ""  # the word before it
        self._closed = False
        self._spaced = False

    @property
    def idle(self) -> bool:
        """True in the middle of a sentence."""
        return not self._stop and bool(self._first)

    def passed(self, text: str) -> None:
        """Note a part without any stop that came in the middle of a sentence."""
        self._tail = (self._tail + text)[-_LONGEST_WORD:]

    def feed(self, text: str) -> list[int]:
        """Return the offsets in this part at which new sentences begin."""
        begins: list[int] = []
        at, end = 0, len(text)
        while at < end:
            if self._stop:
                said = self._first
                at = self._settle(text, at)
                if self._stop:
                    break
                if said and not self._first:
                    begins.append(at)
            stop = _STOP.search(text, at)
            until = stop.start() if stop else end
            if not self._first and (first := _WORD_CHAR.search(text, at, until)):
                self._first = first[0]
            if stop is None:
                break
            self._word = self._last_word(text, until)
            self._stop, self._closed, self._spaced = _kind(stop[0]), False, False
            at = stop.end()
        self.passed(text)
        return begins

    def _last_word(self, text: str, end: int) -> str:
        before = text[max(0, end - _LONGEST_WORD) : end]
        if end < _LONGEST_WORD:
            before = (self._tail + before)[-_LONGEST_WORD:]
        return last_word(before)

    def _settle(self, text: str, at: int) -> int:
        """Pass what belongs to the stop; at what follows, decide whether a sentence begins."""
        while at < len(text):
            char = text[at]
            if char.isspace():
                self._spaced = True
            elif not self._spaced and char in STOPS:
                self._stop = _stronger(self._stop, _kind(char))
            elif not self._spaced and self._closes(char):
                self._closed = True
            else:
                if self._begins(char):
                    self._first = ""
                self._stop = ""
                return at
            at += 1
        return at

    def _closes(self, char: str) -> bool:
        # `“` and `«` close in German and Danish, and open in most other languages.
        return char in CLOSERS or (char in "“«" and not self._closed and self._stop != _WIDE)

    def _begins(self, char: str) -> bool:
        """Tell whether the character begins a new sentence."""
        if not self._first:
            return False
        if char.islower():
            return self._begins_low(char)
        if self._stop == _WIDE:
            return True
        if char in ",;:–—-":
            return False
        apart = self._spaced or self._closed
        if self._stop == _PERIOD:
            return apart and not abbreviates(self._word, char)
        return apart or (self._stop == _STRONG and char.isalpha())

    def _begins_low(self, char: str) -> bool:
        """Tell it of a lower-case letter: some characters speak in lower case throughout."""
        if self._closed or self._stop == _ELLIPSIS:
            return False
        if self._stop == _WIDE:
            return True
        shortened = self._stop == _PERIOD and abbreviates(self._word, char)
        return self._spaced and self._first.islower() and not shortened


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, each without the space around it."""
    begins = [0, *Splitter().feed(text), len(text)]
    parts = (text[start:end].strip() for start, end in pairwise(begins))
    return [part for part in parts if part]


def ends_whole(text: str) -> bool:
    """Tell whether a text, or its last characters, ends where a sentence ends."""
    said = text.rstrip().rstrip(CLOSERS + "“«")
    if not said or said[-1] not in STOPS:
        return False
    return said[-1] != "." or said[-2:-1] == "." or not abbreviates(last_word(said[:-1]), "")


def last_word(text: str) -> str:
    """Return the characters since the last space or opening quote."""
    found = _LAST_WORD.search(text, max(0, len(text) - _LONGEST_WORD))
    return found[0] if found else ""


def abbreviates(word: str, following: str) -> bool:
    """Tell whether the stop after `word` belongs to it, given the next character or none."""
    low = word.lower()
    if low in TITLES:
        return True
    if low in LOOSE:
        return following.islower() or following.isdigit()
    if low.isdecimal():
        return bool(following) and len(low) <= 2 and int(low) <= _LAST_ORDINAL
    return word != "I" and _INITIALS.fullmatch(low) is not None


def _kind(stop: str) -> str:
    if stop in WIDE_STOPS:
        return _WIDE
    return _STRONG if stop in "!?" else stop


def _stronger(first: str, second: str) -> str:
    """Return the kind of two stops in a row: `..` is an ellipsis, `...?` a question."""
    if _WIDE in (first, second):
        return _WIDE
    return _STRONG if _STRONG in (first, second) else _ELLIPSIS
