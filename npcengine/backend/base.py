"""The one mechanism: `open` a request, get a stream whose first content has arrived."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from math import inf
from types import TracebackType
from typing import Protocol, Self

from npcengine.clock import Clock, Expiry, Timer
from npcengine.errors import BackendError, StreamBroken
from npcengine.messages import ChatRequest, Completion, Finish

logger = logging.getLogger("npcengine")

EndListener = Callable[[Completion], None]

LATE = 0.02
"""Seconds after its moment at which a timer tells that the event loop has stood still."""
CATCH_UP = 0.25
"""Seconds in which what has come meanwhile is read."""


class Source(Protocol):
    """Where a `ChatStream` gets its text."""

    async def read(self) -> str | None:
        """Return the text that one network read brought, never empty; None at the end.

        Raises:
            BackendError: The stream broke.
        """

    def completion(self, finish: Finish | None, error: Exception | None) -> Completion:
        """Return all that came so far; `finish` None means that it ended by itself."""

    async def aclose(self) -> None:
        """Let go of the connection; it is reusable only when its end had been read."""


class Backend(Protocol):
    """Anything that completes requests: a provider, or a policy around other backends."""

    async def open(self, request: ChatRequest) -> ChatStream:
        """Send `request` and return once the first content is here.

        Until then nothing has been shown to anybody, so a policy is free to try again
        elsewhere; afterwards the stream is handed on untouched.

        Raises:
            BackendError: No content will come; `DeadlineExceeded` at the request's deadline.
        """

    async def aclose(self) -> None:
        """Release what the backend holds. Streams that are open are cut."""


class ChatStream:
    """One answer as it comes: `async for text in stream`, then `stream.completion`.

    Leaving the `async with` block closes the connection. The deadline closes the stream
    whether or not anybody reads it. Iteration never raises because a stream broke: it
    ends, and `completion.finish` and `completion.error` tell how.
    """

    _excused = -inf  # the last piece after which the event loop stood still

    def __init__(
        self, first: str, source: Source, clock: Clock, deadline: float, between: float = inf
    ) -> None:
        """Begin with what has come; the next piece may take `between` seconds, and so each."""
        self._between = between
        self._heard = clock.now()
        self._pending = first
        self.on_discard: Callable[[], None] | None = None
        self._source = source
        self._clock = clock
        self._listeners: list[EndListener] = []
        self._completion: Completion | None = None
        self._reader: asyncio.Task[object] | None = None
        self._closing: Finish | None = None
        self._closer: asyncio.Task[None] | None = None
        self._deadline = deadline
        self._timer: Timer | None = clock.call_at(self._due(), self._expire)

    @classmethod
    def whole(cls, completion: Completion, clock: Clock) -> ChatStream:
        """Wrap an answer that is there already; it is read as one piece."""
        stream = cls.__new__(cls)
        stream._pending = completion.text
        stream._clock = clock
        stream._deadline = stream._heard = stream._between = 0.0
        stream._listeners = []
        stream._completion = completion
        stream.on_discard = None
        stream._reader = stream._closing = stream._closer = stream._timer = None
        return stream

    @property
    def completion(self) -> Completion:
        """The whole answer. Raises `RuntimeError` while the stream is still open."""
        if self._completion is None:
            raise RuntimeError("the stream is still open: read it to its end, or close it")
        return self._completion

    def so_far(self) -> Completion:
        """Return the answer as it stands, while the stream may still be open."""
        return self._completion or self._source.completion(None, None)

    def on_end(self, listener: EndListener) -> None:
        """Call `listener` once with the completion, however the stream ends; now, if it has."""
        if self._completion is None:
            self._listeners.append(listener)
        else:
            _tell(listener, self._completion)

    def discard(self) -> None:
        """Have whoever keeps the answer forget it: nothing of it could be used."""
        if self.on_discard is not None:
            self.on_discard()

    def tap(self, through: Callable[[Source], Source]) -> str:
        """Read on from what `through` makes of the source; return what has come and is unread."""
        if self._completion is None:
            self._source = through(self._source)
        return self._pending

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        if self._pending:
            text, self._pending = self._pending, ""
            return text
        if self._completion is not None:
            raise StopAsyncIteration
        text_or_end = await self._read()
        if text_or_end is None:
            raise StopAsyncIteration
        return text_or_end

    async def _read(self) -> str | None:
        if self._closing:
            # The deadline has passed just now, and the task that closes has not had its turn.
            await self._end(self._closing)
            return None
        self._reader = task = asyncio.current_task()
        cancelling = task.cancelling() if task else 0
        try:
            text = await self._source.read()
        except BackendError as error:
            await self._end("broken", error)
            return None
        except asyncio.CancelledError:
            # Cancelled by `_stop`, this read ends quietly; cancelled by anybody else, it raises.
            if self._closing and task and task.uncancel() <= cancelling:
                await self._end(self._closing, self._stalled())
                return None
            await self._end("closed")
            raise
        finally:
            self._reader = None
        if text is None:
            await self._end(None)
        else:
            self._heard = self._clock.now()
        return text

    def _stalled(self) -> StreamBroken | None:
        if self._closing != "broken":
            return None
        return StreamBroken(f"nothing more came for {self._between:g} seconds")

    def _due(self) -> float:
        return min(self._deadline, self._heard + self._between)

    def _expire(self) -> None:
        now = self._clock.now()
        if now < self._due():  # it has moved on since the timer was set
            self._timer = self._clock.call_at(self._due(), self._expire)
        elif self._reader is None and now < self._deadline:
            # Whoever reads has not asked for the next piece yet, so nobody has waited for it.
            self._heard = now
            self._timer = self._clock.call_at(self._due(), self._expire)
        elif now < self._deadline and now > self._due() + LATE and self._heard != self._excused:
            self._heard = self._excused = now - self._between + CATCH_UP
            self._timer = self._clock.call_at(self._due(), self._expire)
        elif self._stop("deadline" if now >= self._deadline else "broken"):
            self._closer = asyncio.ensure_future(self._end("deadline"))

    def _stop(self, finish: Finish) -> bool:
        """Wake a blocked reader, which then ends the stream; True when nobody is reading."""
        if self._completion is not None or self._closing:
            return False
        self._closing = finish
        if self._reader is None:
            return True
        self._reader.cancel()
        return False

    async def _end(self, finish: Finish | None, error: Exception | None = None) -> None:
        if self._completion is not None:
            return
        completion = self._completion = self._source.completion(finish, error)
        if self._timer is not None:
            self._timer.cancel()
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            _tell(listener, completion)
        await self._source.aclose()

    def extend(self, deadline: float) -> None:
        """Let the stream go on until `deadline`, when it had less time to be opened."""
        self._deadline = max(self._deadline, deadline)

    async def aclose(self) -> None:
        """Stop the answer where it stands; text that was not read yet is dropped."""
        self._pending = ""
        if self._stop("closed"):
            await self._end("closed")

    async def drain(self, seconds: float) -> None:
        """Read on without a listener, then close: for the usage figures and the connection."""
        self._pending = ""
        try:
            async with Expiry(self._clock, self._clock.now() + seconds):
                while self._completion is None and await self._read() is not None:
                    pass
        except TimeoutError:
            pass
        finally:
            await self.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()


def _tell(listener: EndListener, completion: Completion) -> None:
    try:
        listener(completion)
    except Exception:
        logger.exception("a stream's listener failed")
