"""Finds in speech what was copied out of the prompt: its mark, or a long part of its text."""

from __future__ import annotations

import base64
import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from npcengine.guard.folding import fold, solid
from npcengine.guard.terms import Violation

COPIED = 33
"""Letters in a row that make a copy: some forty characters with their spaces."""
_STRIDE = (COPIED + 1) // 2
_SHOWN = 3
"""Letters of the mark that are not yet held back."""
_CANARY = Violation("canary", "", "")
_RECITAL = Violation("recital", "", "")


def letters(text: str) -> str:
    """Return the letters of a text, folded, with nothing between them."""
    return solid(fold(text))


@dataclass(frozen=True, slots=True)
class Originals:
    """What must not be copied."""

    marks: re.Pattern[str] | None
    """The mark and what it is turned into: reversed, in rot13, in base64."""
    longest: int
    openings: tuple[str, ...]
    """Beginnings of those, from the length on at which they are held back."""
    private: str
    quotable: str

    @classmethod
    def of(cls, canary: str, private: Iterable[str], quotable: Iterable[str]) -> Originals:
        """Return what is looked for, given the mark, the private texts and what may be quoted."""
        forms = tuple(dict.fromkeys(map(letters, _turned(canary)))) if canary else ()
        openings = tuple(
            dict.fromkeys(
                each[:length] for each in forms for length in range(_SHOWN + 1, len(each))
            )
        )
        joined = ("\n".join(map(letters, texts)) for texts in (private, quotable))
        marks = re.compile("|".join(map(re.escape, forms))) if forms else None
        return cls(marks, max(map(len, forms), default=0), openings, *joined)


def _turned(canary: str) -> list[str]:
    """Return the mark in every form that a model may be talked into."""
    forms = [canary, canary[::-1], codecs.encode(canary, "rot13")]
    for shift in range(3):
        # Of base64, the letters at both ends depend on what stands before and after.
        encoded = base64.b64encode(b"\0" * shift + canary.encode()).decode().rstrip("=")
        whole = (shift + len(canary.encode())) * 8 // 6
        forms.append(encoded[(shift * 8 + 5) // 6 : whole])
    return forms


class Copy(NamedTuple):
    """Something was copied."""

    violation: Violation
    back: int
    """So many of the letters that were fed are too many, counted from the last."""


class Copies:
    """Watches the letters of a text that comes in parts for copies."""

    def __init__(self, originals: Originals) -> None:
        self._originals = originals
        self._kept = max(2 * COPIED, originals.longest)
        self._said = ""
        self._count = 0
        self._near: list[int] = []  # the ends of strides that are in the private text

    def feed(self, new: str) -> Copy | None:
        """Take in letters; return the first copy that is whole now."""
        said = self._said = self._said[-self._kept :] + new
        before, self._count = self._count, self._count + len(new)
        copied = self._mark(said, len(new))
        if self._originals.private and (recital := self._recital(said, before)):
            return max(copied or recital, recital, key=lambda copy: copy.back)
        return copied

    def held(self) -> int:
        """Return how many of the last letters may belong to a mark that is not whole yet."""
        openings = self._originals.openings
        if not openings or not self._said.endswith(openings):
            return 0
        return max(len(each) for each in openings if self._said.endswith(each)) - _SHOWN

    def _mark(self, said: str, new: int) -> Copy | None:
        marks = self._originals.marks
        found = marks and marks.search(said, max(0, len(said) - new - self._originals.longest))
        return Copy(_CANARY, len(said) - found.start() - _SHOWN) if found else None

    def _recital(self, said: str, before: int) -> Copy | None:
        # Whatever was copied holds a whole stride, so that one search for each is enough.
        private, quotable = self._originals.private, self._originals.quotable
        offset = self._count - len(said)
        if self._near:
            self._near = [end for end in self._near if before - end < COPIED]
        for end in range(before // _STRIDE * _STRIDE + _STRIDE, self._count + 1, _STRIDE):
            if said[end - _STRIDE - offset : end - offset] in private:
                self._near.append(end)
        for end in range(before + 1, self._count + 1) if self._near else ():
            window = said[max(0, end - COPIED - offset) : end - offset]
            if len(window) == COPIED and window in private and window not in quotable:
                return Copy(_RECITAL, self._count - end + 1)
        return None
