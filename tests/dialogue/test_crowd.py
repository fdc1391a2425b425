"""Many lines that nobody waits for."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable

import pytest

from npcengine import NPCEngine, Reply, Saying, Scene, UsageError
from npcengine.backend.cache import Cache
from npcengine.configuration import Deadlines, LaneDeadlines
from npcengine.errors import EngineClosed, InvalidLine, ProviderFailed, UnknownNPC
from npcengine.messages import ChatRequest, Origin
from npcengine.stores.inmemory import InMemoryStore
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import Script, ScriptedBackend
from tests.dialogue.stage import MIRA, TOM

HURRIED = Deadlines(
    background=LaneDeadlines(connect=1, first=2, between=3, whole=10),
    player=LaneDeadlines(connect=0.1, first=0.1, between=0.1, whole=0.1),
)


def sayings(count: int, npc: str = "mira") -> list[Saying]:
    return [Saying(npc, f"Line {n}.", f"p{n}") for n in range(count)]


class Crowd:
    """An engine whose model answers as a function of the request says."""

    def __init__(self, answer: Callable[[ChatRequest], Script]) -> None:
        self.clock = ManualClock()
        self.store = InMemoryStore()
        self.backend = ScriptedBackend(answer, self.clock)
        self.engine = NPCEngine(
            personas=[MIRA, TOM],
            backends={"fast": self.backend},
            store=self.store,
            clock=self.clock,
            deadlines=HURRIED,
        )

    def players(self) -> list[str]:
        return [request.origin.player for request in self.backend.requests]


def named(request: ChatRequest) -> str:
    return f"Aye, {request.origin.player}."


async def all_of(coming: AsyncIterator[tuple[int, Reply]]) -> dict[int, Reply]:
    return {place: reply async for place, reply in coming}


async def test_every_line_is_answered_and_told_with_its_place() -> None:
    s = Crowd(named)
    replies = await all_of(s.engine.say_all(sayings(20)))
    assert {place: reply.text for place, reply in replies.items()} == {
        n: f"Aye, p{n}." for n in range(20)
    }
    turns = await s.store.read(Origin("main", "mira", "p7"))
    assert [(turn.player_line, turn.npc_line) for turn in turns] == [("Line 7.", "Aye, p7.")]
    assert await all_of(s.engine.say_all([])) == {}


async def test_they_are_asked_in_the_background_lane_with_its_own_deadlines() -> None:
    s = Crowd(named)
    await all_of(s.engine.say_all(sayings(1)))
    await s.engine.say("mira", "Hello.", player="ayla")
    background, player = s.backend.requests
    assert (background.lane, background.stream) == ("background", False)
    assert background.waits == HURRIED.background.waits
    assert background.deadline == s.clock.now() + 10
    assert (player.lane, player.waits) == ("player", HURRIED.player.waits)


async def test_no_more_run_at_once_than_was_said_and_each_has_its_own_time() -> None:
    gates = {f"p{n}": asyncio.Event() for n in range(4)}
    s = Crowd(lambda request: (gates[request.origin.player], named(request)))
    told = s.engine.say_all(sayings(4), at_once=2)
    first = asyncio.ensure_future(anext(told))
    await s.clock.advance(9)
    assert s.players() == ["p0", "p1"]

    gates["p1"].set()
    assert (await first)[0] == 1
    await s.clock.advance(0.5)
    assert s.players() == ["p0", "p1", "p2"]
    for gate in gates.values():
        gate.set()
    rest = asyncio.ensure_future(all_of(told))
    await s.clock.advance(0)
    assert {place: reply.source for place, reply in (await rest).items()} == dict.fromkeys(
        (0, 2, 3), "model"
    )
    assert [each.deadline - 1000 for each in s.backend.requests] == [10, 10, 19, 19.5]


async def test_a_conversation_goes_on_in_its_order() -> None:
    s = Crowd(lambda request: request.tail[-1].content)
    lines = [("mira", "One."), ("tom", "Uno."), ("mira", "Two."), ("mira", "Three.")]
    told = s.engine.say_all([Saying(npc, line, "ayla") for npc, line in lines])
    order = [place async for place, _ in told]
    assert sorted(order) == [0, 1, 2, 3]
    assert [place for place in order if place != 1] == [0, 2, 3]
    turns = await s.store.read(Origin("main", "mira", "ayla"))
    assert [turn.player_line for turn in turns] == ["One.", "Two.", "Three."]


async def test_the_scene_the_realm_and_the_language_of_a_line_count() -> None:
    s = Crowd(named)
    saying = Saying("mira", "Hello.", "ayla", Scene("the mill"), realm="two", locale="de")
    await all_of(s.engine.say_all([saying]))
    (request,) = s.backend.requests
    said = " ".join(message.content for message in request.tail)
    assert "the mill" in said
    assert "German" in said
    assert request.origin == Origin("two", "mira", "ayla")


async def test_one_that_no_model_answers_is_told_and_the_others_go_on() -> None:
    down = ProviderFailed("over capacity")
    s = Crowd(lambda request: down if request.origin.player == "p1" else named(request))
    replies = await all_of(s.engine.say_all(sayings(3), at_once=1))
    assert [replies[n].source for n in range(3)] == ["model", "authored", "model"]
    assert (replies[1].reason, replies[1].error) == ("failure", down)


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        (Saying("nobody", "Hello.", "ayla"), UnknownNPC),
        (Saying("mira", " ", "ayla"), InvalidLine),
        (Saying("mira", "Hello.", ""), UsageError),
        (Saying("mira", "Hello.", "ayla", Scene(facts={"trust": 1})), UsageError),
        (Saying("mira", "Hello.", "ayla", locale="German!"), UsageError),
    ],
)
async def test_what_cannot_be_said_is_told_before_anything_is(
    wrong: Saying, kind: type[Exception]
) -> None:
    s = Crowd(named)
    with pytest.raises(kind):
        s.engine.say_all([*sayings(2), wrong])
    with pytest.raises(UsageError, match="at_once"):
        s.engine.say_all(sayings(2), at_once=0)
    assert s.backend.requests == []


async def test_leaving_early_cancels_what_is_under_way_and_begins_nothing_more() -> None:
    never = asyncio.Event()
    s = Crowd(lambda request: "Aye." if request.origin.player == "p0" else (never, "Too late."))
    told = s.engine.say_all(sayings(9), at_once=3)
    assert (await anext(told))[0] == 0
    await told.aclose()
    await s.clock.advance(0)
    assert len(s.backend.requests) <= 4
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert await s.store.read(Origin("main", "mira", "p1")) == ()


async def test_it_ends_with_the_engine() -> None:
    s = Crowd(named)
    told = s.engine.say_all(sayings(3), at_once=1)
    await anext(told)
    await s.engine.aclose()
    with pytest.raises(EngineClosed):
        await all_of(told)
    with pytest.raises(EngineClosed):
        s.engine.say_all(sayings(1))


async def test_a_player_does_not_wait_for_the_same_line_of_the_crowd() -> None:
    gate = asyncio.Event()
    s = Crowd(lambda request: "Aye." if request.lane == "player" else (gate, "Later."))
    cache = Cache(s.backend, s.clock, random.Random(1))
    mira = MIRA.model_copy(update={"cache": MIRA.cache.model_copy(update={"variants": 1})})
    async with NPCEngine(personas=[mira], backends={"fast": cache}, clock=s.clock) as engine:
        crowd = asyncio.ensure_future(all_of(engine.say_all([Saying("mira", "Hello?", "p0")])))
        await s.clock.advance(0)
        assert (await engine.say("mira", "Hello?", player="ayla")).text == "Aye."
        gate.set()
        assert (await crowd)[0].text == "Later."


async def test_a_player_s_own_line_is_not_interrupted_by_one_of_the_crowd() -> None:
    gate = asyncio.Event()
    s = Crowd(lambda request: (gate, "Aye.") if request.lane == "player" else "Later.")
    saying = asyncio.ensure_future(s.engine.say("mira", "Hello?", player="p0", deadline=60))
    await s.clock.advance(0)
    crowd = asyncio.ensure_future(all_of(s.engine.say_all(sayings(1))))
    await s.clock.advance(0)
    gate.set()
    assert (await saying).text == "Aye."
    assert (await crowd)[0].text == "Later."
