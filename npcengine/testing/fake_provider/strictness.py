"""What each style refuses before it answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from npcengine.testing.fake_provider.answers import ApiError, Style

Body = dict[str, Any]
"""The parsed body of a request."""

_OPENAI_KEYS = frozenset(
    [
        "audio",
        "frequency_penalty",
        "function_call",
        "functions",
        "logit_bias",
        "logprobs",
        "max_completion_tokens",
        "max_tokens",
        "messages",
        "metadata",
        "modalities",
        "model",
        "moderation",
        "n",
        "parallel_tool_calls",
        "prediction",
        "presence_penalty",
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
        "reasoning_effort",
        "response_format",
        "safety_identifier",
        "seed",
        "service_tier",
        "stop",
        "store",
        "stream",
        "stream_options",
        "temperature",
        "tool_choice",
        "tools",
        "top_logprobs",
        "top_p",
        "user",
        "verbosity",
        "web_search_options",
    ]
)


def refusal(
    style: Style,
    headers: Mapping[str, str],
    body: Body | None,
    *,
    refuse: Collection[str],
    check_templates: bool,
) -> ApiError | None:
    """Return why a provider of that style would not take this request, or None."""
    return (
        unauthorized(style, headers)
        or _incomplete(body)
        or _refused(body or {}, refuse)
        or _against_style(style, body or {})
        or (_against_template(body or {}) if check_templates else None)
    )


def unauthorized(style: Style, headers: Mapping[str, str]) -> ApiError | None:
    """Return the error for a missing key, or None."""
    if style == "local" or headers.get("authorization", "").startswith("Bearer "):
        return None
    return ApiError(401)


def _incomplete(body: Body | None) -> ApiError | None:
    if body is None:
        return ApiError(400, message="The body is not a JSON object.")
    if not isinstance(body.get("model"), str):
        return ApiError(400, param="model", message="'model' : a string is needed")
    messages = body.get("messages")
    if messages and isinstance(messages, list) and all(isinstance(each, dict) for each in messages):
        return None
    return ApiError(400, param="messages", message="'messages' : a list of objects is needed")


def _refused(body: Body, refuse: Collection[str]) -> ApiError | None:
    for name in body:
        if name in refuse:
            return ApiError(400, code="unsupported_parameter", param=name)
    return None


def _against_style(style: Style, body: Body) -> ApiError | None:
    if style == "groq":
        return _refused_by_groq(body)
    return _unknown(body) if style == "openai" else None


def _unknown(body: Body) -> ApiError | None:
    for name in body:
        if name not in _OPENAI_KEYS:
            return ApiError(400, code="unknown_parameter", param=name)
    return None


def _reasons_always(body: Body) -> bool:
    return "gpt-oss" in body["model"]


def _wants_schema(body: Body) -> bool:
    wanted = body.get("response_format")
    return isinstance(wanted, dict) and wanted.get("type") == "json_schema"


_GROQ_RULES: tuple[tuple[Callable[[Body], bool], str], ...] = (
    (
        lambda body: any("name" in each for each in body["messages"]),
        "'messages.0' : property 'name' is unsupported",
    ),
    (lambda body: body.get("n", 1) != 1, "'n' : number must be at most 1"),
    (lambda body: "logprobs" in body, "`logprobs` is not supported with this model"),
    (lambda body: "top_logprobs" in body, "`top_logprobs` is not supported with this model"),
    (lambda body: "logit_bias" in body, "`logit_bias` is not supported with this model"),
    (
        lambda body: "reasoning_format" in body and _reasons_always(body),
        "`reasoning_format` is not supported with this model",
    ),
    (
        lambda body: body.get("reasoning_effort") == "none" and _reasons_always(body),
        "`reasoning_effort` must be one of `low`, `medium`, or `high`",
    ),
    (
        lambda body: _wants_schema(body) and bool(body.get("stream") or body.get("tools")),
        "Streaming and tool use are not supported with structured outputs",
    ),
)


def _refused_by_groq(body: Body) -> ApiError | None:
    for applies, message in _GROQ_RULES:
        if applies(body):
            return ApiError(400, message=message)
    return None


def _against_template(body: Body) -> ApiError | None:
    roles = [each.get("role") for each in body["messages"]]
    if roles[0] == "system":
        roles = roles[1:]
    if "system" in roles:
        return ApiError(400, message="System message must be at the beginning.")
    if any(role != ("user", "assistant")[turn % 2] for turn, role in enumerate(roles)):
        return ApiError(
            400, message="Conversation roles must alternate user/assistant/user/assistant/..."
        )
    return None
