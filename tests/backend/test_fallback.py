"""One route after the other, until one has something to say or the time is over."""

import asyncio

import pytest

from npcengine.backend.breaker import IN_A_ROW
from npcengine.errors import (
    AllBackendsFailed,
    BackendError,
    DeadlineExceeded,
    KeyRejected,
    LimitReached,
    ModelUnavailable,
    ProviderFailed,
    RateLimited,
    RequestTooLarge,
    RouteResting,
    StreamBroken,
)
from npcengine.hooks import AttemptFailed
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import Script
from tests.backend.asking import AYLA, SECONDS, ask, read
from tests.backend.racing import Routes, after, never


def let_rest(routes: Routes, *names: str) -> None:
    for name in names:
        for _ in range(IN_A_ROW):
            routes.candidates[name].breaker.overtaken(1.0)


async def test_the_first_that_can_answers_and_the_others_are_not_asked(clock: ManualClock) -> None:
    routes = Routes(clock, groq="One.", openai="Two.")
    assert await routes.opening() == "One."
    assert (routes.tries, routes.told.events) == ([1, 0], [])


async def test_after_a_failure_the_next_is_asked_at_once(clock: ManualClock) -> None:
    errors = (KeyRejected("No."), RequestTooLarge("No."))
    routes = Routes(clock, groq1=errors[0], groq2=errors[1], openai="Three.")
    assert await routes.opening() == "Three."
    assert routes.told.failed == [AttemptFailed(AYLA, error) for error in errors]
    assert routes.told.help == []


async def test_when_all_fail_each_error_is_told_and_carried(clock: ManualClock) -> None:
    errors = (KeyRejected("First.", provider="groq"), ModelUnavailable("Second."))
    routes = Routes(clock, groq=errors[0], openai=errors[1])
    with pytest.raises(AllBackendsFailed) as caught:
        await routes.opening()
    assert caught.value.errors == errors
    assert "groq: First." in str(caught.value)
    assert "Second." in str(caught.value)
    assert routes.told.failed == [AttemptFailed(AYLA, error) for error in errors]


async def test_each_failed_attempt_is_told_once(clock: ManualClock) -> None:
    routes = Routes(clock, groq=ProviderFailed("One."), openai=KeyRejected("Two."))
    opening = routes.opening()
    await clock.advance(SECONDS)
    with pytest.raises(AllBackendsFailed) as caught:
        await opening
    assert [each.error.message for each in routes.told.failed] == ["One.", "One.", "Two."]
    assert len(caught.value.errors) == 2


async def test_all_share_one_deadline(clock: ManualClock) -> None:
    routes = Routes(clock, groq=never(), openai=never())
    opening = routes.opening()
    await clock.advance(SECONDS - 0.01)
    assert not opening.done()
    await clock.advance(0.01)
    with pytest.raises(AllBackendsFailed) as caught:
        await opening
    assert [type(error) for error in caught.value.errors] == [DeadlineExceeded] * 2
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_what_is_being_said_may_use_the_whole_deadline(clock: ManualClock) -> None:
    more = asyncio.Event()
    routes = Routes(clock, groq=never(), openai=("Two,", more, " and more."))
    opening = routes.opening()
    await clock.advance(SECONDS - 0.1)
    more.set()
    assert await opening == "Two, and more."


async def test_what_is_being_said_ends_at_the_deadline_all_the_same(clock: ManualClock) -> None:
    routes = Routes(clock, groq=("One,", asyncio.Event()))
    reading = asyncio.ensure_future(read(await routes.fallback.open(routes.request())))
    await clock.advance(SECONDS - 0.1)
    assert not reading.done()
    await clock.advance(0.1)
    assert (await reading).finish == "deadline"


async def test_when_the_time_is_over_nobody_is_asked(clock: ManualClock) -> None:
    routes = Routes(clock, groq="Aye.")
    with pytest.raises(DeadlineExceeded, match="before any backend was asked"):
        await routes.fallback.open(ask(clock, deadline=clock.now()))
    assert routes.tries == [0]


async def test_a_route_that_is_full_or_rests_is_passed_over_without_a_word(
    clock: ManualClock,
) -> None:
    routes = Routes(clock, groq=LimitReached("Full."), vllm="No.", openai="Three.")
    let_rest(routes, "vllm")
    before = list(routes.told.events)
    assert await routes.opening() == "Three."
    assert (routes.tries, routes.told.events) == ([1, 0, 1], before)


async def test_when_all_rest_the_one_that_comes_back_first_is_tried(clock: ManualClock) -> None:
    routes = Routes(clock, groq="One.", openai="Two.")
    let_rest(routes, "openai")
    await clock.advance(1)
    let_rest(routes, "groq")
    assert await routes.opening() == "Two."
    assert routes.tries == [0, 1]
    # It has answered, so it is asked like any other again.
    assert await routes.opening() == "Two."


async def test_nobody_fails_because_another_tries_the_only_route(clock: ManualClock) -> None:
    said = asyncio.Event()
    routes = Routes(clock, groq=(said, "One."))
    let_rest(routes, "groq")
    await clock.advance(2)
    opening = [routes.opening() for _ in range(3)]
    await clock.advance(0.1)
    said.set()
    assert [await each for each in opening] == ["One."] * 3


async def test_when_that_fails_too_the_others_are_tried(clock: ManualClock) -> None:
    errors: list[BackendError] = [KeyRejected("Two."), ProviderFailed("One.")]
    routes = Routes(clock, groq=errors[1], openai=errors[0])
    let_rest(routes, "openai")
    await clock.advance(1)
    let_rest(routes, "groq")
    opening = routes.opening()
    await clock.advance(SECONDS)
    with pytest.raises(AllBackendsFailed) as caught:
        await opening
    assert [type(error) for error in caught.value.errors] == [
        RouteResting,
        RouteResting,
        KeyRejected,
        RouteResting,
    ]


async def test_a_limit_is_waited_for_when_nobody_else_can_answer(clock: ManualClock) -> None:
    scripts: list[Script] = [RateLimited("Wait.", retry_after=2.5), "One."]
    routes = Routes(clock, groq=lambda: scripts.pop(0), openai=KeyRejected("No."))
    opening = routes.opening()
    await clock.advance(1.0)
    assert routes.tries == [1, 1]
    another = routes.opening()  # it finds the route resting
    await clock.advance(1.4)
    assert routes.tries == [1, 1]
    scripts.append("Two.")
    await clock.advance(0.1)
    assert {await opening, await another} == {"One.", "Two."}
    assert routes.tries == [3, 1]


async def test_a_limit_is_not_waited_for_while_another_can_answer(clock: ManualClock) -> None:
    limited = RateLimited("Wait.", retry_after=0.5)
    routes = Routes(clock, groq=limited, openai="Two.")
    assert [await routes.opening() for _ in range(3)] == ["Two."] * 3
    assert (routes.tries, routes.told.failed) == ([1, 3], [AttemptFailed(AYLA, limited)])


@pytest.mark.parametrize(
    "error",
    [RateLimited("Wait.", retry_after=SECONDS + 1), KeyRejected("Never.")],
    ids=["longer than there is time", "for ever"],
)
async def test_otherwise_a_route_that_rests_is_not_asked(
    error: BackendError, clock: ManualClock
) -> None:
    routes = Routes(clock, groq=error)
    for _ in range(2):
        with pytest.raises(AllBackendsFailed):
            await routes.opening()
    assert routes.tries == [1]


async def test_a_cancellation_goes_through_and_asks_nobody_else(clock: ManualClock) -> None:
    waiting = (never(), RateLimited("Wait.", retry_after=2.0))
    for script in waiting:
        routes = Routes(clock, groq=script)
        opening = routes.opening()
        await clock.advance(0.5)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        await clock.advance(5)
        assert routes.tries == [1]


async def test_a_stream_that_breaks_later_is_not_answered_by_the_next(clock: ManualClock) -> None:
    routes = Routes(clock, groq=("One,", StreamBroken("Cut.")), openai="Two.")
    said = await read(await routes.fallback.open(routes.request()))
    assert (said.text, said.finish) == ("One,", "broken")
    assert routes.tries == [1, 0]


async def test_a_mistake_of_ours_is_not_taken_for_a_failed_backend(clock: ManualClock) -> None:
    def wrong() -> Script:
        raise ZeroDivisionError

    routes = Routes(clock, groq=wrong, openai="Two.")
    with pytest.raises(ZeroDivisionError):
        await routes.opening()


async def test_a_backends_own_timeout_is_one_of_our_mistakes(clock: ManualClock) -> None:
    def wrong() -> Script:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        await Routes(clock, groq=wrong, openai=lambda: after(clock, 1.0)).opening()
