"""One backend after the other, each with its share of the time."""

import asyncio
import random

import pytest

from npcengine.backend.fallback import Fallback
from npcengine.backend.retry import Retry
from npcengine.errors import (
    AllBackendsFailed,
    DeadlineExceeded,
    KeyRejected,
    ProviderFailed,
    RateLimited,
    StreamBroken,
)
from npcengine.hooks import AttemptFailed
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import Script, ScriptedBackend
from tests.backend.asking import AYLA, SECONDS, ask, read


def never() -> Script:
    return (asyncio.Event(), "Aye.")


class Trying:
    """A `Fallback` over one script for each backend, and what it reported."""

    def __init__(self, clock: ManualClock, *scripts: Script, retrying: bool = False) -> None:
        self.clock = clock
        self.told: list[AttemptFailed] = []
        self.scripted = [ScriptedBackend([script], clock) for script in scripts]
        tell = self.told.append
        backends = [
            Retry(each, clock, random.Random(7), tell) if retrying else each
            for each in self.scripted
        ]
        self.opening = asyncio.ensure_future(Fallback(backends, clock, tell).open(ask(clock)))

    @property
    def tries(self) -> list[int]:
        return [len(each.requests) for each in self.scripted]


async def test_the_first_that_can_answers_and_the_others_are_not_asked(clock: ManualClock) -> None:
    trying = Trying(clock, "One.", "Two.")
    assert (await read(await trying.opening)).text == "One."
    assert (trying.tries, trying.told) == ([1, 0], [])


async def test_after_a_failure_the_next_is_asked(clock: ManualClock) -> None:
    errors = (KeyRejected("No."), ProviderFailed("No."))
    trying = Trying(clock, *errors, "Three.")
    assert (await read(await trying.opening)).text == "Three."
    assert trying.told == [AttemptFailed(AYLA, error) for error in errors]


async def test_when_all_fail_each_error_is_told_and_carried(clock: ManualClock) -> None:
    errors = (KeyRejected("First.", provider="groq"), ProviderFailed("Second."))
    trying = Trying(clock, *errors)
    with pytest.raises(AllBackendsFailed) as caught:
        await trying.opening
    assert caught.value.errors == errors
    assert "groq: First." in str(caught.value)
    assert "Second." in str(caught.value)
    assert trying.told == [AttemptFailed(AYLA, error) for error in errors]


async def test_one_that_never_answers_leaves_the_next_half_of_the_time(clock: ManualClock) -> None:
    trying = Trying(clock, never(), never(), "Three.")
    await clock.advance(SECONDS / 2 - 0.1)
    assert trying.tries == [1, 0, 0]
    await clock.advance(0.1)
    assert trying.tries == [1, 1, 0]
    await clock.advance(SECONDS / 4 - 0.1)
    assert trying.tries == [1, 1, 0]
    await clock.advance(0.1)
    assert (await read(await trying.opening)).text == "Three."
    assert [type(each.error) for each in trying.told] == [DeadlineExceeded] * 2
    assert "too long" in str(trying.told[0].error)


async def test_the_last_may_take_all_that_is_left(clock: ManualClock) -> None:
    trying = Trying(clock, ProviderFailed("No."), never())
    await clock.advance(SECONDS - 0.1)
    assert not trying.opening.done()
    await clock.advance(0.1)
    with pytest.raises(AllBackendsFailed) as caught:
        await trying.opening
    assert [type(error) for error in caught.value.errors] == [ProviderFailed, DeadlineExceeded]


async def test_what_is_being_said_may_use_the_whole_deadline(clock: ManualClock) -> None:
    more = asyncio.Event()
    trying = Trying(clock, ("One,", more, " and more."), "Two.")
    stream = await trying.opening
    reading = asyncio.ensure_future(read(stream))
    await clock.advance(SECONDS - 0.1)
    more.set()
    said = await reading
    assert (said.text, said.finish) == ("One, and more.", "stop")


async def test_what_is_being_said_ends_at_the_deadline_all_the_same(clock: ManualClock) -> None:
    trying = Trying(clock, ("One,", asyncio.Event()), "Two.")
    reading = asyncio.ensure_future(read(await trying.opening))
    await clock.advance(SECONDS - 0.1)
    assert not reading.done()
    await clock.advance(0.1)
    assert (await reading).finish == "deadline"


async def test_a_retry_after_that_a_share_does_not_allow_means_the_next_at_once(
    clock: ManualClock,
) -> None:
    limited = RateLimited("Wait.", retry_after=SECONDS / 2 + 0.5)
    trying = Trying(clock, limited, "Two.", retrying=True)
    await clock.advance(0)
    assert (await read(trying.opening.result())).text == "Two."
    assert (trying.tries, trying.told) == ([1, 1], [AttemptFailed(AYLA, limited)])


async def test_a_retry_after_that_the_last_has_time_for_is_waited_for(clock: ManualClock) -> None:
    limited = RateLimited("Wait.", retry_after=SECONDS / 2 + 0.5)
    trying = Trying(clock, ProviderFailed("No."), limited, retrying=True)
    await clock.advance(1)
    assert trying.tries == [2, 1]
    await clock.advance(2.5)
    assert trying.tries == [2, 2]
    trying.opening.cancel()


async def test_each_failed_attempt_is_told_once(clock: ManualClock) -> None:
    trying = Trying(clock, ProviderFailed("One."), KeyRejected("Two."), retrying=True)
    await clock.advance(SECONDS)
    with pytest.raises(AllBackendsFailed) as caught:
        await trying.opening
    assert [each.error.message for each in trying.told] == ["One.", "One.", "Two."]
    assert len(caught.value.errors) == 2


async def test_when_the_time_is_over_nobody_is_asked(clock: ManualClock) -> None:
    inner = ScriptedBackend(["Aye."], clock)
    fallback = Fallback([inner], clock, lambda _: None)
    with pytest.raises(DeadlineExceeded, match="before any backend was asked"):
        await fallback.open(ask(clock, deadline=clock.now()))
    assert inner.requests == []


async def test_a_cancellation_goes_through_and_asks_nobody_else(clock: ManualClock) -> None:
    trying = Trying(clock, never(), "Two.")
    await clock.advance(0.5)
    trying.opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trying.opening
    assert (trying.tries, trying.told) == ([1, 0], [])


async def test_a_stream_that_breaks_later_is_not_answered_by_the_next(clock: ManualClock) -> None:
    trying = Trying(clock, ("One,", StreamBroken("Cut.")), "Two.")
    said = await read(await trying.opening)
    assert (said.text, said.finish) == ("One,", "broken")
    assert trying.tries == [1, 0]


async def test_a_mistake_of_ours_is_not_taken_for_a_failed_backend(clock: ManualClock) -> None:
    def wrong(_: object) -> Script:
        raise ZeroDivisionError

    backends = [ScriptedBackend(wrong, clock), ScriptedBackend(["Two."], clock)]
    with pytest.raises(ZeroDivisionError):
        await Fallback(backends, clock, lambda _: None).open(ask(clock))
