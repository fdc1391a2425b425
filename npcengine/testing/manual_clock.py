"""A clock that stands still until a test moves it."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

from npcengine.clock import Timer
from npcengine.errors import UsageError

# Rounds of the event loop that tasks get after each moment. One waking another takes a round;
# no honest chain in a turn is near as long as this.
_ROUNDS = 50
# Timers so near to the moment are due, or three sleeps of 0.1 would outlast an advance of 0.3.
_TOLERANCE = 1e-9


@dataclass(order=True, slots=True)
class _Timer:
    when: float
    number: int
    callback: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class ManualClock:
    """A `Clock` whose time passes only in `advance()`, so that tests need not sleep."""

    def __init__(self, *, wall: float = 1_767_225_600.0) -> None:
        self._start = self._now = 1000.0
        self._wall = wall
        self._timers: list[_Timer] = []
        self._numbers = itertools.count()

    def now(self) -> float:
        """Return the time in seconds."""
        return self._now

    def wall(self) -> float:
        """Return seconds since the epoch, which move along with `now()`."""
        return self._wall + (self._now - self._start)

    def set_wall(self, seconds: float) -> None:
        """Set the calendar, as an operator or a time server does; `now()` stays what it is."""
        self._wall = seconds - (self._now - self._start)

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        """Run `callback` once time has been advanced to `when`; soon, if that is past."""
        if when <= self._now:
            return asyncio.get_running_loop().call_soon(callback)
        timer = _Timer(when, next(self._numbers), callback)
        heapq.heappush(self._timers, timer)
        return timer

    async def sleep(self, seconds: float) -> None:
        """Wait until time has been advanced by `seconds`."""
        over = asyncio.Event()
        timer = self.call_at(self._now + seconds, over.set)
        try:
            await over.wait()
        finally:
            timer.cancel()

    async def advance(self, seconds: float) -> None:
        """Let `seconds` pass: run what falls due, in order of time, then of setting.

        Tasks run up to their next wait before the first moment and after each one, so that a
        timer they set meanwhile fires in the same call when it is due; `advance(0)` does no
        more than that. Tasks that wait for a socket or a thread are not waited for.

        Raises:
            UsageError: `seconds` is negative or not finite.
        """
        if not 0 <= seconds < float("inf"):
            raise UsageError(f"time goes forward by a number of seconds, not by {seconds!r}")
        target = self._now + seconds
        await _settle()
        while (when := self._next_due(target)) is not None:
            self._now = max(self._now, when)
            while self._next_due(self._now) is not None:
                timer = heapq.heappop(self._timers)
                # A callback that looks at the clock must not find itself too early.
                self._now = max(self._now, timer.when)
                timer.callback()
            await _settle()
        self._now = max(self._now, target)

    def _next_due(self, target: float) -> float | None:
        while self._timers and self._timers[0].cancelled:
            heapq.heappop(self._timers)
        if self._timers and self._timers[0].when <= target + _TOLERANCE:
            return self._timers[0].when
        return None


async def _settle() -> None:
    for _ in range(_ROUNDS):
        await asyncio.sleep(0)
