"""Texts of strangers, made fit for a persona: shown, short enough, cut where a sentence ends."""

from __future__ import annotations

import re

_UNPRINTABLE = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Tags and turns of direction are not seen by who reads a card, and are by a model.
_UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]")
_ENDS = re.compile(r"[.!?…][\"”'’»*)\]]*(?=\s)|[。！？][」』”’）]*|\n")
_SPACES = re.compile(r"\s+")
_LEAST = 0.5
"""A cut that leaves less than this of what fits is made between words instead."""


def cleaned(text: str) -> str:
    """Return a text without what cannot be shown, with plain line breaks and no space around."""
    text = _BREAKS.sub("\n", text)
    text = _UNPRINTABLE.sub("", _UNSEEN.sub("", text))
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def one_line(text: str, limit: int) -> str:
    """Return a text as one line of at most `limit` characters."""
    return _SPACES.sub(" ", cleaned(text))[:limit].strip()


def shortened(text: str, limit: int) -> str:
    """Return what fits of a text, up to the end of a sentence where there is one."""
    if len(text) <= limit:
        return text
    ends = [each.end() for each in _ENDS.finditer(text[: limit + 1]) if each.end() <= limit]
    if ends and ends[-1] >= limit * _LEAST:
        return text[: ends[-1]].rstrip()
    space = text.rfind(" ", 0, limit)
    return f"{text[: space if space > limit * _LEAST else limit - 1].rstrip()}…"
