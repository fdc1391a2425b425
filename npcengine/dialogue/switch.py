"""The live switch between models and authored lines."""

from __future__ import annotations


class Switch:
    """Tells who speaks authored lines only; at first, nobody."""

    def __init__(self) -> None:
        self._everybody = False
        self._exceptions: set[str] = set()

    def turn(self, on: bool, npc: str | None) -> None:
        """Switch a character, or everybody whatever was said of single ones before."""
        if npc is None:
            self._everybody = on
            self._exceptions.clear()
        elif on == self._everybody:
            self._exceptions.discard(npc)
        else:
            self._exceptions.add(npc)

    def is_on(self, npc: str) -> bool:
        """Return True when this character is to speak authored lines only."""
        return self._everybody != (npc in self._exceptions)
