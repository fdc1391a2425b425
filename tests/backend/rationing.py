"""A provider that enforces a limit, and whoever asks it, on a clock that a test moves."""

import asyncio
import random
from collections.abc import Awaitable, Mapping
from typing import Any

from npcengine.backend.base import ChatStream
from npcengine.backend.limits import Limiter
from npcengine.backend.models import profile
from npcengine.clock import Clock
from npcengine.configuration import Limits
from npcengine.errors import RateLimited
from npcengine.hooks import Event
from npcengine.messages import ChatRequest
from npcengine.testing.fake_provider import Limit
from npcengine.testing.fake_provider.catalog import headers
from npcengine.testing.fake_provider.limit import Meter
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import Script, ScriptedBackend
from tests.backend.asking import MODELS, ask, read


class Keyed:
    """A limiter of the usual model of `name`, its provider, and what is asked of it."""

    def __init__(
        self,
        clock: ManualClock,
        *script: Script,
        name: str = "ollama",
        **limits: int,
    ) -> None:
        self.clock = clock
        self.told: list[Event] = []
        self.inner = ScriptedBackend(script or ("Aye.",), clock)
        model = profile(name, MODELS.get(name, "llama3.2"))
        self.limiter = Limiter(self.inner, model, Limits(**limits), clock, self.told.append)

    @property
    def sent(self) -> list[str]:
        """Who has been asked for, in that order."""
        return [request.origin.player for request in self.inner.requests]

    def request(self, player: str = "ayla", seconds: float = 3600.0, **changes: Any) -> ChatRequest:
        """A request of the background lane, which waits for an hour."""
        origin = ask(self.clock).origin
        wanted = {"lane": "background", "deadline": self.clock.now() + seconds} | changes
        named = type(origin)(origin.realm, origin.npc, player)
        return ask(self.clock, origin=named, **wanted)

    def soon(self, player: str = "ayla", **changes: Any) -> "asyncio.Task[ChatStream]":
        """Ask without waiting for it."""
        return asyncio.ensure_future(self.limiter.open(self.request(player, **changes)))

    def head(self, request: ChatRequest, **told: str) -> None:
        """Let the limiter see the head of an answer: `limit_requests="30"` and the like."""
        found = {f"x-ratelimit-{name.replace('_', '-')}": value for name, value in told.items()}
        self.limiter.saw(request, 200, found)


class Rationed:
    """A `Backend` that refuses what is beyond its limit, and tells it in its headers."""

    def __init__(self, clock: Clock, limit: Limit, *, style: str = "openai", away: float) -> None:
        """Stand so many seconds away, there and back, on a way that is not always as long."""
        self._rng = random.Random(7)
        self._clock = clock
        self._away = away
        self._style = style
        self._meter = Meter(limit, clock.now())
        self._inner = ScriptedBackend(clock=clock)
        self.refused = 0
        self.served = 0
        self.limiter: Limiter | None = None

    async def open(self, request: ChatRequest) -> ChatStream:
        """Answer, or raise `RateLimited`."""
        await self._clock.sleep(self._away * self._rng.uniform(0.3, 0.7))
        early = self._meter.take(self._clock.now())
        head = self._head()
        await self._clock.sleep(self._away / 2)
        if self.limiter is not None:
            self.limiter.saw(request, 429 if early else 200, head)
        if early:
            self.refused += 1
            raise RateLimited("too many requests", retry_after=early)
        self.served += 1
        return await self._inner.open(request)

    def _head(self) -> Mapping[str, str]:
        style: Any = self._style
        return headers(style, "req_1", tokens=100, requests=self._meter.told())

    async def aclose(self) -> None:
        """Nothing to release."""


async def heard(opening: Awaitable[ChatStream]) -> str:
    """Read what is opened to its end."""
    return (await read(await opening)).text
