"""Text of players, writers and models, made fit for a terminal."""

from __future__ import annotations

import unicodedata

_STEERING = ("Cc", "Cf", "Cs")
_HARMLESS = "\n\t\u200c\u200d"


def visible(text: str) -> str:
    """Return `text` with a mark in place of every character that could steer a terminal.

    Line feeds and tabs stay, and so do the joiners that letters and emoji need.
    """
    if text.isprintable():
        return text
    return "".join(
        "\ufffd" if unicodedata.category(char) in _STEERING and char not in _HARMLESS else char
        for char in text
    )
