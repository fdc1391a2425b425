"""Limits from `npcengine.yaml` and from a provider's answers, through the backends of an engine."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from npcengine.backend.base import ChatStream
from npcengine.backend.chain import Tiers
from npcengine.configuration import Limits
from npcengine.errors import AllBackendsFailed, ContentError, LimitReached
from npcengine.hooks import Event, LimitWaited
from npcengine.messages import Waits
from npcengine.settings import Settings
from npcengine.testing.fake_provider import FakeProvider, Limit
from npcengine.testing.manual_clock import ManualClock
from tests.backend.asking import SAID, ask, read

Make = Callable[[str, dict[str, str]], AbstractAsyncContextManager[Tiers]]


@pytest.fixture
def told() -> list[Event]:
    return []


@pytest.fixture
def make(tmp_path: Path, clock: ManualClock, told: list[Event]) -> Make:
    @asynccontextmanager
    async def tiers(text: str, environ: dict[str, str]) -> AsyncIterator[Tiers]:
        path = tmp_path / "npcengine.yaml"
        path.write_text(text, "utf-8")
        settings, rng = Settings.from_env(environ, path), random.Random(7)
        made = Tiers(settings, clock, rng, told.append, listened=True)
        yield made
        await made.aclose()

    return tiers


def groq(provider: FakeProvider) -> dict[str, str]:
    return {"GROQ_API_KEY": "gsk_of_nobody", "GROQ_BASE_URL": provider.base_url}


def openai(provider: FakeProvider) -> dict[str, str]:
    return {"OPENAI_API_KEY": "sk-of-nobody", "OPENAI_BASE_URL": provider.base_url}


async def opened(tiers: Tiers, clock: ManualClock, tier: str = "fast") -> ChatStream:
    return await tiers.backends[tier].open(ask(clock, lane="background"))


SHARED = """\
tiers: {fast: ["groq:gemma2-9b-it"], smart: ["groq:openai/gpt-oss-20b"]}
providers: {groq: {limits: {concurrent: 1}}}
"""


async def test_tiers_and_old_names_of_one_model_share_its_limit(
    make: Make, clock: ManualClock, provider: FakeProvider, told: list[Event]
) -> None:
    async with make(SHARED, groq(provider)) as tiers:
        first = await opened(tiers, clock, "fast")
        second = asyncio.ensure_future(opened(tiers, clock, "smart"))
        await clock.advance(0)
        assert len(provider.requests) == 1
        await first.aclose()
        assert (await read(await second)).text == SAID
    (waited,) = [each for each in told if isinstance(each, LimitWaited)]
    assert (waited.provider, waited.model) == ("groq", "openai/gpt-oss-20b")


async def test_each_model_has_its_own(
    make: Make, clock: ManualClock, provider: FakeProvider
) -> None:
    async with make(
        "providers: {groq: {limits: {requests_per_minute: 1}}}", groq(provider)
    ) as tiers:
        models = [(await read(await opened(tiers, clock))).model for _ in range(2)]
        assert models == ["openai/gpt-oss-20b", "openai/gpt-oss-120b"]
        with pytest.raises(AllBackendsFailed) as caught:
            await opened(tiers, clock)
    assert {type(each) for each in caught.value.errors} == {LimitReached}
    assert len(provider.requests) == 2


async def test_what_an_answer_tells_is_kept_to(make: Make, clock: ManualClock) -> None:
    async with (
        FakeProvider(style="openai", replies=SAID, limit=Limit(2, 3600.0)) as provider,
        make('tiers: {fast: ["openai:gpt-6-luna"]}', openai(provider)) as tiers,
    ):
        for _ in range(2):
            assert (await read(await opened(tiers, clock))).text == SAID
        with pytest.raises(AllBackendsFailed, match="limit is reached"):
            await opened(tiers, clock)
        assert len(provider.requests) == 2


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("concurrent: 0", "NPC205"),
        ("concurrent: 1.5", "NPC2"),
        ("requests_per_minuet: 3", "did you mean 'requests_per_minute'"),
        ("tokens_per_day: many", "has to be a whole number"),
    ],
)
async def test_mistakes_in_limits(make: Make, text: str, complaint: str) -> None:
    with pytest.raises(ContentError, match=complaint):
        async with make(f"providers:\n  groq:\n    limits:\n      {text}\n", {}):
            pass


def test_left_out_nothing_is_limited() -> None:
    assert set(Limits().model_dump().values()) == {None}


async def test_a_player_waits_for_the_only_route_as_long_as_the_deadline_allows(
    make: Make, clock: ManualClock, provider: FakeProvider
) -> None:
    text = """\
tiers: {fast: ["groq:openai/gpt-oss-20b"]}
providers: {groq: {limits: {requests_per_minute: 20}}}
"""
    async with make(text, groq(provider)) as tiers:
        for _ in range(20):
            await read(await opened(tiers, clock))
        request = ask(clock, waits=Waits())
        asking = asyncio.ensure_future(tiers.backends["fast"].open(request))
        await clock.advance(2.5)  # longer than for the first words
        assert not asking.done()
        await clock.advance(0.6)
        assert (await read(await asking)).text == SAID
        with pytest.raises(AllBackendsFailed, match="limit is reached"):
            await tiers.backends["fast"].open(ask(clock, waits=Waits(), deadline=clock.now() + 2))


async def test_where_all_are_at_their_limits_the_one_that_is_free_in_time_is_waited_for(
    make: Make, clock: ManualClock, provider: FakeProvider
) -> None:
    text = """\
tiers:
  fast: ["groq:openai/gpt-oss-20b", "openai:openai/gpt-oss-120b@BASE"]
  smart: ["openai:openai/gpt-oss-120b@BASE"]
providers:
  groq: {limits: {requests_per_minute: 20}}
  openai: {limits: {requests_per_minute: 1}}
""".replace("BASE", f"{provider.base_url}/openai/v1")
    async with make(text, groq(provider) | {"OPENAI_API_KEY": "sk-of-nobody"}) as tiers:
        await read(await opened(tiers, clock, "smart"))
        for _ in range(20):
            await read(await opened(tiers, clock))
        asking = asyncio.ensure_future(tiers.backends["fast"].open(ask(clock, waits=Waits())))
        await clock.advance(3.1)
        assert (await read(await asking)).model == "openai/gpt-oss-20b"
