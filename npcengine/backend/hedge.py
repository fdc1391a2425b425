"""When a second route is asked although the first may still answer."""

from __future__ import annotations

from dataclasses import dataclass

from npcengine.backend.breaker import Breaker
from npcengine.backend.latency import Stopwatch
from npcengine.hooks import Lateness
from npcengine.messages import ChatRequest

SHARE = 0.05
"""How much help a request earns that later ones may call for."""
BURST = 10.0
"""How much of it is kept, and there at the start."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A route that may be asked, and what is known of it; all tiers that use it share this."""

    provider: str
    model: str
    breaker: Breaker
    """What asks it."""
    watch: Stopwatch
    """What measures how long it takes; within `breaker`."""

    def __str__(self) -> str:
        return f"{self.provider}:{self.model}"


class Budget:
    """How often a route that is only slow is helped, so that help cannot become a habit."""

    def __init__(self) -> None:
        self._left = BURST

    def earn(self) -> None:
        """Note that a request was made."""
        self._left = min(self._left + SHARE, BURST)

    def spend(self) -> bool:
        """Take help for one request; False when there is none left."""
        if self._left < 1:
            return False
        self._left -= 1
        return True


def patience(candidate: Candidate, request: ChatRequest, *, slow: bool) -> tuple[float, Lateness]:
    """Return after how many seconds without content help is called, and what that is.

    Only a waiting player is worth a second call before `waits.first` has passed; without
    `slow`, not before the route is taken for dead.
    """
    seconds: float = request.waits.first
    why: Lateness = "late"
    if request.lane != "player":
        return seconds, why
    usual = candidate.watch.latency(request)
    if usual.dead is not None and usual.dead < seconds:
        seconds, why = usual.dead, "dead"
    if slow and usual.slow is not None and usual.slow < seconds:
        seconds, why = usual.slow, "slow"
    return seconds, why
