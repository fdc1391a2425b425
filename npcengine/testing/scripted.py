"""A backend that says what a test tells it to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from npcengine.backend.base import ChatStream
from npcengine.clock import Clock, Expiry, SystemClock
from npcengine.errors import BackendError, DeadlineExceeded
from npcengine.messages import ChatRequest, Completion, Finish, Usage
from npcengine.prompt.budget import estimate_tokens

Script = str | BackendError | tuple[str | BackendError | asyncio.Event, ...]
"""What one request is answered with: a text, an error, or the parts of a stream, where an
event is waited for, and an error breaks the stream off."""


class ScriptedBackend:
    """A `Backend` without a provider: answers from a script, in order, then the last again.

    `requests` are those it was asked, so that a test can look at the prompts.
    """

    def __init__(
        self,
        script: Iterable[Script] | Callable[[ChatRequest], Script] = ("Aye.",),
        clock: Clock | None = None,
    ) -> None:
        self.requests: list[ChatRequest] = []
        self._script = script if callable(script) else list(script)
        self._clock = clock or SystemClock()

    async def open(self, request: ChatRequest) -> ChatStream:
        """Answer with the next part of the script, or raise the error that stands there."""
        self.requests.append(request)
        answer = self._next(request)
        parts = answer if isinstance(answer, tuple) else (answer,)
        source = _Parts(parts, request, self._clock)
        try:
            async with Expiry(self._clock, request.deadline):
                first = await source.read()
        except TimeoutError as error:
            raise DeadlineExceeded("the script waits for too long", provider="scripted") from error
        return ChatStream(first or "", source, self._clock, request.deadline)

    def _next(self, request: ChatRequest) -> Script:
        if callable(self._script):
            return self._script(request)
        return self._script.pop(0) if len(self._script) > 1 else self._script[0]

    async def aclose(self) -> None:
        """Nothing to release."""


class _Parts:
    def __init__(
        self,
        parts: tuple[str | BackendError | asyncio.Event, ...],
        request: ChatRequest,
        clock: Clock,
    ) -> None:
        self._parts = list(parts)
        self._request = request
        self._clock = clock
        self._sent = clock.now()
        self._said: list[str] = []

    async def read(self) -> str | None:
        while self._parts:
            part = self._parts.pop(0)
            if isinstance(part, BackendError):
                raise part
            if isinstance(part, str):
                self._said.append(part)
                return part
            await part.wait()
        return None

    def completion(self, finish: Finish | None, error: Exception | None) -> Completion:
        text = "".join(self._said)
        prompt = sum(estimate_tokens(message.content) for message in self._request.messages)
        return Completion(
            text=text,
            finish=finish or "stop",
            provider="scripted",
            model="script",
            usage=Usage(prompt, estimate_tokens(text), estimated=True),
            cost=0.0,
            elapsed=self._clock.now() - self._sent,
            error=error,
        )

    async def aclose(self) -> None:
        self._parts.clear()
