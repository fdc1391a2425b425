"""What `POST /embeddings` answers: for the same text the same vector."""

from __future__ import annotations

import json
from array import array
from base64 import b64encode
from hashlib import sha256
from typing import Any

from npcengine.testing.fake_provider.answers import ApiError, Page

DIMENSIONS = 8
MAX_TEXTS = 2048

_KEYS = frozenset({"dimensions", "encoding_format", "input", "model", "user"})


def embeddings(body: dict[str, Any] | None) -> Page | ApiError:
    """Return the vectors of the texts in a request, or why OpenAI would not take it."""
    if body is None or not isinstance(body.get("model"), str):
        return ApiError(400, param="model", message="'model' : a string is needed")
    for name in body:
        if name not in _KEYS:
            return ApiError(400, code="unknown_parameter", param=name)
    asked = body.get("input")
    texts = [asked] if isinstance(asked, str) else asked
    if not isinstance(texts, list) or not 0 < len(texts) <= MAX_TEXTS:
        return ApiError(400, param="input", message=f"'input' : 1 to {MAX_TEXTS} texts are needed")
    if not all(isinstance(text, str) and text for text in texts):
        return ApiError(400, param="input", message="'input' : a text must not be empty")
    encoded = body.get("encoding_format") == "base64"
    data = [
        {"object": "embedding", "index": place, "embedding": _shown(vector(text), encoded)}
        for place, text in enumerate(texts)
    ]
    tokens = sum(len(text) // 4 + 1 for text in texts)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    document = {"object": "list", "data": data, "model": body["model"], "usage": usage}
    return Page(json.dumps(document).encode(), content_type="application/json")


def vector(text: str) -> list[float]:
    """Return the vector of a text: numbers from -1 to 1 that single precision holds exactly."""
    return [byte / 128 - 1 for byte in sha256(text.encode()).digest()[:DIMENSIONS]]


def _shown(numbers: list[float], encoded: bool) -> list[float] | str:
    return b64encode(array("f", numbers).tobytes()).decode() if encoded else numbers
