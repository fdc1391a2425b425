"""What each fault looks like to a plain HTTP client."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from npcengine.testing.fake_provider import Answer, FakeProvider, Fault, Page, Step

PATH = "/openai/v1/chat/completions"
LINE = "Aye, I can mend it."


def body(*, stream: bool = True) -> dict[str, Any]:
    line = {"role": "user", "content": "Can you mend this sword?"}
    return {"model": "openai/gpt-oss-20b", "messages": [line], "stream": stream}


@pytest.fixture
async def provider() -> AsyncIterator[FakeProvider]:
    async with FakeProvider(style="groq", replies=[LINE]) as provider:
        yield provider


async def ask(
    client: httpx.AsyncClient, provider: FakeProvider, step: Step, *, stream: bool = True
) -> httpx.Response:
    provider.plan(step)
    return await client.post(provider.base_url + PATH, json=body(stream=stream))


def data_of(answer: httpx.Response) -> list[str]:
    lines = answer.content.decode().split("\n")
    return [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]


def said(answer: httpx.Response) -> str:
    chunks = [json.loads(data) for data in data_of(answer) if data != "[DONE]"]
    return "".join(
        choice["delta"].get("content") or ""
        for chunk in chunks
        for choice in chunk.get("choices", ())
    )


async def test_any_body_can_be_served(client: httpx.AsyncClient, provider: FakeProvider) -> None:
    page = Page(b"\xef\xbb\xbfdata: [DONE]", content_type="text/event-stream")
    answer = await ask(client, provider, page)
    assert answer.content == page.body


@pytest.mark.parametrize(("after", "chunks"), [(0, 0), (1, 1), (3, 3)])
async def test_a_stall_is_silent_until_the_client_leaves(
    client: httpx.AsyncClient, provider: FakeProvider, after: int, chunks: int
) -> None:
    provider.plan(Fault.stall(after=after))
    async with client.stream("POST", provider.base_url + PATH, json=body()) as answer:
        assert answer.status_code == 200
        seen = b""
        if chunks:
            async for data in answer.aiter_raw():
                seen += data
                if seen.count(b"\n\n") == chunks:
                    break
        assert provider.disconnects == 0
    await provider.wait_disconnected()
    assert provider.disconnects == 1


@pytest.mark.parametrize("step", [Fault.silence(), Answer(LINE, delay=3600), Fault.stall()])
async def test_a_client_that_gives_up_waiting_is_noticed(
    client: httpx.AsyncClient, provider: FakeProvider, step: Step
) -> None:
    asking = asyncio.create_task(ask(client, provider, step, stream=False))
    await provider.wait_requested()
    asking.cancel()
    await provider.wait_disconnected()
    assert asking.cancelled()


@pytest.mark.parametrize("step", [Fault.silence(), Fault.stall(), Answer(LINE, pace=3600)])
async def test_closing_ends_what_would_never_end(client: httpx.AsyncClient, step: Step) -> None:
    async with FakeProvider() as provider:
        asking = asyncio.create_task(ask(client, provider, step))
        await provider.wait_requested()
    with pytest.raises(httpx.HTTPError):
        await asking
    assert provider.disconnects == 0


async def test_whole_answers_are_no_disconnects(
    client: httpx.AsyncClient, provider: FakeProvider
) -> None:
    for step in (Answer(LINE), replace(Answer(LINE), split=7), Fault.truncated()):
        await ask(client, provider, step)
    await client.aclose()
    async with httpx.AsyncClient() as another:  # by its answer, the first one's end was seen
        await another.get(provider.base_url)
    assert provider.disconnects == 0


@pytest.mark.parametrize("after", [None, 0, 3])
@pytest.mark.parametrize("stream", [True, False])
async def test_a_dropped_connection(
    client: httpx.AsyncClient, provider: FakeProvider, after: int | None, stream: bool
) -> None:
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await ask(client, provider, Fault.drop(after=after), stream=stream)
    assert provider.disconnects == 0
    assert said(await ask(client, provider, Answer(LINE))) == LINE


async def test_an_answer_that_is_not_http(
    client: httpx.AsyncClient, provider: FakeProvider
) -> None:
    with pytest.raises(httpx.RemoteProtocolError, match="SSH"):
        await ask(client, provider, Fault.not_http())


async def test_a_truncated_stream_ends_cleanly_without_its_end(
    client: httpx.AsyncClient, provider: FakeProvider
) -> None:
    answer = await ask(client, provider, Fault.truncated(after=3, text=LINE))
    assert said(answer) == "Aye, I"
    assert "[DONE]" not in answer.text
    assert '"finish_reason":"stop"' not in answer.text
    only_done = await ask(client, provider, Fault.truncated(after=-1, text=LINE))
    assert said(only_done) == LINE
    assert "[DONE]" not in only_done.text
    assert '"finish_reason":"stop"' in only_done.text


@pytest.mark.parametrize("step", [Fault.truncated(), Fault.malformed(), Fault.stream_error()])
async def test_documents_break_too(
    client: httpx.AsyncClient, provider: FakeProvider, step: Answer
) -> None:
    answer = await ask(client, provider, step, stream=False)
    assert answer.headers["content-type"] == "application/json"
    with pytest.raises(json.JSONDecodeError):
        answer.json()


async def test_an_error_inside_a_stream(client: httpx.AsyncClient, provider: FakeProvider) -> None:
    named = await ask(client, provider, Fault.stream_error("boom", after=1))
    assert named.status_code == 200
    event, data = named.text.split("\n\n")[1].split("\n")
    assert event == "event: error"
    assert json.loads(data.removeprefix("data: "))["error"]["message"] == "boom"
    plain = await ask(client, provider, Fault.stream_error("boom", shape="data"))
    assert json.loads(data_of(plain)[-1])["error"]["message"] == "boom"
    assert said(plain) == "Aye, the"
    text = await ask(client, provider, Fault.stream_error("boom", shape="text"))
    assert json.loads(data_of(text)[-1]) == {"error": "boom"}
    chunk = await ask(client, provider, Fault.stream_error("boom", shape="x_groq"))
    assert json.loads(data_of(chunk)[-1])["x_groq"]["error"] == "boom"


async def test_a_malformed_event_between_good_ones(
    client: httpx.AsyncClient, provider: FakeProvider
) -> None:
    answer = await ask(client, provider, Fault.malformed(after=2, text=LINE))
    data = data_of(answer)
    with pytest.raises(json.JSONDecodeError):
        json.loads(data.pop(2))
    assert data[-1] == "[DONE]"
    assert [json.loads(each)["object"] for each in data[:-1]] == ["chat.completion.chunk"] * 7


async def test_a_document_in_place_of_a_stream(
    client: httpx.AsyncClient, provider: FakeProvider
) -> None:
    answer = await ask(client, provider, Fault.unstreamed(LINE))
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["choices"][0]["message"]["content"] == LINE


async def test_no_content_and_a_refusal(client: httpx.AsyncClient, provider: FakeProvider) -> None:
    empty = (await ask(client, provider, Fault.empty(), stream=False)).json()["choices"][0]
    assert (empty["message"]["content"], empty["finish_reason"]) == ("", "length")
    refused = await ask(client, provider, Fault.refusal("No."), stream=False)
    message = refused.json()["choices"][0]["message"]
    assert (message["content"], message["refusal"]) == (None, "No.")
    streamed = await ask(client, provider, Fault.refusal("No."))
    assert said(streamed) == ""
    assert '"delta":{"refusal":"No."}' in streamed.text


async def test_usage_can_be_withheld(client: httpx.AsyncClient, provider: FakeProvider) -> None:
    answer = await ask(client, provider, Answer(LINE, usage=False))
    assert "total_tokens" not in answer.text
    assert said(answer) == LINE


@pytest.mark.parametrize("stream", [True, False])
async def test_gzip_that_nobody_asked_for(
    client: httpx.AsyncClient, provider: FakeProvider, stream: bool
) -> None:
    answer = await ask(client, provider, Fault.gzip_unasked(LINE), stream=stream)
    assert answer.request.headers["accept-encoding"] == "identity"
    assert answer.headers["content-encoding"] == "gzip"
    assert "chat.completion" in answer.text


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
async def test_other_line_ends_and_comments(
    client: httpx.AsyncClient, provider: FakeProvider, newline: Any
) -> None:
    plain = await ask(client, provider, Answer(LINE))
    answer = await ask(client, provider, Answer(LINE, newline=newline, ping=True))
    lines = answer.content.decode().split(newline)
    assert "\n" not in "".join(lines)
    assert lines.count(": ping") == len(data_of(plain))
    assert said(httpx.Response(200, content="\n".join(lines).encode())) == LINE


async def test_a_body_in_small_pieces_that_split_characters(
    client: httpx.AsyncClient, provider: FakeProvider
) -> None:
    text = "好剑\u2028真好 😀"
    provider.plan(Answer(text, split=5))
    async with client.stream("POST", provider.base_url + PATH, json=body()) as answer:
        raw = [data async for data in answer.aiter_raw()]
    assert max(map(len, raw)) == 5
    whole = httpx.Response(200, content=b"".join(raw))
    assert said(whole) == text
    assert "\u2028" in whole.text  # as it is, not as an escape


async def test_several_chunks_in_one_write(
    client: httpx.AsyncClient, provider: FakeProvider
) -> None:
    provider.plan(Answer(LINE, batch=3, pace=0.001))
    async with client.stream("POST", provider.base_url + PATH, json=body()) as answer:
        raw = [data async for data in answer.aiter_raw()]
    assert [data.count(b"\n\n") for data in raw] == [1, 3, 3, 1]
