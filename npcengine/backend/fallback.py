"""Try one backend after the other until one has something to say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from npcengine.backend.base import Backend, ChatStream
from npcengine.clock import Clock
from npcengine.errors import AllBackendsFailed, BackendError, DeadlineExceeded
from npcengine.hooks import AttemptFailed
from npcengine.messages import ChatRequest


class Fallback:
    """A `Backend` that opens several in order of preference.

    Each but the last gets half of the time that is left as its deadline, so that one which
    never answers leaves the next a fair chance. That ends with the first content: what is
    being said may use the whole deadline.
    """

    def __init__(
        self,
        backends: Sequence[Backend],
        clock: Clock,
        on_failure: Callable[[AttemptFailed], None],
    ) -> None:
        self._backends = tuple(backends)
        self._clock = clock
        self._on_failure = on_failure

    async def open(self, request: ChatRequest) -> ChatStream:
        """Open the first backend that can. Raises `AllBackendsFailed` with each one's error."""
        errors: list[BackendError] = []
        last = len(self._backends) - 1
        for number, backend in enumerate(self._backends):
            now = self._clock.now()
            if now >= request.deadline:
                break
            left = request.deadline - now
            asked = request if number == last else replace(request, deadline=now + left / 2)
            try:
                stream = await backend.open(asked)
            except BackendError as error:
                errors.append(error)
                self._on_failure(AttemptFailed(request.origin, error))
                continue
            if asked is not request:
                stream.extend(request.deadline)
            return stream
        if not errors:
            raise DeadlineExceeded("the time was over before any backend was asked")
        raise AllBackendsFailed(errors)

    async def aclose(self) -> None:
        """Close every backend."""
        for backend in self._backends:
            await backend.aclose()
