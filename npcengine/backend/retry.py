"""Try the same backend once more when the failure may pass."""

from __future__ import annotations

import random

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt
from tenacity.stop import stop_base

from npcengine.backend.base import Backend, ChatStream
from npcengine.clock import Clock
from npcengine.errors import BackendError
from npcengine.hooks import AttemptFailed, Hook
from npcengine.messages import ChatRequest

ATTEMPTS = 2
"""On one backend, the first included. The next backend is the better hope."""
BACKOFF = 0.1
"""Seconds before the second try, at most: who is to wait longer may ask elsewhere first."""


class Retry:
    """A `Backend` that opens another one again, if the failure may pass in a moment.

    A longer wait, or one that the deadline does not allow, is not begun: the error is raised
    at once, so that the next backend gets the time.
    """

    def __init__(
        self,
        inner: Backend,
        clock: Clock,
        rng: random.Random,
        tell: Hook,
    ) -> None:
        self._inner = inner
        self._clock = clock
        self._rng = rng
        self._tell = tell

    async def open(self, request: ChatRequest) -> ChatStream:
        """Open the inner backend, up to `ATTEMPTS` times."""
        # tenacity is entered only after a failure: entering it costs more processor time than
        # everything else that a good turn adds to its HTTP call.
        failed: BackendError | None
        try:
            return await self._inner.open(request)
        except BackendError as error:
            failed = error
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(_may_pass),
            wait=self._wait,
            stop=stop_after_attempt(ATTEMPTS) | _OutOfTime(self._clock, request.deadline),
            before_sleep=lambda state: self._report(state, request),
            sleep=self._clock.sleep,
            reraise=True,
        ):
            with attempt:
                if failed is not None:
                    first, failed = failed, None
                    raise first
                return await self._inner.open(request)
        raise AssertionError("tenacity returns an attempt or raises")

    def _wait(self, state: RetryCallState) -> float:
        asked = getattr(_error(state), "retry_after", None)
        return asked if asked is not None else BACKOFF * self._rng.uniform(0.5, 1.0)

    def _report(self, state: RetryCallState, request: ChatRequest) -> None:
        error = _error(state)
        if isinstance(error, BackendError):
            self._tell(AttemptFailed(request.origin, error))

    async def aclose(self) -> None:
        """Close the inner backend."""
        await self._inner.aclose()


class _OutOfTime(stop_base):
    def __init__(self, clock: Clock, deadline: float) -> None:
        self._clock = clock
        self._deadline = deadline

    def __call__(self, retry_state: RetryCallState) -> bool:
        return self._clock.now() + retry_state.upcoming_sleep >= self._deadline


def _may_pass(error: BaseException) -> bool:
    if not isinstance(error, BackendError) or error.remedy not in ("again", "wait"):
        return False
    return (error.retry_after or 0.0) <= BACKOFF


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None
