"""Retry, breaker and help over real connections."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from npcengine.backend.breaker import Breaker
from npcengine.backend.fallback import Fallback
from npcengine.backend.hedge import Candidate
from npcengine.backend.http import HttpClient
from npcengine.backend.latency import Stopwatch
from npcengine.errors import AllBackendsFailed, BackendError, ProviderFailed
from npcengine.messages import ChatRequest
from npcengine.testing.fake_provider import Answer, FakeProvider, Fault
from npcengine.testing.manual_clock import ManualClock
from tests.backend.asking import KEY, ask, backend_of, read
from tests.backend.racing import WAITS, Told


class Pair:
    """Groq, then OpenAI, each a fake one, on a clock that a test moves."""

    def __init__(
        self, groq: FakeProvider, openai: FakeProvider, client: HttpClient, clock: ManualClock
    ) -> None:
        self.groq = groq
        self.openai = openai
        self.clock = clock
        self.told = Told()
        self.candidates = [
            self._candidate(provider, client, name)
            for provider, name in ((groq, "groq"), (openai, "openai"))
        ]
        self.fallback = Fallback(self.candidates, clock, random.Random(7), self.told)

    def _candidate(self, provider: FakeProvider, client: HttpClient, name: str) -> Candidate:
        chat = backend_of(provider, client, self.clock, name, key=KEY)
        model = chat.profile.model
        watch = Stopwatch(chat, self.clock)
        return Candidate(name, model, Breaker(watch, self.clock, name, model, self.told), watch)

    def request(self) -> ChatRequest:
        return ask(self.clock, waits=WAITS)

    async def say(self) -> str:
        return (await read(await self.fallback.open(self.request()))).text

    def learn(self) -> None:
        """Let Groq be known for answers within a tenth of a second."""
        for _ in range(40):
            self.candidates[0].watch.latency(self.request()).add(0.1)

    @property
    def asked(self) -> tuple[int, int]:
        return len(self.groq.requests), len(self.openai.requests)


@pytest.fixture
async def pair(client: HttpClient, clock: ManualClock) -> AsyncIterator[Pair]:
    async with (
        FakeProvider(style="groq", replies="One.") as groq,
        FakeProvider(style="openai", replies="Two.") as openai,
    ):
        yield Pair(groq, openai, client, clock)


@pytest.mark.parametrize("silence", [Fault.silence(), Fault.stall(), Fault.stall(after=1)])
async def test_silence_is_answered_by_the_second_and_hung_up(silence: Answer, pair: Pair) -> None:
    pair.learn()
    pair.groq.plan(silence)
    saying = asyncio.ensure_future(pair.say())
    await pair.groq.wait_requested()
    await pair.clock.advance(0.12)  # a little more than it nearly always takes
    assert await saying == "Two."
    await pair.groq.wait_disconnected()
    assert [each.why for each in pair.told.help] == ["slow"]
    assert pair.openai.disconnects == 0


async def test_a_provider_that_nobody_knows_has_until_the_wait_is_over(pair: Pair) -> None:
    pair.groq.plan(Fault.silence())
    saying = asyncio.ensure_future(pair.say())
    await pair.groq.wait_requested()
    await pair.clock.advance(1.19)
    assert pair.asked == (1, 0)
    await pair.clock.advance(0.01)
    assert await saying == "Two."
    await pair.groq.wait_disconnected()


async def test_the_second_is_hung_up_when_the_first_answers_after_all(pair: Pair) -> None:
    pair.learn()
    pair.groq.plan(Answer("One.", delay=0.3))
    pair.openai.plan(Fault.silence())
    saying = asyncio.ensure_future(pair.say())
    await pair.groq.wait_requested()
    await pair.clock.advance(0.12)
    await pair.openai.wait_requested()
    assert await saying == "One."
    await pair.openai.wait_disconnected()


async def test_a_cancellation_in_the_middle_hangs_up_on_both(pair: Pair) -> None:
    before = asyncio.all_tasks()
    pair.learn()
    pair.groq.plan(Fault.silence())
    pair.openai.plan(Fault.stall(after=1))
    opening = asyncio.ensure_future(pair.fallback.open(pair.request()))
    await pair.groq.wait_requested()
    await pair.clock.advance(0.12)
    await pair.openai.wait_requested()
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    await pair.groq.wait_disconnected()
    await pair.openai.wait_disconnected()
    await pair.clock.advance(0)  # for the tasks of the providers
    assert asyncio.all_tasks() <= before


async def test_an_answer_that_drops_in_the_middle_is_not_asked_for_again(pair: Pair) -> None:
    pair.groq.plan(Fault.drop(after=3))
    completion = await read(await pair.fallback.open(pair.request()))
    assert (completion.text, completion.finish) == ("Aye, the", "broken")
    assert pair.asked == (1, 0)


async def test_one_that_always_drops_in_the_middle_rests(pair: Pair) -> None:
    pair.groq.plan(*[Fault.drop(after=3)] * 5)
    for _ in range(5):
        await pair.say()
    assert [each.provider for each in pair.told.rests] == ["groq"]
    assert await pair.say() == "Two."
    await pair.clock.advance(2)
    assert await pair.say() == "One."


async def test_when_both_fail_every_error_is_there(pair: Pair) -> None:
    pair.groq.plan(*[Fault.status(503)] * 2)
    pair.openai.plan(Fault.status(401))
    opening = asyncio.ensure_future(pair.fallback.open(pair.request()))
    await pair.groq.wait_requested()
    await pair.told.wait(1)
    await pair.clock.advance(0.1)
    with pytest.raises(AllBackendsFailed) as caught:
        await opening
    assert [each.status for each in caught.value.errors] == [503, 401]
    assert [each.error.status for each in pair.told.failed] == [503, 503, 401]
    assert [(each.provider, each.seconds) for each in pair.told.rests] == [("openai", float("inf"))]


async def test_a_429_sends_all_to_the_second_until_its_time_is_over(pair: Pair) -> None:
    pair.groq.plan(Fault.status(429, retry_after=7))
    assert [await pair.say() for _ in range(3)] == ["Two."] * 3
    await pair.clock.advance(6.9)
    assert await pair.say() == "Two."
    await pair.clock.advance(0.1)
    assert await pair.say() == "One."
    assert pair.asked == (2, 4)


async def test_with_one_route_a_429_is_waited_for(pair: Pair) -> None:
    pair.openai.plan(Fault.status(401))
    pair.groq.plan(Fault.status(429, retry_after=2))
    saying = asyncio.ensure_future(pair.say())
    await pair.openai.wait_requested()
    await pair.told.wait(3)
    await pair.clock.advance(2)
    assert await saying == "One."
    errors: list[BackendError] = [each.error for each in pair.told.failed]
    assert not any(isinstance(error, ProviderFailed) for error in errors)


async def test_after_a_503_the_same_route_answers(pair: Pair) -> None:
    pair.groq.plan(Fault.status(503))
    saying = asyncio.ensure_future(pair.say())
    await pair.told.wait(1)
    await pair.clock.advance(0.1)
    assert await saying == "One."
    assert pair.asked == (2, 0)
