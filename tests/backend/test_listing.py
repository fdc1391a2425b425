"""What providers list, in each one's own form, and every way in which that fails."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from npcengine.backend.chat import Endpoint
from npcengine.backend.http import HttpClient
from npcengine.backend.listing import Listed, find_model, list_models
from npcengine.errors import (
    BackendError,
    BadAnswer,
    DeadlineExceeded,
    KeyRejected,
    ModelUnavailable,
    ProviderFailed,
    Unreachable,
)
from npcengine.testing.fake_provider import FakeProvider, Style
from npcengine.testing.manual_clock import ManualClock
from tests.backend.asking import KEY, SECONDS, run_out


@dataclass
class Server:
    """Lists whatever it is told to."""

    url: str = ""
    seen: list[Mapping[str, str]] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def listing(body: bytes | None, status: int = 200) -> AsyncIterator[Server]:
    """A server that answers with `body`; with None, it never answers."""
    server = Server()

    async def serve(request: web.BaseRequest) -> web.Response:
        server.seen.append({"path": request.path_qs, **request.headers})
        server.asked.set()
        if body is None:
            await asyncio.Event().wait()
        return web.Response(body=body, status=status, content_type="application/json")

    runner = web.ServerRunner(web.Server(serve, handler_cancellation=True), shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1/models"
    try:
        yield server
    finally:
        await runner.cleanup()


async def listed(
    client: HttpClient, clock: ManualClock, url: str, key: str = KEY
) -> Mapping[str, Listed]:
    endpoint = Endpoint(url, SecretStr(key) if key else None)
    return await list_models("groq", endpoint, client, clock, clock.now() + SECONDS, 1)


async def found(client: HttpClient, clock: ManualClock, url: str, model: str) -> Listed:
    endpoint = Endpoint(url, SecretStr(KEY))
    return await find_model("groq", endpoint, client, clock, clock.now() + SECONDS, model)


def as_json(*models: Any) -> bytes:
    return json.dumps({"object": "list", "data": models}).encode()


@pytest.mark.parametrize(
    ("style", "root", "wanted"),
    [
        (
            "groq",
            "/openai/v1",
            dict.fromkeys(("openai/gpt-oss-20b", "openai/gpt-oss-120b"), Listed(context=131_072)),
        ),
        ("openai", "", {"gpt-6-luna": Listed(), "gpt-4o-mini": Listed(ends=date(2027, 1, 14))}),
        ("local", "", {"qwen3-4b-instruct": Listed(context=8192)}),
    ],
)
async def test_each_provider_s_own_form_is_read(
    style: Style, root: str, wanted: dict[str, Listed], client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider(style=style) as provider:
        url = f"{provider.base_url}{root}/models"
        assert await listed(client, clock, url) == wanted
        for model, each in wanted.items():
            assert await found(client, clock, url, model) == each


async def test_what_cannot_be_read_of_a_model_is_left_out(
    client: HttpClient, clock: ManualClock
) -> None:
    odd = as_json(
        {"id": "paused", "active": False},
        {"id": "dated", "shutdown_date": "2027-02-26T00:00:00Z"},
        {"id": "undated", "shutdown_date": "soon"},
        {"id": "numbered", "shutdown_date": 1_800_000_000, "active": None},
        {"id": "vllm", "max_model_len": 4096, "meta": None},
        {"id": "vague", "context_window": "large", "context_length": True, "meta": {"n_ctx": 0}},
        {"id": None},
        "no object",
    )
    async with listing(odd) as server:
        models = await listed(client, clock, server.url)
    assert models == {
        "paused": Listed(active=False),
        "dated": Listed(ends=date(2027, 2, 26)),
        "undated": Listed(),
        "numbered": Listed(),
        "vllm": Listed(context=4096),
        "vague": Listed(),
    }


@pytest.mark.parametrize(
    ("body", "status", "kind", "says"),
    [
        (b"<title>Welcome</title>", 200, BadAnswer, "check the base URL"),
        (b'{"models": []}', 200, BadAnswer, "not a list of models; check the base URL"),
        (b"[]", 200, BadAnswer, "not a list of models"),
        (b'{"data": {}}', 200, BadAnswer, "not a list of models"),
        (b"", 200, BadAnswer, "check the base URL"),
        (b"[" * 100_000, 200, BadAnswer, "check the base URL"),
        (b'{"error": {"message": "no"}}', 401, KeyRejected, "no; check the key"),
        (b'{"error": {"message": "no"}}', 404, ModelUnavailable, "check"),
        (b'{"data": []}', 503, ProviderFailed, "groq: HTTP 503"),
    ],
)
async def test_what_is_no_list_says_what_to_look_at(
    body: bytes,
    status: int,
    kind: type[BackendError],
    says: str,
    client: HttpClient,
    clock: ManualClock,
) -> None:
    async with listing(body, status) as server:
        with pytest.raises(kind, match=says):
            await listed(client, clock, server.url)


async def test_a_model_that_is_not_there(client: HttpClient, clock: ManualClock) -> None:
    async with FakeProvider() as provider:
        url = f"{provider.base_url}/openai/v1/models"
        with pytest.raises(ModelUnavailable, match=r"^groq gemma-7b-it: HTTP 404: .*gemma-7b-it"):
            await found(client, clock, url, "gemma-7b-it")
    async with listing(b'{"data": []}') as server:
        with pytest.raises(BadAnswer, match="not a model; check the base URL"):
            await found(client, clock, server.url, "any/thing?")
    assert server.seen[0]["path"].endswith("/v1/models/any%2Fthing%3F")


async def test_a_failure_that_may_pass_is_tried_once_more_and_a_second_is_told(
    client: HttpClient, clock: ManualClock
) -> None:
    async with listing(b'{"error": {"message": "busy"}}', 503) as server:
        asking = asyncio.ensure_future(found(client, clock, server.url, "any"))
        await server.asked.wait()
        while not asking.done():
            await clock.advance(0.1)
        with pytest.raises(ProviderFailed, match="busy"):
            await asking
    assert len(server.seen) == 2


async def test_nobody_there(client: HttpClient, clock: ManualClock) -> None:
    async with listing(b"") as gone:
        pass
    with pytest.raises(Unreachable, match=r"^groq: cannot connect"):
        await listed(client, clock, gone.url)


async def test_one_that_never_answers_is_given_up_at_the_deadline(
    client: HttpClient, clock: ManualClock
) -> None:
    async with listing(None) as server:
        asking = asyncio.ensure_future(listed(client, clock, server.url))
        await server.asked.wait()
        await run_out(clock, asking)
        with pytest.raises(DeadlineExceeded, match="no list of models came in time"):
            await asking


async def test_the_key_is_sent_in_its_header_alone_and_told_to_nobody(
    client: HttpClient, clock: ManualClock
) -> None:
    said = json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}."}}).encode()
    async with listing(said, 401) as server:
        with pytest.raises(KeyRejected) as caught:
            await listed(client, clock, server.url)
        with pytest.raises(KeyRejected):
            await listed(client, clock, server.url, key="")
    with_key, without = server.seen
    assert with_key.pop("Authorization") == f"Bearer {KEY}"  # type: ignore[attr-defined]
    assert KEY not in str(with_key)
    assert "Authorization" not in without
    assert KEY not in f"{caught.value} {caught.value!r} {vars(caught.value)}"
