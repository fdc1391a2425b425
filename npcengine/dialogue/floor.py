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
        # Who speaks, and behind it who waits, in the order in which they came: a line that
        # comes in the moment between two others must not overtake the one that waits.
        self._lines: dict[Origin, list[Speaking]] = {}
        self._closed = False

    async def take(self, origin: Origin, line: Speaking, *, queue: bool) -> None:
        """Make `line` the one being spoken; the ones before are interrupted, or waited for.

        However this ends, `release` has to follow.

        Raises:
            EngineClosed: No more lines are to be spoken.
        """
        lines = self._lines.setdefault(origin, [])
        lines.append(line)
        while not self._closed and (first := lines[0]) is not line:
            await (first.ended() if queue else first.interrupt())
        if self._closed:
            raise EngineClosed("the engine was closed before the line began: make a new engine")

    def release(self, origin: Origin, line: Speaking) -> None:
        """Let the next one speak."""
        lines = self._lines[origin]
        lines.remove(line)
        if not lines:
            del self._lines[origin]

    async def close(self) -> None:
        """Let nobody begin any more, and end every line that is being spoken."""
        self._closed = True
        while self._lines:
            for lines in tuple(self._lines.values()):
                await lines[0].interrupt()
