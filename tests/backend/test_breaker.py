"""When a route rests, for how long, and how it comes back."""

import asyncio
from math import inf

import pytest

from npcengine.backend.breaker import DAY, FEWEST, IN_A_ROW, LONGEST, WINDOW, Breaker
from npcengine.errors import (
    BackendError,
    BadAnswer,
    DeadlineExceeded,
    EmptyAnswer,
    KeyRejected,
    LimitReached,
    ModelUnavailable,
    ProviderFailed,
    QuotaExhausted,
    RateLimited,
    RequestRefused,
    RequestTooLarge,
    RouteResting,
    StreamBroken,
    Unreachable,
)
from npcengine.hooks import Hooks, RouteRests
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import Script, ScriptedBackend
from tests.backend.asking import ask, read
from tests.backend.racing import WAITS, Told, never

ITS_FAULT = [Unreachable, ProviderFailed, StreamBroken, BadAnswer, RateLimited]
NOT_ITS_FAULT = [
    RequestTooLarge,
    RequestRefused,
    EmptyAnswer,
    LimitReached,
    DeadlineExceeded,
]
FOR_EVER = [KeyRejected, QuotaExhausted, ModelUnavailable]
FAILED = ProviderFailed("No.")


class Route:
    """A `Breaker` around what a test has it say."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.told = Told()
        self.says: Script = "Aye."
        self.inner = ScriptedBackend(lambda _: self.says, clock)
        self.breaker = Breaker(self.inner, clock, "groq", "oss", self.told)

    async def ask(self, says: Script = "Aye.") -> str:
        """Ask once, and return the answer or the name of what was raised."""
        self.says = says
        try:
            stream = await self.breaker.open(ask(self.clock, waits=WAITS))
        except BackendError as error:
            return type(error).__name__
        return (await read(stream)).text

    async def fail(self, times: int = IN_A_ROW) -> None:
        for _ in range(times):
            await self.ask(FAILED)

    async def resting(self) -> RouteResting | None:
        """Ask once; None when the route was asked."""
        asked = len(self.inner.requests)
        self.says = "Aye."
        try:
            await (await self.breaker.open(ask(self.clock))).aclose()
        except RouteResting as error:
            assert len(self.inner.requests) == asked
            return error
        return None


@pytest.fixture
def route(clock: ManualClock) -> Route:
    return Route(clock)


@pytest.mark.parametrize("kind", ITS_FAULT)
async def test_after_failures_in_a_row_it_rests(kind: type[BackendError], route: Route) -> None:
    for _ in range(IN_A_ROW - 1):
        await route.ask(kind("No."))
    await route.ask("Aye.")
    for _ in range(IN_A_ROW - 1):
        await route.ask(kind("No."))
    assert route.told.rests == []
    last = kind("The last.")
    await route.ask(last)
    assert route.told.rests == [RouteRests("groq", "oss", 2.0, last)]
    resting = await route.resting()
    assert resting is not None
    assert (resting.retry_after, resting.provider, resting.model) == (2.0, "groq", "oss")
    assert resting.limited == (kind is RateLimited)
    assert "2.0 seconds more, after: The last." in str(resting)


@pytest.mark.parametrize("kind", NOT_ITS_FAULT)
async def test_what_is_not_its_fault_does_not_count(kind: type[BackendError], route: Route) -> None:
    for _ in range(4 * IN_A_ROW):
        assert await route.ask(kind("No.")) == kind.__name__
    assert route.told.rests == []


@pytest.mark.parametrize("kind", FOR_EVER)
async def test_what_no_wait_can_help_rests_for_ever_and_is_told_once(
    kind: type[BackendError], route: Route, caplog: pytest.LogCaptureFixture
) -> None:
    error = kind("Never.", provider="groq", model="oss", retry_after=3.0)
    await route.ask(error)
    await route.ask(error)
    await route.clock.advance(1e6)
    resting = await route.resting()
    assert resting is not None
    assert (resting.retry_after, resting.limited) == (inf, False)
    assert route.told.events == [RouteRests("groq", "oss", inf, error)]
    Hooks().emit(route.told.events[0])
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "groq oss: Never." in caplog.text


async def test_a_kept_connection_that_was_dead_says_nothing_of_the_route(route: Route) -> None:
    for _ in range(2 * IN_A_ROW):
        await route.ask(Unreachable("It was closed.", retry_after=0.0))
    assert route.told.rests == []


@pytest.mark.parametrize("kind", [ProviderFailed, RateLimited])
async def test_who_fails_and_asks_for_no_wait_rests_all_the_same(
    kind: type[BackendError], route: Route
) -> None:
    for _ in range(IN_A_ROW):
        await route.ask(kind("No.", retry_after=0.0))
    assert [each.seconds for each in route.told.rests] == [2.0]


async def test_it_rests_when_most_of_the_last_requests_failed(route: Route) -> None:
    for number in range(WINDOW):
        await route.ask(FAILED if number % 2 else "Aye.")
    assert route.told.rests == []  # half of them is not most
    await route.ask(FAILED)
    await route.ask(FAILED)
    assert len(route.told.rests) == 1
    await route.clock.advance(2)
    await route.ask("Aye.")
    await route.ask(FAILED)
    assert len(route.told.rests) == 1  # what was before is over


async def test_of_a_few_requests_nothing_is_concluded(route: Route) -> None:
    for number in range(FEWEST - 1):
        await route.ask("Aye." if number % 3 == 2 else FAILED)
    assert route.told.rests == []
    await route.ask(FAILED)
    assert len(route.told.rests) == 1


async def test_each_rest_is_twice_as_long_until_an_answer_was_whole(route: Route) -> None:
    await route.fail()
    lengths = []
    for _ in range(7):
        seconds = route.told.rests[-1].seconds
        lengths.append(seconds)
        await route.clock.advance(seconds)
        assert await route.ask(FAILED) == "ProviderFailed"
    assert lengths == [2.0, 4.0, 8.0, 16.0, 32.0, LONGEST, LONGEST]
    await route.clock.advance(LONGEST)
    assert await route.ask() == "Aye."
    await route.fail()
    assert route.told.rests[-1].seconds == 2.0


async def test_it_rests_for_exactly_as_long_as_a_429_says(route: Route) -> None:
    await route.ask(RateLimited("Wait.", retry_after=7.25))
    await route.clock.advance(7.2)
    resting = await route.resting()
    assert resting is not None
    assert resting.limited
    assert resting.retry_after == pytest.approx(0.05)
    await route.clock.advance(0.05)
    # Its provider has said that it is well again: nobody needs to go first.
    route.says = never()
    opening = [asyncio.ensure_future(route.breaker.open(ask(route.clock))) for _ in range(3)]
    await route.clock.advance(0)
    assert len(route.inner.requests) == 4
    for each in opening:
        each.cancel()


@pytest.mark.parametrize("seconds", [40_000_000.0, 999_999_999.0])
async def test_nobody_can_ask_for_more_than_a_day(seconds: float, route: Route) -> None:
    await route.ask(RateLimited("Wait a year.", retry_after=seconds))
    await route.clock.advance(DAY)
    assert await route.ask() == "Aye."


async def test_a_longer_rest_is_not_cut_short(route: Route) -> None:
    route.says = never()
    late = asyncio.ensure_future(route.ask((asyncio.Event(), RateLimited("", retry_after=1.0))))
    await route.clock.advance(0)
    await route.ask(RateLimited("Wait.", retry_after=60.0))
    late.cancel()
    await route.ask(RateLimited("Wait.", retry_after=1.0))
    await route.clock.advance(30)
    assert await route.ask() == "RouteResting"


async def test_one_request_tries_it_and_the_others_go_elsewhere_meanwhile(route: Route) -> None:
    await route.fail()
    await route.clock.advance(2)
    said = asyncio.Event()
    route.says = (said, "Aye.")
    probe = asyncio.ensure_future(route.breaker.open(ask(route.clock)))
    await route.clock.advance(0)
    assert await route.ask() == "RouteResting"
    said.set()
    stream = await probe
    # Its first words are enough for the others.
    assert await route.ask() == "Aye."
    await read(stream)


async def test_one_that_is_cancelled_leaves_the_trying_to_the_next(route: Route) -> None:
    await route.fail()
    await route.clock.advance(2)
    route.says = never()
    probe = asyncio.ensure_future(route.breaker.open(ask(route.clock)))
    await route.clock.advance(0)
    probe.cancel()
    await asyncio.wait([probe])
    assert await route.ask() == "Aye."


async def test_one_whose_answer_breaks_off_lets_it_rest_longer(route: Route) -> None:
    await route.fail()
    await route.clock.advance(2)
    assert await route.ask(("Aye,", StreamBroken("Cut."))) == "Aye,"
    assert [each.seconds for each in route.told.rests] == [2.0, 4.0]


async def test_what_was_asked_before_the_rest_does_not_make_it_longer(route: Route) -> None:
    gate = asyncio.Event()
    early = [asyncio.ensure_future(route.ask((gate, FAILED))) for _ in range(20)]
    await route.clock.advance(0)
    await route.fail()
    gate.set()
    await asyncio.wait(early)
    await route.clock.advance(2)
    assert await route.ask() == "Aye."


async def test_cancelled_tries_do_not_count(route: Route) -> None:
    for _ in range(2 * IN_A_ROW):
        trying = asyncio.ensure_future(route.ask(never()))
        await route.clock.advance(0.5)
        trying.cancel()
        await asyncio.wait([trying])
    assert route.told.rests == []


async def test_streams_that_break_off_count_and_those_out_of_time_do_not(route: Route) -> None:
    for _ in range(2 * IN_A_ROW):
        running = asyncio.ensure_future(route.ask(("Aye,", asyncio.Event())))
        await route.clock.advance(4)
        assert await running == "Aye,"
    assert route.told.rests == []
    for _ in range(IN_A_ROW):
        await route.ask(("Aye,", StreamBroken("Cut.")))
    assert len(route.told.rests) == 1


async def test_silence_until_the_deadline_counts_when_there_was_time_to_answer(
    route: Route,
) -> None:
    for _ in range(IN_A_ROW):
        trying = asyncio.ensure_future(route.ask(never()))
        await route.clock.advance(4)
        assert await trying == "DeadlineExceeded"
    assert len(route.told.rests) == 1


async def test_the_calendar_makes_no_difference(route: Route) -> None:
    await route.fail()
    for wall in (0.0, 4e9):
        route.clock.set_wall(wall)
        assert await route.ask() == "RouteResting"
    await route.clock.advance(2)
    assert await route.ask() == "Aye."


async def test_one_may_be_let_through_if_the_rest_is_our_own_idea(route: Route) -> None:
    await route.fail()
    route.breaker.admit()
    assert await route.ask(FAILED) == "ProviderFailed"
    assert await route.ask() == "RouteResting"
    route.breaker.admit()
    assert await route.ask() == "Aye."
    assert await route.ask() == "Aye."


@pytest.mark.parametrize(
    "error", [RateLimited("Wait.", retry_after=9.0), KeyRejected("Never.")], ids=str
)
async def test_nobody_is_let_through_otherwise(error: BackendError, route: Route) -> None:
    await route.ask(error)
    route.breaker.admit()
    assert await route.ask() == "RouteResting"


async def test_tries_that_were_overtaken_far_too_late_count(route: Route) -> None:
    for _ in range(IN_A_ROW):
        route.breaker.overtaken(0.4)
    assert [each.seconds for each in route.told.rests] == [2.0]
    route.breaker.overtaken(0.4)  # it was asked before the rest
    await route.clock.advance(2)
    route.breaker.overtaken(0.4)  # and this one was to try it
    assert [each.seconds for each in route.told.rests] == [2.0, 4.0]
    assert "no content after 0.40 seconds" in str(route.told.rests[0].error)
