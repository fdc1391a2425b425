"""A real HTTP server on loopback that speaks the chat-completions API."""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from random import Random
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from npcengine.errors import UsageError
from npcengine.testing.fake_provider import catalog, completions
from npcengine.testing.fake_provider.answers import Answer, ApiError, Page, Raw, Step, Style
from npcengine.testing.fake_provider.api_errors import render_error
from npcengine.testing.fake_provider.completions import Call
from npcengine.testing.fake_provider.embeddings import embeddings
from npcengine.testing.fake_provider.exchange import Exchange
from npcengine.testing.fake_provider.faults import Fault, FaultMix
from npcengine.testing.fake_provider.limit import Limit, Meter
from npcengine.testing.fake_provider.script import Replies, Script
from npcengine.testing.fake_provider.strictness import refusal, unauthorized

_JSON = "application/json"
_EVENTS = "text/event-stream; charset=utf-8"
_ROOTS: dict[Style, str] = {"groq": "/openai/v1", "openai": "/v1", "local": "/v1"}


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """One POST as it came."""

    path: str
    headers: dict[str, str] = field(repr=False)
    """Names in lower case; the key is among them."""
    body: dict[str, Any] | None
    """None when it was not a JSON object."""
    raw: bytes = field(repr=False)
    port: int
    """The client's own: the same for requests that shared a connection."""


class _Counter:
    """A number that grows and can be waited for."""

    def __init__(self) -> None:
        self.value = 0
        self._changed = asyncio.Event()

    def add(self) -> None:
        self.value += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def reach(self, value: int) -> None:
        while self.value < value:
            await self._changed.wait()


class FakeProvider:
    """A provider on 127.0.0.1 for tests, demos and benchmarks, serving inside `async with`.

    `style` is whose shapes and strictness it has: `groq` and `openai` want a key (any), `local`
    is like llama.cpp and wants none. Answers are those of `plan`, then the `replies`: one, or a
    sequence that is repeated, or a function of the request's body. Parameters named in `refuse`
    get a 400 as OpenAI gives it; `check_templates` refuses what strict local chat templates do.
    `seed` decides request ids and which requests meet a fault of `mix`. A request that is
    refused, by its style or by these, takes nothing from the plan, and neither does one that
    comes beyond the `limit`.
    """

    def __init__(
        self,
        *,
        style: Style = "groq",
        replies: Replies = "Aye.",
        seed: int = 0,
        refuse: Collection[str] = (),
        check_templates: bool = False,
        mix: FaultMix | None = None,
        limit: Limit | None = None,
        ssl_context: ssl.SSLContext | None = None,
        port: int = 0,
    ) -> None:
        self._style = style
        self._random = Random(seed)
        self._script = Script(replies, mix, self._random)
        self._refuse = refuse
        self._check_templates = check_templates
        self._meter = Meter(limit, time.monotonic()) if limit else None
        self._ssl = ssl_context
        self._port = port
        self._requests: list[ReceivedRequest] = []
        self._received = _Counter()
        self._left = _Counter()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._runner: web.ServerRunner | None = None

    async def __aenter__(self) -> Self:
        server = web.Server(self._serve, handler_cancellation=True, access_log=None)
        self._runner = web.ServerRunner(server)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, ssl_context=self._ssl)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        runner, self._runner = self._runner, None
        for task in tuple(self._tasks):
            task.cancel()
        if runner is not None:
            await runner.cleanup()

    @property
    def base_url(self) -> str:
        """The base URL as the provider's own clients want it: Groq's has no `/openai/v1`.

        Raises:
            UsageError: it has not been started.
        """
        if not self._port:
            raise UsageError("FakeProvider has no address yet: use it in `async with`")
        scheme = "https" if self._ssl else "http"
        root = "" if self._style == "groq" else _ROOTS[self._style]
        return f"{scheme}://127.0.0.1:{self._port}{root}"

    @property
    def requests(self) -> tuple[ReceivedRequest, ...]:
        """Every POST so far, in the order in which they came in whole."""
        return tuple(self._requests)

    @property
    def disconnects(self) -> int:
        """How many clients left before their answer was complete."""
        return self._left.value

    def plan(self, *steps: str | Step) -> None:
        """Answer the next requests with these, in order, before the replies go on."""
        self._script.plan(*steps)

    async def wait_requested(self, count: int = 1) -> None:
        """Wait until `count` requests have come in since the start."""
        await self._received.reach(count)

    async def wait_disconnected(self, count: int = 1) -> None:
        """Wait until `count` clients have left early since the start."""
        await self._left.reach(count)

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        exchange = Exchange(request)
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            return await self._answer(exchange, request)
        except asyncio.CancelledError:
            if self._runner is not None and not exchange.hung_up:
                self._left.add()
            raise

    async def _answer(self, exchange: Exchange, request: web.BaseRequest) -> web.StreamResponse:
        raw = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = _parse(raw)
        if request.method == "POST":
            self._record(request, headers, body, raw)
        step = self._step(request, headers, body)
        request_id = f"req_{self._random.getrandbits(64):016x}"
        spent = isinstance(step, ApiError) and step.status == 429
        exchange.headers = catalog.headers(
            self._style,
            request_id,
            tokens=None if spent else len(raw) // 4,
            requests=self._meter.told() if self._meter else None,
        )
        if isinstance(step, Answer):
            call = Call.of(self._style, body or {}, len(raw), request_id)
            return await _complete(exchange, step, call)
        if isinstance(step, Raw):
            await exchange.raw(step)
        if isinstance(step, ApiError):
            await asyncio.sleep(step.delay)
            step = render_error(step, self._style, str((body or {}).get("model", "")))
        return exchange.page(step)

    def _step(
        self, request: web.BaseRequest, headers: dict[str, str], body: dict[str, Any] | None
    ) -> Step:
        root = _ROOTS[self._style]
        if (request.method, request.path) == ("POST", f"{root}/chat/completions"):
            return refusal(
                self._style,
                headers,
                body,
                refuse=self._refuse,
                check_templates=self._check_templates,
            ) or self._within_limit(body or {})
        if request.method == "GET" and request.path.startswith(f"{root}/models"):
            name = request.path.removeprefix(f"{root}/models").removeprefix("/")
            return unauthorized(self._style, headers) or self._models(name)
        if (request.method, request.path) == (
            "POST",
            f"{root}/embeddings",
        ) and self._style != "groq":
            missing = unauthorized(self._style, headers)
            return missing or self._script.planned() or embeddings(body)
        return ApiError(404, code="unknown_url", param=f"{request.method} {request.path}")

    def _within_limit(self, body: dict[str, Any]) -> Step:
        early = self._meter.take(time.monotonic()) if self._meter else 0.0
        return Fault.status(429, retry_after=early) if early else self._script.next(body)

    def _models(self, name: str) -> Step:
        found = catalog.model(self._style, name) if name else catalog.models(self._style)
        if found is None:
            return ApiError(404, message=f"The model '{name}' does not exist")
        return Page(json.dumps(found).encode(), content_type=_JSON)

    def _record(
        self,
        request: web.BaseRequest,
        headers: dict[str, str],
        body: dict[str, Any] | None,
        raw: bytes,
    ) -> None:
        port = request.get_extra_info("peername", ("", 0))[1]
        self._requests.append(ReceivedRequest(request.path, headers, body, raw, port))
        self._received.add()


def _parse(raw: bytes) -> dict[str, Any] | None:
    try:
        body = json.loads(raw)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


async def _complete(exchange: Exchange, answer: Answer, call: Call) -> web.StreamResponse:
    if call.stream and not answer.unstreamed:
        return await exchange.parts(answer, _EVENTS, completions.events(answer, call))
    await asyncio.sleep(answer.delay)
    whole = completions.document(answer, call)
    if answer.after is None and answer.ending == "whole":
        return exchange.page(Page(whole, content_type=_JSON), gzip=answer.gzip)
    parts = completions.cut_document(answer, whole)
    return await exchange.parts(replace(answer, delay=0.0), _JSON, parts)
