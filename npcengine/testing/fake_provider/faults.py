"""Faults by name, and faults by chance."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from npcengine.testing.fake_provider.answers import Answer, ApiError, Page, Raw, Step

_LINE = "Aye, the forge is hot."
_PAGE = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>"


class Fault:
    """Everything that goes wrong with a provider; for other details use `dataclasses.replace`.

    `after` counts chunks as `Answer.after` does: 1 is the role, 3 the role and two words. `text`
    is what would have been said.
    """

    @staticmethod
    def status(
        status: int,
        *,
        code: str | None = None,
        param: str | None = None,
        message: str = "",
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
        delay: float = 0.0,
    ) -> ApiError:
        """Answer with the real body of that status and `code`; 403 and 502 are HTML."""
        extra = dict(headers or {})
        if retry_after is not None:
            extra["retry-after"] = f"{retry_after:g}"
        return ApiError(
            status,
            code=code,
            param=param,
            message=message,
            headers=tuple(extra.items()),
            delay=delay,
        )

    @staticmethod
    def html(status: int = 200) -> Page:
        """Answer with a web page where JSON was expected."""
        return Page(_PAGE, status=status)

    @staticmethod
    def not_http(data: bytes = b"SSH-2.0-OpenSSH_9.6\r\n\r\n") -> Raw:
        """Speak another protocol on that port."""
        return Raw(data)

    @staticmethod
    def silence() -> Raw:
        """Accept the connection and never answer."""
        return Raw(ending="stall")

    @staticmethod
    def stall(after: int = 0, text: str = _LINE) -> Answer:
        """Fall silent after some chunks; by default after the headers."""
        return Answer(text, after=after, ending="stall")

    @staticmethod
    def drop(after: int | None = None, text: str = _LINE) -> Answer | Raw:
        """Cut the connection after some chunks; by default before the headers."""
        if after is None:
            return Raw(ending="drop")
        return Answer(text, after=after, ending="drop")

    @staticmethod
    def truncated(after: int = 3, text: str = _LINE) -> Answer:
        """End the body cleanly but too early; with -1 only `[DONE]` is missing."""
        return Answer(text, after=after, ending="end")

    @staticmethod
    def stream_error(
        message: str = "The model failed while generating.",
        *,
        shape: Literal["event", "data", "text", "x_groq"] = "event",
        after: int = 3,
        text: str = _LINE,
    ) -> Answer:
        """Report an error inside a stream that began with 200.

        `event` is a named event as Groq sends it, `data` a plain one as llama.cpp does, `text`
        has a string for an error, and `x_groq` is a chunk that tells why the stream ends early.
        """
        return Answer(text, after=after, frame=_error_frame(message, shape), ending="end")

    @staticmethod
    def malformed(after: int = 2, text: str = _LINE) -> Answer:
        """Put one event of broken JSON into an otherwise whole stream."""
        return Answer(text, after=after, frame='data: {"id":"chatcmpl-broken","choi')

    @staticmethod
    def unstreamed(text: str = _LINE) -> Answer:
        """Answer with one JSON document, although a stream was asked for."""
        return Answer(text, unstreamed=True)

    @staticmethod
    def empty() -> Answer:
        """Say nothing: the whole limit was spent on reasoning."""
        return Answer("", reasoning="The player greets me. I should", finish="length")

    @staticmethod
    def refusal(text: str = "I'm sorry, but I can't help with that.") -> Answer:
        """Refuse as the model itself does, outside its content."""
        return Answer("", refusal=text)

    @staticmethod
    def gzip_unasked(text: str = _LINE) -> Answer:
        """Compress the body, whatever the client accepts."""
        return Answer(text, gzip=True)


def _error_frame(message: str, shape: str) -> str:
    bodies: dict[str, object] = {
        "event": {"message": message, "type": "invalid_request_error", "status_code": 400},
        "data": {"code": 500, "message": message, "type": "server_error"},
        "text": message,
    }
    if shape == "x_groq":
        choice = {"index": 0, "delta": {}, "finish_reason": None}
        chunk = {"choices": [choice], "x_groq": {"id": "req_stopped", "error": message}}
        return f"data: {json.dumps(chunk)}"
    data = f"data: {json.dumps({'error': bodies[shape]})}"
    return f"event: error\n{data}" if shape == "event" else data


@dataclass(frozen=True, slots=True)
class FaultMix:
    """Faults by chance, for soak runs and demos. Each share is of all requests, 0 to 1."""

    share_of_503: float = 0.0
    share_of_drops: float = 0.0
    """Connections cut after the first words."""
    share_of_slow: float = 0.0
    slow: float = 1.0
    """Seconds that a slow answer takes to begin."""

    def pick(self, random: Random, usual: Answer) -> Step:
        """Return what this request gets: a fault, or the `usual` answer."""
        draw = random.random()
        if draw < self.share_of_503:
            return Fault.status(503)
        draw -= self.share_of_503
        if draw < self.share_of_drops:
            return replace(usual, after=3, ending="drop")
        draw -= self.share_of_drops
        return replace(usual, delay=self.slow) if draw < self.share_of_slow else usual
