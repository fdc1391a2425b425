"""Keeping to a limit that is set: who goes when, and who is told at once that it is too late."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from npcengine.backend.base import ChatStream
from npcengine.backend.lanes import TURNS
from npcengine.backend.limits import MOST_WAITING
from npcengine.errors import LimitReached, ProviderFailed, RateLimited
from npcengine.hooks import LimitWaited
from npcengine.messages import LANES, Lane, Message, Prefix
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import Script
from tests.backend.asking import PATIENT, RULES, ask, read
from tests.backend.rationing import Keyed, heard

DAY = 86_400.0


async def sent_at(keyed: Keyed, count: int, step: float = 0.5) -> list[float]:
    """After how many seconds each of so many requests was sent, to the next `step`."""
    begun, moments = keyed.clock.now(), [0.0] * len(keyed.sent)
    while len(moments) < count:
        await keyed.clock.advance(step)
        moments += [keyed.clock.now() - begun] * (len(keyed.sent) - len(moments))
    return moments


async def test_without_a_limit_all_go_at_once(clock: ManualClock) -> None:
    keyed = Keyed(clock)
    tasks = [keyed.soon() for _ in range(300)]
    await clock.advance(0)
    assert len(keyed.sent) == 300
    assert [await heard(task) for task in tasks] == ["Aye."] * 300
    assert keyed.told == []


async def test_requests_per_minute(clock: ManualClock) -> None:
    keyed = Keyed(clock, requests_per_minute=2)
    tasks = [keyed.soon(str(number)) for number in range(4)]
    await clock.advance(0)
    assert keyed.sent == ["0", "1"]
    assert await sent_at(keyed, 4) == [0, 0, 30.5, 60.5]
    assert keyed.sent == ["0", "1", "2", "3"]
    waited = [each for each in keyed.told if isinstance(each, LimitWaited)]
    assert [(each.origin.player, each.lane) for each in waited] == [
        ("2", "background"),
        ("3", "background"),
    ]
    assert [each.seconds for each in waited] == pytest.approx([30, 60], abs=0.2)
    assert (waited[0].provider, waited[0].model) == ("ollama", "llama3.2")
    await asyncio.gather(*tasks)


async def test_a_player_waits_no_longer_than_for_the_first_words(clock: ManualClock) -> None:
    keyed = Keyed(clock, requests_per_minute=2)
    for _ in range(2):
        await heard(keyed.soon(lane="player"))
    late = keyed.soon(lane="player", waits=PATIENT._replace(first=29.0))
    with pytest.raises(LimitReached, match=r"another 30\.\d s") as caught:
        await late
    assert (caught.value.provider, caught.value.model) == ("ollama", "llama3.2")
    assert caught.value.retry_after == pytest.approx(30, abs=0.2)
    assert (caught.value.remedy, len(keyed.sent)) == ("elsewhere", 2)
    in_time = keyed.soon(lane="player", waits=PATIENT._replace(first=31.0))
    await clock.advance(31)
    assert await heard(in_time) == "Aye."


async def test_whoever_would_wait_past_the_deadline_is_told_at_once(clock: ManualClock) -> None:
    keyed = Keyed(clock, requests_per_minute=1)
    await heard(keyed.soon())
    in_time = keyed.soon("in time", deadline=clock.now() + 61)
    await clock.advance(0)
    with pytest.raises(LimitReached):
        await keyed.limiter.open(keyed.request(seconds=61))
    await clock.advance(61)
    assert await heard(in_time) == "Aye."


async def test_tokens_per_minute_are_set_aside_and_what_was_not_used_comes_back(
    clock: ManualClock,
) -> None:
    keyed = Keyed(clock, requests_per_minute=100, tokens_per_minute=1000)
    streams = [await keyed.limiter.open(keyed.request(max_tokens=400)) for _ in range(2)]
    third = keyed.soon("third", max_tokens=400)
    await clock.advance(0)
    assert "third" not in keyed.sent
    await read(streams[0])  # of the 400 it used one
    await clock.advance(0)
    assert keyed.sent[-1] == "third"
    await third


async def test_more_tokens_than_there_ever_are_wait_for_all_of_them(clock: ManualClock) -> None:
    keyed = Keyed(clock, tokens_per_minute=1000)
    huge = await keyed.limiter.open(keyed.request(max_tokens=5000))
    waiting = keyed.soon(max_tokens=10)
    await clock.advance(200)
    assert len(keyed.sent) == 1  # the first one's debt is not paid yet
    await read(huge)
    await clock.advance(0)
    assert await heard(waiting) == "Aye."


async def test_per_day(clock: ManualClock) -> None:
    keyed = Keyed(clock, requests_per_day=2, tokens_per_day=100_000)
    for _ in range(2):
        await heard(keyed.soon())
    with pytest.raises(LimitReached) as caught:
        await keyed.limiter.open(keyed.request())
    assert caught.value.retry_after == pytest.approx(DAY / 2, abs=1)
    clock.set_wall(0.0)
    with pytest.raises(LimitReached):
        await keyed.limiter.open(keyed.request())
    await clock.advance(DAY / 2 + 1)
    assert await heard(keyed.soon()) == "Aye."


async def test_a_clock_that_leaps_fills_a_limit_and_no_more(clock: ManualClock) -> None:
    keyed = Keyed(clock, requests_per_minute=3)
    await heard(keyed.soon())
    await clock.advance(400 * DAY)
    tasks = [keyed.soon() for _ in range(5)]
    await clock.advance(0)
    assert len(keyed.sent) == 4
    await clock.advance(60)
    await asyncio.gather(*tasks)


End = Callable[[ManualClock, ChatStream], Awaitable[object]]


async def read_it(clock: ManualClock, stream: ChatStream) -> None:
    await read(stream)


async def close_it(clock: ManualClock, stream: ChatStream) -> None:
    await stream.aclose()


async def forget_it(clock: ManualClock, stream: ChatStream) -> None:
    await clock.advance(3600)  # nobody reads it, and its deadline comes


@pytest.mark.parametrize("end", [read_it, close_it, forget_it])
async def test_so_many_at_a_time(clock: ManualClock, end: End) -> None:
    keyed = Keyed(clock, concurrent=2)
    streams = [await keyed.limiter.open(keyed.request()) for _ in range(2)]
    third = keyed.soon("third", seconds=8000)
    await clock.advance(10)
    assert "third" not in keyed.sent
    await end(clock, streams[0])
    assert await heard(third) == "Aye."


@pytest.mark.parametrize(
    "fate", [ProviderFailed("no"), RateLimited("no", retry_after=0.1), (asyncio.Event(), "Aye.")]
)
async def test_whoever_was_not_answered_leaves_the_place(clock: ManualClock, fate: Script) -> None:
    keyed = Keyed(clock, fate, "Aye.", concurrent=1)
    failing, waiting = keyed.soon("failing"), keyed.soon("waiting")
    await clock.advance(0)
    failing.cancel()
    await asyncio.wait([failing])
    await clock.advance(1)
    assert await heard(waiting) == "Aye."


@pytest.mark.parametrize("cancelled", [True, False])
async def test_what_was_given_up_gives_back_its_answer_but_not_its_prompt(
    clock: ManualClock, cancelled: bool
) -> None:
    keyed = Keyed(clock, (asyncio.Event(), "Never."), "Aye.", tokens_per_minute=700)
    prompt = Prefix.of([Message("system", "Mira. " * 300)])  # some 450 tokens
    first = keyed.soon(prefix=prompt, max_tokens=100, seconds=0.1)
    await clock.advance(0)
    if cancelled:
        first.cancel()
    await clock.advance(0.1)
    await asyncio.gather(first, return_exceptions=True)
    answer = keyed.soon(max_tokens=100, prefix=RULES)
    await clock.advance(0)
    assert answer.done()
    second = keyed.soon(prefix=prompt, max_tokens=100)
    await clock.advance(20)
    assert not second.done()
    await clock.advance(30)
    await second


async def test_cancelled_while_waiting(clock: ManualClock) -> None:
    keyed = Keyed(clock, requests_per_minute=1)
    await heard(keyed.soon())
    tasks = [keyed.soon(str(number)) for number in range(3)]
    await clock.advance(1)
    tasks[0].cancel()
    await clock.advance(59.2)
    assert keyed.sent[1:] == ["1"]
    await clock.advance(60)
    assert keyed.sent[1:] == ["1", "2"]
    await asyncio.wait(tasks)


async def test_cancelled_in_the_moment_in_which_it_may_go(clock: ManualClock) -> None:
    keyed = Keyed(clock, concurrent=1)
    stream = await keyed.limiter.open(keyed.request())
    first, second = keyed.soon("first"), keyed.soon("second")
    await clock.advance(0)
    await stream.aclose()  # which lets the first one go
    first.cancel()
    assert await heard(second) == "Aye."
    assert "first" not in keyed.sent


async def test_cancelled_just_before_it_may_go(clock: ManualClock) -> None:
    keyed = Keyed(clock, concurrent=1)
    stream = await keyed.limiter.open(keyed.request())
    first, second, third = (keyed.soon(each) for each in ("first", "second", "third"))
    await clock.advance(0)
    first.cancel()
    await stream.aclose()
    assert await heard(second) == "Aye."
    assert await heard(third) == "Aye."
    assert "first" not in keyed.sent


async def test_players_before_quests_before_the_rest(clock: ManualClock) -> None:
    keyed = Keyed(clock, concurrent=1)
    stream = await keyed.limiter.open(keyed.request())
    waiting = {
        f"{lane}-{number}": keyed.soon(f"{lane}-{number}", lane=lane)
        for lane in reversed(LANES)
        for number in range(2)
    }
    await clock.advance(0)
    await stream.aclose()
    ordered = [f"{lane}-{number}" for lane in LANES for number in range(2)]
    for each in ordered:
        assert await heard(waiting[each]) == "Aye."
    assert keyed.sent[1:] == ordered


@pytest.mark.parametrize("lane", ["quest", "background"])
async def test_nobody_stands_for_ever(clock: ManualClock, lane: Lane) -> None:
    keyed = Keyed(clock, concurrent=1)
    stream = await keyed.limiter.open(keyed.request())
    patient = keyed.soon("patient", lane=lane)
    tasks = [patient]
    for number in range(4 * TURNS):  # there are always players waiting
        tasks += [keyed.soon(f"{number}-{each}", lane="player") for each in range(2)]
        await clock.advance(0)
        await stream.aclose()
        await clock.advance(0)
        done = next(task for task in tasks if task.done())
        tasks.remove(done)
        stream = await done
        if done is patient:
            break
    assert len(keyed.sent) == TURNS + 2
    await keyed.limiter.aclose()
    await asyncio.wait(tasks)


async def test_only_so_many_wait(clock: ManualClock) -> None:
    keyed = Keyed(clock, requests_per_day=1)
    await heard(keyed.soon())
    waiting = [keyed.soon(seconds=1e9) for _ in range(MOST_WAITING)]
    await clock.advance(0)
    with pytest.raises(LimitReached, match="1000 requests wait"):
        await keyed.limiter.open(keyed.request(seconds=1e9))
    await keyed.limiter.aclose()
    done = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(each) for each in done} == {LimitReached}


async def test_whoever_is_overtaken_too_often_gives_up_in_time(clock: ManualClock) -> None:
    keyed = Keyed(clock, concurrent=1)
    stream = await keyed.limiter.open(keyed.request())
    late = keyed.soon(seconds=10)
    await clock.advance(9.9)
    assert not late.done()
    await clock.advance(0.2)
    with pytest.raises(LimitReached):
        await late
    await stream.aclose()
    assert await heard(keyed.soon()) == "Aye."


class CountingClock(ManualClock):
    """Counts the timers that are set."""

    timers = 0

    def call_at(self, when: float, callback: Callable[[], None]):  # type: ignore[no-untyped-def]
        self.timers += 1
        return super().call_at(when, callback)


async def test_nobody_looks_again_and_again() -> None:
    clock = CountingClock()
    keyed = Keyed(clock, requests_per_day=2)
    for _ in range(2):
        await heard(keyed.soon())
    waiting = [keyed.soon(seconds=1e9) for _ in range(50)]
    await clock.advance(0)
    clock.timers = 0
    await clock.advance(DAY / 2 + 10)
    assert len(keyed.sent) == 3
    assert clock.timers <= 4  # for the stream, and for the next one's turn
    await keyed.limiter.aclose()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_refusal_keeps_everybody_waiting_for_as_long_as_it_says(
    clock: ManualClock,
) -> None:
    keyed = Keyed(clock, RateLimited("no", retry_after=5.0), "Aye.", requests_per_minute=6)
    with pytest.raises(RateLimited):
        await keyed.limiter.open(keyed.request())
    with pytest.raises(LimitReached) as caught:
        await keyed.limiter.open(keyed.request(seconds=4.0))
    assert caught.value.retry_after == pytest.approx(5)
    waiting = [keyed.soon() for _ in range(3)]
    await clock.advance(4.9)
    assert len(keyed.sent) == 1
    await clock.advance(0.2)
    assert len(keyed.sent) == 2  # and no burst for a minute: one in ten seconds
    await clock.advance(20.2)
    assert len(keyed.sent) == 4
    await asyncio.gather(*waiting)


async def test_a_refusal_turns_away_who_would_now_wait_in_vain(clock: ManualClock) -> None:
    busy = asyncio.Event()
    refused = (busy, RateLimited("no", retry_after=30.0))
    keyed = Keyed(clock, refused, "Aye.", concurrent=1)
    first = keyed.soon()
    short, long = keyed.soon("short", seconds=20), keyed.soon("long", seconds=60)
    await clock.advance(0)
    busy.set()
    await clock.advance(0)
    for task in (first, short):
        with pytest.raises((RateLimited, LimitReached)):
            await task
    assert not long.done()
    await clock.advance(31)
    assert await heard(long) == "Aye."


async def test_nobody_is_kept_waiting_for_a_year(clock: ManualClock) -> None:
    keyed = Keyed(clock, RateLimited("no", retry_after=366 * DAY), "Aye.")
    with pytest.raises(RateLimited):
        await keyed.limiter.open(keyed.request())
    await clock.advance(3601)
    assert await heard(keyed.soon()) == "Aye."


async def test_after_a_refusal_a_few_try_first(clock: ManualClock) -> None:
    keyed = Keyed(clock, RateLimited("no", retry_after=1.0), (asyncio.Event(), "Aye."))
    with pytest.raises(RateLimited):
        await keyed.limiter.open(keyed.request())
    waiting = [keyed.soon(str(number)) for number in range(50)]
    await clock.advance(1.1)
    assert len(keyed.sent) == 5
    keyed.head(keyed.inner.requests[1])
    await clock.advance(0)
    assert len(keyed.sent) == 51
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)


async def test_a_limiter_is_closed_with_what_it_wraps(clock: ManualClock) -> None:
    keyed = Keyed(clock, concurrent=1)
    stream = await keyed.limiter.open(ask(clock))
    waiting = keyed.soon()
    await clock.advance(0)
    await keyed.limiter.aclose()
    with pytest.raises(LimitReached, match="closed"):
        await waiting
    await stream.aclose()
