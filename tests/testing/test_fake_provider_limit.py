"""A fake provider with a limit: what it refuses, and what it tells of it."""

import httpx
import pytest

from npcengine.testing.fake_provider import FakeProvider, Fault, Limit
from npcengine.testing.fake_provider.limit import Meter
from tests.testing.test_fake_provider import ask


async def test_what_is_beyond_the_limit_is_refused(client: httpx.AsyncClient) -> None:
    async with FakeProvider(style="openai", limit=Limit(2, 3600.0)) as provider:
        provider.plan(Fault.status(503), "Aye.", "Nay.")
        answers = [await ask(client, provider, "openai") for _ in range(4)]
        assert [each.status_code for each in answers] == [503, 200, 429, 429]
    told = [answers[1].headers[f"x-ratelimit-{each}-requests"] for each in ("limit", "remaining")]
    assert told == ["2", "0"]
    assert answers[1].headers["x-ratelimit-reset-requests"].startswith("59m59.9")
    assert 1790 < float(answers[2].headers["retry-after"]) <= 1800
    assert "try again in" in answers[2].json()["error"]["message"]


async def test_groq_does_not_tell_it(client: httpx.AsyncClient) -> None:
    async with FakeProvider(style="groq", limit=Limit(1, 3600.0)) as provider:
        served, refused = await ask(client, provider), await ask(client, provider)
    assert served.headers["x-ratelimit-limit-requests"] == "500000"
    assert refused.status_code == 429


def test_a_limit_refills_all_the_time() -> None:
    meter = Meter(Limit(2, 10.0), 0.0)
    assert [meter.take(now) for now in (0.0, 0.0, 0.0, 4.0, 5.0)] == [0.0, 0.0, 5.0, 1.0, 0.0]
    assert meter.told()[:2] == (2, 0)
    assert meter.told()[2] == pytest.approx(10.0)
    assert meter.take(1000.0) == 0.0
    assert meter.told()[1] == 1
