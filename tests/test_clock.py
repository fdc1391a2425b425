"""The clock of real programs, and the time limit that works on any clock."""

import asyncio
import time

import pytest

from npcengine.clock import Clock, Expiry, SystemClock
from npcengine.testing.manual_clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


async def test_the_system_clock_is_that_of_the_event_loop() -> None:
    clock: Clock = SystemClock()
    before = asyncio.get_running_loop().time()
    assert before <= clock.now() <= asyncio.get_running_loop().time()
    started = time.time()
    assert started <= clock.wall() <= time.time()


@pytest.mark.parametrize("ahead", [-10.0, 0.0, 0.001])
async def test_a_timer_runs_and_not_before_its_moment(ahead: float) -> None:
    clock = SystemClock()
    ran = asyncio.get_running_loop().create_future()
    when = clock.now() + ahead
    clock.call_at(when, lambda: ran.set_result(clock.now()))
    # The event loop runs timers that are due within its clock's resolution.
    assert await ran >= when - time.get_clock_info("monotonic").resolution


async def test_a_timer_that_was_cancelled_does_not_run() -> None:
    clock = SystemClock()
    ran: list[str] = []
    timer = clock.call_at(clock.now(), lambda: ran.append("cancelled"))
    timer.cancel()
    timer.cancel()
    await clock.sleep(0.001)
    assert ran == []


async def limited(clock: Clock, seconds: float, work: float) -> str:
    async with Expiry(clock, clock.now() + seconds):
        await clock.sleep(work)
    return "done"


async def test_what_ends_in_time_is_not_disturbed(clock: ManualClock) -> None:
    task = asyncio.create_task(limited(clock, 2, 1))
    await clock.advance(10)
    assert await task == "done"
    assert task.cancelling() == 0


async def test_what_takes_too_long_is_a_timeout(clock: ManualClock) -> None:
    task = asyncio.create_task(limited(clock, 1, 2))
    await clock.advance(1)
    with pytest.raises(TimeoutError):
        await task
    assert task.cancelling() == 0


async def test_a_moment_that_is_past_is_a_timeout_at_the_first_wait(clock: ManualClock) -> None:
    task = asyncio.create_task(limited(clock, -1, 2))
    await clock.advance(0)
    with pytest.raises(TimeoutError):
        await task


async def test_work_that_never_waits_is_not_disturbed(clock: ManualClock) -> None:
    async with Expiry(clock, clock.now() - 1):
        pass
    await asyncio.sleep(0)


async def test_a_task_lives_on_after_its_timeout(clock: ManualClock) -> None:
    async def twice() -> str:
        try:
            await limited(clock, 1, 2)
        except TimeoutError:
            return await limited(clock, 2, 1)
        raise AssertionError

    task = asyncio.create_task(twice())
    await clock.advance(10)
    assert await task == "done"


@pytest.mark.parametrize("outer", [1.0, 2.0, 3.0])
async def test_of_two_limits_the_first_to_come_counts_and_both_at_once_are_one_timeout(
    outer: float, clock: ManualClock
) -> None:
    caught: list[str] = []

    async def nested() -> None:
        try:
            async with Expiry(clock, clock.now() + outer):
                try:
                    await limited(clock, 2, 60)
                except TimeoutError:
                    caught.append("inner")
        except TimeoutError:
            caught.append("outer")

    task = asyncio.create_task(nested())
    await clock.advance(60)
    await task
    assert caught == (["inner"] if outer > 2 else ["outer"])
    assert task.cancelling() == 0


async def test_a_cancellation_from_outside_stays_one(clock: ManualClock) -> None:
    task = asyncio.create_task(limited(clock, 1, 2))
    await clock.advance(0.5)
    task.cancel()
    await clock.advance(10)
    assert task.cancelled()


@pytest.mark.parametrize("first", ["limit", "cancellation"])
async def test_a_cancellation_at_the_very_moment_of_the_limit_stays_one(
    first: str, clock: ManualClock
) -> None:
    tasks: list[asyncio.Task[str]] = []

    def cancel() -> None:
        tasks[0].cancel()

    when = clock.now() + 1
    if first == "cancellation":
        clock.call_at(when, cancel)
    tasks.append(asyncio.create_task(limited(clock, 1, 2)))
    await clock.advance(0)
    if first == "limit":
        clock.call_at(when, cancel)
    await clock.advance(1)
    assert tasks[0].cancelled()


async def test_another_error_goes_through(clock: ManualClock) -> None:
    with pytest.raises(ZeroDivisionError):
        async with Expiry(clock, clock.now() + 1):
            raise ZeroDivisionError
    await clock.advance(2)


async def test_an_error_that_the_timeout_brought_about_goes_through(clock: ManualClock) -> None:
    async def stubborn() -> None:
        async with Expiry(clock, clock.now() + 1):
            try:
                await clock.sleep(2)
            except asyncio.CancelledError:
                raise ZeroDivisionError from None

    task = asyncio.create_task(stubborn())
    await clock.advance(1)
    with pytest.raises(ZeroDivisionError):
        await task
    assert task.cancelling() == 0


async def test_work_that_ends_at_once_is_not_limited(clock: ManualClock) -> None:
    async def work() -> str:
        return "done"

    expiry = Expiry(clock, clock.now() - 1)
    assert await expiry.limit(work()) == "done"
    expiry.expire()
    await asyncio.sleep(0)


async def test_work_that_waits_is_limited(clock: ManualClock) -> None:
    working = asyncio.ensure_future(Expiry(clock, clock.now() + 1).limit(clock.sleep(2)))
    await clock.advance(1)
    with pytest.raises(TimeoutError):
        await working


async def test_what_limited_work_waits_for_reaches_it(clock: ManualClock) -> None:
    heard = asyncio.get_running_loop().create_future()

    async def work() -> str:
        try:
            return str(await heard)
        except ValueError:
            await asyncio.sleep(0)
            return "mended"

    working = asyncio.ensure_future(Expiry(clock, None).limit(work()))
    await asyncio.sleep(0)
    heard.set_exception(ValueError())
    assert await working == "mended"


async def test_limited_work_can_be_expired_and_cancelled(clock: ManualClock) -> None:
    expiry = Expiry(clock, None)
    working = asyncio.ensure_future(expiry.limit(clock.sleep(2)))
    await asyncio.sleep(0)
    expiry.expire()
    with pytest.raises(TimeoutError):
        await working
    working = asyncio.ensure_future(Expiry(clock, None).limit(clock.sleep(2)))
    await asyncio.sleep(0)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
