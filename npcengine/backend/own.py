"""Backends that a game brings itself."""

from __future__ import annotations

from collections.abc import Mapping

from npcengine.backend.base import Backend
from npcengine.backend.cache import Cache
from npcengine.backend.chain import Route, Tiers
from npcengine.backend.meter import Meter, Spending
from npcengine.backend.pace import Pace
from npcengine.backend.watch import Watch
from npcengine.clock import Clock
from npcengine.hooks import Hook


class OwnTiers:
    """The backends that a game brings itself, in place of `Tiers`."""

    def __init__(
        self,
        backends: Mapping[str, Backend],
        clock: Clock,
        tell: Hook | None,
        pace: Pace,
    ) -> None:
        self.pace = pace
        self.routes: Mapping[str, tuple[Route, ...]] = {}
        self.spending = Spending()
        self._own = dict(backends)
        self.backends: Mapping[str, Backend] = {
            tier: Meter(Watch(backend, clock, tell) if tell else backend, self.spending)
            for tier, backend in backends.items()
        }

    def forget(self) -> None:
        """Forget every reply that is kept to be said again."""
        for backend in self._own.values():
            if isinstance(backend, Cache):
                backend.clear()

    async def warm(self) -> None:
        """Nothing that is known of could be done ahead."""

    async def aclose(self) -> None:
        """Close every backend."""
        for backend in self._own.values():
            await backend.aclose()


def tiers_of(
    backends: Mapping[str, Backend] | Tiers | None, clock: Clock, tell: Hook | None, pace: Pace
) -> Tiers | OwnTiers:
    """Return the tiers of a game that brings its own backends, or has set up tiers, or neither."""
    if isinstance(backends, Tiers):
        return backends
    return OwnTiers(backends or {}, clock, tell, pace)
