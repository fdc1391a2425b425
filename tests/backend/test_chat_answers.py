"""Answers that come as they should, over a real connection."""

import asyncio
from typing import Any

import pytest

from npcengine.backend.http import HttpClient
from npcengine.errors import DeadlineExceeded, EmptyAnswer
from npcengine.messages import Sampling, Usage
from npcengine.prompt.budget import estimate_tokens
from npcengine.testing.fake_provider import Answer, FakeProvider, Fault, Step
from npcengine.testing.manual_clock import ManualClock
from tests.backend.asking import (
    LINE,
    MODELS,
    RULES,
    ask,
    backend_of,
    delta,
    events,
    read,
    run_out,
    sent,
)

SAID = "Aye, I can mend it. Leave it by the anvil."
STYLES: Any = [("groq", "groq"), ("openai", "openai"), ("local", "llamacpp")]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(("style", "name"), STYLES)
async def test_a_whole_answer(
    style: Any, name: str, stream: bool, client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider(style=style, replies=SAID) as provider:
        backend = backend_of(provider, client, clock, name)
        said = await read(await backend.open(ask(clock, stream=stream)))
    assert (said.text, said.finish, said.error) == (SAID, "stop", None)
    assert (said.provider, said.model) == (name, MODELS[name])
    assert said.usage == Usage(len(provider.requests[0].raw) // 4, 10)
    price = backend.profile.price
    assert price is not None
    assert said.cost == price.of(said.usage)
    assert (said.request_id is None) == (style == "local")
    assert not said.cached


async def test_a_stream_is_read_piece_by_piece(client: HttpClient, clock: ManualClock) -> None:
    async with FakeProvider() as provider:
        provider.plan(Answer("Aye, I can.", split=150))
        stream = await backend_of(provider, client, clock).open(ask(clock))
        pieces = [text async for text in stream]
    assert pieces == ["Aye,", " I", " can."]


async def test_open_returns_with_the_first_content_and_not_before(
    client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider() as provider:
        provider.plan(Fault.stall(after=1), Fault.stall(after=2))
        backend = backend_of(provider, client, clock)
        opening = asyncio.create_task(backend.open(ask(clock)))
        await provider.wait_requested()
        await run_out(clock, opening)
        assert isinstance(opening.exception(), DeadlineExceeded)
        async with await backend.open(ask(clock)) as stream:
            assert await anext(stream) == "Aye,"


NOT_YET = [
    delta(role="assistant", content=""),
    delta(role="assistant", content=None),
    delta(reasoning="He wants"),
    delta(reasoning_content="a sword."),
    delta(tool_calls=[{"index": 0, "id": "call_1", "function": {"name": "give"}}]),
    {"choices": []},
    {"choices": [], "usage": {"prompt_tokens": 3}},
    {"choices": [{"index": 1, "delta": {"content": "another"}}]},
    {"choices": [{"index": 0, "delta": None}]},
    {"object": "something else"},
]


async def test_what_is_not_content_is_neither_first_nor_said(
    client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider() as provider:
        provider.plan(events(*NOT_YET, delta("Aye."), delta("", "stop")))
        provider.plan(events(*NOT_YET, delta("", "stop")))
        backend = backend_of(provider, client, clock)
        said = await read(await backend.open(ask(clock)))
        with pytest.raises(EmptyAnswer):
            await backend.open(ask(clock))
    assert (said.text, said.finish) == ("Aye.", "stop")


@pytest.mark.parametrize("name", ["groq", "llamacpp"])
async def test_reasoning_before_the_words_is_counted_but_not_said(
    name: str, client: HttpClient, clock: ManualClock
) -> None:
    style: Any = "local" if name == "llamacpp" else name
    # Groq is asked to keep it to itself; this model shows it all the same.
    thinks = Answer("Aye.", reasoning="The player greets me.")
    async with FakeProvider(style=style, replies=[thinks]) as provider:
        backend = backend_of(provider, client, clock, name, model="qwen/qwen3.8-27b")
        said = await read(await backend.open(ask(clock)))
        whole = await read(await backend.open(ask(clock, stream=False)))
    assert said.text == whole.text == "Aye."
    assert said.usage.completion == whole.usage.completion == 5
    assert said.usage.reasoning == (4 if name == "groq" else 0)


@pytest.mark.parametrize(
    "step",
    [
        Answer(SAID, split=1),
        Answer(SAID, split=7, newline="\r\n"),
        Answer(SAID, split=1, newline="\r\n", ping=True),
        Answer(SAID, newline="\r"),
        Answer(SAID, ping=True),
        Answer(SAID, batch=50),
        Answer(SAID, gzip=True),
        Answer(SAID, gzip=True, split=3),
        Fault.malformed(text=SAID),
        Fault.malformed(after=0, text=SAID),
        Fault.unstreamed(SAID),
        Fault.truncated(after=-1, text=SAID),
    ],
    ids=[
        "bytes one by one",
        "CRLF in small pieces",
        "CRLF and comments one by one",
        "CR",
        "comments",
        "one write",
        "gzip that nobody asked for",
        "gzip in small pieces",
        "broken JSON in between",
        "broken JSON first",
        "a document in place of a stream",
        "no [DONE]",
    ],
)
async def test_however_it_comes_it_says_the_same(
    step: Step, client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider() as provider:
        provider.plan(step)
        said = await read(await backend_of(provider, client, clock).open(ask(clock)))
    assert (said.text, said.finish) == (SAID, "stop")
    assert not said.usage.estimated


@pytest.mark.parametrize("split", [0, 1, 5])
async def test_characters_may_be_cut_and_odd_line_ends_are_text(
    split: int, client: HttpClient, clock: ManualClock
) -> None:
    text = "好剑\u2028真好 😀\u0085\u2029é"
    async with FakeProvider() as provider:
        provider.plan(Answer(text, split=split))
        said = await read(await backend_of(provider, client, clock).open(ask(clock)))
    assert said.text == text


async def test_usage_that_does_not_come_is_estimated(
    client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider(replies=[Answer(SAID, usage=False)]) as provider:
        backend = backend_of(provider, client, clock)
        streamed = await read(await backend.open(ask(clock)))
        whole = await read(await backend.open(ask(clock, stream=False)))
    prompt = sum(estimate_tokens(each.content) for each in (*RULES.messages, LINE))
    assert streamed.usage == whole.usage == Usage(prompt, estimate_tokens(SAID), estimated=True)


@pytest.mark.parametrize(
    "chunk",
    [
        delta("", "stop") | {"x_groq": {"id": "req_7", "usage": {"prompt_tokens": 9}}},
        {"choices": [], "usage": {"prompt_tokens": 9}, "x_groq": {"id": "req_7"}},
    ],
)
async def test_usage_counts_wherever_it_stands(
    chunk: dict[str, Any], client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider() as provider:
        provider.plan(events(delta("Aye."), chunk))
        said = await read(await backend_of(provider, client, clock).open(ask(clock)))
    assert (said.usage.prompt, said.usage.estimated) == (9, False)
    assert said.request_id == "req_7"


async def test_a_request_id_of_a_stranger_is_made_harmless(
    client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider() as provider:
        provider.plan(events(delta("Aye.", "stop") | {"x_groq": {"id": "r\x1b[2J\n" * 90}}))
        said = await read(await backend_of(provider, client, clock).open(ask(clock)))
    assert said.request_id is not None
    assert said.request_id.isprintable()
    assert len(said.request_id) <= 80


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("reason", "finish"), [("length", "length"), ("content_filter", "filtered")]
)
async def test_an_answer_tells_how_it_ended(
    reason: str, finish: str, stream: bool, client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider() as provider:
        provider.plan(Answer(SAID, finish=reason))
        request = ask(clock, stream=stream)
        said = await read(await backend_of(provider, client, clock).open(request))
    assert (said.text, said.finish) == (SAID, finish)


async def test_times_are_those_of_the_clock(client: HttpClient, clock: ManualClock) -> None:
    async with FakeProvider() as provider:
        provider.plan(Fault.stall(after=2))
        backend = backend_of(provider, client, clock)
        stream = await backend.open(ask(clock))
        await clock.advance(0.5)
        await stream.aclose()
    assert (stream.completion.first_content, stream.completion.elapsed) == (0.0, 0.5)


async def test_a_stop_is_sent_where_the_model_takes_it(
    client: HttpClient, clock: ManualClock
) -> None:
    request = ask(clock, sampling=Sampling(stop=("\n",)))
    async with FakeProvider(replies="Aye.\nBut") as provider:
        said = await read(await backend_of(provider, client, clock).open(request))
        assert sent(provider)["stop"] == ["\n"]
    assert said.text == "Aye.\nBut"  # the provider's own affair, and this one does not care


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("split", [0, 1])
async def test_a_stop_is_cut_on_our_side_where_the_model_refuses_it(
    split: int, stream: bool, client: HttpClient, clock: ManualClock
) -> None:
    request = ask(clock, stream=stream, sampling=Sampling(stop=("\nPlayer:", "\n\n")))
    async with FakeProvider(style="openai", refuse=["stop"]) as provider:
        provider.plan(Answer("Aye.\nWell.\nPlayer: And then?", split=split))
        backend = backend_of(provider, client, clock, "openai")
        said = await read(await backend.open(request))
        assert "stop" not in sent(provider)
    assert (said.text, said.finish) == ("Aye.\nWell.", "stop")


async def test_many_at_once_are_not_mixed_up(client: HttpClient, clock: ManualClock) -> None:
    async with FakeProvider(replies=lambda body: str(body["temperature"])) as provider:
        backend = backend_of(provider, client, clock)

        async def one(number: int) -> str:
            request = ask(clock, sampling=Sampling(temperature=float(number + 1)))
            return (await read(await backend.open(request))).text

        said = await asyncio.gather(*(one(number) for number in range(30)))
    assert said == [str(float(number + 1)) for number in range(30)]
