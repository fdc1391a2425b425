"""The models that a provider says it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from npcengine.backend.chat import Endpoint
from npcengine.backend.failures import failure, named
from npcengine.backend.http import HttpClient
from npcengine.backend.wire import parse_json
from npcengine.clock import Clock, Expiry
from npcengine.errors import BackendError, BadAnswer, DeadlineExceeded

MAX_BODY = 8 << 20
"""Bytes of a list that are read; some endpoints have hundreds of models."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a provider says of one of its models."""

    active: bool = True
    """False where the provider lists it, but lets nobody use it."""
    ends: date | None = None
    """The day on which it is shut down, where the provider tells."""


async def list_models(
    provider: str, endpoint: Endpoint, client: HttpClient, clock: Clock, deadline: float
) -> Mapping[str, Listed]:
    """Return what `endpoint`, a provider's `/models`, lists, by the ids of the models.

    Raises:
        BackendError: There is no such list; `DeadlineExceeded` at the `deadline`, a moment of
            the clock.
    """
    try:
        async with Expiry(clock, deadline):
            return await _list_models(provider, endpoint, client, clock)
    except TimeoutError as error:
        raise DeadlineExceeded("no list of models came in time", provider=provider) from error
    except BackendError as error:
        raise named(error, provider, "") from error.__cause__


async def _list_models(
    provider: str, endpoint: Endpoint, client: HttpClient, clock: Clock
) -> Mapping[str, Listed]:
    answer = await client.send("GET", endpoint.url, endpoint.all_headers())
    body = await answer.body(MAX_BODY)
    try:
        data = parse_json(body)
    except ValueError:
        data = None
    if answer.status != 200 or data is None:
        raise failure(
            answer.status,
            answer.headers,
            body,
            provider=provider,
            model="",
            wall=clock.wall(),
            key=endpoint.key.get_secret_value() if endpoint.key is not None else "",
        )
    models = data.get("data") if isinstance(data, dict) else None
    if not isinstance(models, list):
        raise BadAnswer("the answer is not a list of models; check the base URL")
    known = [each for each in models if isinstance(each, dict) and isinstance(each.get("id"), str)]
    return {each["id"]: Listed(each.get("active") is not False, _ends(each)) for each in known}


def _ends(model: Mapping[str, Any]) -> date | None:
    told = model.get("shutdown_date")
    try:
        return date.fromisoformat(told[:10]) if isinstance(told, str) else None
    except ValueError:
        return None
