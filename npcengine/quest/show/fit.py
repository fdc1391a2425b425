"""Text that fits a width, whatever the script: in the cells of a terminal, or as it is drawn."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import TypeAlias

from npcengine.reply.characters import Characters

Breadth: TypeAlias = Callable[[str], float]

_CLOSERS = "、。，．！？：；）」』】〉》”’…—"
# A wide character is a word by itself, and keeps the stops and brackets that close it.
_WORD = re.compile(rf"(?:[\u2e80-\uffef][{_CLOSERS}]*|[^\s\u2e80-\uffef]+)\s*")
_NARROW = frozenset("ijlftrI.,:;'|!()[]{}/\\\"-· ")
_BROAD = frozenset("mwMW@%&—…")


def cells(text: str) -> float:
    """Return how many cells a text takes on a terminal."""
    return sum(_cells(char) for char in text)


def ems(text: str) -> float:
    """Return about how broad a text is in a sans-serif font, as a multiple of the font's size."""
    return sum(_ems(char) for char in text)


def seen(text: str) -> str:
    """Return a text on one line, without characters that nobody sees."""
    return " ".join(Characters().feed(text).split())


def wrapped(text: str, most: float, breadth: Breadth) -> list[str]:
    """Break a text into lines that are no broader than that; a word that is, is broken too."""
    lines, line = list[str](), ""
    for word in _words(text, most, breadth):
        if line and breadth((line + word).rstrip()) > most:
            lines.append(line.rstrip())
            line = ""
        line += word
    return [*lines, line.rstrip()] if line else lines


def evened(text: str, most: float, breadth: Breadth) -> list[str]:
    """Break a text into no more lines than `wrapped` does, about as long as each other."""
    lines, words = wrapped(text, most, breadth), list(_words(text, most, breadth))
    narrower, narrow = lines, most
    while len(narrower) == len(lines) > 1 and list(_words(text, narrow, breadth)) == words:
        lines, narrow = narrower, narrow - 0.5
        narrower = wrapped(text, narrow, breadth)
    return lines


def shortened(text: str, most: float, breadth: Breadth) -> str:
    """Cut a text that is broader than that, with dots at its end."""
    if breadth(text) <= most:
        return text
    while text and breadth(text) + breadth("…") > most:
        text = text[:-1]
    return f"{text.rstrip()}…"


def clipped(lines: list[str], most: int, width: float, breadth: Breadth) -> list[str]:
    """Keep so many lines, the last with dots at its end where more came after it."""
    if len(lines) <= most:
        return lines
    last = shortened(f"{lines[most - 1]}……", width, breadth).rstrip("…")
    return [*lines[: most - 1], f"{last}…"]


def _words(text: str, most: float, breadth: Breadth) -> Iterator[str]:
    for word in _WORD.findall(text):
        part = ""
        for char in word:
            if part and breadth((part + char).rstrip()) > most:
                yield part
                part = ""
            part += char
        yield part


def _cells(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _ems(char: str) -> float:
    width = _cells(char)
    if width != 1:
        return 0.5 * width
    if char in _BROAD:
        return 0.95
    return 0.38 if char in _NARROW else 0.72 if char.isupper() else 0.62
