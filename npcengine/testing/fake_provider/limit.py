"""A limit that the fake provider enforces."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests in so many seconds, refilled all the time; any more get a 429.

    The headers of `openai` tell it, those of `groq` only what is left of the day.
    """

    requests: int
    seconds: float = 60.0


class Meter:
    """How much of a limit is left."""

    def __init__(self, limit: Limit, now: float) -> None:
        self._limit = limit
        self._rate = limit.requests / limit.seconds
        self._left = float(limit.requests)
        self._now = now

    def take(self, now: float) -> float:
        """Take one request; return 0, or the seconds that it is too early."""
        self._left = min(self._limit.requests, self._left + (now - self._now) * self._rate)
        self._now = now
        if self._left < 1:
            return ceil((1 - self._left) / self._rate * 1000) / 1000
        self._left -= 1
        return 0.0

    def told(self) -> tuple[int, int, float]:
        """Return the limit, what is left, and the seconds until all of it is there again."""
        used = self._limit.requests - self._left
        return self._limit.requests, floor(self._left), used / self._rate
