"""Texts to vectors: in batches, in their order, paid for once."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from npcengine.backend import embeddings as limits
from npcengine.backend.chain import Connections, Route
from npcengine.backend.chat import Endpoint
from npcengine.backend.embeddings import Embeddings
from npcengine.backend.http import HttpClient
from npcengine.errors import (
    BackendError,
    BadAnswer,
    DeadlineExceeded,
    InvalidSetting,
    KeyRejected,
    LimitReached,
    RateLimited,
    UsageError,
)
from npcengine.settings import Settings
from npcengine.testing.fake_provider import FakeProvider, Fault, Page
from npcengine.testing.fake_provider.embeddings import vector
from npcengine.testing.manual_clock import ManualClock
from tests.backend.asking import KEY, SECONDS, run_out, sent

SMALL = "text-embedding-3-small"


def small(provider: FakeProvider, client: HttpClient, clock: ManualClock) -> Embeddings:
    endpoint = Endpoint(f"{provider.base_url}/embeddings", SecretStr(KEY))
    return Embeddings("openai", SMALL, endpoint, client, clock)


def page(document: Mapping[str, Any]) -> Page:
    return Page(json.dumps(document).encode(), content_type="application/json")


async def test_each_text_gets_its_vector_and_the_price_is_told(
    client: HttpClient, clock: ManualClock
) -> None:
    texts = ["The old mill burned down.", "Who burned it?", "磨坊"]
    async with FakeProvider(style="openai") as provider:
        made = await small(provider, client, clock).embed(texts, clock.now() + SECONDS)
    assert [list(each) for each in made.vectors] == [vector(text) for text in texts]
    assert made.tokens == 7 + 4 + 1
    assert made.cost == pytest.approx(12 * 0.02 / 1_000_000)
    assert sent(provider) == {"model": SMALL, "input": texts, "encoding_format": "base64"}


async def test_many_texts_are_sent_in_batches_and_stay_in_their_order(
    client: HttpClient, clock: ManualClock
) -> None:
    texts = [f"Fact {n}." for n in range(2 * limits.MAX_TEXTS + 1)]
    long = "Once upon a time. " * 9_000
    async with FakeProvider(style="openai") as provider:
        ada = small(provider, client, clock)
        made = await ada.embed(texts, clock.now() + SECONDS)
        await ada.embed([long] * 7, clock.now() + SECONDS)
        await ada.embed([], clock.now() + SECONDS)
    sizes = [len(sent(provider, number)["input"]) for number in range(len(provider.requests))]
    assert sizes == [limits.MAX_TEXTS, limits.MAX_TEXTS, 1, 3, 3, 1]
    assert [list(each) for each in made.vectors] == [vector(text) for text in texts]
    assert made.tokens == sum(len(text) // 4 + 1 for text in texts)


async def test_the_order_is_that_of_the_texts_whatever_order_the_answer_has(
    client: HttpClient, clock: ManualClock
) -> None:
    data = [{"index": 1, "embedding": [0.5]}, {"index": 0, "embedding": [0.25]}]
    async with FakeProvider(style="openai") as provider:
        provider.plan(page({"data": data, "usage": {"prompt_tokens": 2}}))
        made = await small(provider, client, clock).embed(["a", "b"], clock.now() + SECONDS)
    assert [list(each) for each in made.vectors] == [[0.25], [0.5]]


async def test_an_empty_text_is_found_before_anything_is_asked(
    client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider(style="openai") as provider:
        with pytest.raises(UsageError, match="text 1 is empty"):
            await small(provider, client, clock).embed(["a", ""], clock.now() + SECONDS)
        assert provider.requests == ()


@pytest.mark.parametrize(
    "answer",
    [
        {"data": [{"index": 0, "embedding": [0.5]}], "usage": {"prompt_tokens": 1}},
        {"data": [{"index": 0}, {"index": 1}], "usage": {"prompt_tokens": 1}},
        {"data": [{"index": n, "embedding": "no base64!"} for n in range(2)], "usage": {}},
        {"data": [{"index": n, "embedding": "AAA="} for n in range(2)], "usage": {}},
        {"data": [{"index": n, "embedding": [0.5]} for n in range(2)]},
        {"object": "list"},
    ],
)
async def test_what_is_not_a_vector_for_each_text_is_refused(
    answer: dict[str, Any], client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider(style="openai") as provider:
        provider.plan(page(answer))
        with pytest.raises(BadAnswer, match="a vector for each of 2 texts; check the base URL"):
            await small(provider, client, clock).embed(["a", "b"], clock.now() + SECONDS)


async def test_failures_are_those_of_chats(client: HttpClient, clock: ManualClock) -> None:
    async with FakeProvider(style="openai") as provider:
        ada = small(provider, client, clock)
        provider.plan(Fault.status(401))
        with pytest.raises(KeyRejected, match=f"openai {SMALL}: HTTP 401"):
            await ada.embed(["a"], clock.now() + SECONDS)
        provider.plan(Fault.status(429, retry_after=2))
        asking = asyncio.ensure_future(ada.embed(["a"], clock.now() + SECONDS))
        while not asking.done():
            await clock.advance(0.5)
        assert [list(each) for each in (await asking).vectors] == [vector("a")]
        provider.plan(Fault.status(429, retry_after=2))
        with pytest.raises(RateLimited):
            await ada.embed(["a"], clock.now() + 1)
    assert len(provider.requests) == 4


async def test_the_deadline_is_one_for_all_batches(client: HttpClient, clock: ManualClock) -> None:
    async with FakeProvider(style="openai") as provider:
        ada = small(provider, client, clock)
        await ada.embed(["a"], clock.now() + SECONDS)
        provider.plan(Fault.silence())
        asking = asyncio.ensure_future(ada.embed(["a"], clock.now() + SECONDS))
        await provider.wait_requested(2)
        await run_out(clock, asking)
        with pytest.raises(DeadlineExceeded, match="no vectors came in time"):
            await asking


async def test_they_are_reached_by_their_route(clock: ManualClock) -> None:
    async with FakeProvider(style="openai") as provider:
        environ = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": provider.base_url}
        settings = Settings.from_env(environ)
        connections = Connections(settings, clock)
        route = Route.parse(f"openai:{SMALL}", settings)
        made = await connections.embeddings(route).embed(["a"], clock.now() + SECONDS)
        luna = Route.parse("openai:gpt-4o-mini", settings)
        listed = await connections.model(luna, clock.now() + SECONDS)
        await connections.aclose()
    assert [list(each) for each in made.vectors] == [vector("a")]
    assert listed.ends is not None
    assert provider.requests[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("name", ["groq", "ollama"])
def test_a_provider_without_embeddings_is_told_at_once(name: str, clock: ManualClock) -> None:
    settings = Settings.from_env({})
    route = Route.parse(f"{name}:nomic-embed-text-v1_5", settings)
    with pytest.raises(InvalidSetting, match=f"{name} has no embeddings: use openai:"):
        Connections(settings, clock).embeddings(route)


async def test_groq_s_own_answer_is_told_by_the_fake_too(
    client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider(style="groq") as provider:
        endpoint = Endpoint(f"{provider.base_url}/openai/v1/embeddings", SecretStr(KEY))
        unknown = Embeddings("openai", "any", endpoint, client, clock)
        with pytest.raises(BackendError, match="Unknown request URL"):
            await unknown.embed(["a"], clock.now() + SECONDS)


async def test_they_keep_to_their_limits_and_their_costs_are_counted(
    tmp_path: Path, clock: ManualClock
) -> None:
    path = tmp_path / "npcengine.yaml"
    path.write_text("providers: {openai: {limits: {requests_per_minute: 1}}}\n", "utf-8")
    async with FakeProvider(style="openai") as provider:
        environ = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": provider.base_url}
        settings = Settings.from_env(environ, path)
        connections = Connections(settings, clock)
        route = Route.parse(f"openai:{SMALL}", settings)
        first = await connections.embeddings(route).embed(["a"], clock.now() + SECONDS)
        with pytest.raises(LimitReached, match=f"openai {SMALL}: its limit is reached"):
            await connections.embeddings(route).embed(["a"], clock.now() + SECONDS)
        waiting = asyncio.ensure_future(
            connections.embeddings(route).embed(["a"], clock.now() + 99)
        )
        await clock.advance(61)
        second = await waiting
        spent = connections.spending.spent()
        await connections.aclose()
    assert len(provider.requests) == 2
    assert spent.total == spent.models[f"openai:{SMALL}"] == spent.lanes["background"]
    assert (spent.total.requests, spent.total.prompt) == (2, first.tokens + second.tokens)
    assert spent.total.cost == pytest.approx((first.cost or 0) + (second.cost or 0))


async def test_what_the_headers_tell_is_learned_from_them_too(
    client: HttpClient, clock: ManualClock
) -> None:
    document = {"data": [{"index": 0, "embedding": [0.5]}], "usage": {"prompt_tokens": 1}}
    told = (
        ("x-ratelimit-limit-requests", "60"),
        ("x-ratelimit-remaining-requests", "0"),
        ("x-ratelimit-reset-requests", "60s"),
    )
    answer = Page(json.dumps(document).encode(), content_type="application/json", headers=told)
    async with FakeProvider(style="openai") as provider:
        provider.plan(answer)
        ada = small(provider, client, clock)
        await ada.embed(["a"], clock.now() + SECONDS)
        with pytest.raises(LimitReached):
            await ada.embed(["a"], clock.now() + 0.5)
    assert len(provider.requests) == 1
