"""Vectors as OpenAI gives them, and what it would not take."""

from typing import Any

import httpx
import pytest

from npcengine.testing.fake_provider import FakeProvider, Fault
from npcengine.testing.fake_provider.embeddings import MAX_TEXTS, vector

SMALL = {"model": "text-embedding-3-small", "input": "The mill."}


@pytest.mark.parametrize("style", ["openai", "local"])
async def test_the_same_text_has_the_same_vector(style: Any, client: httpx.AsyncClient) -> None:
    async with FakeProvider(style=style) as provider:
        url = f"{provider.base_url}/embeddings"
        one = (await client.post(url, json=SMALL)).json()
        two = (await client.post(url, json=SMALL | {"input": ["A mill.", "The mill."]})).json()
        assert [request.path for request in provider.requests] == ["/v1/embeddings"] * 2
    assert one["data"] == [{"object": "embedding", "index": 0, "embedding": vector("The mill.")}]
    assert two["data"][1]["embedding"] == vector("The mill.")
    assert two["data"][0]["embedding"] != vector("The mill.")
    assert one["usage"] == {"prompt_tokens": 3, "total_tokens": 3}


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"model": None}, "'model'"),
        ({"texts": []}, "Unknown parameter: 'texts'"),
        ({"input": []}, "1 to 2048 texts"),
        ({"input": ["a"] * (MAX_TEXTS + 1)}, "1 to 2048 texts"),
        ({"input": ["a", ""]}, "must not be empty"),
        ({"input": [1]}, "must not be empty"),
    ],
)
async def test_what_openai_would_refuse_is_refused(
    more: dict[str, Any], says: str, client: httpx.AsyncClient
) -> None:
    async with FakeProvider(style="openai") as provider:
        answer = await client.post(f"{provider.base_url}/embeddings", json=SMALL | more)
    assert answer.status_code == 400
    assert says in answer.json()["error"]["message"]


async def test_a_key_is_wanted_and_what_was_planned_comes_first(client: httpx.AsyncClient) -> None:
    async with FakeProvider(style="openai") as provider:
        url = f"{provider.base_url}/embeddings"
        nobody = await client.post(url, json=SMALL, headers={"authorization": ""})
        provider.plan(Fault.status(503))
        busy = await client.post(url, json=SMALL)
        well = await client.post(url, json=SMALL)
    assert [each.status_code for each in (nobody, busy, well)] == [401, 503, 200]


async def test_groq_has_none(client: httpx.AsyncClient) -> None:
    async with FakeProvider(style="groq") as provider:
        answer = await client.post(f"{provider.base_url}/openai/v1/embeddings", json=SMALL)
    assert answer.status_code == 404


async def test_one_model_can_be_looked_up(client: httpx.AsyncClient) -> None:
    async with FakeProvider(style="groq") as provider:
        url = f"{provider.base_url}/openai/v1/models"
        there = await client.get(f"{url}/openai%2Fgpt-oss-20b")
        gone = await client.get(f"{url}/gemma-7b-it")
    assert (there.json()["id"], there.json()["active"]) == ("openai/gpt-oss-20b", True)
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "model_not_found")
