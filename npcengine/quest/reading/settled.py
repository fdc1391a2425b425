"""Values that a model wrote, as plain data that can be kept: bounded and free of unseen marks."""

from __future__ import annotations

import math
from typing import Any

from npcengine.reply.characters import Characters

MAX_DEPTH = 16
MAX_NODES = 10_000
_LONGEST_KEY = 80


def settled(fields: dict[Any, Any], notes: list[str]) -> dict[str, Any]:
    """Return the fields with lists as tuples, cleaned texts, and None for what is no number.

    What is nested deeper than `MAX_DEPTH`, or comes after `MAX_NODES` values, is left out.
    """
    return _Settler(notes).mapping(fields, 1)


def clean(text: str) -> str:
    """Return the text without control, bidi and other unseen characters, spaces made single."""
    return Characters().feed(text).strip()


class _Settler:
    def __init__(self, notes: list[str]) -> None:
        self._notes = notes
        self._left = MAX_NODES

    def mapping(self, fields: dict[Any, Any], depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, value in fields.items():
            if not self._may_go_on():
                break
            made[clean(str(key)[:_LONGEST_KEY])] = self._value(value, depth)
        return made

    def _sequence(self, values: list[Any] | tuple[Any, ...], depth: int) -> tuple[Any, ...]:
        made = []
        for value in values:
            if not self._may_go_on():
                break
            made.append(self._value(value, depth))
        return tuple(made)

    def _value(self, value: Any, depth: int) -> Any:
        if isinstance(value, str):
            return clean(value)
        if isinstance(value, dict | list | tuple):
            if depth >= MAX_DEPTH:
                self._note(f"what was nested deeper than {MAX_DEPTH} levels was left out")
                return None
            if isinstance(value, dict):
                return self.mapping(value, depth + 1)
            return self._sequence(value, depth + 1)
        if isinstance(value, float) and not math.isfinite(value):
            self._note("a number without bounds was left out")
            return None
        return value if isinstance(value, bool | int | float) else None

    def _may_go_on(self) -> bool:
        self._left -= 1
        if self._left < 0:
            self._note(f"what came after {MAX_NODES:,} values was left out")
        return self._left >= 0

    def _note(self, note: str) -> None:
        if note not in self._notes:
            self._notes.append(note)
