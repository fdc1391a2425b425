"""Numbers of things, in words."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return how many there are: `1 turn`, `1,204 turns`."""
    return f"{number:,} {noun}{'s'[: number != 1]}"
