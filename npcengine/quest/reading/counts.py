"""How many of something a text speaks of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from npcengine.guard.folding import is_wide
from npcengine.quest.reading.headings import tables

MAX_COUNT = 9_999
_LONGEST = 400

_TIMES = re.compile(r"(?<![\w.,:/-])(?:[x×]\s?(\d{1,4})|(\d{1,4})\s?[x×])(?![\w×])")
# Ranges, times, fractions and grouped digits are met as a whole.
_NUMBER = re.compile(r"\d+(?:(?:[.,:/⁄]|\s?[-–~]\s?)\d+)*")
_GROUPED = re.compile(r"\d,\d{3}")
_PROGRESS = re.compile(r"0/(\d{1,4})")
_ATTACHED = re.compile(r"[a-z_$€£#+./-]")


def read_count(text: str) -> int | None:
    """Return the one number of things that a text names, from 1 to 9,999; None if unclear.

    Digits of every script, `x3`, words of English, and Chinese and Japanese numerals before a
    measure word are read. Times, ordinals, ranges and fractions are no counts.
    """
    shown = unicodedata.normalize("NFKC", text[:_LONGEST]).casefold()
    found = set(_multiples(shown)) or {*_digits(shown), *_numerals(shown), *_words(shown)}
    return bounded(found.pop()) if len(found) == 1 else None


def bounded(count: int) -> int | None:
    """Return a count if a quest could ask for so many."""
    return count if 1 <= count <= MAX_COUNT else None


def _multiples(text: str) -> Iterator[int]:
    return (int(found[1] or found[2]) for found in _TIMES.finditer(text))


def _digits(text: str) -> Iterator[int]:
    for found in _NUMBER.finditer(text):
        number = found[0]
        progress = _PROGRESS.fullmatch(number)
        if progress:
            yield int(progress[1])
        elif number.isdecimal() or _GROUPED.fullmatch(number):
            before, after = text[max(0, found.start() - 12) : found.start()], found.end()
            is_name = _ATTACHED.match(before[-1:]) or _ordinal().search(before)
            if not is_name and not _span().match(text, after) and len(number) <= 6:
                yield int(number.replace(",", ""))


def _numerals(text: str) -> Iterator[int]:
    for found in _numeral().finditer(text):
        count = _valued(found[1])
        if count is not None:
            yield count


def _words(text: str) -> Iterator[int]:
    words = _counting()["words"]
    for found in _word().finditer(text):
        if not _span().match(text, found.end()):
            yield sum(words[part] for part in re.split("[ -]", found[0]))


def _valued(numeral: str) -> int | None:
    """Return what `二十三` or `三百` says; None where the characters make no number."""
    digits = {char: value for value, char in enumerate(_counting()["digits"])}
    digits |= _counting()["also"]
    total = digit = 0
    for char in numeral:
        power = _counting()["powers"].get(char)
        if power:
            total += power * (digit or 1)
            digit = 0
        elif digit:
            return None
        else:
            digit = digits[char]
    return total + digit


@cache
def _counting() -> Mapping[str, Any]:
    counting: Mapping[str, Any] = tables()["counting"]
    return counting


@cache
def _ordinal() -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{_either(_counting()['ordinals'])})\s?\Z|第\Z")


@cache
def _span() -> re.Pattern[str]:
    """Match after a number what makes it no count: a unit of time, or letters stuck to it.

    So `three-legged` is none either.
    """
    spans = _counting()["spans"]
    words = _either(word for word in spans if not is_wide(word[0]))
    wide = _either(word for word in spans if is_wide(word[0]))
    return re.compile(rf"[ -]?(?:%|(?:{words})\b|{wide})|-?[a-z]")


@cache
def _numeral() -> re.Pattern[str]:
    counting = _counting()
    chars = counting["digits"] + "".join(counting["also"]) + "".join(counting["powers"])
    return re.compile(rf"(?<![第{chars}])([{chars}]{{1,7}})[{counting['measures']}]")


@cache
def _word() -> re.Pattern[str]:
    words: Mapping[str, int] = _counting()["words"]
    tens = _either(word for word, value in words.items() if 20 <= value <= 90)
    units = _either(word for word, value in words.items() if value < 10)
    many = _either(word for word, value in words.items() if value > 1)
    one = (
        r"(?<!\bthe )(?<!\bno )(?<!\bany )(?<!\bthis )(?<!\bthat )one(?! (?:of|another|who|that)\b)"
    )
    return re.compile(rf"\b(?:(?:{tens})[ -](?:{units})|{many}|{one})\b")


def _either(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
