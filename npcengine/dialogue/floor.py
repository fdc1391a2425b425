"""Who is speaking with whom: one line at a time between a character and a player."""

from __future__ import annotations

from typing import Protocol

from npcengine.errors import EngineClosed
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
        self._closed = False

    async def take(self, origin: Origin, line: Speaking, *, queue: bool) -> None:
        """Make `line` the one being spoken; the one before is interrupted, or waited for.

        Raises:
            EngineClosed: No more lines are to be spoken.
        """
        while not self._closed and (current := self._speaking.get(origin)) is not None:
            await (current.ended() if queue else current.interrupt())
        if self._closed:
            raise EngineClosed("the engine was closed before the line began: make a new engine")
        self._speaking[origin] = line

    def release(self, origin: Origin, line: Speaking) -> None:
        """Let the next one speak."""
        if self._speaking.get(origin) is line:
            del self._speaking[origin]

    async def close(self) -> None:
        """Let nobody begin any more, and end every line that is being spoken."""
        self._closed = True
        while self._speaking:
            for line in tuple(self._speaking.values()):
                await line.interrupt()
