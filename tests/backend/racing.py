"""Routes that a test scripts, and what is asked of them."""

import asyncio
import random
from collections.abc import Callable

from npcengine.backend.base import ChatStream
from npcengine.backend.breaker import Breaker
from npcengine.backend.fallback import Fallback
from npcengine.backend.hedge import Candidate
from npcengine.backend.latency import Stopwatch
from npcengine.hooks import AttemptFailed, Event, HelpCalled, RouteRests
from npcengine.messages import ChatRequest, Lane, Waits
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import Script, ScriptedBackend
from tests.backend.asking import ask

WAITS = Waits(connect=0.8, first=1.2, between=60.0)


def never() -> Script:
    """Says nothing, however long one waits."""
    return (asyncio.Event(), "Aye.")


def after(clock: ManualClock, seconds: float, text: str = "Aye.") -> Script:
    """Says `text` after some seconds."""
    event = asyncio.Event()
    clock.call_at(clock.now() + seconds, event.set)
    return (event, text)


class Kept(ScriptedBackend):
    """Keeps what it opened, and for whom."""

    def __init__(self, script: Callable[[ChatRequest], Script], clock: ManualClock) -> None:
        super().__init__(script, clock)
        self.opened: list[tuple[ChatRequest, ChatStream]] = []
        self.stubborn = False
        """True when it does not let itself be cancelled."""

    async def open(self, request: ChatRequest) -> ChatStream:
        try:
            stream = await super().open(request)
        except asyncio.CancelledError:
            if not self.stubborn:
                raise
            stream = await ScriptedBackend(["Aye."]).open(request)
        self.opened.append((request, stream))
        return stream


class Told:
    """What was reported."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._news = asyncio.Event()

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    async def wait(self, count: int) -> None:
        """Wait until so many events have come."""
        while len(self.events) < count:
            self._news.clear()
            await self._news.wait()

    @property
    def failed(self) -> list[AttemptFailed]:
        return [event for event in self.events if isinstance(event, AttemptFailed)]

    @property
    def help(self) -> list[HelpCalled]:
        return [event for event in self.events if isinstance(event, HelpCalled)]

    @property
    def rests(self) -> list[RouteRests]:
        return [event for event in self.events if isinstance(event, RouteRests)]


class Routes:
    """A `Fallback` over one scripted backend for each name; `a1` and `a2` are of one provider.

    `answers` maps each to its script for a request, and may be changed at any time.
    """

    def __init__(self, clock: ManualClock, **answers: Script | Callable[[], Script]) -> None:
        self.clock = clock
        self.answers = answers
        self.told = Told()
        self.scripted = {name: self._scripted(name) for name in answers}
        self.candidates = {name: self._candidate(name) for name in answers}
        self.fallback = Fallback(list(self.candidates.values()), clock, random.Random(7), self.told)

    def _scripted(self, name: str) -> Kept:
        def script(_: ChatRequest) -> Script:
            answer = self.answers[name]
            return answer() if callable(answer) else answer

        return Kept(script, self.clock)

    def _candidate(self, name: str) -> Candidate:
        provider = name.rstrip("0123456789")
        watch = Stopwatch(self.scripted[name], self.clock)
        breaker = Breaker(watch, self.clock, provider, name, self.told)
        return Candidate(provider, name, breaker, watch)

    @property
    def tries(self) -> list[int]:
        """How often each was asked."""
        return [len(each.requests) for each in self.scripted.values()]

    def check_closed(self, request: ChatRequest, but: ChatStream | None = None) -> None:
        """Check that every stream that was opened for a request is closed, but that one."""
        for backend in self.scripted.values():
            for asked, stream in backend.opened:
                if asked.tail is request.tail and stream is not but:
                    assert stream.completion is not None

    def learn(self, name: str, seconds: float, *, stream: bool = True, times: int = 40) -> None:
        """Let a route have taken `seconds` to its first content, some times."""
        for _ in range(times):
            self.candidates[name].watch.latency(self.request(stream=stream)).add(seconds)

    def request(self, *, lane: Lane = "player", stream: bool = True) -> ChatRequest:
        return ask(self.clock, waits=WAITS, lane=lane, stream=stream)

    def opening(self, *, lane: Lane = "player", stream: bool = True) -> "asyncio.Task[str]":
        """Ask, and return what is said in the end."""
        return asyncio.ensure_future(self._said(self.request(lane=lane, stream=stream)))

    async def _said(self, request: ChatRequest) -> str:
        async with await self.fallback.open(request) as stream:
            return "".join([text async for text in stream])
