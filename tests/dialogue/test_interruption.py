"""Barge-in, queueing and leaving: whoever stops a line, the conversation stays whole."""

import asyncio
from collections.abc import Callable

import pytest

from npcengine import NPCEngine, Reply
from npcengine.dialogue.line import Line
from npcengine.errors import EngineClosed
from npcengine.hooks import Event
from npcengine.messages import Origin
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import ScriptedBackend
from tests.dialogue.stage import MIRA, Stage

Make = Callable[..., Stage]
AYLA = Origin("main", "mira", "ayla")


async def listen(line: Line) -> str:
    async with line:
        return "".join([piece.text async for piece in line if piece.kind == "text"])


async def said(stage: Stage) -> list[tuple[str, str]]:
    return [(turn.player_line, turn.npc_line) for turn in await stage.store.read(AYLA)]


async def test_a_new_line_interrupts_the_one_being_spoken(stage: Make) -> None:
    s = stage(("It is a long story. My father came here ", asyncio.Event(), "once."), "Go, then.")
    first = s.engine.stream("mira", "Tell me.", player="ayla")
    listening = asyncio.ensure_future(listen(first))
    await s.clock.advance(0.1)
    reply = await s.engine.say("mira", "I must go.", player="ayla")
    heard = await listening
    assert reply.text == "Go, then."
    assert heard.startswith("It is a long story.")
    assert first.reply.finish == "closed"
    assert first.reply.text == heard
    [(_, remembered), second] = await said(s)
    assert remembered == heard + "—"
    assert second == ("I must go.", "Go, then.")


async def test_a_line_that_nobody_reads_on_is_interrupted_too(stage: Make) -> None:
    s = stage(("It is a long story. My father came here ", "once. ", "And left."), "Go, then.")
    first = s.engine.stream("mira", "Tell me.", player="ayla")
    piece = await anext(first)
    await s.engine.say("mira", "I must go.", player="ayla")
    assert [p async for p in first] == []
    assert first.reply.text == piece.text
    assert [line for line, _ in await said(s)] == ["Tell me.", "I must go."]


@pytest.mark.parametrize("passes", range(6))
async def test_who_interrupts_may_leave_in_the_middle_of_it(stage: Make, passes: int) -> None:
    s = stage((asyncio.Event(), "Never."), "Yes?")
    first = s.engine.stream("mira", "I look for Tom.", player="ayla")
    thinking = asyncio.ensure_future(anext(first))
    await s.clock.advance(2.0)
    assert (await thinking).kind == "thinking"
    second = asyncio.ensure_future(s.engine.say("mira", "My brother.", player="ayla"))
    for _ in range(passes):
        await asyncio.sleep(0)
    second.cancel()
    await asyncio.wait([second])
    await s.clock.advance(10.0)  # whoever was not interrupted in time has a deadline
    assert [piece.kind async for piece in first] == ["text"]
    assert first.reply.text


async def test_interrupted_before_a_word_was_heard(stage: Make) -> None:
    s = stage((asyncio.Event(), "Never."), "Yes?")
    first = asyncio.ensure_future(s.engine.say("mira", "I look for Tom.", player="ayla"))
    await s.clock.advance(0.1)
    await s.engine.say("mira", "My brother.", player="ayla")
    reply = await first
    assert (reply.text, reply.finish) == ("—", "closed")
    assert await said(s) == [("I look for Tom.", "—"), ("My brother.", "Yes?")]


async def test_another_player_or_character_does_not_wait(stage: Make) -> None:
    gate = asyncio.Event()
    s = stage((gate, "First."), "Second.", "Third.")
    first = asyncio.ensure_future(s.engine.say("mira", "Hello.", player="ayla"))
    await s.clock.advance(0.1)
    assert (await s.engine.say("mira", "Hello.", player="tom")).text == "Second."
    assert (await s.engine.say("tom", "Hello.", player="ayla")).text == "Third."
    gate.set()
    assert (await first).text == "First."


async def test_a_queued_line_waits_its_turn(stage: Make) -> None:
    gate = asyncio.Event()
    s = stage((gate, "First."), "Second.")
    first = asyncio.ensure_future(s.engine.say("mira", "One?", player="ayla"))
    await s.clock.advance(0.1)
    second = asyncio.ensure_future(s.engine.say("mira", "Two?", player="ayla", queue=True))
    await s.clock.advance(0.1)
    assert len(s.backend.requests) == 1
    gate.set()
    assert [(await first).text, (await second).text] == ["First.", "Second."]


async def test_lines_of_one_player_never_overtake_each_other() -> None:
    lines: list[asyncio.Future[Reply]] = []

    def say(line: str) -> None:
        lines.append(asyncio.ensure_future(engine.say("mira", line, player="ayla", queue=True)))

    def hook(_: Event) -> None:
        if len(lines) == 2:  # the first has just ended, and the second is not awake yet
            say("3?")

    gate, clock = asyncio.Event(), ManualClock()
    backends = {"fast": ScriptedBackend([(gate, "First."), "Second.", "Third."], clock)}
    async with NPCEngine(personas=[MIRA], backends=backends, hooks=[hook], clock=clock) as engine:
        say("1?")
        say("2?")
        await clock.advance(0.1)
        gate.set()
        for line in lines:
            await line
    assert [line.result().text for line in lines] == ["First.", "Second.", "Third."]


async def test_who_stops_waiting_holds_up_nobody(stage: Make) -> None:
    gate = asyncio.Event()
    s = stage((gate, "First."), "Third.")
    first = asyncio.ensure_future(s.engine.say("mira", "1?", player="ayla"))
    await s.clock.advance(0.1)
    second = asyncio.ensure_future(s.engine.say("mira", "2?", player="ayla", queue=True))
    third = asyncio.ensure_future(s.engine.say("mira", "3?", player="ayla", queue=True))
    await s.clock.advance(0.1)
    second.cancel()
    gate.set()
    assert [(await first).text, (await third).text] == ["First.", "Third."]


async def test_a_queued_line_waits_no_longer_than_its_deadline(stage: Make) -> None:
    s = stage((asyncio.Event(), "First."))
    first = asyncio.ensure_future(s.engine.say("mira", "One?", player="ayla", deadline=60))
    await s.clock.advance(0.1)
    second = asyncio.ensure_future(s.engine.say("mira", "Qq?", player="ayla", queue=True))
    await s.clock.advance(4.1)
    reply = await second
    assert (reply.source, reply.reason) == ("authored", "deadline")
    first.cancel()
    await asyncio.wait([first])


async def test_of_many_lines_at_once_the_last_is_answered_and_none_is_lost(stage: Make) -> None:
    s = stage(*[(asyncio.Event(), "Never.")] * 4, "At last.")
    lines = []
    for number in range(5):
        lines.append(asyncio.ensure_future(s.engine.say("mira", f"{number}?", player="ayla")))
        await s.clock.advance(0.1)
    replies = [await line for line in lines]
    assert [reply.text for reply in replies] == ["—"] * 4 + ["At last."]
    assert [line for line, _ in await said(s)] == [f"{n}?" for n in range(5)]


async def test_leaving_a_stream_remembers_what_was_heard(stage: Make) -> None:
    s = stage(("It is a long story. My father came ", "here once."))
    async with s.engine.stream("mira", "Tell me.", player="ayla") as line:
        piece = await anext(line)
    assert await said(s) == [("Tell me.", piece.text + "—")]


async def test_leaving_before_anything_was_heard_leaves_no_trace(stage: Make) -> None:
    s = stage((asyncio.Event(), "Never."))
    line = s.engine.stream("mira", "Tell me.", player="ayla")
    listening = asyncio.ensure_future(listen(line))
    await s.clock.advance(0.1)
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    assert await said(s) == []


async def test_a_cancelled_say_leaves_no_trace_and_frees_the_character(stage: Make) -> None:
    s = stage((asyncio.Event(), "Never."), "Yes?")
    saying = asyncio.ensure_future(s.engine.say("mira", "Tell me.", player="ayla"))
    await s.clock.advance(0.1)
    saying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saying
    assert (await s.engine.say("mira", "Mira?", player="ayla")).text == "Yes?"
    assert await said(s) == [("Mira?", "Yes?")]


async def test_a_line_never_begun_costs_nothing(stage: Make) -> None:
    s = stage("Aye.")
    async with s.engine.stream("mira", "Hello.", player="ayla"):
        pass
    assert s.backend.requests == []
    assert (await s.engine.say("mira", "Hello.", player="ayla")).text == "Aye."


async def test_closing_the_engine_ends_what_is_being_said(stage: Make) -> None:
    s = stage(("It is a long story. My father came here ", asyncio.Event(), "once."))
    line = s.engine.stream("mira", "Tell me.", player="ayla")
    listening = asyncio.ensure_future(listen(line))
    await s.clock.advance(0.1)
    await s.engine.aclose()
    assert (await listening).startswith("It is a long story.")
    with pytest.raises(EngineClosed):
        s.engine.stream("mira", "Hello.", player="ayla")
