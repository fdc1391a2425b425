"""A turn from a player's line to an answer that is remembered."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from npcengine import AttemptEnded, NPCEngine, Piece, Reply, Scene, TurnEnded, UsageError
from npcengine.dialogue.line import Line
from npcengine.errors import (
    DeadlineExceeded,
    EngineClosed,
    InvalidLine,
    NoRoute,
    OutputError,
    ProviderFailed,
    StreamBroken,
    UnknownNPC,
)
from npcengine.messages import Origin
from npcengine.testing.scripted import ScriptedBackend
from tests.dialogue.stage import MIRA, Stage

Make = Callable[..., Stage]
AYLA = Origin("main", "mira", "ayla")


async def pieces_of(line: Line) -> list[Piece]:
    async with line:
        return [piece async for piece in line]


async def said(stage: Stage) -> list[tuple[str, str]]:
    return [(turn.player_line, turn.npc_line) for turn in await stage.store.read(AYLA)]


async def test_say_gives_the_models_line_and_remembers_both(stage: Make) -> None:
    s = stage("Aye. Leave it here.")
    reply = await s.engine.say("mira", "Can you mend this?", player="ayla")
    assert (reply.text, reply.source, reply.reason) == ("Aye. Leave it here.", "model", None)
    assert (reply.provider, reply.finish) == ("scripted", "stop")
    assert await said(s) == [("Can you mend this?", "Aye. Leave it here.")]


async def test_the_next_turn_knows_the_one_before(stage: Make) -> None:
    s = stage("Aye.", "At dusk.")
    await s.engine.say("mira", "Can you mend this?", player="ayla")
    await s.engine.say("mira", "When?", player="ayla")
    contents = [message.content for message in s.backend.requests[1].tail]
    assert contents[0] == "<speech>Can you mend this?</speech>"
    assert contents[1] == "Aye."
    assert contents[-1] == "<speech>When?</speech>"


async def test_nobody_hears_what_another_player_or_realm_said(stage: Make) -> None:
    s = stage("Aye.")
    await s.engine.say("mira", "My secret is out.", player="ayla")
    await s.engine.say("mira", "Hello.", player="tom")
    await s.engine.say("mira", "Hello.", player="ayla", realm="two")
    for request in s.backend.requests[1:]:
        assert not [m for m in request.messages if "secret" in m.content]


async def test_stream_gives_pieces_that_join_to_the_reply(stage: Make) -> None:
    s = stage(("*wipes her hands* Aye. ", "Leave ", "it."))
    line = s.engine.stream("mira", "Can you mend this?", player="ayla")
    pieces = await pieces_of(line)
    assert "".join(p.text for p in pieces if p.kind == "text") == line.reply.text
    assert line.reply.text == "Aye. Leave it."
    assert line.reply.emotes == ("wipes her hands",)


async def test_the_reply_is_there_only_at_the_end(stage: Make) -> None:
    s = stage("Aye.")
    line = s.engine.stream("mira", "Hello.", player="ayla")
    with pytest.raises(UsageError, match="to the end first"):
        _ = line.reply
    await pieces_of(line)
    assert line.reply.text == "Aye."


async def test_the_scene_reaches_the_model_for_this_turn_only(stage: Make) -> None:
    s = stage("Aye.")
    scene = Scene(place="the forge", time="dusk")
    await s.engine.say("mira", "Hello.", player="ayla", scene=scene)
    await s.engine.say("mira", "Hello again.", player="ayla")
    first, second = ("".join(m.content for m in r.tail) for r in s.backend.requests)
    assert "the forge, dusk" in first
    assert "the forge" not in second


async def test_greet_lets_the_character_speak_first(stage: Make) -> None:
    s = stage("You look cold.")
    reply = await s.engine.greet("mira", player="ayla")
    assert reply.text == "You look cold."
    assert "speaks first" in s.backend.requests[0].tail[-1].content
    assert await said(s) == [("", "You look cold.")]


async def test_without_a_backend_the_line_is_authored_and_says_so(stage: Make) -> None:
    s = stage()
    reply = await s.engine.say("mira", "Can you mend my sword?", player="ayla")
    assert (reply.source, reply.reason) == ("authored", "offline")
    assert reply.text == "Leave it by the anvil."
    assert (reply.provider, reply.model, reply.cost) == ("", "", None)


async def test_a_failing_provider_gives_an_authored_line_and_is_reported(stage: Make) -> None:
    s = stage(ProviderFailed("down", provider="groq", status=503))
    reply = await s.engine.say("mira", "What burned down?", player="ayla")
    assert (reply.source, reply.reason) == ("authored", "failure")
    assert reply.text == "The old mill burned down in spring."
    assert isinstance(reply.error, ProviderFailed)
    attempt, turn = s.events
    assert isinstance(attempt, AttemptEnded)
    assert (attempt.provider, attempt.completion, attempt.error) == ("groq", None, reply.error)
    assert turn == TurnEnded(AYLA, reply)


@pytest.mark.parametrize("streamed", [False, True])
async def test_strict_raises_instead_and_leaves_no_trace(stage: Make, streamed: bool) -> None:
    s = stage(ProviderFailed("down"))
    if streamed:
        turn: Awaitable[object] = pieces_of(
            s.engine.stream("mira", "Hello.", player="ayla", strict=True)
        )
    else:
        turn = s.engine.say("mira", "Hello.", player="ayla", strict=True)
    with pytest.raises(ProviderFailed):
        await turn
    assert await said(s) == []


async def test_strict_without_a_backend_says_what_to_set(stage: Make) -> None:
    with pytest.raises(NoRoute, match="GROQ_API_KEY"):
        await stage().engine.say("mira", "Hello.", player="ayla", strict=True)


async def test_at_the_deadline_an_authored_line_comes(stage: Make) -> None:
    s = stage((asyncio.Event(), "Too late."))
    saying = asyncio.ensure_future(s.engine.say("mira", "Xyzzy?", player="ayla"))
    await s.clock.advance(3.9)
    assert not saying.done()
    await s.clock.advance(0.2)
    reply = await saying
    assert (reply.source, reply.reason) == ("authored", "deadline")
    assert reply.text in ("Iron's hot. Wait.", "Not now.")
    assert isinstance(reply.error, DeadlineExceeded)
    assert reply.elapsed == pytest.approx(4.0)


async def test_a_slow_answer_shows_thinking_first(stage: Make) -> None:
    gate = asyncio.Event()
    s = stage((gate, "Aye."))
    line = s.engine.stream("mira", "Hello.", player="ayla")
    first = asyncio.ensure_future(anext(line))
    await s.clock.advance(1.4)
    assert not first.done()
    await s.clock.advance(0.2)
    assert await first == Piece("thinking", "wipes her hands")
    gate.set()
    assert [p.kind for p in await pieces_of(line)] == ["text"]
    assert line.reply.text == "Aye."
    assert await said(s) == [("Hello.", "Aye.")]


async def test_a_line_that_breaks_off_ends_with_a_dash_and_a_stock_line(stage: Make) -> None:
    s = stage(("It is not far. Take the road that leads past the ", StreamBroken("cut")))
    line = s.engine.stream("mira", "Where is it?", player="ayla")
    pieces = await pieces_of(line)
    text = line.reply.text
    assert text.startswith("It is not far. Take the road")
    assert text.endswith(("— Iron's hot. Wait.", "— Not now."))
    assert "".join(p.text for p in pieces) == text
    assert (line.reply.finish, line.reply.source) == ("broken", "model")
    assert isinstance(line.reply.error, StreamBroken)
    [(_, remembered)] = await said(s)
    assert remembered.endswith("—"), "a stock line is not remembered"


async def test_a_stream_that_stalls_ends_at_the_deadline(stage: Make) -> None:
    s = stage(("It is not far. Take the road that leads past ", asyncio.Event(), "the mill."))
    listening = asyncio.ensure_future(
        pieces_of(line := s.engine.stream("mira", "Where is it?", player="ayla"))
    )
    await s.clock.advance(4.1)
    await listening
    assert line.reply.finish == "deadline"
    assert "—" in line.reply.text


async def test_an_answer_with_nothing_to_show_is_replaced(stage: Make) -> None:
    s = stage("ayla: I say this myself.")
    reply = await s.engine.say("mira", "Xyzzy.", player="ayla")
    assert (reply.source, reply.reason) == ("authored", "guard")
    assert reply.text == "I'll not speak of that."
    assert isinstance(reply.error, OutputError)
    assert reply.error.raw == "ayla: I say this myself."


async def test_enough_sentences_end_the_line_before_the_model_does(stage: Make) -> None:
    s = stage(("One. Two. Three. Four. ", asyncio.Event(), "Never."))
    line = s.engine.stream("mira", "Count.", player="ayla")
    await pieces_of(line)
    assert (line.reply.text, line.reply.finish) == ("One. Two. Three.", "limit")
    assert line.reply.usage is not None
    assert line.reply.usage.estimated


async def test_stock_lines_stay_out_of_what_the_model_sees(stage: Make) -> None:
    s = stage(ProviderFailed("down"), "Aye.")
    await s.engine.say("mira", "Xyzzy.", player="ayla")
    await s.engine.say("mira", "Hello.", player="ayla")
    assert len(await said(s)) == 2
    assert len([m for m in s.backend.requests[1].tail if m.role == "assistant"]) == 0


async def test_forget_starts_over(stage: Make) -> None:
    s = stage("Aye.")
    await s.engine.say("mira", "Hello.", player="ayla")
    assert await s.engine.forget("ayla") == 1
    await s.engine.say("mira", "Hello.", player="ayla")
    assert s.backend.requests[0].tail == s.backend.requests[1].tail


async def test_a_hook_that_fails_spoils_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def hook(event: object) -> None:
        raise ValueError("a mistake of the game's")

    backends = {"fast": ScriptedBackend()}
    async with NPCEngine(personas=[MIRA], backends=backends, hooks=[hook]) as engine:
        assert (await engine.say("mira", "Hello.", player="ayla")).text == "Aye."
    assert "a hook failed on TurnEnded" in caplog.text


@pytest.mark.parametrize(
    ("npc", "line", "terms", "error", "words"),
    [
        ("mirra", "Hello.", {}, UnknownNPC, "Did you mean 'mira'"),
        ("mira", "", {}, InvalidLine, "empty"),
        ("mira", "x" * 100_000, {}, InvalidLine, "at most 1,000"),
        ("mira", "Hello.", {"player": ""}, UsageError, "player is an id"),
        ("mira", "Hello.", {"player": "\ud800"}, UsageError, "player is an id"),
        ("mira", "Hello.", {"realm": "x" * 201}, UsageError, "realm is an id"),
        ("mira", "Hello.", {"locale": "German!"}, UsageError, "language tag"),
        ("mira", "Hello.", {"deadline": 0}, UsageError, "above 0"),
    ],
)
async def test_a_wrong_call_is_told_at_once_and_costs_nothing(
    stage: Make, npc: str, line: str, terms: dict[str, str], error: type[Exception], words: str
) -> None:
    s = stage("Aye.")
    await s.engine.say("mira", "Hello.", player="ayla")
    with pytest.raises(error, match=words):
        await s.engine.say(npc, line, **{"player": "ayla", **terms})  # type: ignore[arg-type]
    assert len(s.backend.requests) == 1
    assert await said(s) == [("Hello.", "Aye.")]


async def test_a_closed_engine_says_so(stage: Make) -> None:
    s = stage("Aye.")
    async with s.engine as engine:
        await engine.say("mira", "Hello.", player="ayla")
    with pytest.raises(EngineClosed):
        await s.engine.say("mira", "Hello.", player="ayla")
    await s.engine.aclose()  # twice is no harm


async def test_add_persona_makes_a_character_of_a_string(stage: Make) -> None:
    s = stage("Halt.")
    persona = s.engine.add_persona("gate_guard", "Guards the gate and hates it.")
    assert persona.name == "Gate Guard"
    reply: Reply = await s.engine.say("gate_guard", "Hello.", player="ayla")
    assert reply.text == "Halt."
    assert "hates it" in s.backend.requests[0].messages[0].content
    with pytest.raises(UsageError, match="rename"):
        s.engine.add_persona("mira", "Another one.")
    with pytest.raises(UsageError, match="id"):
        s.engine.add_persona("Not An Id", "Somebody.")


async def test_nobody_cannot_be_forgotten(stage: Make) -> None:
    with pytest.raises(UsageError, match="player is an id"):
        await stage("Aye.").engine.forget("")


@pytest.mark.parametrize("realm", ["", "x" * 201, "\ud800"])
async def test_a_realm_without_a_name_has_no_save(stage: Make, realm: str) -> None:
    s = stage("Aye.")
    save = await s.engine.export("main")
    with pytest.raises(UsageError, match="realm is an id"):
        await s.engine.export(realm)
    with pytest.raises(UsageError, match="realm is an id"):
        await s.engine.restore(realm, save)
