"""What is measured of a route, and what is told before of its cost."""

from collections.abc import Sequence
from typing import Any

import pytest

from npcengine.backend.chain import Connections, Route
from npcengine.backend.measure import Speed, measure, most_cost
from npcengine.backend.wire import read_chunk
from npcengine.clock import SystemClock
from npcengine.settings import Settings
from npcengine.testing.fake_provider import (
    Answer,
    FakeProvider,
    Fault,
    ReceivedRequest,
    Step,
)

TALE = "Aye, traveller. I have run this forge for thirty years."


async def measured(*replies: Step, calls: int) -> tuple[Speed, int, tuple[ReceivedRequest, ...]]:
    """Return the speed, how often it was told of a call, and the requests that came in."""
    told = 0

    def tell() -> None:
        nonlocal told
        told += 1

    async with FakeProvider(replies=replies) as groq:
        environ = {"GROQ_API_KEY": "gsk_of_nobody", "GROQ_BASE_URL": groq.base_url}
        settings, clock = Settings.from_env(environ), SystemClock()
        connections = Connections(settings, clock)
        route = Route.parse("groq:openai/gpt-oss-20b", settings)
        speed = await measure(route, connections, clock, calls, tell)
        await connections.aclose()
        return speed, told, groq.requests


async def test_calls_go_one_after_the_other_over_one_connection() -> None:
    speed, told, requests = await measured(Answer(TALE, pace=0.001), calls=3)
    assert (speed.calls, speed.failed, told, len(requests)) == (3, 0, 3, 3)
    assert len({request.port for request in requests}) == 1
    assert speed.tokens_per_second is not None
    assert speed.queued_ms == 20
    assert speed.cost is not None
    assert 0 < speed.cost < most_cost([Route("groq", "openai/gpt-oss-20b", "")], 3)[0]


async def test_an_answer_in_one_piece_has_no_rate() -> None:
    speed, _, _ = await measured(Answer("Aye."), calls=1)
    assert speed.first_p50_ms == speed.first_p95_ms is not None
    assert speed.tokens_per_second is None


async def test_a_failure_that_only_the_operator_can_mend_ends_it() -> None:
    speed, told, requests = await measured(Fault.status(401), calls=5)
    assert (speed.calls, speed.failed, told, len(requests)) == (1, 1, 1, 1)
    (error,) = speed.errors
    assert error.startswith("HTTP 401: Invalid API Key")
    assert (speed.first_p50_ms, speed.cost) == (None, 0.0)


async def test_an_answer_that_breaks_off_has_failed_and_the_next_call_is_made() -> None:
    broken = Answer(TALE, after=4, ending="drop")
    speed, _, _ = await measured(broken, Answer(TALE), calls=2)
    assert (speed.calls, speed.failed, len(speed.errors)) == (2, 1, 1)


def test_what_it_costs_at_most_says_what_is_not_known() -> None:
    known, unknown = Route("groq", "openai/gpt-oss-20b", ""), Route("openai", "of-my-own", "")
    cost, without = most_cost([known, unknown], 10)
    assert 0 < cost < 0.01
    assert without == 1


@pytest.mark.parametrize(
    ("usages", "queued"),
    [
        ([{"queue_time": 0.25}, None], 0.25),
        ([None, {"queue_time": 0.25}], 0.25),
        ([None, {"queue_time": "long"}], None),
        ([{"queue_time": -1}, None], None),
        ([{"queue_time": 1e300}, []], None),
        ([7, {}], None),
    ],
)
def test_the_time_in_a_queue_is_read_where_it_makes_sense(
    usages: Sequence[Any], queued: float | None
) -> None:
    data = {"usage": usages[0], "x_groq": {"usage": usages[1]}}
    assert read_chunk(data, "delta").queued == queued
