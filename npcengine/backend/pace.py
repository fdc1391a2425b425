"""What the engine does at once is spread over passes of the event loop, which a game shares."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

WOKEN = 32
"""How many are woken for one pass; those for whom no time is left in it go on waiting."""


class Pace:
    """Lets work begin in the order in which it comes, and in one pass for a limited time."""

    def __init__(self, share: float, now: Callable[[], float] = time.perf_counter) -> None:
        """Give so many seconds of each pass; at least one piece of work begins in it."""
        self._share = share
        self._now = now
        self._since: float | None = None
        """When the first work of this pass began."""
        self._watched = False
        """True while `_pass` will run at the end of the next pass."""
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._woken: list[asyncio.Future[None]] = []
        """Those whom this pass had no time for, in their order."""

    @property
    def free(self) -> bool:
        """True when this pass has time for more and nobody waits, so that work may just begin."""
        if not self._watched:
            self._watched = True
            asyncio.get_running_loop().call_soon(self._pass)
        return not self._waiting and self._has_time()

    async def begin(self) -> None:
        """Return in a pass that has time for more."""
        queue: Callable[[asyncio.Future[None]], None] = self._waiting.append
        while not self.free:
            place = asyncio.get_running_loop().create_future()
            queue(place)
            await place
            if self._has_time():
                return
            queue = self._woken.append

    def _has_time(self) -> bool:
        if self._since is None:
            self._since = self._now()
            return True
        return self._now() - self._since < self._share

    def _pass(self) -> None:
        """End a pass: wake those who have waited longest for the next one."""
        self._since = None
        self._waiting.extendleft(reversed(self._woken))
        self._woken.clear()
        self._watched = bool(self._waiting)
        for _ in range(min(WOKEN, len(self._waiting))):
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(None)
        if self._watched:
            asyncio.get_running_loop().call_soon(self._pass)
