"""One call that is answered with one JSON document, under the rules that chats have."""

from __future__ import annotations

from typing import Any

from npcengine.backend.chat import Endpoint
from npcengine.backend.failures import failure, named
from npcengine.backend.http import HttpClient
from npcengine.backend.retry import ATTEMPTS, BACKOFF
from npcengine.backend.wire import parse_json
from npcengine.clock import Clock, Expiry
from npcengine.errors import BackendError, DeadlineExceeded

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
) -> Any:
    """POST `body`, or GET without one, and return the JSON that comes, again where that may help.

    Raises:
        BackendError: There is none; `DeadlineExceeded`, which says what was `wanted`, at the
            `deadline`, a moment of the clock.
    """
    try:
        async with Expiry(clock, deadline):
            for _ in range(attempts - 1):
                try:
                    return await _once(endpoint, client, clock, provider, model, body)
                except BackendError as error:
                    wait = BACKOFF if error.retry_after is None else error.retry_after
                    if error.remedy not in ("again", "wait") or clock.now() + wait >= deadline:
                        raise
                await clock.sleep(wait)
            return await _once(endpoint, client, clock, provider, model, body)
    except TimeoutError as error:
        problem = f"no {wanted} came in time"
        raise DeadlineExceeded(problem, provider=provider, model=model) from error
    except BackendError as error:
        raise named(error, provider, model) from error.__cause__


async def _once(
    endpoint: Endpoint,
    client: HttpClient,
    clock: Clock,
    provider: str,
    model: str,
    body: bytes | None,
) -> Any:
    method = "GET" if body is None else "POST"
    answer = await client.send(method, endpoint.url, endpoint.all_headers(), body or b"")
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
