"""Whether a route works is found out with one list and one call, and no second try."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from npcengine.backend.chain import Connections, Route, routes_of
from npcengine.backend.probe import MAX_TOKENS, SECONDS, Probe, probe
from npcengine.errors import (
    BackendError,
    DeadlineExceeded,
    KeyRejected,
    StreamBroken,
    Unreachable,
)
from npcengine.settings import Settings
from npcengine.testing.fake_provider import Answer, FakeProvider, Fault, Step
from npcengine.testing.manual_clock import ManualClock
from tests.backend.asking import KEY, sent

Ask = Callable[[], "asyncio.Future[Probe]"]


@asynccontextmanager
async def asking(clock: ManualClock, url: str, **more: str) -> AsyncIterator[Ask]:
    """Give what asks the first route of groq, as it is reached at `url`."""
    settings = Settings.from_env({"GROQ_API_KEY": KEY, "GROQ_BASE_URL": url, **more})
    route: Route = routes_of("fast", settings)[0]
    connections = Connections(settings, clock)
    yield lambda: asyncio.ensure_future(probe(route, connections, clock))
    await connections.aclose()


async def test_a_route_that_works_lists_its_model_and_says_a_word(clock: ManualClock) -> None:
    async with FakeProvider(replies="Morning.") as provider:
        async with asking(clock, provider.base_url) as ask:
            found = await ask()
        assert sent(provider)["max_completion_tokens"] == MAX_TOKENS + 256  # it reasons as well
        assert len(provider.requests) == 1
    assert found.models is not None
    assert "openai/gpt-oss-20b" in found.models
    assert found.completion is not None
    assert found.completion.text == "Morning."
    assert (found.error, found.no_models) == (None, None)


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (Fault.status(401), KeyRejected),
        (Fault.status(503), BackendError),
        (Fault.drop(3), StreamBroken),
    ],
)
async def test_a_call_that_fails_is_not_tried_again(
    step: Step, kind: type[BackendError], clock: ManualClock
) -> None:
    async with FakeProvider() as provider, asking(clock, provider.base_url) as ask:
        provider.plan(step)
        found = await ask()
        assert len(provider.requests) == 1
    assert isinstance(found.error, kind)
    assert found.completion is None
    assert found.models is not None


@pytest.mark.parametrize(
    "step", [Fault.silence(), Fault.stall(), Answer(after=3, ending="stall")], ids=str
)
async def test_a_call_has_its_own_time(step: Step, clock: ManualClock) -> None:
    async with FakeProvider(replies=[step]) as provider, asking(clock, provider.base_url) as ask:
        found = ask()
        await provider.wait_requested()
        await clock.advance(SECONDS)
        assert isinstance((await found).error, DeadlineExceeded)
        assert (await found).models is not None


async def test_where_nobody_is_there_is_no_call(clock: ManualClock) -> None:
    async with FakeProvider() as gone:
        pass
    async with asking(clock, gone.base_url) as ask:
        found = await ask()
    assert isinstance(found.error, Unreachable)
    assert found.no_models is found.error


async def test_a_proxy_that_cannot_be_used_is_what_is_wrong(clock: ManualClock) -> None:
    proxy = {"HTTPS_PROXY": "socks5://someone:hunter2@p:1"}
    async with asking(clock, "https://groq.invalid", **proxy) as ask:
        found = await ask()
    assert isinstance(found.error, Unreachable)
    assert "not socks5://" in str(found.error)
    assert "hunter2" not in str(found.error)
