import asyncio
import json
import ssl
from typing import Any

import httpx
import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from npcengine.errors import UsageError
from npcengine.testing.fake_provider import Answer, FakeProvider, Fault, FaultMix, Style
from npcengine.testing.fake_provider.completions import pieces

PATHS: dict[Style, str] = {
    "groq": "/openai/v1/chat/completions",
    "openai": "/chat/completions",
    "local": "/chat/completions",
}


def body(*, stream: bool = False, **more: object) -> dict[str, Any]:
    line = {"role": "user", "content": "Can you mend this sword?"}
    return {"model": "openai/gpt-oss-20b", "messages": [line], "stream": stream} | more


async def ask(
    client: httpx.AsyncClient, provider: FakeProvider, style: Style = "groq", **more: Any
) -> httpx.Response:
    return await client.post(provider.base_url + PATHS[style], json=body(**more))


def chunks(answer: httpx.Response) -> list[dict[str, Any]]:
    """The JSON of every event but `[DONE]`, which must be the last."""
    *events, done, rest = answer.content.decode().split("\n\n")
    assert (done, rest) == ("data: [DONE]", "")
    return [json.loads(event.removeprefix("data: ")) for event in events]


def spoken(events: list[dict[str, Any]], key: str = "content") -> list[str]:
    deltas = [choice["delta"] for event in events for choice in event["choices"]]
    return [delta[key] for delta in deltas if delta.get(key)]


async def test_a_document_of_groq(client: httpx.AsyncClient) -> None:
    async with FakeProvider(style="groq", replies=["Aye, lad."]) as provider:
        answer = await ask(client, provider)
    document = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert document["object"] == "chat.completion"
    assert document["model"] == "openai/gpt-oss-20b"
    assert document["choices"][0]["message"] == {"role": "assistant", "content": "Aye, lad."}
    assert document["choices"][0]["finish_reason"] == "stop"
    usage = document["usage"]
    assert usage["prompt_tokens"] == len(answer.request.content) // 4
    assert usage["completion_tokens"] == 2
    assert usage["total_tokens"] == usage["prompt_tokens"] + 2
    assert {"queue_time", "prompt_time", "completion_time", "total_time"} <= usage.keys()
    assert document["x_groq"]["id"] == answer.headers["x-request-id"]


async def test_a_stream_of_groq_has_its_usage_twice(client: httpx.AsyncClient) -> None:
    async with FakeProvider(style="groq", replies=["Aye, I can."]) as provider:
        answer = await ask(client, provider, stream=True, stream_options={"include_usage": True})
    assert answer.headers["content-type"].startswith("text/event-stream")
    first, *said, last, usage = chunks(answer)
    assert first["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert first["x_groq"] == {"id": answer.headers["x-request-id"]}
    assert spoken(said) == ["Aye,", " I", " can."]
    assert last["choices"][0] == {"index": 0, "delta": {}, "finish_reason": "stop"}
    assert usage["choices"] == []
    assert usage["usage"] == last["x_groq"]["usage"]
    assert usage["usage"]["completion_tokens"] == 3


async def test_a_stream_of_openai_has_its_usage_at_the_end_only(client: httpx.AsyncClient) -> None:
    async with FakeProvider(style="openai") as provider:
        asked = {"include_usage": True, "include_obfuscation": False}
        answer = await ask(client, provider, "openai", stream=True, stream_options=asked)
        padded = await ask(client, provider, "openai", stream=True)
    *others, usage = chunks(answer)
    assert [event["usage"] for event in others] == [None] * len(others)
    assert usage["choices"] == []
    assert usage["usage"]["completion_tokens"] == 1
    assert not any("x_groq" in event or "obfuscation" in event for event in others)
    assert all("obfuscation" in event for event in chunks(padded))
    assert all("usage" not in event for event in chunks(padded))


async def test_a_stream_of_a_local_server(client: httpx.AsyncClient) -> None:
    async with FakeProvider(style="local") as provider:
        provider.plan(Answer("Aye.", reasoning="A greeting."))
        answer = await ask(client, provider, "local", stream=True)
    events = chunks(answer)
    assert events[0]["choices"][0]["delta"] == {"role": "assistant", "content": None}
    assert spoken(events, "reasoning_content") == ["A", " greeting."]
    assert events[-1]["timings"]["predicted_n"] == 3
    assert "x-request-id" not in answer.headers


async def test_reasoning_comes_first_and_can_be_hidden_but_is_always_counted(
    client: httpx.AsyncClient,
) -> None:
    async with FakeProvider(replies=[Answer("Aye.", reasoning="He greets me.")]) as provider:
        shown = chunks(await ask(client, provider, stream=True))
        hidden = chunks(await ask(client, provider, stream=True, include_reasoning=False))
        document = (await ask(client, provider)).json()
    assert "".join(spoken(shown, "reasoning")) == "He greets me."
    assert spoken(hidden, "reasoning") == []
    assert spoken(hidden) == ["Aye."]
    assert document["choices"][0]["message"]["reasoning"] == "He greets me."
    for usage in (shown[-1]["x_groq"]["usage"], hidden[-1]["x_groq"]["usage"], document["usage"]):
        assert usage["completion_tokens"] == 4
        assert usage["completion_tokens_details"] == {"reasoning_tokens": 3}


@given(st.text())
def test_pieces_joined_are_the_text(text: str) -> None:
    assert "".join(pieces(text)) == text


def test_pieces_are_words_or_characters_of_scripts_without_spaces() -> None:
    assert pieces("Aye, my  friend. 好剑！ ") == [
        "Aye,",
        " my",
        "  friend.",
        " 好",
        "剑",
        "！",
        " ",
    ]


async def test_replies_take_turns_and_the_plan_goes_first(client: httpx.AsyncClient) -> None:
    async with FakeProvider(replies=["one", "two"]) as provider:
        provider.plan("planned", Fault.status(503))
        answers = [await ask(client, provider) for _ in range(5)]
    said = [each.json()["choices"][0]["message"]["content"] for each in answers if each.is_success]
    assert answers[1].status_code == 503
    assert said == ["planned", "one", "two", "one"]


async def test_one_reply_may_stand_alone_but_none_is_a_mistake(client: httpx.AsyncClient) -> None:
    async with FakeProvider(replies="Aye, lad.") as provider:
        answer = await ask(client, provider)
    assert answer.json()["choices"][0]["message"]["content"] == "Aye, lad."
    with pytest.raises(UsageError, match="at least one reply"):
        FakeProvider(replies=[])


async def test_a_function_may_reply(client: httpx.AsyncClient) -> None:
    def echo(asked: dict[str, Any]) -> str:
        return f"You said: {asked['messages'][-1]['content']}"

    async with FakeProvider(replies=echo) as provider:
        answer = await ask(client, provider)
    assert answer.json()["choices"][0]["message"]["content"] == "You said: Can you mend this sword?"


async def test_requests_are_kept_as_they_came(client: httpx.AsyncClient) -> None:
    async with FakeProvider() as provider:
        await ask(client, provider, stream=True)
        await client.post(provider.base_url + "/elsewhere", content=b"not json")
        first, second = provider.requests
    assert first.path == "/openai/v1/chat/completions"
    assert first.headers["authorization"] == "Bearer test-key"
    assert first.body == body(stream=True)
    assert json.loads(first.raw) == first.body
    assert (second.path, second.body, second.raw) == ("/elsewhere", None, b"not json")
    assert second.port == first.port  # the stream was read to its end: one connection served both
    assert "test-key" not in repr(first)


async def test_ids_depend_on_the_seed_alone(client: httpx.AsyncClient) -> None:
    async def ids(seed: int) -> list[str]:
        async with FakeProvider(seed=seed) as provider:
            return [(await ask(client, provider)).headers["x-request-id"] for _ in range(3)]

    assert await ids(7) == await ids(7) != await ids(8)
    assert len(set(await ids(7))) == 3


async def test_a_mix_of_faults_depends_on_the_seed_alone(client: httpx.AsyncClient) -> None:
    async def statuses() -> list[int]:
        mix = FaultMix(share_of_503=0.3)
        async with FakeProvider(seed=7, mix=mix) as provider:
            return [(await ask(client, provider)).status_code for _ in range(40)]

    first = await statuses()
    assert first == await statuses()
    assert set(first) == {200, 503}


async def test_a_mix_may_cut_every_connection(client: httpx.AsyncClient) -> None:
    async with FakeProvider(mix=FaultMix(share_of_drops=1.0)) as provider:
        with pytest.raises(httpx.RemoteProtocolError):
            await ask(client, provider, stream=True)


async def test_rate_limit_headers(client: httpx.AsyncClient) -> None:
    async with FakeProvider(style="groq") as provider:
        provider.plan("Aye.", Fault.status(429, retry_after=2))
        answer, limited = await ask(client, provider), await ask(client, provider)
    size = len(answer.request.content) // 4
    assert answer.headers["x-ratelimit-limit-requests"] == "500000"
    assert answer.headers["x-ratelimit-remaining-requests"] == "499999"
    assert answer.headers["x-ratelimit-remaining-tokens"] == str(150_000_000 - size)
    assert answer.headers["x-ratelimit-reset-requests"] == "172.8ms"
    assert answer.headers["x-ratelimit-reset-tokens"].endswith("ms")
    assert "retry-after" not in answer.headers
    assert limited.headers["x-ratelimit-remaining-tokens"] == "0"
    assert limited.headers["x-ratelimit-reset-tokens"] == "1m0s"
    assert limited.headers["retry-after"] == "2"


@pytest.mark.parametrize("style", ["groq", "openai", "local"])
async def test_models_are_listed(client: httpx.AsyncClient, style: Style) -> None:
    async with FakeProvider(style=style) as provider:
        url = provider.base_url + PATHS[style].replace("chat/completions", "models")
        listed = (await client.get(url)).json()
        nobody = await client.get(url, headers={"authorization": ""})
        assert provider.requests == ()
    assert listed["object"] == "list"
    assert all(each["object"] == "model" for each in listed["data"])
    assert all(("shutdown_date" in each) == (style == "openai") for each in listed["data"])
    assert nobody.status_code == (200 if style == "local" else 401)


async def test_a_client_that_asks_for_gzip_gets_it() -> None:
    headers = {"authorization": "Bearer test-key", "accept-encoding": "deflate, gzip"}
    async with FakeProvider() as provider, httpx.AsyncClient(headers=headers) as client:
        whole = await ask(client, provider)
        streamed = await ask(client, provider, stream=True)
    assert whole.headers["content-encoding"] == streamed.headers["content-encoding"] == "gzip"
    assert whole.json()["choices"][0]["message"]["content"] == "Aye."
    assert spoken(chunks(streamed)) == ["Aye."]


async def test_a_compressed_stream_does_not_hold_back_its_chunks() -> None:
    headers = {"authorization": "Bearer test-key", "accept-encoding": "gzip"}
    async with FakeProvider() as provider, httpx.AsyncClient(headers=headers) as client:
        provider.plan(Fault.stall(after=3, text="Aye, friend."))
        url = provider.base_url + PATHS["groq"]
        async with client.stream("POST", url, json=body(stream=True)) as answer:
            seen = b""
            async for data in answer.aiter_bytes():
                seen += data
                if b"friend" in seen:
                    break
    assert seen.count(b"data:") == 3


async def test_tls(client: httpx.AsyncClient) -> None:
    authority = trustme.CA()
    served, trusted = (
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH),
        ssl.create_default_context(),
    )
    authority.issue_cert("127.0.0.1").configure_cert(served)
    authority.configure_trust(trusted)
    headers = {"authorization": "Bearer test-key"}
    async with (
        FakeProvider(ssl_context=served) as provider,
        httpx.AsyncClient(headers=headers, verify=trusted) as trusting,
    ):
        assert provider.base_url.startswith("https://127.0.0.1:")
        assert spoken(chunks(await ask(trusting, provider, stream=True))) == ["Aye."]
        with pytest.raises(httpx.ConnectError, match="certificate"):
            await ask(client, provider)


async def test_it_may_stop_and_come_back_at_the_same_address(client: httpx.AsyncClient) -> None:
    provider = FakeProvider()
    with pytest.raises(UsageError, match="async with"):
        _ = provider.base_url
    async with provider:
        address = provider.base_url
        assert (await ask(client, provider)).is_success
    with pytest.raises(httpx.ConnectError):
        await ask(client, provider)
    async with provider:
        assert provider.base_url == address
        assert (await ask(client, provider)).is_success


async def test_many_clients_at_once_are_told_apart(client: httpx.AsyncClient) -> None:
    def echo(asked: dict[str, Any]) -> str:
        return str(asked["seed"])

    async with FakeProvider(replies=echo) as provider:
        answers = await asyncio.gather(
            *(ask(client, provider, stream=True, seed=number) for number in range(30))
        )
        assert len(provider.requests) == 30
    assert ["".join(spoken(chunks(each))) for each in answers] == [str(n) for n in range(30)]
