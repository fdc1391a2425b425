"""The models that a provider says it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import quote

from npcengine.backend.call import call
from npcengine.backend.chat import Endpoint
from npcengine.backend.http import HttpClient
from npcengine.backend.retry import ATTEMPTS
from npcengine.clock import Clock
from npcengine.errors import BadAnswer

_CONTEXT = ("context_window", "context_length", "max_model_len")
"""What servers call the tokens that a model can look at."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a provider says of one of its models."""

    active: bool = True
    """False where the provider lists it, but lets nobody use it."""
    ends: date | None = None
    """The day on which it is shut down, where the provider tells."""
    context: int | None = None
    """How many tokens prompt and answer may have together, where the provider tells."""


async def list_models(
    provider: str,
    endpoint: Endpoint,
    client: HttpClient,
    clock: Clock,
    deadline: float,
    attempts: int = ATTEMPTS,
) -> Mapping[str, Listed]:
    """Return what `endpoint`, a provider's `/models`, lists, by the ids of the models.

    Raises:
        BackendError: There is no such list; `DeadlineExceeded` at the `deadline`, a moment of
            the clock.
    """
    data = await call(
        endpoint,
        client,
        clock,
        deadline,
        provider=provider,
        wanted="list of models",
        attempts=attempts,
    )
    models = data.get("data") if isinstance(data, dict) else None
    if not isinstance(models, list):
        raise BadAnswer("the answer is not a list of models; check the base URL", provider=provider)
    return {each["id"]: _listed(each) for each in models if _is_model(each)}


async def find_model(
    provider: str, endpoint: Endpoint, client: HttpClient, clock: Clock, deadline: float, model: str
) -> Listed:
    """Return what `endpoint`, a provider's `/models`, says of one model.

    Raises:
        ModelUnavailable: It is not there, or not for this account.
        BackendError: What `list_models` raises.
    """
    one = replace(endpoint, url=f"{endpoint.url}/{quote(model, safe='')}")
    data = await call(one, client, clock, deadline, provider=provider, model=model, wanted="model")
    if not _is_model(data):
        raise BadAnswer(
            "the answer is not a model; check the base URL", provider=provider, model=model
        )
    return _listed(data)


def _is_model(data: Any) -> bool:
    return isinstance(data, dict) and isinstance(data.get("id"), str)


def _listed(model: Mapping[str, Any]) -> Listed:
    return Listed(model.get("active") is not False, _ends(model), _context(model))


def _ends(model: Mapping[str, Any]) -> date | None:
    told = model.get("shutdown_date")
    try:
        return date.fromisoformat(told[:10]) if isinstance(told, str) else None
    except ValueError:
        return None


def _context(model: Mapping[str, Any]) -> int | None:
    meta = model.get("meta")  # llama.cpp's
    told = [model.get(name) for name in _CONTEXT]
    told.append(meta.get("n_ctx") if isinstance(meta, dict) else None)
    return next((each for each in told if type(each) is int and each > 0), None)
