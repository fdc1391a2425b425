"""The bytes of a chat completion, in the shapes of Groq, OpenAI and llama.cpp."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from npcengine.testing.fake_provider.answers import Answer, Style

CREATED = 1_795_000_000
DONE = b"data: [DONE]\n\n"
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
# A word with the space before it; scripts without spaces one character at a time.
_PIECE = re.compile(r"\s*(?:[\u2e80-\uffef]|[^\s\u2e80-\uffef]+)|\s+")
_REASONING_KEY: dict[Style, str] = {"groq": "reasoning", "local": "reasoning_content"}


@dataclass(frozen=True, slots=True)
class Call:
    """What one request asks for, and what its answer is marked with."""

    style: Style
    model: str
    stream: bool
    include_usage: bool
    obfuscate: bool
    show_reasoning: bool
    prompt_tokens: int
    request_id: str

    @classmethod
    def of(cls, style: Style, body: dict[str, Any], size: int, request_id: str) -> Call:
        """Read a request's body, which is `size` bytes long."""
        options = body.get("stream_options")
        options = options if isinstance(options, dict) else {}
        return cls(
            style=style,
            model=body["model"],
            stream=body.get("stream") is True,
            include_usage=options.get("include_usage") is True,
            obfuscate=style == "openai" and options.get("include_obfuscation") is not False,
            show_reasoning=style in _REASONING_KEY and body.get("include_reasoning") is not False,
            prompt_tokens=size // 4,
            request_id=request_id,
        )


def pieces(text: str) -> list[str]:
    """Split a text as a model would send it: joined again, it is the same."""
    return _PIECE.findall(text)


def events(answer: Answer, call: Call) -> list[bytes]:
    """Return the events of a stream that come before `answer.ending`, ready to be sent."""
    made = _whole_stream(answer, call)
    if answer.after is not None:
        rest = made[answer.after :] if answer.ending == "whole" else []
        frame = [f"{answer.frame}\n\n".encode()] if answer.frame else []
        made = made[: answer.after] + frame + rest
    if answer.ping:
        made = [b": ping\n\n" + each for each in made]
    if answer.newline != "\n":
        made = [each.replace(b"\n", answer.newline.encode()) for each in made]
    return made


def document(answer: Answer, call: Call) -> bytes:
    """Return the completion as one JSON document."""
    message: dict[str, Any] = {
        "role": "assistant",
        "content": None if answer.refusal else answer.text,
    }
    if answer.reasoning and call.show_reasoning:
        message[_REASONING_KEY[call.style]] = answer.reasoning
    if answer.refusal or call.style == "openai":
        message["refusal"] = answer.refusal or None
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": answer.finish}
    whole = _head(call, "chat.completion") | {"choices": [choice]}
    if answer.usage:
        whole["usage"] = _usage(answer, call)
    if call.style == "groq":
        whole |= {"usage_breakdown": None, "x_groq": _x_groq(call), "service_tier": "on_demand"}
    elif call.style == "openai":
        whole["service_tier"] = "default"
    return _encode(whole).encode()


def cut_document(answer: Answer, whole: bytes) -> list[bytes]:
    """Return the parts of a faulty document that come before `answer.ending`."""
    middle = 0 if answer.after == 0 else len(whole) // 2
    rest = whole[middle:] if answer.ending == "whole" else b""
    return [part for part in (whole[:middle], answer.frame.encode(), rest) if part]


def _whole_stream(answer: Answer, call: Call) -> list[bytes]:
    role = _chunk(call, {"role": "assistant", "content": None if call.style == "local" else ""})
    last = _chunk(call, {}, answer.finish)
    if call.style == "groq":
        role["x_groq"] = {"id": call.request_id}
        last["x_groq"] = _x_groq(call)
        if answer.usage:
            last["x_groq"]["usage"] = _usage(answer, call)
    elif call.style == "local" and answer.usage:
        last["timings"] = {"prompt_n": call.prompt_tokens, "predicted_n": _spoken(answer)}
    made = [_event(role), *_deltas(answer, call), _event(last)]
    if answer.usage and call.include_usage:
        usage = _head(call, "chat.completion.chunk") | {"choices": []}
        made.append(_event(usage | {"usage": _usage(answer, call)}))
    return [*made, DONE]


def _deltas(answer: Answer, call: Call) -> list[bytes]:
    # Encoding every chunk whole would cost the server more than sending it.
    before, marker, behind = _event(_chunk(call, {})).partition(b'"delta":{}')
    opening = before + marker[:-1]
    said = [("refusal", answer.refusal)] if answer.refusal else [("content", answer.text)]
    if answer.reasoning and call.show_reasoning:
        said.insert(0, (_REASONING_KEY[call.style], answer.reasoning))
    return [
        opening + f'"{key}":{_encode(piece)}}}'.encode() + behind
        for key, text in said
        for piece in pieces(text)
    ]


def _head(call: Call, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{call.request_id}",
        "object": kind,
        "created": CREATED,
        "model": call.model,
        "system_fingerprint": "fp_fake",
    }


def _chunk(call: Call, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice: dict[str, Any] = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = _head(call, "chat.completion.chunk") | {"choices": [choice]}
    if call.style == "openai":
        chunk["service_tier"] = "default"
        if call.include_usage:
            chunk["usage"] = None
    if call.obfuscate:
        chunk["obfuscation"] = "x8Kq"
    return chunk


def _event(chunk: dict[str, Any]) -> bytes:
    return f"data: {_encode(chunk)}\n\n".encode()


def _x_groq(call: Call) -> dict[str, Any]:
    return {"id": call.request_id, "seed": 1_321_871_292}


def _spoken(answer: Answer) -> int:
    return len(pieces(answer.reasoning)) + len(pieces(answer.refusal or answer.text))


def _usage(answer: Answer, call: Call) -> dict[str, Any]:
    reasoning, completion = len(pieces(answer.reasoning)), _spoken(answer)
    usage: dict[str, Any] = {
        "prompt_tokens": call.prompt_tokens,
        "completion_tokens": completion,
        "total_tokens": call.prompt_tokens + completion,
        "prompt_tokens_details": {"cached_tokens": 0},
    }
    if call.style != "local":
        usage["completion_tokens_details"] = {"reasoning_tokens": reasoning}
    if call.style == "groq":
        times = {"queue_time": 0.02, "prompt_time": 0.004, "completion_time": 0.05}
        usage |= times | {"total_time": 0.054}
    return usage
