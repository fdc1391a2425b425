"""The slowest first words of a long evening, with a provider that has its troubles."""

import asyncio
import random
from collections.abc import Callable
from functools import partial

import pytest

from npcengine.backend.base import ChatStream
from npcengine.backend.breaker import Breaker
from npcengine.backend.fallback import Fallback
from npcengine.backend.hedge import Candidate
from npcengine.backend.latency import Stopwatch
from npcengine.errors import (
    AllBackendsFailed,
    DeadlineExceeded,
    KeyRejected,
    ProviderFailed,
    RateLimited,
    StreamBroken,
)
from npcengine.messages import ChatRequest, Waits
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import Script, ScriptedBackend
from tests.backend.asking import SECONDS, ask
from tests.backend.racing import Routes, Told, after, never

REQUESTS = 5000
APART = 0.01
"""Seconds from one request to the next."""


def troubled(clock: ManualClock, rng: random.Random) -> Callable[[], Script]:
    """Answers in 50 ms; of a hundred 3 are slow by 2 s, 3 are a 503 and one stays silent."""

    def answer() -> Script:
        draw = rng.random()
        if draw < 0.03:
            return after(clock, 2.05)
        if draw < 0.06:
            return ProviderFailed("No.")
        return never() if draw < 0.07 else after(clock, 0.05)

    return answer


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_provider_with_troubles_is_hardly_noticed(seed: int, clock: ManualClock) -> None:
    rng = random.Random(seed)
    routes = Routes(clock, groq=troubled(clock, rng), openai=lambda: after(clock, 0.2))
    waited: list[float] = []

    async def turn(number: int) -> None:
        await clock.sleep(number * APART)
        begun = clock.now()
        stream = await routes.fallback.open(routes.request())
        waited.append(clock.now() - begun)
        await stream.aclose()

    turns = [asyncio.ensure_future(turn(number)) for number in range(REQUESTS)]
    await clock.advance(REQUESTS * APART + SECONDS)
    for each in turns:
        each.result()
    waited.sort()
    assert waited[REQUESTS * 99 // 100] <= 0.300
    assert waited[REQUESTS * 999 // 1000] <= 0.500
    assert sum(routes.tries) <= 1.09 * REQUESTS
    assert asyncio.all_tasks() == {asyncio.current_task()}


class Counting(ScriptedBackend):
    """Keeps what it opened."""

    def __init__(self, script: Callable[[ChatRequest], Script], clock: ManualClock) -> None:
        super().__init__(script, clock)
        self.opened: list[ChatStream] = []

    async def open(self, request: ChatRequest) -> ChatStream:
        stream = await super().open(request)
        self.opened.append(stream)
        return stream


async def test_whatever_happens_nothing_is_left_open(clock: ManualClock) -> None:
    rng = random.Random(7)

    def answer(_: ChatRequest) -> Script:
        errors = ProviderFailed("No."), KeyRejected("No."), RateLimited("No.", retry_after=0.25)
        chosen = rng.choice(["now", "soon", "late", "never", "error", "breaks", "endless"])
        if chosen in ("soon", "late"):
            # The same few moments again and again, so that several things happen at once.
            return after(clock, rng.choice([0.125, 0.25, 0.5]) if chosen == "soon" else 2.0)
        scripts: dict[str, Script] = {
            "now": "Aye.",
            "never": never(),
            "error": errors[rng.choice([0, 0, 0, 2]) if rng.random() < 0.99 else 1],
            "breaks": ("Aye,", StreamBroken("Cut.")),
            "endless": ("Aye,", asyncio.Event()),
        }
        return scripts[chosen]

    backends = [Counting(answer, clock) for _ in range(3)]
    told = Told()
    candidates = []
    for name, backend in zip(("groq", "openai", "vllm"), backends, strict=True):
        watch = Stopwatch(backend, clock)
        candidates.append(Candidate(name, name, Breaker(watch, clock, name, name, told), watch))
    fallback = Fallback(candidates, clock, rng, told)

    async def turn() -> None:
        await clock.sleep(rng.randrange(160) / 8)
        try:
            async with await fallback.open(
                ask(clock, waits=Waits(first=1.25, between=8.0))
            ) as stream:
                async for _ in stream:
                    pass
        except (AllBackendsFailed, DeadlineExceeded):
            pass

    def cancel(turn: "asyncio.Task[None]") -> None:
        turn.cancel()

    turns = [asyncio.ensure_future(turn()) for _ in range(1000)]
    for each in rng.sample(turns, 400):
        clock.call_at(clock.now() + rng.randrange(200) / 8, partial(cancel, each))
    await clock.advance(40)
    assert all(each.done() for each in turns)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert all(each.completion for backend in backends for each in backend.opened)
    assert not any(each.exception() for each in turns if not each.cancelled())
    assert {each.why for each in told.help} >= {"slow", "dead"}
