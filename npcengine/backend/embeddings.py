"""Texts to vectors: what is alike in meaning lies close together."""

from __future__ import annotations

import json
import sys
from array import array
from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from npcengine.backend.call import call
from npcengine.backend.chat import Endpoint
from npcengine.backend.http import HttpClient
from npcengine.backend.models import embedding_price
from npcengine.clock import Clock
from npcengine.errors import BadAnswer, UsageError
from npcengine.prompt.budget import estimate_tokens

MAX_TEXTS = 256
"""In one request. OpenAI takes 2,048, but reading so long an answer would hold up the game."""
MAX_TOKENS = 150_000
"""In one request, by our own estimate; half of what OpenAI takes, because it is one."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """The vectors of some texts, and what they cost."""

    vectors: tuple[Sequence[float], ...]
    """In the order of the texts."""
    tokens: int
    cost: float | None
    """US dollars; None when the model's price is not known."""


class Embeddings:
    """One model of one provider that makes vectors."""

    def __init__(
        self, provider: str, model: str, endpoint: Endpoint, client: HttpClient, clock: Clock
    ) -> None:
        """Ask at `endpoint`, a provider's `/embeddings`.

        Raises `InvalidSetting` for a provider that has none, as Groq.
        """
        self._price = embedding_price(provider, model)
        self._provider = provider
        self._model = model
        self._endpoint = endpoint
        self._client = client
        self._clock = clock

    async def embed(self, texts: Sequence[str], deadline: float) -> Embedded:
        """Return the vectors of `texts`, of which any number may be given.

        Raises:
            UsageError: A text is empty. Nothing has been asked.
            BackendError: There are none; `DeadlineExceeded` at the `deadline`, a moment of the
                clock for all of them.
        """
        for place, text in enumerate(texts):
            if not text:
                raise UsageError(f"text {place} is empty, and has no meaning: leave it out")
        vectors: list[Sequence[float]] = []
        tokens = 0
        for batch in _batches(texts):
            made, used = await self._embed(batch, deadline)
            vectors += made
            tokens += used
        cost = None if self._price is None else tokens * self._price / 1_000_000
        return Embedded(tuple(vectors), tokens, cost)

    async def _embed(
        self, texts: Sequence[str], deadline: float
    ) -> tuple[Sequence[Sequence[float]], int]:
        body = {"model": self._model, "input": texts, "encoding_format": "base64"}
        data = await call(
            self._endpoint,
            self._client,
            self._clock,
            deadline,
            provider=self._provider,
            model=self._model,
            wanted="vectors",
            body=json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"),
        )
        try:
            by_place = {each["index"]: _vector(each["embedding"]) for each in data["data"]}
            vectors = [by_place[place] for place in range(len(texts))]
            return vectors, int(data["usage"]["prompt_tokens"])
        except (KeyError, TypeError, ValueError) as error:
            raise BadAnswer(
                f"the answer is not a vector for each of {len(texts)} texts; check the base URL",
                provider=self._provider,
                model=self._model,
            ) from error


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    batch: list[str] = []
    tokens = 0
    for text in texts:
        size = estimate_tokens(text)
        if len(batch) == MAX_TEXTS or (batch and tokens + size > MAX_TOKENS):
            yield batch
            batch, tokens = [], 0
        batch.append(text)
        tokens += size
    if batch:
        yield batch


def _vector(told: Any) -> Sequence[float]:
    """Read a vector: little-endian floats in base64, or a list from servers that know no other."""
    if isinstance(told, list):
        return array("f", told)
    vector = array("f")
    vector.frombytes(b64decode(told, validate=True))
    if sys.byteorder == "big":
        vector.byteswap()
    return vector
