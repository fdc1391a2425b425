"""Time, injected: whatever waits or measures asks a `Clock`, so that tests need not sleep."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Generator
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

T = TypeVar("T")


class Timer(Protocol):
    """A callback that was set and may be cancelled."""

    def cancel(self) -> None:
        """Keep the callback from running; no harm when it already ran."""


class Clock(Protocol):
    """The engine's time."""

    def now(self) -> float:
        """Return seconds that only ever grow; their zero has no meaning."""

    def wall(self) -> float:
        """Return seconds since the epoch, for what is kept."""

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        """Run `callback` in the event loop once `now()` has reached `when`."""

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""


class SystemClock:
    """The running event loop's own time."""

    def now(self) -> float:
        """Return the monotonic time that event loops use."""
        return time.monotonic()

    def wall(self) -> float:
        """Return seconds since the epoch."""
        return time.time()

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        """Set a timer in the running event loop."""
        loop = asyncio.get_running_loop()
        return loop.call_later(when - time.monotonic(), callback)

    async def sleep(self, seconds: float) -> None:
        """Sleep in the running event loop."""
        await asyncio.sleep(seconds)


class _Going(Generic[T]):
    """Work that has been begun and waits for something, to be awaited on."""

    def __init__(self, work: Coroutine[Any, Any, T], waits: Any) -> None:
        self._work = work
        self._waits = waits

    def __await__(self) -> Generator[Any, Any, T]:
        try:
            while True:
                try:
                    came = yield self._waits
                except GeneratorExit:
                    self._work.close()
                    raise
                except BaseException as error:
                    self._waits = self._work.throw(error)
                else:
                    self._waits = self._work.send(came)
        except StopIteration as done:
            result: T = done.value
            return result


class Expiry:
    """`async with`: cancel the block at a moment of the clock and raise `TimeoutError`.

    The same as `asyncio.timeout_at`, on an injected clock. `expire()` brings the moment forward;
    without a moment, nothing else ends the block.
    """

    def __init__(self, clock: Clock, when: float | None) -> None:
        self._clock = clock
        self._when = when
        self._expired = False
        self._over = False
        self._task: asyncio.Task[Any] | None = None
        self._cancelling = 0
        self._timer: Timer | None = None

    async def limit(self, work: Coroutine[Any, Any, T]) -> T:
        """Do `work` in such a block. Work that ends without waiting costs no timer."""
        try:
            waits = work.send(None)
        except StopIteration as done:
            self._over = True
            result: T = done.value
            return result
        async with self:
            return await _Going(work, waits)

    async def __aenter__(self) -> Self:
        task = self._task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a time limit needs a running task")
        self._cancelling = task.cancelling()
        if self._expired:
            task.cancel()
        elif self._when is not None:
            self._timer = self._clock.call_at(self._when, self.expire)
        return self

    def expire(self) -> None:
        """Cancel the block now, if it is still running."""
        if not self._over and not self._expired:
            self._expired = True
            if self._task is not None:
                self._task.cancel()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
        # Somebody else's cancellation, come at the same moment, goes on as a cancellation.
        if (
            self._expired
            and self._task is not None
            and self._task.uncancel() <= self._cancelling
            and kind is asyncio.CancelledError
        ):
            raise TimeoutError from error
