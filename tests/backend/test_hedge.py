"""When a second route is asked although the first may still answer, and who wins."""

import asyncio
import random

import pytest

from npcengine.backend.breaker import IN_A_ROW, Breaker
from npcengine.backend.fallback import Fallback
from npcengine.backend.hedge import BURST, Candidate
from npcengine.backend.latency import Stopwatch
from npcengine.backend.limits import Limiter
from npcengine.backend.models import profile
from npcengine.configuration import Limits
from npcengine.errors import AllBackendsFailed, KeyRejected, ProviderFailed, StreamBroken
from npcengine.hooks import HelpCalled
from npcengine.messages import Lane
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import Script, ScriptedBackend
from tests.backend.asking import AYLA
from tests.backend.racing import Routes, after, never

USUAL = 0.1
"""What a route has nearly always taken, where a test says that it has learned it."""
EDGE = 0.12
"""By then it is later than that, whatever a quantile is rounded to."""
DEAD = 0.5
"""Four times as much, and so rounded."""


async def test_a_route_that_is_later_than_nearly_always_gets_help(clock: ManualClock) -> None:
    routes = Routes(clock, groq=never(), openai=lambda: after(clock, 0.2, "Two."))
    routes.learn("groq", USUAL)
    opening = routes.opening()
    await clock.advance(0.099)
    assert routes.tries == [1, 0]
    await clock.advance(EDGE - 0.099)
    assert routes.tries == [1, 1]
    await clock.advance(0.2)
    assert opening.done()
    assert await opening == "Two."
    (help_,) = routes.told.help
    assert help_ == HelpCalled(AYLA, "groq:groq", "openai:openai", "slow", help_.seconds)
    assert 0.1 <= help_.seconds <= EDGE
    assert routes.told.failed == []


async def test_it_may_still_win_and_the_helper_is_closed(clock: ManualClock) -> None:
    routes = Routes(clock, groq=lambda: after(clock, 0.2, "One."), openai=never())
    routes.learn("groq", USUAL)
    opening = routes.opening()
    await clock.advance(0.2)
    assert opening.done()
    assert (await opening, routes.tries) == ("One.", [1, 1])
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_when_both_have_content_at_the_same_moment_one_is_closed(
    order: tuple[int, int], clock: ManualClock
) -> None:
    gates = asyncio.Event(), asyncio.Event()
    more = asyncio.Event()
    routes = Routes(clock, groq=(gates[0], "One.", more), openai=(gates[1], "Two.", more))
    routes.learn("groq", USUAL)
    request = routes.request()
    opening = asyncio.ensure_future(routes.fallback.open(request))
    await clock.advance(EDGE)
    for number in order:
        gates[number].set()
    stream = await opening
    routes.check_closed(request, but=stream)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    await stream.aclose()


@pytest.mark.parametrize("stubborn", ["groq", "openai"])
async def test_one_that_cannot_be_cancelled_is_closed_when_it_ends(
    stubborn: str, clock: ManualClock
) -> None:
    gate = asyncio.Event()
    winner: Script = (gate, "The winner.", asyncio.Event())
    answers = {"groq": winner, "openai": winner} | {stubborn: never()}
    routes = Routes(clock, **answers)
    routes.scripted[stubborn].stubborn = True
    routes.learn("groq", USUAL)
    request = routes.request()
    opening = asyncio.ensure_future(routes.fallback.open(request))
    await clock.advance(EDGE)
    gate.set()
    stream = await opening
    assert stream.so_far().text == "The winner."
    assert opening.cancelling() == 0
    routes.check_closed(request, but=stream)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    await stream.aclose()


async def test_a_good_answer_costs_no_task(clock: ManualClock) -> None:
    routes = Routes(clock, groq=lambda: after(clock, 0.09), openai="Two.")
    routes.learn("groq", USUAL)
    opening = routes.opening()
    await clock.advance(0.08)
    assert asyncio.all_tasks() == {asyncio.current_task(), opening}
    await clock.advance(0.01)
    assert opening.done()
    assert routes.tries == [1, 0]


async def test_help_comes_from_another_provider_first(clock: ManualClock) -> None:
    routes = Routes(clock, groq1=never(), groq2="Two.", openai="Three.")
    routes.learn("groq1", USUAL)
    opening = routes.opening()
    await clock.advance(EDGE)
    assert (await opening, routes.tries) == ("Three.", [1, 0, 1])


async def test_of_its_own_provider_only_when_it_counts_as_dead(clock: ManualClock) -> None:
    routes = Routes(clock, groq1=never(), groq2="Two.")
    routes.learn("groq1", USUAL)
    opening = routes.opening()
    await clock.advance(4 * USUAL - 0.01)
    assert routes.tries == [1, 0]
    await clock.advance(DEAD - 4 * USUAL)
    assert (await opening, routes.tries) == ("Two.", [1, 1])
    assert [each.why for each in routes.told.help] == ["dead"]


async def test_a_fast_route_is_not_dead_before_a_quarter_of_a_second(clock: ManualClock) -> None:
    routes = Routes(clock, groq1=never(), groq2="Two.")
    routes.learn("groq1", 0.01)
    opening = routes.opening()
    await clock.advance(0.24)
    assert routes.tries == [1, 0]
    await clock.advance(0.01)
    assert await opening == "Two."


async def test_of_a_route_that_nobody_knows_help_is_called_when_the_wait_is_over(
    clock: ManualClock,
) -> None:
    routes = Routes(clock, groq=never(), openai="Two.")
    opening = routes.opening()
    await clock.advance(1.19)
    assert routes.tries == [1, 0]
    await clock.advance(0.01)
    assert await opening == "Two."
    (help_,) = routes.told.help
    assert help_.why == "late"
    assert help_.seconds == pytest.approx(1.2)


async def test_of_those_that_are_asked_together_the_others_tell_who_is_late(
    clock: ManualClock,
) -> None:
    routes = Routes(clock, groq=never(), openai="Two.")
    silent = routes.opening()
    await clock.advance(0)
    routes.answers["groq"] = lambda: after(clock, 0.05, "One.")
    others = [routes.opening() for _ in range(8)]
    await clock.advance(0.25)
    assert {await other for other in others} == {"One."}
    assert silent.done()
    assert await silent == "Two."
    (help_,) = routes.told.help
    assert help_.why == "dead"


@pytest.mark.parametrize("lane", ["quest", "background"])
async def test_only_a_waiting_player_is_worth_a_second_call_before(
    lane: Lane, clock: ManualClock
) -> None:
    routes = Routes(clock, groq=never(), openai="Two.")
    for _ in range(40):
        routes.candidates["groq"].watch.latency(routes.request(lane=lane)).add(USUAL)
    opening = routes.opening(lane=lane)
    await clock.advance(1.19)
    assert routes.tries == [1, 0]
    await clock.advance(0.01)
    assert await opening == "Two."


async def test_what_streams_take_says_nothing_of_whole_answers(clock: ManualClock) -> None:
    routes = Routes(clock, groq=lambda: after(clock, 1.0, "One."), openai="Two.")
    routes.learn("groq", USUAL, stream=True)
    opening = routes.opening(stream=False)
    await clock.advance(1.0)
    assert (await opening, routes.tries) == ("One.", [1, 0])


async def test_help_for_the_slow_has_a_budget(clock: ManualClock) -> None:
    routes = Routes(clock, groq=lambda: after(clock, 0.3, "One."), openai=never())
    for _ in range(int(BURST) + 5):
        routes.learn("groq", USUAL)
        opening = routes.opening()
        await clock.advance(0.3)
        assert await opening == "One."
    assert len(routes.told.help) == BURST
    routes.learn("groq", USUAL, times=200)
    routes.answers["groq"] = "One."
    for _ in range(20):  # a twentieth of a call each
        await routes.opening()
    routes.answers["groq"] = lambda: after(clock, 0.3, "One.")
    opening = routes.opening()
    await clock.advance(0.3)
    await opening
    assert len(routes.told.help) == BURST + 1


async def test_help_for_the_dead_has_none(clock: ManualClock) -> None:
    routes = Routes(clock, groq=lambda: after(clock, 0.9, "One."), openai=lambda: after(clock, 3))
    for _ in range(3 * int(BURST)):
        routes.learn("groq", USUAL)
        opening = routes.opening()
        await clock.advance(0.9)
        assert await opening == "One."
    whys = [each.why for each in routes.told.help]
    assert len(whys) == 3 * BURST
    assert whys.count("dead") >= 3 * BURST - BURST - 2


async def test_after_a_failure_it_takes_more_than_slowness(clock: ManualClock) -> None:
    routes = Routes(clock, groq=KeyRejected("No."), openai=never(), vllm="Three.")
    routes.learn("openai", USUAL)
    opening = routes.opening()
    await clock.advance(4 * USUAL - 0.01)
    assert routes.tries == [1, 1, 0]
    await clock.advance(DEAD - 4 * USUAL)
    assert await opening == "Three."
    assert [each.why for each in routes.told.help] == ["dead"]


async def test_a_route_that_rests_is_not_called(clock: ManualClock) -> None:
    routes = Routes(clock, groq=never(), openai="Two.", vllm="Three.")
    routes.learn("groq", USUAL)
    for _ in range(IN_A_ROW):
        routes.candidates["openai"].breaker.overtaken(1.0)
    opening = routes.opening()
    await clock.advance(EDGE)
    assert (await opening, routes.tries) == ("Three.", [1, 0, 1])


async def test_helpers_that_fail_are_followed_by_the_next(clock: ManualClock) -> None:
    routes = Routes(clock, groq=never(), openai=KeyRejected("No."), vllm=lambda: after(clock, 0.1))
    routes.learn("groq", USUAL)
    opening = routes.opening()
    await clock.advance(EDGE)
    assert routes.tries == [1, 1, 0]  # it was only slow
    await clock.advance(DEAD)
    assert routes.tries == [1, 1, 1]
    assert await opening == "Aye."
    assert [each.why for each in routes.told.help] == ["slow", "dead"]
    assert [type(each.error) for each in routes.told.failed] == [KeyRejected]


async def test_a_helper_that_is_late_gets_help_itself(clock: ManualClock) -> None:
    routes = Routes(clock, groq=never(), openai=never(), vllm="Three.")
    opening = routes.opening()
    await clock.advance(2.3)
    assert routes.tries == [1, 1, 0]
    await clock.advance(0.1)
    assert await opening == "Three."
    assert [each.late for each in routes.told.help] == ["groq:groq", "openai:openai"]


async def test_when_the_first_fails_its_helper_goes_on(clock: ManualClock) -> None:
    failing = asyncio.Event()
    routes = Routes(
        clock, groq=(failing, KeyRejected("No.")), openai=lambda: after(clock, 0.5, "Two.")
    )
    routes.learn("groq", USUAL)
    opening = routes.opening()
    await clock.advance(EDGE)
    failing.set()
    await clock.advance(0.4)
    assert not opening.done()
    await clock.advance(0.1)
    assert (await opening, routes.tries) == ("Two.", [1, 1])


async def test_when_all_fail_each_error_is_there(clock: ManualClock) -> None:
    gates = asyncio.Event(), asyncio.Event()
    errors = KeyRejected("One."), KeyRejected("Two."), ProviderFailed("Three.", retry_after=60.0)
    routes = Routes(clock, groq=(gates[0], errors[0]), openai=(gates[1], errors[1]), vllm=errors[2])
    routes.learn("groq", USUAL)
    opening = routes.opening()
    await clock.advance(EDGE)
    for gate in gates:
        gate.set()
    with pytest.raises(AllBackendsFailed) as caught:
        await opening
    assert caught.value.errors == errors
    assert [each.error for each in routes.told.failed] == list(errors)


@pytest.mark.parametrize("when", [0.05, EDGE, 1.3, 2.5])
async def test_a_cancellation_ends_them_all(when: float, clock: ManualClock) -> None:
    routes = Routes(clock, groq=never(), openai=never(), vllm=never())
    routes.learn("groq", USUAL)
    opening = routes.opening()
    await clock.advance(when)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert asyncio.all_tasks() == {asyncio.current_task()}
    tries = routes.tries
    await clock.advance(10)
    assert routes.tries == tries
    assert routes.told.failed == []


@pytest.mark.parametrize("passes", range(12))
async def test_a_cancellation_at_the_moment_of_the_answer_leaves_nothing_open(
    passes: int, clock: ManualClock
) -> None:
    gate = asyncio.Event()
    routes = Routes(clock, groq=never(), openai=(gate, "Two.", asyncio.Event()))
    routes.learn("groq", USUAL)
    request = routes.request()
    opening = asyncio.ensure_future(routes.fallback.open(request))
    await clock.advance(EDGE)
    gate.set()
    for _ in range(passes):
        await asyncio.sleep(0)
    cancelled = opening.cancel()
    await asyncio.wait([opening])
    assert opening.cancelled() == cancelled
    routes.check_closed(request, but=None if cancelled else opening.result())
    assert asyncio.all_tasks() == {asyncio.current_task()}
    if not cancelled:
        await opening.result().aclose()


async def test_a_mistake_of_ours_in_a_helper_is_raised(clock: ManualClock) -> None:
    def wrong() -> str:
        raise ZeroDivisionError

    routes = Routes(clock, groq=never(), openai=wrong)
    routes.learn("groq", USUAL)
    opening = routes.opening()
    await clock.advance(EDGE)
    with pytest.raises(ZeroDivisionError):
        await opening
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_one_that_never_answers_is_soon_left_alone(clock: ManualClock) -> None:
    routes = Routes(clock, groq=never, openai=lambda: after(clock, 0.2, "Two."))
    routes.learn("groq", USUAL)
    for _ in range(40):
        opening = routes.opening()
        await clock.advance(0.8)
        assert await opening == "Two."
        if routes.told.rests:
            break
    assert routes.tries[0] <= 30
    assert [each.model for each in routes.told.rests] == ["groq"]
    opening = routes.opening()
    await clock.advance(0.2)
    assert await opening == "Two."


async def test_a_wait_for_our_own_limit_is_not_the_routes_fault(clock: ManualClock) -> None:
    routes = Routes(clock, openai="Two.")
    watch = Stopwatch(ScriptedBackend([("One,", asyncio.Event())], clock), clock)
    one = Limiter(watch, profile("ollama", "llama3.2"), Limits(concurrent=1), clock)
    breaker = Breaker(one, clock, "ollama", "llama3.2", routes.told)
    candidate = Candidate("ollama", "llama3.2", breaker, watch)
    candidates = [candidate, *routes.candidates.values()]
    routes.fallback = Fallback(candidates, clock, random.Random(7), routes.told)
    for _ in range(40):
        watch.latency(routes.request()).add(USUAL)
    speaking = await routes.fallback.open(routes.request())
    before = watch.latency(routes.request()).quantile(0.75)
    for _ in range(2 * IN_A_ROW):
        opening = routes.opening()
        await clock.advance(0.1)
        speaking.extend(clock.now() + 9)
        await clock.advance(DEAD)
        assert await opening == "Two."
    assert routes.told.rests == []
    assert watch.latency(routes.request()).quantile(0.75) == before
    await speaking.aclose()


async def test_what_breaks_off_is_not_asked_for_again(clock: ManualClock) -> None:
    routes = Routes(clock, groq=("One,", StreamBroken("Cut.")), openai="Two.")
    assert await routes.opening() == "One,"
    assert routes.tries == [1, 0]
