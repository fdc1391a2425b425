"""Every call of a model is told of, once, to whom listens."""

import asyncio
import random
from math import inf

import pytest

from npcengine.backend.cache import Cache
from npcengine.backend.chain import Tiers
from npcengine.backend.own import OwnTiers
from npcengine.backend.pace import Pace
from npcengine.backend.watch import Watch
from npcengine.clock import SystemClock
from npcengine.errors import AllBackendsFailed, ProviderFailed
from npcengine.hooks import AttemptEnded, Event
from npcengine.messages import CachePolicy
from npcengine.settings import Settings
from npcengine.testing.fake_provider import Answer, FakeProvider, Fault
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import Script, ScriptedBackend
from tests.backend.asking import AYLA, ask, read

DOWN = ProviderFailed("down", provider="scripted", model="script")


class Watched:
    def __init__(self, *script: Script) -> None:
        self.clock = ManualClock()
        self.told: list[Event] = []
        backend = ScriptedBackend(script, self.clock)
        self.watch = Watch(backend, self.clock, self.told.append, server="127.0.0.1:80")

    @property
    def ended(self) -> AttemptEnded:
        (event,) = self.told
        assert isinstance(event, AttemptEnded)
        return event


async def test_a_call_that_was_answered() -> None:
    more = asyncio.Event()
    watched = Watched(("Aye,", more, " the forge."))
    stream = await watched.watch.open(ask(watched.clock, lane="quest"))
    assert watched.told == []
    reading = asyncio.ensure_future(read(stream))
    await watched.clock.advance(0.5)
    more.set()
    said = await reading
    assert watched.ended == AttemptEnded(
        AYLA, "quest", "scripted", "script", "127.0.0.1:80", True, 0.5, said, None
    )


async def test_a_call_that_failed() -> None:
    watched = Watched(DOWN)
    with pytest.raises(ProviderFailed):
        await watched.watch.open(ask(watched.clock))
    assert (watched.ended.error, watched.ended.completion) == (DOWN, None)
    assert watched.ended.provider == "scripted"


async def test_a_call_that_was_given_up() -> None:
    watched = Watched((asyncio.Event(),))
    opening = asyncio.ensure_future(watched.watch.open(ask(watched.clock)))
    await watched.clock.advance(0.25)
    opening.cancel()
    await asyncio.wait([opening])
    ended = watched.ended
    assert (ended.error, ended.completion, ended.seconds) == (None, None, 0.25)


async def test_an_answer_that_was_cut() -> None:
    watched = Watched(("Aye,", asyncio.Event()))
    async with await watched.watch.open(ask(watched.clock)):
        pass
    assert watched.ended.completion is not None
    assert watched.ended.completion.finish == "closed"


async def test_what_a_cache_of_the_games_own_says_again_is_no_call() -> None:
    clock, told = ManualClock(), list[Event]()
    cache = Cache(ScriptedBackend(["Aye."], clock), clock, random.Random(7))
    backend = OwnTiers({"fast": cache}, clock, told.append, Pace(inf)).backends["fast"]
    request = ask(clock, shareable=True, cache=CachePolicy("npc", variants=1))
    for _ in range(3):
        await read(await backend.open(request))
    assert len(told) == 1


async def test_whoever_is_asked_is_told_of_with_its_server() -> None:
    clock, told = SystemClock(), list[Event]()
    async with (
        FakeProvider(replies=[Fault.status(503)]) as groq,
        FakeProvider(style="local", replies=[Answer("Aye.")]) as local,
    ):
        environ = {
            "GROQ_API_KEY": "gsk_of_nobody",
            "GROQ_BASE_URL": groq.base_url,
            "NPCENGINE_FAST": f"groq:openai/gpt-oss-20b, vllm:qwen3@{local.base_url}",
        }
        settings = Settings.from_env(environ)
        tiers = Tiers(settings, clock, random.Random(7), told.append, listened=True)
        await read(await tiers.backends["fast"].open(ask(clock)))
        await tiers.aclose()
        asked = [(each.server, each.model) for each in told if isinstance(each, AttemptEnded)]
        assert asked == [
            (groq.base_url.removeprefix("http://"), "openai/gpt-oss-20b"),
            (groq.base_url.removeprefix("http://"), "openai/gpt-oss-20b"),
            (local.base_url.removeprefix("http://").removesuffix("/v1"), "qwen3"),
        ]


async def test_where_nobody_listens_only_what_is_logged_is_told() -> None:
    clock, told = ManualClock(), list[Event]()
    async with FakeProvider(replies=[Fault.status(400)]) as groq:
        environ = {"GROQ_API_KEY": "gsk_of_nobody", "GROQ_BASE_URL": groq.base_url}
        tiers = Tiers(Settings.from_env(environ), clock, random.Random(7), told.append)
        with pytest.raises(AllBackendsFailed):
            await tiers.backends["fast"].open(ask(clock))
        await tiers.aclose()
    assert told
    assert not any(isinstance(event, AttemptEnded) for event in told)
