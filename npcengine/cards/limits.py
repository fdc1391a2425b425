"""How much a card may hold, and what is raised when a file holds more, or holds it wrongly."""

from __future__ import annotations

MIB = 1024 * 1024
MAX_FILE = 64 * MIB
"""Bytes of a file, pictures and sounds included."""
MAX_CARD = 16 * MIB
"""Bytes of the card in it, unpacked."""
MAX_DEPTH = 64
MAX_VALUES = 200_000
"""Values in a card's JSON."""


class Unreadable(ValueError):
    """A file cannot be read as a card. The message says why, and what helps."""
