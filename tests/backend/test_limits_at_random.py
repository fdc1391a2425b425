"""Whatever happens in whatever order, no permit is lost, and none is given too many."""

import asyncio
import random
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from npcengine.backend.base import ChatStream
from npcengine.backend.counts import Amount, Counts, Permit
from npcengine.backend.limits import Limiter
from npcengine.backend.models import profile
from npcengine.clock import Clock
from npcengine.configuration import Limits
from npcengine.errors import LimitReached, ProviderFailed, RateLimited
from npcengine.messages import LANES, ChatRequest, Usage
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import ScriptedBackend
from tests.backend.asking import PATIENT, ask

PER_MINUTE, AT_ONCE = 12, 5
HOUR = 3600.0

deeds = st.one_of(
    st.tuples(st.just("ask"), st.sampled_from(LANES), st.floats(0.1, 90.0)),
    st.tuples(st.just("cancel"), st.integers(0, 30)),
    st.tuples(st.just("leave"), st.integers(0, 30)),
    st.tuples(st.just("wait"), st.floats(0.0, 40.0)),
    st.tuples(st.just("wait"), st.just(0.0)),
    st.tuples(st.just("head"), st.integers(0, 15), st.text("0123456789.msh-", max_size=9)),
)


class Moody:
    """Answers, fails or refuses after a while; knows how many it has at the same time."""

    def __init__(self, clock: Clock, rng: random.Random) -> None:
        self._clock = clock
        self._rng = rng
        self._inner = ScriptedBackend(clock=clock)
        self.calm = False
        self.under_way = self.most = 0
        self.moments: list[float] = []

    async def open(self, request: ChatRequest) -> ChatStream:
        self.moments.append(self._clock.now())
        self._count(1)
        try:
            if not self.calm:
                await self._clock.sleep(self._rng.choice((0.0, 0.2, 20.0)))
                mood = self._rng.random()
                if mood < 0.15:
                    raise RateLimited("no", retry_after=self._rng.choice((None, 0.0, 3.0, 1e9)))
                if mood < 0.3:
                    raise ProviderFailed("no")
            stream = await self._inner.open(request)
        except BaseException:
            self._count(-1)
            raise
        stream.on_end(lambda _: self._count(-1))
        return stream

    def _count(self, change: int) -> None:
        self.under_way += change
        self.most = max(self.most, self.under_way)

    async def aclose(self) -> None:
        pass


@dataclass
class Schedule:
    """A limiter, and everybody who has asked it."""

    clock: ManualClock
    inner: Moody
    limiter: Limiter
    tasks: list["asyncio.Task[ChatStream]"] = field(default_factory=list)

    async def do(self, deed: tuple[object, ...]) -> None:
        match deed:
            case "ask", lane, float(seconds):
                deadline = self.clock.now() + seconds
                waits = PATIENT._replace(first=seconds / 2)
                request = ask(self.clock, lane=lane, deadline=deadline, waits=waits)
                self.tasks.append(asyncio.ensure_future(self.limiter.open(request)))
            case "cancel", int(number) if number < len(self.tasks):
                self.tasks[number].cancel()
            case "leave", int(number) if number < len(self.tasks) and self.tasks[number].done():
                await self.leave(self.tasks[number])
            case "wait", float(seconds):
                await self.clock.advance(seconds)
            case "head", int(remaining), str(reset):
                told = {
                    "x-ratelimit-limit-requests": "15",
                    "x-ratelimit-remaining-requests": str(remaining),
                    "x-ratelimit-reset-requests": reset,
                }
                self.limiter.saw(ask(self.clock), 200, told)

    async def leave(self, task: "asyncio.Task[ChatStream]") -> None:
        if not task.cancelled() and task.exception() is None:
            await task.result().aclose()


async def run(schedule: list[tuple[object, ...]], seed: int, name: str) -> None:
    clock = ManualClock()
    inner = Moody(clock, random.Random(seed))
    limits = Limits(requests_per_minute=PER_MINUTE, concurrent=AT_ONCE)
    crowd = Schedule(clock, inner, Limiter(inner, profile(name, "some"), limits, clock))
    for deed in schedule:
        await crowd.do(deed)
    await clock.advance(2 * HOUR)  # every deadline comes, and the end of every rest
    assert all(task.done() for task in crowd.tasks)
    assert inner.under_way == 0
    assert inner.most <= AT_ONCE
    for begin, moment in enumerate(inner.moments):
        for count, later in enumerate(inner.moments[begin:], 1):
            assert count <= PER_MINUTE * (1 + (later - moment) / 60) + 1e-6

    inner.calm = True
    streams = [await crowd.limiter.open(ask(clock)) for _ in range(AT_ONCE)]
    await crowd.do(("ask", "background", 1.0))
    await clock.advance(0.5)
    assert inner.under_way == AT_ONCE  # all there are, and no more
    for stream in streams:
        await stream.aclose()
    await clock.advance(1)
    for task in crowd.tasks:
        error = None if task.cancelled() else task.exception()
        assert error is None or isinstance(error, LimitReached | RateLimited | ProviderFailed)
        await crowd.leave(task)


@settings(max_examples=150, deadline=None)
@given(st.lists(deeds, max_size=40), st.integers(0, 99), st.sampled_from(["ollama", "openai"]))
def test_every_permit_comes_back(schedule: list[tuple[object, ...]], seed: int, name: str) -> None:
    asyncio.run(run(schedule, seed, name))


@given(st.lists(st.tuples(st.integers(0, 500), st.sampled_from(["used", "failed", "unsent"]))))
def test_in_the_end_just_what_was_used_is_counted(asked: list[tuple[int, str]]) -> None:
    clock = ManualClock()
    counts = Counts(
        profile("ollama", "some"), Limits(tokens_per_day=1_000_000, requests_per_day=1000), clock
    )
    permits: list[Permit] = []
    for tokens, _ in asked:
        request = ask(clock, max_tokens=tokens)
        permits.append(counts.grant(request, counts.need(request)))
    used = Amount()
    for permit, (tokens, fate) in zip(permits, asked, strict=True):
        if fate == "unsent":
            counts.take_back(permit)
            continue
        spent = tokens // 2 if fate == "used" else 0
        counts.end(permit, *([Usage(spent, spent)] if spent else []))
        used = Amount(used.requests + 1, used.tokens + 2 * spent)
    left = Amount(1000 - used.requests, 1_000_000 - used.tokens)
    assert counts.wait(left, spare=0.0) == 0.0
    for more in (Amount(requests=1), Amount(tokens=1)):
        assert counts.wait(left, more, spare=0.0) > 0.0
