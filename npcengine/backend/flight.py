"""One call that several readers share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from npcengine.backend.base import Backend, ChatStream, EndListener
from npcengine.clock import Clock
from npcengine.errors import BackendError, StreamBroken
from npcengine.messages import LANES, ChatRequest, Completion, Finish

IMPATIENCE = 1.0
"""Seconds by which a call may give up before one that joins it would have."""


class Flight:
    """A request that is under way, for as many readers as join it.

    The one exception to the rule that nobody stands between the socket and the caller: a
    pump reads the answer, so that the first reader's leaving kills nobody. It stops when
    the last reader has left.
    """

    def __init__(
        self,
        inner: Backend,
        request: ChatRequest,
        clock: Clock,
        *,
        on_end: EndListener,
        on_landing: Callable[[], None],
    ) -> None:
        self._inner = inner
        self._request = request
        self._deadline = request.deadline
        self._clock = clock
        self._on_end = on_end
        self._on_landing = on_landing
        self.parts: list[str] = []
        self.stream: ChatStream | None = None
        self.error: Exception | None = None
        self.over = False
        self._readers = 0
        self.paid = False
        self._news = asyncio.Event()
        self._pump = asyncio.ensure_future(self._read())

    def waits_for(self, request: ChatRequest) -> bool:
        """Tell whether it waits about as long for its first content as `request` would.

        One that lets others go first would keep a player waiting.
        """
        if self.stream is not None:
            return True
        as_urgent = LANES.index(self._request.lane) <= LANES.index(request.lane)
        return as_urgent and self._request.deadline + IMPATIENCE >= request.deadline

    @property
    def deserted(self) -> bool:
        """True when it is over, or was given up because nobody was left to read it."""
        return self.over or self._pump.cancelling() > 0

    async def join(self, request: ChatRequest) -> ChatStream:
        """Return a stream of one's own. Raises what opening the request raised."""
        reader = _Reader(self)
        self._readers += 1
        self._extend(request.deadline)
        try:
            first = await reader.read()
        except BaseException:
            await reader.aclose()
            raise
        return ChatStream(first or "", reader, self._clock, request.deadline)

    def _extend(self, deadline: float) -> None:
        """Let the answer, once it has begun, take as long as the most patient reader allows."""
        self._deadline = max(self._deadline, deadline)
        if self.stream is not None and self._deadline > self._request.deadline:
            self.stream.extend(self._deadline)

    async def _read(self) -> None:
        try:
            self.stream = await self._inner.open(self._request)
            self.stream.on_end(self._on_end)
            self._extend(self._deadline)
            async with self.stream as stream:
                async for text in stream:
                    self.parts.append(text)
                    self._tell()
        except Exception as error:
            # Whatever it is, it is raised to everybody who reads.
            self.error = error
        except asyncio.CancelledError:
            if self.stream is None:
                self.error = StreamBroken("the call was given up")
            raise
        finally:
            self.over = True
            self._on_landing()
            self._tell()

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def news(self) -> None:
        """Return when there is more to read, or nothing more will come."""
        await self._news.wait()

    def leave(self) -> None:
        """Note that a reader has left."""
        self._readers -= 1
        if self._readers == 0 and not self.over:
            self._pump.cancel()

    async def aclose(self) -> None:
        """Give the call up, whoever still reads it."""
        self._pump.cancel()
        await asyncio.wait([self._pump])


class _Reader:
    """The `Source` of one reader: what was read so far, then what comes."""

    def __init__(self, flight: Flight) -> None:
        self._flight = flight
        self._pays = False
        self._read = 0
        self._left = False

    async def read(self) -> str | None:
        flight = self._flight
        while self._read == len(flight.parts):
            if flight.over:
                self._check()
                return None
            await flight.news()
        text = "".join(flight.parts[self._read :])
        self._read = len(flight.parts)
        return text

    def _check(self) -> None:
        if self._flight.error is not None:
            raise self._flight.error
        ended = self._flight.stream.completion if self._flight.stream is not None else None
        if ended is not None and isinstance(ended.error, BackendError):
            raise ended.error

    def completion(self, finish: Finish | None, error: Exception | None) -> Completion:
        stream = self._flight.stream
        if stream is None:
            raise RuntimeError("a stream without content has no completion")
        whole = stream.so_far()
        text = "".join(self._flight.parts[: self._read])
        said = replace(whole, text=text, finish=finish or whole.finish, error=error)
        # The first that has an account made pays for all; what the others hear was said before.
        self._pays = self._pays or not self._flight.paid
        self._flight.paid = True
        return said if self._pays else replace(said, cost=0.0, cached=True)

    async def aclose(self) -> None:
        if not self._left:
            self._left = True
            self._flight.leave()
