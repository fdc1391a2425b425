"""One call that is answered with one JSON document, under the rules that chats have."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from npcengine.backend.chat import Endpoint
from npcengine.backend.failures import failure, named
from npcengine.backend.http import HttpClient
from npcengine.backend.retry import ATTEMPTS, BACKOFF
from npcengine.backend.wire import parse_json
from npcengine.clock import Clock, Expiry
from npcengine.errors import BackendError, DeadlineExceeded

T = TypeVar("T")
Saw = Callable[[int, Mapping[str, str]], None]
"""Gets the status and the headers of an answer."""

MAX_BODY = 8 << 20
"""Bytes of an answer that are read; some endpoints list hundreds of models."""


async def call(
    endpoint: Endpoint,
    client: HttpClient,
    clock: Clock,
    deadline: float,
    *,
    provider: str,
    model: str = "",
    wanted: str,
    body: bytes | None = None,
    attempts: int = ATTEMPTS,
    saw: Saw | None = None,
) -> Any:
    """POST `body`, or GET without one, and return the JSON that comes, again where that may help.

    Raises:
        BackendError: There is none; `DeadlineExceeded`, which says what was `wanted`, at the
            `deadline`, a moment of the clock.
    """

    async def once() -> Any:
        return await _once(endpoint, client, clock, provider, model, body, saw)

    try:
        async with Expiry(clock, deadline):
            return await again(once, clock, deadline, attempts)
    except TimeoutError as error:
        problem = f"no {wanted} came in time"
        raise DeadlineExceeded(problem, provider=provider, model=model) from error
    except BackendError as error:
        raise named(error, provider, model) from error.__cause__


async def again(
    once: Callable[[], Awaitable[T]], clock: Clock, deadline: float, attempts: int = ATTEMPTS
) -> T:
    """Return what `once` returns, tried again where that may help and the deadline allows it."""
    for _ in range(attempts - 1):
        try:
            return await once()
        except BackendError as error:
            wait = BACKOFF if error.retry_after is None else error.retry_after
            if error.remedy not in ("again", "wait") or clock.now() + wait >= deadline:
                raise
        await clock.sleep(wait)
    return await once()


async def _once(
    endpoint: Endpoint,
    client: HttpClient,
    clock: Clock,
    provider: str,
    model: str,
    body: bytes | None,
    saw: Saw | None,
) -> Any:
    method = "GET" if body is None else "POST"
    answer = await client.send(method, endpoint.url, endpoint.all_headers(), body or b"")
    if saw is not None:
        saw(answer.status, answer.headers)
    said = await answer.body(MAX_BODY)
    try:
        data = parse_json(said)
    except ValueError:
        data = None
    if answer.status != 200 or data is None:
        raise failure(
            answer.status,
            answer.headers,
            said,
            provider=provider,
            model=model,
            wall=clock.wall(),
            key=endpoint.key.get_secret_value() if endpoint.key is not None else "",
        )
    return data
