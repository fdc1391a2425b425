"""A line that is spoken in the engine's thread, for a caller who looks in now and then."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from npcengine.blocking.thread import LoopThread
from npcengine.errors import EngineClosed, UsageError
from npcengine.turns import Piece, Reply

Hear = Callable[[Piece], None]
Speak = Callable[[Hear], Coroutine[Any, Any, Reply]]
"""Speaks a line to its reply and lets each piece be heard on the way."""


class PendingLine:
    """A line being spoken: `poll()` it once a frame until it is `done`, then take its `reply`.

    Any thread may look. In a forked process, where nothing more comes, looking raises
    `UsageError`, unless the line had ended before.
    """

    def __init__(
        self,
        thread: LoopThread,
        speak: Speak,
        on_piece: Callable[[Piece], None] | None,
        on_end: Callable[[PendingLine], None] | None,
    ) -> None:
        self._thread = thread
        self._speak = speak
        self._pieces: deque[Piece] = deque()
        self._give = on_piece or self._pieces.append
        self._on_end = on_end
        self._cancelled = False
        self._outcome: Reply | BaseException | None = None
        self._ended = threading.Event()
        thread.soon(self._begin)

    def poll(self) -> list[Piece]:
        """Return the pieces that came since the last call, without waiting."""
        came: list[Piece] = []
        if not self._pieces:
            self._has_ended()
            return came
        with suppress(IndexError):  # whoever polls at the same time may take the last one
            while True:
                came.append(self._pieces.popleft())
        return came

    @property
    def done(self) -> bool:
        """True once the line has ended and each of its pieces was given.

        Who does not poll asks `wait(0)` instead.
        """
        return self._has_ended() and not self._pieces

    @property
    def reply(self) -> Reply:
        """The final answer.

        Raises:
            UsageError: The line is still being spoken, or was cancelled before its first word.
            EngineClosed: The engine was closed before the line's first word.
            NoRoute, BackendError, OutputError: With `strict`, as `say` raises them.
        """
        if isinstance(self._outcome, Reply):
            return self._outcome
        if self._outcome is not None:
            raise self._outcome
        self._thread.check_process()
        raise UsageError("the line is still being spoken: look again when it is done")

    @property
    def error(self) -> BaseException | None:
        """What `reply` raises once the line has ended; None when there is a reply."""
        return self._outcome if isinstance(self._outcome, BaseException) else None

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the line has ended, at most `timeout` seconds; return whether it has."""
        if self._has_ended():
            return True
        self._thread.check_may_wait()
        return self._ended.wait(timeout)

    def cancel(self) -> None:
        """End the line soon, where it stands, and cancel what was asked of a provider.

        What was heard of it is remembered. Nothing happens when the line has ended.
        """
        if not self._has_ended():
            with suppress(EngineClosed):  # then it is about to end
                self._thread.soon(self._cancel)

    def _has_ended(self) -> bool:
        if self._outcome is not None:
            return True
        self._thread.check_process()
        return False

    # What follows runs in the engine's thread.

    def _begin(self) -> None:
        self._task = self._thread.spawn(self._speak(self._give))
        self._task.add_done_callback(self._end)

    def _cancel(self) -> None:
        if not self._cancelled:
            self._cancelled = True
            self._task.cancel()

    def _end(self, task: asyncio.Task[Reply]) -> None:
        if not task.cancelled():
            self._outcome = task.exception() or task.result()
        elif self._cancelled:
            self._outcome = UsageError("the line was cancelled before its first word")
        else:
            self._outcome = self._thread.too_late()
        self._ended.set()
        if self._on_end is not None:
            self._on_end(self)
