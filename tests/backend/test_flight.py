"""Requests that are under way are shared by all who may hear the answer."""

import asyncio
import random
from dataclasses import replace
from typing import Any

import pytest

from npcengine.backend.base import ChatStream
from npcengine.backend.cache import Cache
from npcengine.errors import ProviderFailed, StreamBroken
from npcengine.messages import CachePolicy, ChatRequest, Completion, Origin
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import Script, ScriptedBackend
from tests.backend.asking import AYLA, ask, read

POLICY = CachePolicy("npc", ttl=600.0, variants=1)


class Crowd:
    """Players who say the same opener, in front of one cache."""

    def __init__(self, clock: ManualClock, *script: Script, variants: int = 1) -> None:
        self.clock = clock
        self.inner = ScriptedBackend(script, clock)
        self.cache = Cache(self.inner, clock, random.Random(7))
        self.policy = replace(POLICY, variants=variants)

    def open(self, player: str = "ayla", **changes: Any) -> "asyncio.Task[ChatStream]":
        origin = Origin("main", "mira", player)
        request = ask(
            self.clock, **{"origin": origin, "shareable": True, "cache": self.policy} | changes
        )
        return asyncio.ensure_future(self.cache.open(request))

    async def hear(self, player: str = "ayla", **changes: Any) -> Completion:
        return await read(await self.open(player, **changes))

    @property
    def asked(self) -> int:
        return len(self.inner.requests)


async def test_a_crowd_that_says_the_same_makes_as_many_calls_as_there_are_variants(
    clock: ManualClock,
) -> None:
    gate = asyncio.Event()
    script: list[Script] = [(gate, f"Line {number}.") for number in range(9)]
    crowd = Crowd(clock, *script, variants=4)
    hearing = [asyncio.ensure_future(crowd.hear(str(number))) for number in range(500)]
    await clock.advance(0)
    gate.set()
    said = [each.text for each in await asyncio.gather(*hearing)]
    assert crowd.asked == 4
    assert {said.count(f"Line {number}.") for number in range(4)} == {125}
    assert (await crowd.hear("late")).cached
    assert crowd.asked == 4


async def test_one_pays_for_all(clock: ManualClock) -> None:
    gate = asyncio.Event()
    crowd = Crowd(clock, (gate, "Aye."))
    hearing = asyncio.gather(*[crowd.hear(str(number)) for number in range(3)])
    await clock.advance(0)
    gate.set()
    assert sorted(each.cached for each in await hearing) == [False, True, True]


async def test_whoever_comes_late_hears_it_from_the_beginning(clock: ManualClock) -> None:
    gate = asyncio.Event()
    crowd = Crowd(clock, ("Aye, ", gate, "friend."))
    first = await crowd.open("first")
    assert await anext(first) == "Aye, "
    late = await crowd.open("late")
    gate.set()
    assert (await read(late)).text == "Aye, friend."
    assert [text async for text in first] == ["friend."]
    assert crowd.asked == 1


@pytest.mark.parametrize("leaves", [0, 1])
async def test_one_leaving_kills_nobody(leaves: int, clock: ManualClock) -> None:
    gate = asyncio.Event()
    crowd = Crowd(clock, ("Aye, ", gate, "friend."))
    streams = [await crowd.open("a"), await crowd.open("b")]
    await streams[leaves].aclose()
    gate.set()
    assert (await read(streams[1 - leaves])).text == "Aye, friend."


async def test_one_leaving_before_the_first_word_kills_nobody(clock: ManualClock) -> None:
    gate = asyncio.Event()
    crowd = Crowd(clock, (gate, "Aye."))
    first, second = crowd.open("a"), crowd.open("b")
    await clock.advance(0)
    first.cancel()
    await asyncio.wait([first])
    gate.set()
    assert (await read(await second)).text == "Aye."
    assert crowd.asked == 1


async def test_the_last_one_leaving_ends_the_call(clock: ManualClock) -> None:
    crowd = Crowd(clock, ("Aye, ", asyncio.Event(), "friend."), "Well.")
    streams = [await crowd.open("a"), await crowd.open("b")]
    for stream in streams:
        await stream.aclose()
    assert (await crowd.hear("c")).text == "Well."
    assert crowd.asked == 2


async def test_all_hear_of_a_failure_and_the_next_one_asks_again(clock: ManualClock) -> None:
    crowd = Crowd(clock, ProviderFailed("down"), "Aye.")
    results = await asyncio.gather(crowd.open("a"), crowd.open("b"), return_exceptions=True)
    assert [type(each) for each in results] == [ProviderFailed, ProviderFailed]
    assert crowd.asked == 1
    assert (await crowd.hear("c")).text == "Aye."


async def test_all_hear_where_it_broke_off(clock: ManualClock) -> None:
    crowd = Crowd(clock, ("Aye, ", StreamBroken("cut")), "Well.")
    ended = await asyncio.gather(crowd.hear("a"), crowd.hear("b"))
    assert [(each.text, each.finish) for each in ended] == [("Aye, ", "broken")] * 2
    assert (await crowd.hear("c")).text == "Well."


async def test_each_has_a_deadline_of_its_own(clock: ManualClock) -> None:
    crowd = Crowd(clock, ("Aye, ", asyncio.Event(), "friend."))
    now = clock.now()
    brief = asyncio.ensure_future(crowd.hear("a", deadline=now + 1))
    await clock.advance(0)
    patient = asyncio.ensure_future(crowd.hear("b", deadline=now + 9))
    await clock.advance(2)
    assert (await brief).finish == "deadline"
    assert not patient.done()
    await clock.advance(8)
    assert (await patient).finish == "deadline"


async def test_what_one_player_said_is_never_shared(clock: ManualClock) -> None:
    gate = asyncio.Event()
    crowd = Crowd(clock, (gate, "One."), (gate, "Two."))
    both = asyncio.gather(crowd.hear("a", shareable=False), crowd.hear("b", shareable=False))
    await clock.advance(0)
    gate.set()
    assert {each.text for each in await both} == {"One.", "Two."}


async def test_closing_gives_up_what_is_under_way(clock: ManualClock) -> None:
    crowd = Crowd(clock, ("Aye, ", asyncio.Event(), "friend."))
    hearing = asyncio.ensure_future(crowd.hear(AYLA.player))
    await clock.advance(0)
    await crowd.cache.aclose()
    assert (await hearing).finish == "closed"


async def test_closing_before_the_first_word_tells_those_who_wait(clock: ManualClock) -> None:
    crowd = Crowd(clock, (asyncio.Event(), "Aye."))
    hearing = crowd.open()
    await clock.advance(0)
    await crowd.cache.aclose()
    with pytest.raises(StreamBroken, match="given up"):
        await hearing


async def test_a_mistake_in_the_backend_is_raised_as_it_is(clock: ManualClock) -> None:
    class Mistaken:
        async def open(self, request: ChatRequest) -> ChatStream:
            raise ZeroDivisionError("a mistake")

        async def aclose(self) -> None: ...

    cache = Cache(Mistaken(), clock, random.Random(7))
    with pytest.raises(ZeroDivisionError):
        await cache.open(ask(clock, shareable=True, cache=POLICY))
