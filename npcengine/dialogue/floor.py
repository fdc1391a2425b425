"""Who is speaking with whom: one line at a time between a character and a player."""

from __future__ import annotations

from typing import Protocol

from npcengine.messages import Origin


class Speaking(Protocol):
    """A line that is being spoken."""

    async def interrupt(self) -> None:
        """End it where it stands and return once it has ended."""

    async def ended(self) -> None:
        """Return once it has ended."""


class Floor:
    """Gives each pair of character and player one line at a time; pairs never wait for others."""

    def __init__(self) -> None:
        self._speaking: dict[Origin, Speaking] = {}

    async def take(self, origin: Origin, line: Speaking, *, queue: bool) -> None:
        """Make `line` the one being spoken; the one before is interrupted, or waited for."""
        while (current := self._speaking.get(origin)) is not None:
            await (current.ended() if queue else current.interrupt())
        self._speaking[origin] = line

    def release(self, origin: Origin, line: Speaking) -> None:
        """Let the next one speak."""
        if self._speaking.get(origin) is line:
            del self._speaking[origin]

    async def interrupt_all(self) -> None:
        """End every line that is being spoken."""
        for line in tuple(self._speaking.values()):
            await line.interrupt()
