"""A line in which some go first, and nobody stands for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from npcengine.backend.counts import NOTHING, Amount, Permit
from npcengine.clock import Timer
from npcengine.messages import LANES, ChatRequest, Lane

TURNS = 8
"""So many of a better lane go first, then the one of the others that has waited longest."""


@dataclass(slots=True, eq=False)
class Waiting:
    """A request that is not sent yet."""

    request: ChatRequest
    need: Amount
    since: float
    until: float
    """When it gives up."""
    permit: asyncio.Future[Permit]
    timer: Timer | None = None


class Lanes:
    """Those who wait: players first, and each lane in the order in which they came."""

    def __init__(self) -> None:
        self._lanes: dict[Lane, dict[Waiting, None]] = {lane: {} for lane in LANES}
        self._needs: dict[Lane, Amount] = dict.fromkeys(LANES, NOTHING)
        self._size = 0
        self._overtaken = 0

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Waiting]:
        return iter([each for lane in self._lanes.values() for each in lane])

    def add(self, waiting: Waiting) -> None:
        """Let somebody stand at the end of a lane."""
        lane = waiting.request.lane
        self._lanes[lane][waiting] = None
        self._count(lane, waiting.need, 1)

    def remove(self, waiting: Waiting) -> None:
        """Let somebody leave; no harm when they have left."""
        lane = waiting.request.lane
        if waiting in self._lanes[lane]:
            del self._lanes[lane][waiting]
            self._count(lane, waiting.need, -1)

    def _count(self, lane: Lane, need: Amount, sign: int) -> None:
        self._size += sign
        requests, tokens = self._needs[lane]
        self._needs[lane] = Amount(requests + sign * need.requests, tokens + sign * need.tokens)

    def ahead(self, lane: Lane) -> Amount:
        """Return what those need together who go before a newcomer."""
        before = [self._needs[each] for each in LANES[: LANES.index(lane) + 1]]
        return Amount(sum(need.requests for need in before), sum(need.tokens for need in before))

    def first(self) -> Waiting | None:
        """Return who goes next."""
        if not self._size:
            return None
        heads = [next(iter(lane)) for lane in self._lanes.values() if lane]
        if len(heads) > 1 and self._overtaken >= TURNS:
            return min(heads[1:], key=lambda each: each.since)
        return heads[0]

    def let_go(self, waiting: Waiting) -> None:
        """Let the one leave whose turn has come."""
        lanes = [lane for lane, queue in self._lanes.items() if queue]
        overtakes = len(lanes) > 1 and waiting.request.lane == lanes[0]
        self._overtaken = self._overtaken + 1 if overtakes else 0
        self.remove(waiting)
