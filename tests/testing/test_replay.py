"""What was recorded is played back the same, without a key and without a network."""

import asyncio
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from npcengine import NPCEngine, Persona, Piece, Reply
from npcengine.backend.base import Backend
from npcengine.errors import (
    AllBackendsFailed,
    BackendError,
    EmptyAnswer,
    KeyRejected,
    NoRoute,
    RateLimited,
    RouteResting,
    StreamBroken,
    UsageError,
)
from npcengine.messages import Completion, Origin, Sampling
from npcengine.testing.fake_provider import FakeProvider, Fault
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.replay import NotRecorded, Recording, Replay, recorded
from npcengine.testing.scripted import Script, ScriptedBackend
from tests.backend.asking import AYLA, KEY, ask, read

MIRA = Persona(id="mira", name="Mira", description="A blacksmith.\nShe likes no chatter.")
TOM = Persona(id="tom", name="Tom", description="A guard.")
Lines = Iterable[tuple[str, str, str]]
TALK: Lines = [
    ("mira", "ayla", "Can you mend this?"),
    ("tom", "bo", "Let me in."),
    ("mira", "ayla", "When?"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "recordings" / "smithy.yaml"


async def talk(backend: Backend, lines: Lines = TALK) -> list[tuple[list[Piece], Reply]]:
    told = []
    async with NPCEngine(personas=[MIRA, TOM], backends={"fast": backend}) as engine:
        for npc, player, said in lines:
            async with engine.stream(npc, said, player=player) as line:
                told.append(([piece async for piece in line], line.reply))
    return told


def text_of(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def same(reply: Reply) -> tuple[object, ...]:
    used = reply.source, reply.reason, reply.provider, reply.model, reply.usage, reply.cost
    error = re.sub(r" \[request \w+\]", "", repr(reply.error))
    return reply.text, reply.emotes, reply.finish, *used, error


async def record(path: Path, *script: Script) -> None:
    """Record what the script answers to one request after the other."""
    recording = Recording(ScriptedBackend(script), path)
    for _ in script:
        try:
            stream = await recording.open(ask(ManualClock(), deadline=float("inf")))
            async for _ in stream:
                pass
        except BackendError:
            pass
    await recording.aclose()


async def replayed(path: Path) -> Completion:
    return await read(await Replay(path).open(ask(ManualClock())))


async def test_a_talk_is_played_back_as_it_was(path: Path) -> None:
    script: list[Script] = [("*nods* ", "Aye, ", "leave it."), "No.", ("At ", "dusk.")]
    first = await talk(Recording(ScriptedBackend(script), path))
    replay = Replay(path)
    again = await talk(replay)
    assert [pieces for pieces, _ in again] == [pieces for pieces, _ in first]
    assert [same(reply) for _, reply in again] == [same(reply) for _, reply in first]
    assert [reply.text for _, reply in again] == ["Aye, leave it.", "No.", "At dusk."]
    assert replay.unused == ()


async def test_a_file_is_made_from_the_real_providers_and_then_used_without_them(
    path: Path,
) -> None:
    async with FakeProvider(replies=["Aye.", "No.", "At dusk."]) as provider:
        environ = {"GROQ_API_KEY": KEY, "GROQ_BASE_URL": provider.base_url}
        first = await talk(recorded(path, environ=environ))
        again = await talk(recorded(path, environ={}))
        assert len(provider.requests) == 3
    assert [same(reply) for _, reply in again] == [same(reply) for _, reply in first]
    assert again[0][1].provider == "groq"
    assert again[0][1].cost
    assert KEY not in text_of(path)


async def test_without_a_file_and_without_a_model_nothing_can_be_done(path: Path) -> None:
    with pytest.raises(NoRoute):
        recorded(path, environ={})


async def test_the_file_reads_well_and_the_order_of_asking_does_not_matter(path: Path) -> None:
    other = path.with_name("other.yaml")
    answers = {"ayla": "Aye, I can.", "bo": "No."}
    for place, lines in ((path, list(TALK)[:2]), (other, list(TALK)[1::-1])):
        scripted = ScriptedBackend(lambda request: answers[request.origin.player])
        await talk(Recording(scripted, place), lines)
    text = text_of(path)
    assert text == text_of(other)
    assert text.index("prompts:") < text.index("  mira:") < text.index("  tom:")
    assert text.index("A blacksmith.") < text.index("exchanges:")
    for part in (
        "    player: ayla\n    realm: main\n    prompt: mira\n",
        "        content: <speech>Can you mend this?</speech>\n",
        "      pieces: [Aye, I can.]\n".replace("[Aye, I can.]", "['Aye, I can.']"),
        "      finish: stop\n",
    ):
        assert part in text


async def test_a_request_asked_again_gets_the_answers_in_their_order(path: Path) -> None:
    await record(path, "One.", "Two.")
    replay = Replay(path)
    said = [(await read(await replay.open(ask(ManualClock())))).text for _ in range(3)]
    assert said == ["One.", "Two.", "Two."]


async def test_two_players_who_say_the_same_get_their_own_answers(path: Path) -> None:
    recording = Recording(ScriptedBackend(lambda r: f"Aye, {r.origin.player}."), path)
    bo = Origin("main", "mira", "bo")
    for origin in (bo, AYLA):
        await read(await recording.open(ask(ManualClock(), origin=origin, deadline=float("inf"))))
    await recording.aclose()
    replay = Replay(path)
    stranger = Origin("two", "mira", "cy")
    for origin, wanted in ((bo, "bo"), (AYLA, "ayla"), (stranger, "bo")):
        said = await read(await replay.open(ask(ManualClock(), origin=origin)))
        assert said.text == f"Aye, {wanted}."


@pytest.mark.parametrize(
    "error",
    [
        RateLimited("slow down", provider="groq", model="m", status=429, retry_after=2.5),
        KeyRejected("no", provider="openai", status=401, code="invalid_api_key"),
        EmptyAnswer("the model ended without a word", "length"),
        RouteResting("left alone", retry_after=2.0, limited=True),
        AllBackendsFailed([RateLimited("slow down", status=429), StreamBroken("cut")]),
    ],
)
async def test_an_error_comes_back_as_it_was(error: BackendError, path: Path) -> None:
    await record(path, error)
    with pytest.raises(type(error)) as caught:
        await replayed(path)
    assert str(caught.value) == str(error)
    assert caught.value.remedy == error.remedy
    told, wanted = vars(caught.value), vars(error)
    assert {name: told[name] for name in wanted if name != "errors"} == {
        name: value for name, value in wanted.items() if name != "errors"
    }
    assert repr(told.get("errors")) == repr(wanted.get("errors"))


async def test_a_stream_that_broke_breaks_again(path: Path) -> None:
    await record(path, ("Aye, I ", "can", StreamBroken("the connection was lost", provider="groq")))
    said = await replayed(path)
    assert (said.text, said.finish) == ("Aye, I can", "broken")
    assert str(said.error) == "groq: the connection was lost"


async def test_what_was_left_early_is_kept_as_far_as_it_was_heard(path: Path) -> None:
    recording = Recording(ScriptedBackend([("One. ", asyncio.Event(), "Two.")]), path)
    async with await recording.open(ask(ManualClock(), deadline=float("inf"))) as stream:
        assert await anext(stream) == "One. "
    await recording.aclose()
    said = await replayed(path)
    assert (said.text, said.finish) == ("One. ", "closed")


async def test_keys_that_were_said_are_in_no_file_and_are_asked_for_all_the_same(
    path: Path,
) -> None:
    lines = [("mira", "ayla", f"Keep my key {KEY} safe."), ("mira", "ayla", "What is it?")]
    refused = KeyRejected(f"Incorrect API key provided: {KEY}")
    script: list[Script] = [("It is ", KEY[:10], KEY[10:], "."), refused]
    await talk(Recording(ScriptedBackend(script), path), lines)
    text = text_of(path)
    assert KEY not in text
    assert KEY[10:] not in text
    again = await talk(Replay(path), lines)
    assert again[0][1].text == "It is (key)"


async def test_a_request_that_nobody_recorded_shows_the_nearest_and_what_differs(
    path: Path,
) -> None:
    await talk(Recording(ScriptedBackend(["Aye.", "No.", "At dusk."]), path))
    replay = Replay(path)
    with pytest.raises(NotRecorded) as caught:
        await talk(replay, [("mira", "cy", "Can you mend that?")])
    assert str(caught.value).splitlines()[1:] == [
        "the nearest that it has (-) differs:",
        "  -user: <speech>Can you mend this?</speech>",
        "  +user: <speech>Can you mend that?</speech>",
        "to record it anew, delete the file and run with a provider's key",
    ]
    assert str(caught.value).startswith(f"{path} has no answer for mira, asked by cy: <speech>Can")
    assert len(replay.unused) == 3
    assert replay.unused[0] == "mira, asked by ayla: <speech>Can you mend this?</speech>"


@pytest.mark.parametrize(
    "changed", [{"max_tokens": 60}, {"sampling": Sampling(temperature=0.1)}, {"tail": ()}]
)
async def test_all_that_an_answer_depends_on_counts(changed: dict[str, object], path: Path) -> None:
    await record(path, "Aye.")
    with pytest.raises(NotRecorded):
        await Replay(path).open(ask(ManualClock(), **changed))
    with pytest.raises(NotRecorded, match="has no answer"):
        await Replay(path).open(ask(ManualClock(), origin=Origin("main", "tom", "ayla")))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("exchanges: [", "while parsing"),
        ("- one", "not in the form of a recording"),
        ("prompts: {}\nexchanges: [{npc: mira, prompt: mira}]", "not in the form .*'mira'"),
        ("prompts: {a: []}\nexchanges: [{npc: mira, prompt: a}]", "a mistake at player: Field req"),
        ("prompts: {}\nexchanges: []\x00", "unacceptable|not allowed"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(text: str, says: str, path: Path) -> None:
    path.parent.mkdir()
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=f"(?s){path}: .*{says}.*mend it, or delete it"):
        Replay(path)


def test_a_file_that_is_not_there_says_so(path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        Replay(path)


async def test_a_failing_provider_is_recorded_with_all_its_errors(path: Path) -> None:
    async with FakeProvider(replies=[Fault.status(401)]) as provider:
        environ = {"GROQ_API_KEY": KEY, "GROQ_BASE_URL": provider.base_url}
        first = await talk(recorded(path, environ=environ), list(TALK)[:1])
    again = await talk(Replay(path), list(TALK)[:1])
    assert [same(reply) for _, reply in again] == [same(reply) for _, reply in first]
    assert again[0][1].reason == "failure"


async def test_nothing_is_written_when_nothing_was_answered(path: Path) -> None:
    await Recording(ScriptedBackend(), path).aclose()
    assert text_of(path) == ""
