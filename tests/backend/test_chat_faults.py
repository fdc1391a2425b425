"""Answers that go wrong, over a real connection: before the first content and after it."""

import asyncio
from typing import Any

import pytest

from npcengine.backend.http import HttpClient
from npcengine.backend.reading import MAX_BODY, MAX_MALFORMED, MAX_TEXT
from npcengine.backend.sse import MAX_EVENT
from npcengine.errors import (
    BackendError,
    BadAnswer,
    DeadlineExceeded,
    EmptyAnswer,
    ProviderFailed,
    QuotaExhausted,
    RateLimited,
    StreamBroken,
    Unreachable,
)
from npcengine.testing.fake_provider import Answer, FakeProvider, Fault, Page, Raw, Step
from npcengine.testing.manual_clock import ManualClock
from tests.backend.asking import ask, backend_of, delta, events, read, run_out

SHAPES: Any = ["event", "data", "text", "x_groq"]


async def opened(
    client: HttpClient, clock: ManualClock, step: Step, **changes: Any
) -> BackendError:
    """The error that opening ends with, when the provider answers with `step`."""
    async with FakeProvider() as provider:
        provider.plan(step, step)
        with pytest.raises(BackendError) as caught:
            await backend_of(provider, client, clock).open(ask(clock, **changes))
    assert (caught.value.provider, caught.value.model) == ("groq", "openai/gpt-oss-20b")
    return caught.value


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("after", [0, 1])
async def test_an_error_before_the_first_content_is_a_failure_like_any_other(
    shape: Any, after: int, client: HttpClient, clock: ManualClock
) -> None:
    error = await opened(client, clock, Fault.stream_error("boom", shape=shape, after=after))
    assert isinstance(error, StreamBroken)
    assert error.message == "boom"
    assert error.remedy == "again"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("split", [1, 40])
async def test_an_error_after_the_first_content_breaks_the_stream(
    shape: Any, split: int, client: HttpClient, clock: ManualClock
) -> None:
    fault = Fault.stream_error("boom", shape=shape, after=3)
    async with FakeProvider() as provider:
        provider.plan(Answer(fault.text, after=3, frame=fault.frame, ending="end", split=split))
        backend = backend_of(provider, client, clock)
        stream = await backend.open(ask(clock))
        said = await read(stream)
    assert (said.text, said.finish) == ("Aye, the", "broken")
    assert str(said.error) in (
        "groq openai/gpt-oss-20b: boom [request req_stopped]",
        f"groq openai/gpt-oss-20b: boom [request {said.request_id}]",
    )


async def test_an_error_with_a_code_says_who_must_act(
    client: HttpClient, clock: ManualClock
) -> None:
    frame = {"error": {"message": "No credit.", "code": "insufficient_quota"}}
    assert isinstance(await opened(client, clock, events(frame)), QuotaExhausted)


@pytest.mark.parametrize("after", [3, 4])
async def test_a_stream_without_its_end_is_never_silently_short(
    after: int, client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider() as provider:
        provider.plan(Fault.truncated(after=after))
        said = await read(await backend_of(provider, client, clock).open(ask(clock)))
    assert "Aye, the forge".startswith(said.text)
    assert said.finish == "broken"
    assert isinstance(said.error, StreamBroken)
    assert said.usage.estimated


@pytest.mark.parametrize("step", [Fault.truncated(after=0), Fault.truncated(after=1)])
async def test_a_stream_that_ends_before_its_first_content_is_a_failure(
    step: Step, client: HttpClient, clock: ManualClock
) -> None:
    assert isinstance(await opened(client, clock, step), StreamBroken)


@pytest.mark.parametrize("split", [0, 1])
async def test_a_connection_that_is_cut_after_the_first_content(
    split: int, client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider() as provider:
        provider.plan(Answer("Aye, the forge is hot.", after=3, ending="drop", split=split))
        said = await read(await backend_of(provider, client, clock).open(ask(clock)))
    assert "Aye, the".startswith(said.text)
    assert said.finish == "broken"
    assert isinstance(said.error, StreamBroken)
    assert said.error.provider == "groq"


@pytest.mark.parametrize("after", [None, 0, 1])
async def test_a_connection_that_is_cut_before_the_first_content(
    after: int | None, client: HttpClient, clock: ManualClock
) -> None:
    error = await opened(client, clock, Fault.drop(after=after))
    assert isinstance(error, Unreachable if after is None else StreamBroken)
    assert error.remedy == "again"


@pytest.mark.parametrize("step", [Fault.stall(), Fault.stall(after=1), Fault.silence()])
async def test_a_silent_provider_is_given_up_at_the_deadline(
    step: Step, client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider() as provider:
        provider.plan(step)
        opening = asyncio.create_task(backend_of(provider, client, clock).open(ask(clock)))
        await provider.wait_requested()
        await clock.advance(3.9)
        assert not opening.done()
        await run_out(clock, opening)
        assert isinstance(opening.exception(), DeadlineExceeded)
        assert "groq openai/gpt-oss-20b: no content came in time" in str(opening.exception())
        await provider.wait_disconnected()


async def test_a_stream_that_falls_silent_ends_at_the_deadline(
    client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider() as provider:
        provider.plan(Fault.stall(after=3))
        stream = await backend_of(provider, client, clock).open(ask(clock))
        reading = asyncio.create_task(read(stream))
        await run_out(clock, reading)
        await provider.wait_disconnected()
    said = reading.result()
    assert "Aye, the".startswith(said.text)
    assert (said.finish, said.error) == ("deadline", None)


async def test_events_that_are_not_json_are_borne_only_so_often(
    client: HttpClient, clock: ManualClock
) -> None:
    broken = ['{"choi', "[1]", '"text"', "\x00", "NaN " * 3][:MAX_MALFORMED]
    page = events(*broken, delta("Aye."), delta("", "stop"))
    async with FakeProvider() as provider:
        provider.plan(page)
        said = await read(await backend_of(provider, client, clock).open(ask(clock)))
    assert said.text == "Aye."
    error = await opened(client, clock, events(*broken, "x", delta("Aye.")))
    assert isinstance(error, BadAnswer)
    assert "not JSON" in error.message


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (Fault.html(), "a web page came back (Just a moment...); check the base URL"),
        (Page(b"Hello.", content_type="text/plain"), "Hello."),
        (Page(b"", content_type="text/plain"), "no reason given"),
        (Page(b"[" * 100_000, content_type="application/json"), "not JSON"),
        (Page(b'{"a":' * 100_000, content_type="application/json"), "not JSON"),
        (Page(b"\xff{}", content_type="application/json"), "not JSON"),
        (Page(b"[]", content_type="application/json"), "not a chat completion"),
        (Page(b'{"status":"ok"}', content_type="application/json"), "not a chat completion"),
        (Page(b" " * (MAX_BODY + 10), content_type="application/json"), "not JSON"),
        (Page(b"data: " + b"x" * MAX_EVENT, content_type="text/event-stream"), "262144 bytes"),
        (
            Page(b"data: " + b"x" * 10 + b"\ndata: " + b"x" * (MAX_EVENT - 10),
                 content_type="text/event-stream"),
            "262144 bytes",
        ),
    ],
)  # fmt: skip
async def test_what_is_no_chat_completion_is_a_bad_answer(
    page: Page, words: str, client: HttpClient, clock: ManualClock
) -> None:
    error = await opened(client, clock, page)
    assert isinstance(error, BadAnswer)
    assert words in error.message
    assert error.remedy not in ("again", "wait")


async def test_an_answer_that_runs_wild_is_given_up(client: HttpClient, clock: ManualClock) -> None:
    wild = "x" * (MAX_TEXT // 2)
    async with FakeProvider() as provider:
        provider.plan(events(*[delta(wild)] * 9, done=False))
        stream = await backend_of(provider, client, clock).open(ask(clock))
        heard = "".join([text async for text in stream])
    assert len(heard) <= MAX_TEXT
    assert stream.completion.finish == "broken"
    assert isinstance(stream.completion.error, BadAnswer)


@pytest.mark.parametrize("body", [Fault.truncated(), Fault.malformed(), Fault.drop(after=1)])
async def test_a_document_that_breaks(
    body: Answer | Raw, client: HttpClient, clock: ManualClock
) -> None:
    error = await opened(client, clock, body, stream=False)
    assert isinstance(error, BadAnswer | StreamBroken)


async def test_an_error_in_a_document_with_200(client: HttpClient, clock: ManualClock) -> None:
    page = Page(b'{"error":{"message":"boom","code":500}}', content_type="application/json")
    error = await opened(client, clock, page, stream=False)
    assert isinstance(error, StreamBroken)
    assert error.message == "boom"


@pytest.mark.parametrize("stream", [True, False])
async def test_a_refusal_is_no_answer(stream: bool, client: HttpClient, clock: ManualClock) -> None:
    error = await opened(client, clock, Fault.refusal(), stream=stream)
    assert isinstance(error, EmptyAnswer)
    assert error.finish == "filtered"


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (Fault.status(503), ProviderFailed),
        (Fault.status(502), ProviderFailed),
        (Fault.status(429, retry_after=7), RateLimited),
        (Fault.status(429, code="insufficient_quota"), QuotaExhausted),
    ],
)
async def test_statuses_over_the_wire(
    step: Step, kind: type[BackendError], client: HttpClient, clock: ManualClock
) -> None:
    error = await opened(client, clock, step)
    assert type(error) is kind
    assert error.request_id is not None
    assert error.retry_after == (7.0 if kind is RateLimited else None)
