"""Leave a route alone that fails, until it may be well again."""

from __future__ import annotations

from collections import deque
from math import inf

from npcengine.backend.base import Backend, ChatStream
from npcengine.backend.failures import named
from npcengine.clock import Clock
from npcengine.errors import (
    BackendError,
    BadAnswer,
    DeadlineExceeded,
    ProviderFailed,
    RateLimited,
    RouteResting,
    StreamBroken,
    Unreachable,
)
from npcengine.hooks import Hook, RouteRests
from npcengine.messages import ChatRequest, Completion

IN_A_ROW = 5
"""Failures after which a route rests."""
WINDOW = 20
"""So many of the last requests are looked at: a route rests when over half of them failed."""
FEWEST = 10
"""Of so few requests nothing is concluded."""
SHORTEST = 2.0
"""Seconds of the first rest; each that follows without an answer between is twice as long."""
LONGEST = 60.0
"""Seconds of the longest rest that is our own idea."""
DAY = 86_400.0
"""Seconds of the longest rest that a provider can ask for."""

ITS_OWN_FAULT = (Unreachable, ProviderFailed, RateLimited, StreamBroken, BadAnswer)
"""What counts as a failure of a route; the others are the request's fault, or ours."""

_EARLY = 0.001  # so much before its moment a timer may fire


class Breaker:
    """A `Backend` that does not ask another one while that rests.

    It rests after failures in a row or in most of the last requests, for exactly as long as
    its provider asks, or until the engine is started again when no wait can help. When the
    rest is over one request is let through, and its answer opens the way for all.
    """

    def __init__(self, inner: Backend, clock: Clock, provider: str, model: str, tell: Hook) -> None:
        self._inner = inner
        self._clock = clock
        self._provider = provider
        self._model = model
        self._tell = tell
        self._failures = 0  # in a row
        self._window: deque[bool] = deque(maxlen=WINDOW)
        self._until: float | None = None
        self._limited = False
        self._pause = SHORTEST
        self._why = ""
        self._probing = self._admitting = False

    async def open(self, request: ChatRequest) -> ChatStream:
        """Open the inner backend. Raises `RouteResting` instead while the route rests."""
        probes = self._until is not None and self._probes(self._until)
        asked = self._clock.now()
        try:
            stream = await self._inner.open(request)
        except BackendError as error:
            late = isinstance(error, DeadlineExceeded) and (
                self._clock.now() - asked >= request.waits.first
            )
            self._failed(error, counts=late or _counts(error), probes=probes)
            raise
        finally:
            if probes:
                self._probing = False
        if probes:
            # It has begun to answer. One failure is enough, though, to let it rest again.
            self._until = None
            self._failures = IN_A_ROW - 1
        stream.on_end(self._ended)
        return stream

    @property
    def resting(self) -> bool:
        """True while requests are not let through."""
        return self._until is not None and self._until > self._clock.now()

    def admit(self) -> None:
        """Let the next request through although the route rests, if that is our own idea."""
        self._admitting = self._until is not None and self._until < inf and not self._limited

    def overtaken(self, seconds: float) -> None:
        """Count a try as failed that was given up, for it was far too late after `seconds`."""
        late = DeadlineExceeded(f"no content after {seconds:.2f} seconds, and another had some")
        named(late, self._provider, self._model)
        due = self._until is not None and self._until <= self._clock.now()
        self._failed(late, counts=True, probes=due)

    def _probes(self, until: float) -> bool:
        """Tell whether a request is the one to try a route that has rested, or raise."""
        left = until - self._clock.now()
        if self._admitting:
            self._admitting = False
            return True
        if left <= _EARLY and self._limited:
            self._until = None  # its provider said that it is well again, so all may go
            return False
        if left <= _EARLY and not self._probing:
            self._probing = True
            return True
        how_long = f"for {left:.1f} seconds more" if left < inf else "until the engine is restarted"
        resting = RouteResting(
            f"left alone {how_long}, after: {self._why}",
            retry_after=max(0.0, left),
            limited=self._limited,
        )
        raise named(resting, self._provider, self._model)

    def _failed(self, error: BackendError, *, counts: bool, probes: bool) -> None:
        if error.remedy == "never":
            self._rest(inf, error)
        elif isinstance(error, RateLimited) and error.retry_after:
            self._rest(min(error.retry_after, DAY), error, limited=True)
        elif counts and (probes or self._until is None):
            # What was asked before the rest began, and fails in it, is no news.
            self._failures += 1
            self._window.append(False)
            if probes or self._failures >= IN_A_ROW or self._mostly_fails():
                self._rest(self._pause, error, limited=isinstance(error, RateLimited))
                self._pause = min(2 * self._pause, LONGEST)

    def _mostly_fails(self) -> bool:
        return len(self._window) >= FEWEST and 2 * self._window.count(False) > len(self._window)

    def _rest(self, seconds: float, error: BackendError, *, limited: bool = False) -> None:
        now = self._clock.now()
        resting = self._until is not None and self._until > now
        if self._until is not None and self._until >= now + seconds:
            return
        self._until = now + seconds
        self._limited = limited
        self._why = error.message
        self._window.clear()
        if not resting or seconds == inf:
            self._tell(RouteRests(self._provider, self._model, seconds, error))

    def _ended(self, completion: Completion) -> None:
        if completion.finish == "broken":
            broken = completion.error
            error = broken if isinstance(broken, BackendError) else StreamBroken("it broke off")
            self._failed(error, counts=True, probes=False)
        elif completion.finish != "deadline":
            self._failures = 0
            self._window.append(True)
            self._pause = SHORTEST

    async def aclose(self) -> None:
        """Close the inner backend."""
        await self._inner.aclose()


def _counts(error: BackendError) -> bool:
    # A kept connection that its server has closed meanwhile says nothing about the server.
    died = isinstance(error, Unreachable) and error.retry_after == 0.0
    return isinstance(error, ITS_OWN_FAULT) and not died
