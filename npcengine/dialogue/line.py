"""The line a caller holds: pieces as they come, and the reply at the end."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from types import TracebackType
from typing import Self

from npcengine.errors import NPCEngineError, UsageError
from npcengine.turns import Piece, Reply

Conduct = Callable[["Line"], AsyncGenerator[Piece, None]]


class Line:
    """One line being spoken: `async for piece in line`, then `line.reply`.

    Nothing happens before the first piece is asked for. Leaving the `async with` block
    early ends the line and cancels what was asked of a provider.
    """

    def __init__(self, conduct: Conduct, stop: Callable[[], Awaitable[None]]) -> None:
        self._pieces = conduct(self)
        self._stop = stop
        self._pulling = False
        self._late: deque[Piece] = deque()
        self._ended = asyncio.Event()
        self._reply: Reply | None = None
        self._finishing: asyncio.Task[None] | None = None
        self._error: NPCEngineError | None = None

    @property
    def reply(self) -> Reply:
        """The final answer. Raises `UsageError` while the line is still being spoken."""
        if self._reply is None:
            raise UsageError("the line has no reply: read its pieces to the end first")
        return self._reply

    def settle(self, reply: Reply) -> None:
        """Give the line its reply; for whoever conducts it."""
        self._reply = reply

    def end(self) -> None:
        """Mark the line as ended, with a reply or without; for whoever conducts it."""
        self._ended.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Piece:
        if self._pulling:
            # The turn is being brought to its end by somebody else.
            await self._ended.wait()
        if self._late:
            return self._late.popleft()
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        self._pulling = True
        try:
            return await anext(self._pieces)
        finally:
            self._pulling = False

    async def interrupt(self) -> None:
        """End the line where it stands, as a new line of the same player does."""
        await self._stop()
        await self.finish()
        await self._ended.wait()

    async def finish(self) -> None:
        """Bring the turn to its end when nobody waits for the next piece.

        The pieces that it still gives, or its error, are there for the reader who comes back.
        Whoever waits for this may be cancelled; the turn ends all the same.
        """
        if self._pulling or self._ended.is_set():
            return
        self._pulling = True
        self._finishing = asyncio.ensure_future(self._finish())
        await asyncio.shield(self._finishing)

    async def _finish(self) -> None:
        try:
            async for piece in self._pieces:
                self._late.append(piece)
        except NPCEngineError as error:
            self._error = error
        finally:
            self._pulling = False

    async def ended(self) -> None:
        """Return once the line has ended."""
        await self._ended.wait()

    async def aclose(self) -> None:
        """End the line; what was heard of it is remembered."""
        if self._pulling:
            await self._stop()
            await self._ended.wait()
        else:
            await self._pieces.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()
