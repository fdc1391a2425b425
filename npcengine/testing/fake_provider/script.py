"""Which answer the next request gets."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from npcengine.errors import UsageError
from npcengine.testing.fake_provider.answers import Answer, Step
from npcengine.testing.fake_provider.faults import FaultMix

Replies = str | Sequence[str | Step] | Callable[[dict[str, Any]], str | Step]


class Script:
    """First what was planned, in order; then the usual replies, with the faults of a mix."""

    def __init__(self, replies: Replies, mix: FaultMix | None, random: Random) -> None:
        if not replies:
            raise UsageError("FakeProvider needs at least one reply for what is not planned")
        self._replies = (replies,) if isinstance(replies, str) else replies
        self._mix = mix
        self._random = random
        self._planned: deque[Step] = deque()
        self._given = 0

    def plan(self, *steps: str | Step) -> None:
        """Put these behind what is planned already."""
        self._planned.extend(map(_as_step, steps))

    def next(self, body: dict[str, Any]) -> Step:
        """Return the answer to a request with this body."""
        if (planned := self.planned()) is not None:
            return planned
        usual = self._usual(body)
        if self._mix is not None and isinstance(usual, Answer):
            return self._mix.pick(self._random, usual)
        return usual

    def planned(self) -> Step | None:
        """Return the next of what was planned, if there is any."""
        return self._planned.popleft() if self._planned else None

    def _usual(self, body: dict[str, Any]) -> Step:
        if callable(self._replies):
            return _as_step(self._replies(body))
        reply = self._replies[self._given % len(self._replies)]
        self._given += 1
        return _as_step(reply)


def _as_step(reply: str | Step) -> Step:
    return Answer(reply) if isinstance(reply, str) else reply
