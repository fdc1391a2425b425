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
    listed = [
        {"id": name, "object": "model", "created": CREATED} | facts
        for name, facts in _MODELS[style].items()
    ]
    return {"object": "list", "data": listed}


def headers(style: Style, request_id: str, *, served: int, tokens: int | None) -> dict[str, str]:
    """Return the provider's own headers after `served` requests, this one of `tokens`.

    None for `tokens` says that none are left.
    """
    if style == "local":
        return {}
    # Groq counts requests by the day, OpenAI by the minute; both count tokens by the minute.
    requests, limit, reset = (1000, 8000, "1m26.4s") if style == "groq" else (500, 200_000, "120ms")
    used = limit if tokens is None else min(tokens, limit)
    own = {"x-groq-region": "loopback"} if style == "groq" else {"openai-processing-ms": "50"}
    return own | {
        "x-request-id": request_id,
        "x-ratelimit-limit-requests": str(requests),
        "x-ratelimit-limit-tokens": str(limit),
        "x-ratelimit-remaining-requests": str(max(requests - served, 0)),
        "x-ratelimit-remaining-tokens": str(limit - used),
        "x-ratelimit-reset-requests": reset,
        "x-ratelimit-reset-tokens": f"{round(60_000 * used / limit)}ms",
    }
