import asyncio
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npcengine.clock import Clock, Expiry
from npcengine.errors import UsageError
from npcengine.testing.manual_clock import ManualClock

seconds = st.floats(min_value=0.001, max_value=1000)


@given(st.lists(seconds, max_size=30), st.lists(seconds, max_size=10))
async def test_timers_run_in_order_of_time_then_of_setting(
    delays: list[float], steps: list[float]
) -> None:
    clock = ManualClock()
    start = clock.now()
    ran: list[tuple[float, int]] = []
    entries = [(start + delay, number) for number, delay in enumerate(delays)]
    for entry in entries:
        clock.call_at(entry[0], partial(ran.append, entry))
    for step in steps:
        await clock.advance(step)
        assert {entry for entry in entries if entry[0] <= clock.now()} <= set(ran)
        assert all(when <= clock.now() + 1e-6 for when, _ in ran)
    await clock.advance(1001)
    assert ran == sorted(entries)


async def test_a_timer_sees_its_own_moment() -> None:
    clock = ManualClock()
    seen: list[float] = []
    for delay in (3.0, 1.0):
        clock.call_at(clock.now() + delay, lambda: seen.append(clock.now()))
    start = clock.now()
    await clock.advance(5)
    assert seen == [start + 1, start + 3]
    assert clock.now() == start + 5


async def test_nothing_happens_while_time_stands_still() -> None:
    clock: Clock = ManualClock()
    ran: list[str] = []
    clock.call_at(clock.now() + 1, lambda: ran.append("early"))
    await asyncio.sleep(0)
    assert ran == []


async def test_a_cancelled_timer_does_not_run() -> None:
    clock = ManualClock()
    ran: list[str] = []
    clock.call_at(clock.now() + 1, lambda: ran.append("cancelled")).cancel()
    clock.call_at(clock.now() + 2, lambda: ran.append("kept"))
    await clock.advance(2)
    assert ran == ["kept"]


async def test_a_timer_in_the_past_runs_soon() -> None:
    clock = ManualClock()
    ran: list[str] = []
    clock.call_at(clock.now() - 1, lambda: ran.append("kept"))
    clock.call_at(clock.now(), lambda: ran.append("cancelled")).cancel()
    await clock.advance(0)
    assert ran == ["kept"]


async def test_sleepers_wake_one_after_another_within_one_advance() -> None:
    clock = ManualClock()
    woke: list[float] = []

    async def sleeper() -> None:
        for _ in range(3):
            await clock.sleep(0.1)
            woke.append(round(clock.now() - start, 9))

    start = clock.now()
    task = asyncio.create_task(sleeper())
    await clock.advance(0.25)
    assert woke == [0.1, 0.2]
    await clock.advance(0.05)
    assert woke == [0.1, 0.2, 0.3]
    await task


async def test_a_sleeper_that_is_cancelled_leaves_no_timer() -> None:
    clock = ManualClock()
    task = asyncio.create_task(clock.sleep(5))
    await clock.advance(1)
    task.cancel()
    await clock.advance(10)
    assert task.cancelled()


async def test_sleeping_for_no_time_returns_by_itself() -> None:
    await ManualClock().sleep(0)


async def test_a_time_limit_runs_out_on_this_clock() -> None:
    clock = ManualClock()

    async def limited() -> None:
        async with Expiry(clock, clock.now() + 4):
            await clock.sleep(60)

    task = asyncio.create_task(limited())
    await clock.advance(3.9)
    assert not task.done()
    await clock.advance(0.1)
    with pytest.raises(TimeoutError):
        await task


async def test_the_wall_clock_moves_along() -> None:
    clock = ManualClock(wall=1_000_000.0)
    await clock.advance(12.5)
    assert clock.wall() == 1_000_012.5


@pytest.mark.parametrize("wrong", [-1.0, float("inf"), float("nan")])
async def test_time_does_not_go_back_or_to_its_end(wrong: float) -> None:
    clock = ManualClock()
    before = clock.now()
    with pytest.raises(UsageError, match="forward"):
        await clock.advance(wrong)
    assert clock.now() == before
