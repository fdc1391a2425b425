"""Where a sentence ends, decided as the text comes in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

CONTEXT = 40
"""Characters of what came before that a decision looks back on."""

_STOPS = ".!?…。！？"
_CLOSERS = "\"'”’»)]）」』"
_UNDECIDED = frozenset(_STOPS + _CLOSERS)
_HAS_STOP = re.compile(f"[{_STOPS}]")
# A stop, what closes quotes and brackets behind it, and the next character that can be seen.
# The counts are bounded so that the context always holds the whole of it.
_STOP = re.compile(
    r"""(?P<stop>[.!?…。！？]{1,6})(?P<closers>["'”’»)\]）」』]{0,4})"""
    r"""(?:(?P<space>\s)|(?!["'”’»)\]）」』]))(?=(?P<next>[^\s.!?…。！？]))"""
)
_ENDED = re.compile(r"""[.!?…。！？~]["'”’»)\]）」』]{0,4}$""")
_LAST_WORD = re.compile(r"(?<![^\W_])((?:[^\W\d_]\.)*[^\W_]+)\Z")

# Only what hardly ever ends a sentence: `no.` and `am.` do so far too often.
ABBREVIATIONS = frozenset(
    {"mr", "mrs", "ms", "dr", "st", "sr", "jr", "prof", "capt", "gen", "col", "sgt", "lt", "rev"}
    | {"vs", "etc", "cf", "e.g", "i.e", "a.m", "p.m", "approx", "ltd", "mt"}
    | {"bzw", "z.b", "usw", "d.h", "mme", "mlle"}
)


def ends_whole(text: str) -> bool:
    """Tell whether `text` ends where a sentence does."""
    return _ENDED.search(text[-CONTEXT:].rstrip()) is not None


def sentences(text: str) -> list[str]:
    """Split `text` into its sentences, each with its stop."""
    parts = (text[a:b].strip() for a, b in pairwise([0, *_ends(text, 0), len(text)]))
    return [part for part in parts if part]


class SentenceCounter:
    """Counts sentences in a text that comes in parts.

    A stop ends a sentence only once the next visible character is known: `3.` may go on as
    `3.5`, and `"Stop!"` as `"Stop!" he said`.
    """

    def __init__(self, most: int) -> None:
        self._left = most
        self._before = ""

    def feed(self, text: str) -> int | None:
        """Take the next part; return how much of it is wanted once enough sentences have ended.

        None means all of it. White space at the end of a part must be left to the next one.
        """
        known = self._before + text
        new = len(self._before)
        if self._before[-1:] not in _UNDECIDED and not _HAS_STOP.search(text):
            self._before = known[-CONTEXT:]
            return None
        for end in _ends(known, new):
            self._left -= 1
            if self._left == 0:
                return max(0, end - new)
        self._before = known[-CONTEXT:]
        return None


def _ends(text: str, new: int) -> Iterator[int]:
    """Give each sentence's end that the characters from `new` on have made certain."""
    for found in _STOP.finditer(text):
        if found.end() >= new and _is_end(text, found):
            yield found.end("closers")


def _is_end(text: str, found: re.Match[str]) -> bool:
    stop, following = found["stop"], found["next"]
    if any(char in "。！？" for char in stop):
        return True
    trails_off = "…" in stop or (".." in stop and not set(stop) & set("!?"))
    if not found["space"]:
        return not trails_off and stop != "." and following >= "\u2e80"
    if following.islower():
        return False
    if trails_off:
        return not following >= "\u2e80"
    return stop != "." or bool(found["closers"]) or not _continues(text, found.start())


def _continues(text: str, at: int) -> bool:
    """Tell whether the full stop at `at` belongs to an abbreviation, initial or number."""
    word = _LAST_WORD.search(text[max(0, at - CONTEXT) : at])
    if word is None:
        return False
    said = word[1]
    if said.isdigit():
        # `3. Then the left one`: a number that begins a sentence counts it off.
        before = text[max(0, at - CONTEXT) : at - len(said)].rstrip()
        return len(said) < 3 and (not before or ends_whole(before) or before.endswith(":"))
    initial = len(said) == 1 and said.isupper() and said != "I" and said < "\u2e80"
    return initial or said.lower() in ABBREVIATIONS
