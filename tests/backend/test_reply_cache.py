"""Replies that are used again: whose, for how long, and which never are."""

import asyncio
import random
from dataclasses import fields, replace
from typing import Any

import pytest

from npcengine.backend.cache import KEYED, UNKEYED, Cache, request_key
from npcengine.backend.http import HttpClient
from npcengine.errors import LimitReached, ProviderFailed, StreamBroken
from npcengine.messages import (
    AnswerFormat,
    CachePolicy,
    ChatRequest,
    Completion,
    Message,
    Origin,
    Prefix,
    Sampling,
)
from npcengine.testing.fake_provider import Answer, FakeProvider
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import Script, ScriptedBackend
from tests.backend.asking import AYLA, RULES, ask, backend_of, read

ONE = CachePolicy("npc", ttl=600.0, variants=1)


class Cached:
    """A cache around a backend that never says the same twice, unless it has a script."""

    def __init__(self, clock: ManualClock, *script: Script) -> None:
        self.clock = clock
        said = (f"Line {number}." for number in range(1000))
        self.inner = ScriptedBackend(script or (lambda _: next(said)), clock)
        self.cache = Cache(self.inner, clock, random.Random(7))

    async def say(self, policy: CachePolicy = ONE, **changes: Any) -> Completion:
        changes = {"shareable": True} | changes
        return await read(await self.cache.open(ask(self.clock, cache=policy, **changes)))

    @property
    def asked(self) -> int:
        return len(self.inner.requests)


@pytest.fixture
def cached(clock: ManualClock) -> Cached:
    return Cached(clock)


async def test_the_very_same_request_is_answered_from_what_was_said(cached: Cached) -> None:
    first, second = await cached.say(), await cached.say()
    assert (first.text, first.cached) == ("Line 0.", False)
    assert (second.text, second.cached) == ("Line 0.", True)
    assert (second.cost, second.first_content, second.elapsed) == (0.0, 0.0, 0.0)
    assert cached.asked == 1


async def test_the_deadline_has_no_part_in_it(cached: Cached) -> None:
    await cached.say()
    await cached.clock.advance(1)
    assert (await cached.say()).cached


async def test_so_many_answers_are_collected_before_one_is_used_again(cached: Cached) -> None:
    policy = replace(ONE, variants=3)
    fresh = [await cached.say(policy) for _ in range(3)]
    assert [each.cached for each in fresh] == [False] * 3
    again = [await cached.say(policy) for _ in range(40)]
    assert all(each.cached for each in again)
    assert {each.text for each in again} == {"Line 0.", "Line 1.", "Line 2."}
    assert cached.asked == 3


async def test_what_may_cost_nothing_is_answered_from_what_is_kept_or_not_at_all(
    cached: Cached,
) -> None:
    policy = replace(ONE, variants=3)
    with pytest.raises(LimitReached):
        await cached.say(policy, cache_only=True)
    await cached.say(policy)
    assert (await cached.say(policy, cache_only=True)).text == "Line 0."
    with pytest.raises(LimitReached):
        await cached.say(policy, cache_only=True, shareable=False)
    assert cached.asked == 1


async def test_a_cache_of_no_size_keeps_nothing(clock: ManualClock) -> None:
    inner = ScriptedBackend(["One.", "Two."], clock)
    cache = Cache(inner, clock, random.Random(7), requests=0)
    for text in ("One.", "Two."):
        request = ask(clock, cache=ONE, shareable=True)
        assert (await read(await cache.open(request))).text == text
    with pytest.raises(LimitReached):
        await cache.open(ask(clock, cache=ONE, shareable=True, cache_only=True))


async def test_the_same_seed_chooses_the_same(clock: ManualClock) -> None:
    policy = replace(ONE, variants=3)
    one, two = Cached(clock), Cached(clock)
    said = [[(await each.say(policy)).text for _ in range(20)] for each in (one, two)]
    assert said[0] == said[1]


async def test_after_its_time_an_answer_is_asked_for_again(cached: Cached) -> None:
    policy = replace(ONE, ttl=60.0)
    await cached.say(policy)
    await cached.clock.advance(59.9)
    assert (await cached.say(policy)).cached
    await cached.clock.advance(0.1)
    assert (await cached.say(policy)).text == "Line 1."


async def test_without_a_policy_nothing_is_kept(cached: Cached) -> None:
    policy = CachePolicy("none", variants=1)
    said = [await cached.say(policy) for _ in range(3)]
    assert [each.cached for each in said] == [False] * 3


BRAM = replace(AYLA, player="bram")


@pytest.mark.parametrize(
    ("scope", "shareable", "others", "own"),
    [
        ("npc", True, True, True),
        ("player", True, False, True),
        ("npc", False, False, False),
        ("player", False, False, False),
    ],
)
async def test_a_reply_comes_again_only_where_that_is_allowed(
    scope: Any, shareable: bool, others: bool, own: bool, cached: Cached
) -> None:
    policy = replace(ONE, scope=scope)
    await cached.say(policy, shareable=shareable, origin=AYLA)
    assert (await cached.say(policy, shareable=shareable, origin=BRAM)).cached == others
    assert (await cached.say(policy, shareable=shareable, origin=AYLA)).cached == own


async def test_what_one_player_may_hear_alone_does_not_answer_what_all_may_hear(
    cached: Cached,
) -> None:
    await cached.say(shareable=False)
    assert not (await cached.say(shareable=True)).cached


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": Origin("another realm", "mira", "ayla")},
        {"origin": Origin("main", "tom", "ayla")},
        {"prefix": Prefix.of([Message("system", "You are Mira, an elf.")])},
        {"prefix": Prefix.of([*RULES.messages, Message("user", "Hello.")])},
        {"tail": (Message("user", "Can you mend this shield?"),)},
        {"tail": (Message("system", "Can you mend this sword?"),)},
        {"sampling": Sampling(temperature=0.2)},
        {"sampling": Sampling(stop=("\n",))},
        {"max_tokens": 60},
        {"policy": replace(ONE, ttl=60.0)},
    ],
)
async def test_a_request_that_differs_is_another_one(
    changes: dict[str, Any], cached: Cached
) -> None:
    await cached.say()
    assert not (await cached.say(**changes)).cached
    assert (await cached.say()).cached


async def test_an_answer_that_broke_is_not_kept(clock: ManualClock) -> None:
    cached = Cached(clock, ("Aye,", StreamBroken("Cut.")), "Well.")
    assert (await cached.say()).finish == "broken"
    assert not (await cached.say()).cached
    assert (await cached.say()).text == "Well."


async def test_an_answer_that_ran_out_of_time_is_not_kept(clock: ManualClock) -> None:
    cached = Cached(clock, ("Aye,", asyncio.Event()), "Well.")
    saying = asyncio.ensure_future(cached.say())
    await clock.advance(4)
    assert (await saying).finish == "deadline"
    assert not (await cached.say()).cached


@pytest.mark.parametrize("finish", ["length", "content_filter"])
async def test_an_answer_that_the_provider_cut_is_not_kept(
    finish: str, client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider(replies=[Answer("Aye, fr", finish=finish)]) as provider:
        cache = Cache(backend_of(provider, client, clock), clock, random.Random(7))
        for _ in range(2):
            said = await read(await cache.open(ask(clock, cache=ONE, shareable=True)))
            assert (said.text, said.cached) == ("Aye, fr", False)


async def test_an_answer_that_its_reader_left_is_not_kept(clock: ManualClock) -> None:
    cached = Cached(clock, ("Aye,", asyncio.Event(), " friend."), "Well.")
    async with await cached.cache.open(ask(clock, cache=ONE, shareable=True)) as stream:
        await anext(stream)
    assert stream.completion.finish == "closed"
    assert not (await cached.say()).cached


async def test_a_failure_is_raised_and_not_kept(clock: ManualClock) -> None:
    cached = Cached(clock, ProviderFailed("No."), "Aye.")
    with pytest.raises(ProviderFailed):
        await cached.say()
    assert (await cached.say()).text == "Aye."


CHANGES: dict[str, Any] = {
    "prefix": Prefix.of([*RULES.messages, Message("user", "Hello.")]),
    "tail": (Message("user", "Can you mend this shield?"),),
    "origin": Origin("main", "tom", "ayla"),
    "max_tokens": 60,
    "sampling": Sampling(temperature=0.2),
    "shareable": False,
    "cache": replace(ONE, variants=2),
    "answer": AnswerFormat("quest", "{}"),
    "deadline": 1.0,
    "stream": False,
}


def test_every_field_of_a_request_is_decided_on(clock: ManualClock) -> None:
    """A new field must be put into the key, or be left out on purpose."""
    assert {*KEYED, *UNKEYED} == {field.name for field in fields(ChatRequest)}
    assert not {*KEYED} & {*UNKEYED}


@pytest.mark.parametrize("name", CHANGES)
def test_the_key_depends_on_what_the_answer_depends_on(name: str, clock: ManualClock) -> None:
    request = ask(clock, cache=ONE, shareable=True)
    other = replace(request, **{name: CHANGES[name]})
    assert (request_key(request) != request_key(other)) == (name in KEYED)
