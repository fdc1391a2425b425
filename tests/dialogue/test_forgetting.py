"""What is forgotten does not come back by a line that was being spoken, or from a cache."""

import asyncio
import random
from collections.abc import Callable

import pytest

from npcengine import NPCEngine
from npcengine.backend.cache import Cache
from npcengine.messages import Origin
from npcengine.persona.model import Cache as CacheRules
from npcengine.testing.fake_provider import FakeProvider
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import ScriptedBackend
from tests.dialogue.stage import MIRA, Stage

Make = Callable[..., Stage]
AYLA = Origin("main", "mira", "ayla")


@pytest.mark.parametrize("verb", ["forget", "restore"])
async def test_a_line_that_is_being_spoken_is_heard_and_not_remembered(
    stage: Make, verb: str
) -> None:
    s = stage("Aye.", ("You owe me. ", "Pay up."))
    save = await s.engine.export("main")
    await s.engine.say("mira", "I will pay you.", player="ayla")
    async with s.engine.stream("mira", "Hello.", player="ayla") as line:
        await anext(aiter(line))
        if verb == "forget":
            assert await s.engine.forget("ayla") == 1
        else:
            await s.engine.restore("main", save)
        async for _ in line:
            pass
    assert line.reply.text == "You owe me. Pay up."
    assert await s.store.read(AYLA) == ()


async def test_the_lines_of_others_are_remembered(stage: Make) -> None:
    s = stage(("Aye. ", "Aye."))
    async with s.engine.stream("mira", "Hello.", player="ayla") as line:
        await anext(aiter(line))
        await s.engine.forget("tom")
        await s.engine.restore("two", await s.engine.export("two"))
        async for _ in line:
            pass
    assert len(await s.store.read(AYLA)) == 1


async def test_a_line_that_begins_afterwards_is_remembered(stage: Make) -> None:
    s = stage("Aye.")
    await s.engine.forget("ayla")
    await s.engine.say("mira", "Hello.", player="ayla")
    assert len(await s.store.read(AYLA)) == 1


async def test_no_reply_is_kept_of_what_is_forgotten() -> None:
    async with FakeProvider(replies=[f"Reply {n}." for n in range(20)]) as provider:
        environ = {"GROQ_API_KEY": "any", "GROQ_BASE_URL": provider.base_url}
        mira = MIRA.model_copy(update={"cache": CacheRules(variants=1)})
        async with NPCEngine.from_env(personas=[mira], environ=environ) as engine:
            said = [await engine.say("mira", "I am a spy.", player=p) for p in ("ayla", "tom")]
            assert [reply.source for reply in said] == ["model", "cache"]
            await engine.forget("ayla")
            assert (await engine.say("mira", "I am a spy.", player="bo")).source == "model"


async def test_a_call_that_is_under_way_is_not_kept_either() -> None:
    clock, go = ManualClock(), asyncio.Event()
    backend = ScriptedBackend([(go, "Aye.")], clock)
    cache = Cache(backend, clock, random.Random(0))
    mira = MIRA.model_copy(update={"cache": CacheRules(variants=1)})
    async with NPCEngine(personas=[mira], backends={"fast": cache}, clock=clock) as engine:
        saying = asyncio.ensure_future(engine.say("mira", "I am a spy.", player="ayla"))
        await clock.advance(0)
        cache.clear()
        go.set()
        await saying
        assert (await engine.say("mira", "I am a spy.", player="tom")).source == "model"
    assert len(backend.requests) == 2


async def test_an_answer_of_which_nothing_can_be_shown_is_not_kept() -> None:
    clock = ManualClock()
    backend = ScriptedBackend(["***", "Aye."], clock)
    cache = Cache(backend, clock, random.Random(0))
    mira = MIRA.model_copy(update={"cache": CacheRules(variants=1)})
    async with NPCEngine(personas=[mira], backends={"fast": cache}, clock=clock) as engine:
        first = await engine.say("mira", "Hello.", player="ayla")
        second = await engine.say("mira", "Hello.", player="tom")
    assert (first.source, first.reason) == ("authored", "guard")
    assert (second.source, second.text) == ("model", "Aye.")
