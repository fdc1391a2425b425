"""What `GET /models` lists, and the headers that come with every answer."""

from __future__ import annotations

from typing import Any

from npcengine.testing.fake_provider.answers import Style
from npcengine.testing.fake_provider.completions import CREATED

_GROQ = {"owned_by": "OpenAI", "active": True, "context_window": 131_072}
_MODELS: dict[Style, dict[str, dict[str, Any]]] = {
    "groq": {
        "openai/gpt-oss-20b": _GROQ | {"max_completion_tokens": 65_536},
        "openai/gpt-oss-120b": _GROQ | {"max_completion_tokens": 65_536},
    },
    "openai": {
        "gpt-6-luna": {"owned_by": "system", "shutdown_date": None},
        "gpt-4o-mini": {"owned_by": "system", "shutdown_date": "2027-01-14"},
    },
    "local": {"qwen3-4b-instruct": {"owned_by": "llamacpp", "meta": {"n_ctx": 8192}}},
}


def models(style: Style) -> dict[str, Any]:
    """Return the body of `GET /models`."""
    return {"object": "list", "data": [model(style, name) for name in _MODELS[style]]}


def model(style: Style, name: str) -> dict[str, Any] | None:
    """Return the body of `GET /models/{name}`; None when there is no such model."""
    facts = _MODELS[style].get(name)
    return facts and {"id": name, "object": "model", "created": CREATED} | facts


def headers(
    style: Style,
    request_id: str,
    *,
    tokens: int | None,
    requests: tuple[int, int, float] | None = None,
) -> dict[str, str]:
    """Return the provider's own headers for a request of so many `tokens`.

    None for them says that none are left. `requests` are a limit, what is left of it, and the
    seconds until it is full. What is not limited has the limits of a very large account.
    """
    if style == "local":
        return {}
    # Groq counts requests by the day, OpenAI by the minute; both count tokens by the minute.
    most, slot = (500_000, 0.1728) if style == "groq" else (30_000, 0.002)
    if requests is None or style == "groq":
        requests = most, most - 1, slot
    limit = 150_000_000
    used = limit if tokens is None else min(tokens, limit)
    own = {"x-groq-region": "loopback"} if style == "groq" else {"openai-processing-ms": "50"}
    return own | {
        "x-request-id": request_id,
        "x-ratelimit-limit-requests": str(requests[0]),
        "x-ratelimit-limit-tokens": str(limit),
        "x-ratelimit-remaining-requests": str(requests[1]),
        "x-ratelimit-remaining-tokens": str(limit - used),
        "x-ratelimit-reset-requests": _duration(requests[2]),
        "x-ratelimit-reset-tokens": _duration(60 * used / limit),
    }


def _duration(seconds: float) -> str:
    """Write a duration as Go does: `172.8ms`, `7.66s`, `1m26.4s`."""
    if seconds < 1:
        return f"{seconds * 1000:.6g}ms"
    minutes, rest = divmod(seconds, 60)
    return (f"{minutes:.0f}m" if minutes else "") + f"{rest:.6g}s"
