"""Trying the same backend again: when, after how long, and what is told of it."""

import asyncio
import random

import pytest

from npcengine.backend.retry import ATTEMPTS, BACKOFF, Retry
from npcengine.errors import (
    BackendError,
    BadAnswer,
    DeadlineExceeded,
    EmptyAnswer,
    KeyRejected,
    ModelUnavailable,
    ProviderFailed,
    QuotaExhausted,
    RateLimited,
    RequestRefused,
    RequestTooLarge,
    StreamBroken,
    Unreachable,
)
from npcengine.hooks import AttemptFailed, Event
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import Script, ScriptedBackend
from tests.backend.asking import AYLA, SECONDS, ask, read

MAY_PASS: list[type[BackendError]] = [ProviderFailed, RateLimited, StreamBroken, Unreachable]
STAYS: list[type[BackendError]] = [
    BadAnswer,
    DeadlineExceeded,
    EmptyAnswer,
    KeyRejected,
    ModelUnavailable,
    QuotaExhausted,
    RequestRefused,
    RequestTooLarge,
]


class Trying:
    """A `Retry` around a script, and what it reported."""

    def __init__(self, clock: ManualClock, *script: Script) -> None:
        self.clock = clock
        self.told = list[Event]()
        self.inner = ScriptedBackend(script, clock)
        self.retry = Retry(self.inner, clock, random.Random(7), self.told.append)
        self.opening = asyncio.ensure_future(self.retry.open(ask(clock)))

    @property
    def tries(self) -> int:
        return len(self.inner.requests)


async def test_an_answer_at_once_is_handed_on_untouched(clock: ManualClock) -> None:
    trying = Trying(clock, ("Aye,", " friend."))
    said = await read(await trying.opening)
    assert (said.text, said.finish) == ("Aye, friend.", "stop")
    assert (trying.tries, trying.told) == (1, [])
    assert trying.inner.requests[0] == ask(clock)


@pytest.mark.parametrize("kind", MAY_PASS)
async def test_what_may_pass_is_tried_again(kind: type[BackendError], clock: ManualClock) -> None:
    error = kind("Not now.")
    trying = Trying(clock, error, "Aye.")
    await clock.advance(BACKOFF)
    assert (await read(await trying.opening)).text == "Aye."
    assert trying.told == [AttemptFailed(AYLA, error)]
    assert trying.inner.requests[0] is trying.inner.requests[1]


@pytest.mark.parametrize("kind", STAYS)
async def test_what_stays_is_not_tried_again(kind: type[BackendError], clock: ManualClock) -> None:
    error = kind("No.")
    trying = Trying(clock, error, "Aye.")
    await clock.advance(0)
    with pytest.raises(kind) as caught:
        trying.opening.result()
    assert caught.value is error
    # The error itself is the report: whoever gets it tells of it.
    assert (trying.tries, trying.told) == (1, [])


def test_every_kind_of_failure_is_on_one_side_or_the_other() -> None:
    assert all(kind.remedy in ("again", "wait") for kind in MAY_PASS)
    assert not any(kind.remedy in ("again", "wait") for kind in STAYS)


async def test_there_is_a_pause_before_the_second_try(clock: ManualClock) -> None:
    trying = Trying(clock, ProviderFailed("No."), "Aye.")
    await clock.advance(BACKOFF / 2 - 0.001)
    assert trying.tries == 1
    await clock.advance(BACKOFF / 2 + 0.001)
    assert trying.tries == 2
    await trying.opening


async def test_a_dead_connection_is_tried_again_at_once(clock: ManualClock) -> None:
    trying = Trying(clock, Unreachable("It was closed.", retry_after=0.0), "Aye.")
    await clock.advance(0)
    await read(trying.opening.result())
    assert trying.tries == 2


async def test_the_provider_says_how_long_to_wait(clock: ManualClock) -> None:
    trying = Trying(clock, RateLimited("Wait.", retry_after=0.08), "Aye.")
    await clock.advance(0.079)
    assert trying.tries == 1
    await clock.advance(0.001)
    assert (await read(await trying.opening)).text == "Aye."


@pytest.mark.parametrize("kind", [RateLimited, ProviderFailed])
@pytest.mark.parametrize("asked", [2 * BACKOFF, SECONDS + 1, 3600.0])
async def test_a_wait_in_which_another_could_answer_is_not_begun(
    asked: float, kind: type[BackendError], clock: ManualClock
) -> None:
    trying = Trying(clock, kind("Wait.", retry_after=asked), "Aye.")
    await clock.advance(0)
    with pytest.raises(kind):
        trying.opening.result()
    assert (trying.tries, trying.told) == (1, [])


async def test_a_wait_that_the_deadline_does_not_allow_is_not_begun(clock: ManualClock) -> None:
    late = asyncio.Event()
    trying = Trying(clock, (late, RateLimited("Wait.", retry_after=BACKOFF)), "Aye.")
    await clock.advance(SECONDS - BACKOFF / 2)
    late.set()
    await clock.advance(0)
    with pytest.raises(RateLimited):
        trying.opening.result()


async def test_a_failure_that_stays_is_raised_in_the_end_and_told_once(clock: ManualClock) -> None:
    errors = [ProviderFailed(f"No. {number}") for number in range(ATTEMPTS + 1)]
    trying = Trying(clock, *errors)
    await clock.advance(1)
    with pytest.raises(ProviderFailed) as caught:
        await trying.opening
    assert trying.tries == ATTEMPTS
    assert caught.value is errors[ATTEMPTS - 1]
    assert trying.told == [AttemptFailed(AYLA, error) for error in errors[: ATTEMPTS - 1]]


async def test_a_second_failure_that_does_not_pass_ends_it(clock: ManualClock) -> None:
    trying = Trying(clock, ProviderFailed("No."), KeyRejected("Never."), "Aye.")
    await clock.advance(1)
    with pytest.raises(KeyRejected):
        await trying.opening
    assert trying.tries == 2


async def test_a_mistake_of_ours_is_not_tried_again(clock: ManualClock) -> None:
    def wrong(_: object) -> Script:
        raise ZeroDivisionError

    inner = ScriptedBackend(wrong, clock)
    told = list[Event]()
    with pytest.raises(ZeroDivisionError):
        await Retry(inner, clock, random.Random(7), told.append).open(ask(clock))
    assert (len(inner.requests), told) == (1, [])


@pytest.mark.parametrize("waiting", ["for the answer", "for the second try"])
async def test_a_cancellation_goes_through(waiting: str, clock: ManualClock) -> None:
    never = asyncio.Event()
    script: tuple[Script, ...] = ((never, "Aye."),)
    if waiting == "for the second try":
        script = (ProviderFailed("Wait.", retry_after=BACKOFF), "Aye.")
    trying = Trying(clock, *script)
    await clock.advance(BACKOFF / 2)
    trying.opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trying.opening
    await clock.advance(10)
    assert trying.tries == 1


async def test_a_stream_that_breaks_later_is_not_tried_again(clock: ManualClock) -> None:
    trying = Trying(clock, ("Aye,", StreamBroken("Cut.")), "Again.")
    said = await read(await trying.opening)
    assert (said.text, said.finish) == ("Aye,", "broken")
    assert trying.tries == 1
