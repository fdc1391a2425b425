"""The chat completions format without I/O: a request to bytes, an answer's JSON to values."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

from npcengine.backend.failures import code_of
from npcengine.backend.models import Profile
from npcengine.messages import (
    ChatRequest,
    Finish,
    Message,
    Origin,
    Usage,
    encode_messages,
)

FINISHES: Mapping[str, Finish] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "filtered",
    "tool_calls": "stop",
    "function_call": "stop",
}

OTHER_CAP = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
"""An answer must always be limited: where one name is refused, the other is tried."""
MAX_TOKENS = 1 << 21
"""More than any model can look at: of a greater count, nothing is believed."""
MAX_QUEUED = 3600.0
"""Seconds in a queue beyond which that figure is not believed."""


def encode_request(request: ChatRequest, profile: Profile, refused: Collection[str] = ()) -> bytes:
    """Encode `request` for one model, leaving out what it refuses.

    The same request gives the same bytes. The messages stand first and the static prefix is
    copied as it was encoded once.
    """
    tail = fold_systems(request.tail) if profile.folds_scene else request.tail
    messages = [request.prefix.encoded, encode_messages(tail)] if tail else [request.prefix.encoded]
    parameters = to_json(request_parameters(request, profile, refused))
    return b"".join((b'{"messages":[', b",".join(messages), b"],", parameters[1:]))


def request_parameters(
    request: ChatRequest, profile: Profile, refused: Collection[str] = ()
) -> dict[str, Any]:
    """Return everything of the request's body but the messages."""
    sampling = request.sampling
    temperature = sampling.temperature
    if temperature is not None:
        temperature = max(temperature, profile.least_temperature)
    player = end_user(request.origin)
    optional = {
        "temperature": temperature,
        "top_p": sampling.top_p,
        "stop": list(sampling.stop) or None,
        "stream_options": _stream_options(profile) if request.stream else None,
        "safety_identifier": player,
        "user": player,
    }
    accepted = {
        name: value
        for name, value in optional.items()
        if value is not None and name in profile.accepts
    }
    cap = profile.cap if profile.cap not in refused else OTHER_CAP[profile.cap]
    parameters = {
        "model": profile.model,
        cap: request.max_tokens + profile.headroom,
        "stream": request.stream,
        **accepted,
        **profile.always,
        **_response_format(request, profile),
    }
    if refused:
        parameters = {name: value for name, value in parameters.items() if name not in refused}
    return parameters


def _response_format(request: ChatRequest, profile: Profile) -> dict[str, Any]:
    answer = request.answer
    if answer is None or profile.structured == "none":
        return {}
    if profile.structured == "object":
        return {"response_format": {"type": "json_object"}}
    schema = {"name": answer.name, "strict": True, "schema": json.loads(answer.schema)}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


def _stream_options(profile: Profile) -> dict[str, bool]:
    usage = {"include_usage": True}
    # The padding is against listeners who guess at words from the sizes of encrypted packets. It
    # makes each event a fifth longer, and no two alike.
    padding = {"include_obfuscation": False} if "include_obfuscation" in profile.accepts else {}
    return usage | padding


def end_user(origin: Origin) -> str:
    """Return what a provider is told of the player: the same each time, and never the id itself."""
    named = f"npcengine\0{origin.realm}\0{origin.player}"
    return sha256(named.encode("utf-8", "surrogatepass")).hexdigest()


def fold_systems(tail: tuple[Message, ...]) -> tuple[Message, ...]:
    """Move each `system` message into the user's message that follows it."""
    folded: list[Message] = []
    waiting: list[str] = []
    for message in tail:
        if message.role == "system":
            waiting.append(message.content)
        elif message.role == "user" and waiting:
            folded.append(Message("user", "\n\n".join([*waiting, message.content])))
            waiting.clear()
        else:
            folded.append(message)
    if waiting:
        folded.append(Message("user", "\n\n".join(waiting)))
    return tuple(folded)


def shortened(request: ChatRequest) -> ChatRequest | None:
    """Return the request without the older half of what was said before; None if that is nothing.

    The last messages are the scene and the player's line, and stay.
    """
    said = [place for place, each in enumerate(request.tail) if each.role == "assistant"]
    if not said:
        return None
    return replace(request, tail=request.tail[said[len(said) // 2] + 1 :])


class Chunk(NamedTuple):
    """What one event of a stream, or one whole answer, brought."""

    text: str = ""
    refusal: str = ""
    finish: Finish | None = None
    usage: Usage | None = None
    request_id: str | None = None
    error: str | None = None
    """The provider's words, when it reports an error inside a 200."""
    code: str | None = None
    queued: float | None = None
    """Seconds that the request waited at the provider, as Groq tells."""


def parse_json(data: bytes) -> Any:
    """Parse JSON. Raises `ValueError`, also for what is nested too deep."""
    try:
        return from_json(data, cache_strings="keys")
    except ValueError:
        # The fast parser refuses half of a surrogate pair, which an answer cut into tokens may
        # well bring. The standard one takes it.
        try:
            return json.loads(data)
        except RecursionError as error:
            raise ValueError("nested too deep") from error


def only_text(data: Any) -> str | None:
    """Return the text of an event that brings nothing else, as nearly all of them do.

    None when `read_chunk` has to look at it.
    """
    try:
        (choice,) = data["choices"]
        delta = choice["delta"]
        text = delta["content"]
        plain = (
            len(delta) == 1
            and choice["index"] == 0
            and choice["finish_reason"] is None
            and isinstance(text, str)
            and data.get("usage") is None
            and data.get("error") is None
            and data.get("x_groq") is None
        )
    except (KeyError, TypeError, ValueError):
        return None
    return text if plain else None


def read_chunk(data: Mapping[str, Any], part: str) -> Chunk:
    """Read the JSON of a stream's event (`part` is `delta`) or of a whole answer (`message`).

    Reasoning is never part of the text. Whatever has an unexpected type is passed over,
    for providers differ in what they leave out.
    """
    own = data.get("x_groq")
    if not isinstance(own, dict):
        own = {}
    usage = queued = None
    for told in (data.get("usage"), own.get("usage")):
        if isinstance(told, dict):
            usage = usage or usage_of(told)
            queued = _queued(told) if queued is None else queued
    text = refusal = ""
    finish: Finish | None = None
    choices = data.get("choices")
    for choice in choices if isinstance(choices, list) else ():
        if not isinstance(choice, dict) or choice.get("index", 0) != 0:
            continue
        content = choice.get(part)
        if isinstance(content, dict):
            text += _text(content.get("content"))
            refusal += _text(content.get("refusal"))
        reason = choice.get("finish_reason")
        if isinstance(reason, str):
            finish = FINISHES.get(reason, "stop")
    error, code = _error_of(data.get("error") or own.get("error"))
    return Chunk(text, refusal, finish, usage, _text(own.get("id")) or None, error, code, queued)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _error_of(error: object) -> tuple[str | None, str | None]:
    if not error:
        return None, None
    if isinstance(error, dict):
        limited = 429 in (error.get("code"), error.get("status_code"))
        code = code_of(error) or ("rate_limit_exceeded" if limited else None)
        return _text(error.get("message")), code
    return str(error), None


def usage_of(value: object) -> Usage | None:
    """Return what was counted; None where that cannot be, so that it is estimated."""
    prompt = value.get("prompt_tokens") if isinstance(value, dict) else None
    if not isinstance(value, dict) or type(prompt) is not int:
        return None
    completion = _count(value, "completion_tokens")
    if not (0 <= prompt <= MAX_TOKENS and 0 <= completion <= MAX_TOKENS):
        return None
    cached = _count(value.get("prompt_tokens_details"), "cached_tokens")
    reasoning = _count(value.get("completion_tokens_details"), "reasoning_tokens")
    return Usage(
        prompt, completion, min(max(cached, 0), prompt), min(max(reasoning, 0), completion)
    )


def _queued(told: Mapping[str, Any]) -> float | None:
    seconds = told.get("queue_time")
    if isinstance(seconds, int | float) and 0 <= seconds < MAX_QUEUED:
        return float(seconds)
    return None


def _count(table: object, name: str) -> int:
    value = table.get(name) if isinstance(table, dict) else None
    return value if type(value) is int else 0
