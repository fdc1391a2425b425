"""How long a route takes to its first content, as quantiles that follow it along."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections import defaultdict
from itertools import accumulate
from math import log

from npcengine.backend.base import Backend, ChatStream
from npcengine.clock import Clock
from npcengine.errors import DeadlineExceeded
from npcengine.messages import ChatRequest, Lane

LOWEST = 0.001
"""Seconds; what is faster counts as this."""
STEP = 1.1
"""From one bucket's upper edge to the next, and so how exact a quantile is."""
BUCKETS = 122
"""Up to some 100 seconds; what is slower counts as that."""
HALF_LIFE = 100
"""After so many samples, one weighs half of what a new one does."""
FEW = 64
"""Up to so many samples, each changes much."""
BEYOND = 2
"""How many samples should lie beyond a quantile for it to be known."""
FRESH = 4, 16
"""After so many samples the quantiles are worked out again: while there are few, and then."""
DEAD = 4.0
"""Times the usual time without content, and a route is taken for dead..."""
ALIVE = 0.25
"""...but not before so many seconds."""

_LOG_STEP = log(STEP)
_HIGHEST = LOWEST * STEP ** (BUCKETS - 1)
_GROWTH = 2 ** (1 / HALF_LIFE)
_HEAVIEST = 1e12


class Latency:
    """The quantiles of a stream of times, in bounded memory: a histogram that forgets."""

    def __init__(self) -> None:
        self._buckets = [0.0] * BUCKETS
        self._weight = 1.0  # grows, so that what was there before weighs less
        self._count = 0
        self.dead: float | None = None
        """After so many seconds nothing will come any more; None until that is known."""
        self.slow: float | None = None
        """Of what does come, 95 % has come after so many seconds; None until that is known."""

    def add(self, seconds: float) -> None:
        """Take in that the first content came after `seconds`."""
        self._buckets[_bucket(seconds)] += self._weight
        self._added()

    def add_at_least(self, seconds: float) -> None:
        """Take in that a try was given up after `seconds`: no quantile gets less by it.

        It is taken to have lasted like those that lasted longer, or as long as that if none did.
        """
        first = _bucket(seconds)
        longer = sum(self._buckets[first:])
        if longer:
            share = 1 + self._weight / longer
            self._buckets[first:] = [weight * share for weight in self._buckets[first:]]
        else:
            self._buckets[first] = self._weight
        self._added()

    def _added(self) -> None:
        self._count += 1
        self._weight *= _GROWTH
        if self._weight > _HEAVIEST:
            self._buckets = [weight / self._weight for weight in self._buckets]
            self._weight = 1.0
        if self._count % FRESH[self._count > FEW] == 0:
            usual = self.quantile(0.5)
            if usual is not None:
                self.dead = max(DEAD * usual, ALIVE)
                # Those that will never come must not make slowness look usual.
                self.slow = self.quantile(0.95, self.dead)

    def quantile(self, share: float, before: float = _HIGHEST) -> float | None:
        """Return within how many seconds so large a share has come, of what came `before`.

        It is the upper edge of a bucket: never less than the exact value, and at most `STEP`
        times as much. None until there are enough samples.
        """
        if self._count * (1 - share) < BEYOND - 1e-9:
            return None
        sums = list(accumulate(self._buckets[: _bucket(before) + 1]))
        edge: float = LOWEST * STEP ** bisect_left(sums, share * sums[-1])
        return edge


def _bucket(seconds: float) -> int:
    if seconds <= LOWEST:
        return 0
    # A time on an edge belongs below it, whatever the logarithm rounds to.
    return int(log(min(seconds, _HIGHEST) / LOWEST) / _LOG_STEP - 1e-9) + 1


class Stopwatch:
    """A `Backend` that measures how long another one takes to its first content.

    It stands within the limiter, whose waits say nothing of a route. What failed is not
    measured; what was given up, or was not there at the deadline, took at least so long.
    """

    def __init__(self, inner: Backend, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock
        # By lane, and whether the answer is streamed: how long it takes to begin differs.
        self._latencies: defaultdict[tuple[Lane, bool], Latency] = defaultdict(Latency)
        self._given_up: tuple[ChatRequest, float] | None = None

    def latency(self, request: ChatRequest) -> Latency:
        """Return what was measured of requests like this one."""
        return self._latencies[request.lane, request.stream]

    def silence(self, request: ChatRequest) -> float:
        """Return how long `request` was waited for when it was given up just now.

        In seconds; 0 if it had not been sent.
        """
        if self._given_up is not None and self._given_up[0] is request:
            return self._given_up[1]
        return 0.0

    async def open(self, request: ChatRequest) -> ChatStream:
        """Open the inner backend."""
        sent = self._clock.now()
        try:
            stream = await self._inner.open(request)
        except (asyncio.CancelledError, DeadlineExceeded):
            seconds = self._clock.now() - sent
            self._given_up = request, seconds
            self.latency(request).add_at_least(seconds)
            raise
        self.latency(request).add(self._clock.now() - sent)
        return stream

    async def aclose(self) -> None:
        """Close the inner backend."""
        await self._inner.aclose()
