"""What the headers of a provider teach: a key is used up, and not beyond."""

import asyncio

import pytest

from npcengine.backend.limits import Limiter
from npcengine.backend.models import profile
from npcengine.configuration import Limits
from npcengine.errors import LimitReached, RateLimited
from npcengine.testing.fake_provider import Limit
from npcengine.testing.manual_clock import ManualClock
from tests.backend.asking import MODELS, PATIENT, ask
from tests.backend.rationing import Keyed, Rationed, heard

DAY = 86_400.0
ONE_GONE = {"limit_requests": "10", "remaining_requests": "9", "reset_requests": "6s"}


async def crowd(
    clock: ManualClock, limiter: Limiter, count: int
) -> tuple[list[str | BaseException], float]:
    """Ask so many times at once; return what came of it, and after how many seconds."""
    patient = PATIENT._replace(first=600.0)
    begun, deadline = clock.now(), clock.now() + 600.0
    tasks = [
        asyncio.ensure_future(heard(limiter.open(ask(clock, waits=patient, deadline=deadline))))
        for _ in range(count)
    ]
    while not all(task.done() for task in tasks):
        await clock.advance(0.05)
    return await asyncio.gather(*tasks, return_exceptions=True), clock.now() - begun


async def turns(clock: ManualClock, limiter: Limiter, count: int) -> float:
    """Ask so many times at once; return after how many seconds the last one was answered."""
    answers, seconds = await crowd(clock, limiter, count)
    assert answers == ["Aye."] * count
    return seconds


def rationed(
    clock: ManualClock, limit: Limit, *, name: str = "openai", away: float = 0.1, **limits: int
) -> tuple[Limiter, Rationed]:
    provider = Rationed(clock, limit, style=name, away=away)
    model = profile(name, MODELS[name])
    limiter = provider.limiter = Limiter(provider, model, Limits(**limits), clock)
    return limiter, provider


@pytest.mark.parametrize("away", [0.01, 0.1, 0.4])
async def test_a_crowd_at_a_key_for_five_a_second(clock: ManualClock, away: float) -> None:
    limiter, provider = rationed(clock, Limit(5, 1.0), away=away)
    spent = await turns(clock, limiter, 200)
    assert provider.refused == 0
    assert spent <= 1.05 * (200 - 5) / 5


async def test_a_crowd_at_a_key_for_so_many_a_minute(clock: ManualClock) -> None:
    limiter, provider = rationed(clock, Limit(300, 60.0))
    assert await turns(clock, limiter, 400) <= 1.05 * (400 - 300) / 5
    assert provider.refused == 0


async def test_what_groq_does_not_tell_is_set(clock: ManualClock) -> None:
    limit = Limit(30, 60.0)
    limiter, provider = rationed(clock, limit, name="groq", requests_per_minute=30)
    assert await turns(clock, limiter, 80) <= 1.05 * (80 - 30) * 2
    assert provider.refused == 0


async def test_a_provider_that_refuses_bursts_gets_none(clock: ManualClock) -> None:
    limiter, provider = rationed(clock, Limit(5, 1.0), name="groq", requests_per_minute=300)
    answers, _ = await crowd(clock, limiter, 100)
    refused = provider.refused
    assert 0 < refused == sum(isinstance(each, RateLimited) for each in answers)
    await clock.advance(60)
    assert await turns(clock, limiter, 100) <= 1.1 * (100 - 5) / 5
    assert provider.refused == refused


async def test_until_something_is_known_only_a_few_go(clock: ManualClock) -> None:
    keyed = Keyed(clock, (asyncio.Event(), "Aye."), name="openai")
    tasks = [keyed.soon(str(number)) for number in range(30)]
    await clock.advance(0)
    assert len(keyed.sent) == 4
    keyed.head(keyed.inner.requests[0], **ONE_GONE)
    await clock.advance(0.1)
    assert len(keyed.sent) == 10  # nine are left, of which three are on their way
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def test_an_answer_may_know_nothing_of_what_was_sent_before(clock: ManualClock) -> None:
    keyed = Keyed(clock, (asyncio.Event(), "Aye."), name="openai")
    tasks = [keyed.soon(str(number)) for number in range(30)]
    await clock.advance(0)
    keyed.head(keyed.inner.requests[3], **ONE_GONE)  # it has overtaken the three others
    await clock.advance(0.1)
    assert len(keyed.sent) == 10
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def test_a_provider_that_does_not_answer_keeps_nobody_from_trying(clock: ManualClock) -> None:
    keyed = Keyed(clock, (asyncio.Event(), "Aye."), name="openai")
    tasks = [keyed.soon() for _ in range(30)]
    await clock.advance(0.8)
    assert len(keyed.sent) == 30
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def test_headers_without_limits_let_all_go(clock: ManualClock) -> None:
    keyed = Keyed(clock, (asyncio.Event(), "Aye."), name="openai")
    tasks = [keyed.soon() for _ in range(30)]
    await clock.advance(0)
    keyed.head(keyed.inner.requests[0], limit_requests="a lot", limit_tokens="0")
    await clock.advance(0)
    assert len(keyed.sent) == 30
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def learned(clock: ManualClock, name: str = "openai", **limits: int) -> Keyed:
    """A limiter that has got one answer."""
    keyed = Keyed(clock, name=name, **limits)
    assert await heard(keyed.soon()) == "Aye."
    return keyed


async def left(keyed: Keyed) -> int:
    """Use up what is left at this moment; return how much that was."""
    before = len(keyed.sent)
    for _ in range(50):
        try:
            await heard(asyncio.ensure_future(keyed.limiter.open(keyed.request(seconds=0.5))))
        except LimitReached:
            break
    return len(keyed.sent) - before


@pytest.mark.parametrize(("name", "window"), [("groq", DAY), ("openai", 60.0)])
async def test_requests_are_of_the_day_or_of_the_minute(
    clock: ManualClock, name: str, window: float
) -> None:
    keyed = await learned(clock, name)
    keyed.head(keyed.inner.requests[0], limit_requests="10", remaining_requests="0")
    assert await left(keyed) == 0
    await clock.advance(window / 2)
    assert await left(keyed) == 5


async def test_others_use_the_same_key(clock: ManualClock) -> None:
    keyed = await learned(clock)
    keyed.head(keyed.inner.requests[0], limit_requests="20", remaining_requests="19")
    await clock.advance(1)
    keyed.head(keyed.request(), limit_requests="20", remaining_requests="3")
    assert await left(keyed) == 3


async def test_a_provider_that_counts_less_than_we_do(clock: ManualClock) -> None:
    keyed = await learned(clock)
    keyed.head(keyed.inner.requests[0], limit_requests="20", remaining_requests="19")
    assert await left(keyed) == 19
    await clock.advance(0.1)
    keyed.head(keyed.request(), limit_requests="20", remaining_requests="12")
    assert await left(keyed) == 12


async def test_the_smaller_of_both_counts(clock: ManualClock) -> None:
    keyed = await learned(clock, requests_per_minute=6)
    for _ in range(2):
        keyed.head(keyed.request(), limit_requests="500", remaining_requests="499")
        await clock.advance(0.1)
    assert await left(keyed) == 5
    await clock.advance(60)
    keyed.head(keyed.request(), limit_requests="3", remaining_requests="3")
    assert await left(keyed) == 3


async def test_tokens_are_of_the_minute(clock: ManualClock) -> None:
    keyed = await learned(clock, "groq")
    keyed.head(keyed.inner.requests[0], limit_tokens="6000", remaining_tokens="0")
    await clock.advance(30)
    assert keyed.inner.requests[0].max_tokens == 120
    sent = [asyncio.ensure_future(keyed.limiter.open(keyed.request())) for _ in range(20)]
    await clock.advance(0)
    # Each takes 120, the headroom of 256 for reasoning, and its prompt, of the 3000 there are.
    assert len(keyed.sent) == 1 + 3000 // 410
    await clock.advance(600)
    await asyncio.gather(*sent)


@pytest.mark.parametrize("name", ["groq", "openai"])
@pytest.mark.parametrize(
    "told",
    [
        {"limit_requests": "1", "remaining_requests": "0", "reset_requests": "99999d"},
        {"limit_requests": "999999999999", "remaining_requests": "0", "reset_requests": "1ns"},
        {"limit_requests": "3", "remaining_requests": "9", "reset_requests": "-1s"},
        {"limit_requests": "٣", "limit_tokens": "1e3", "remaining_tokens": "NaN"},
        {"limit_tokens": "1", "remaining_tokens": "0", "reset_tokens": "1h"},
    ],
)
async def test_nonsense_stops_nobody_for_ever(
    clock: ManualClock, name: str, told: dict[str, str]
) -> None:
    keyed = await learned(clock, name)
    keyed.head(keyed.inner.requests[0], **told)
    await clock.advance(3600)
    task = keyed.soon()
    await clock.advance(60)
    assert await heard(task) == "Aye."
