"""Texts to vectors: what is alike in meaning lies close together."""

from __future__ import annotations

import json
import sys
from array import array
from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from npcengine.backend.base import ChatStream
from npcengine.backend.call import again, call
from npcengine.backend.chat import Endpoint, HeadListener
from npcengine.backend.http import HttpClient
from npcengine.backend.limits import Limiter
from npcengine.backend.meter import Meter, Spending
from npcengine.backend.models import Price, Profile, embedding_price, profile
from npcengine.backend.wire import usage_of
from npcengine.clock import Clock
from npcengine.configuration import Limits
from npcengine.errors import BadAnswer, UsageError
from npcengine.messages import ChatRequest, Completion, Message, Origin, Prefix
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
    """One model of one provider that makes vectors, within its limits, and with its costs counted.

    To limiter and meter, some texts are a request as any other, of the lane `background`.
    """

    def __init__(
        self,
        provider: str,
        model: str,
        endpoint: Endpoint,
        client: HttpClient,
        clock: Clock,
        spending: Spending | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Ask at `endpoint`, a provider's `/embeddings`.

        Raises `InvalidSetting` for a provider that has none, as Groq.
        """
        dollars = embedding_price(provider, model)
        price = None if dollars is None else Price(dollars, dollars, 0.0)
        known = replace(profile(provider, model), headroom=0, price=price)
        self._vectors = _Vectors(known, endpoint, client, clock)
        meter = Meter(self._vectors, spending or Spending(), known)
        self._limiter = Limiter(meter, known, limits or Limits(), clock)
        self._vectors.on_head = self._limiter.saw
        self._price = price
        self._clock = clock

    async def embed(self, texts: Sequence[str], deadline: float) -> Embedded:
        """Return the vectors of `texts`, of which any number may be given.

        Raises:
            UsageError: A text is empty. Nothing has been asked.
            BackendError: There are none; `LimitReached` when a limit would have to be waited for
                until after the `deadline`, a moment of the clock for all of them, and
                `DeadlineExceeded` at it.
        """
        for place, text in enumerate(texts):
            if not text:
                raise UsageError(f"text {place} is empty, and has no meaning: leave it out")
        vectors: list[Sequence[float]] = []
        tokens = 0
        for batch in _batches(texts):
            request = _request(batch, deadline)
            opening = partial(self._limiter.open, request)
            made = await again(opening, self._clock, deadline)
            vectors += self._vectors.taken(request)
            tokens += made.completion.usage.prompt
        cost = None if self._price is None else tokens * self._price.input / 1_000_000
        return Embedded(tuple(vectors), tokens, cost)


def _request(texts: Sequence[str], deadline: float) -> ChatRequest:
    return ChatRequest(
        prefix=Prefix((), b""),
        tail=tuple(Message("user", text) for text in texts),
        origin=Origin("", "", ""),
        deadline=deadline,
        max_tokens=0,
        stream=False,
        lane="background",
    )


class _Vectors:
    """The `Backend` of a model that makes them: its streams have no words, but are counted."""

    on_head: HeadListener

    def __init__(
        self, profile: Profile, endpoint: Endpoint, client: HttpClient, clock: Clock
    ) -> None:
        self._profile = profile
        self._endpoint = endpoint
        self._client = client
        self._clock = clock
        self._made: dict[int, Sequence[Sequence[float]]] = {}

    def taken(self, request: ChatRequest) -> Sequence[Sequence[float]]:
        """Return, once, what was made for a request."""
        return self._made.pop(id(request))

    async def open(self, request: ChatRequest) -> ChatStream:
        texts = [message.content for message in request.tail]
        provider, model = self._profile.provider, self._profile.model
        body = {"model": model, "input": texts, "encoding_format": "base64"}
        data = await call(
            self._endpoint,
            self._client,
            self._clock,
            request.deadline,
            provider=provider,
            model=model,
            wanted="vectors",
            body=json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"),
            attempts=1,
            saw=partial(self.on_head, request),
        )
        try:
            by_place = {each["index"]: _vector(each["embedding"]) for each in data["data"]}
            vectors = [by_place[place] for place in range(len(texts))]
            usage = usage_of(data["usage"])
            if usage is None:
                raise ValueError("no count of tokens")
        except (KeyError, TypeError, ValueError) as error:
            raise BadAnswer(
                f"the answer is not a vector for each of {len(texts)} texts; check the base URL",
                provider=provider,
                model=model,
            ) from error
        price = self._profile.price
        cost = None if price is None else price.of(usage)
        self._made[id(request)] = vectors
        said = Completion("", "stop", provider, model, usage, cost)
        return ChatStream.whole(said, self._clock)

    async def aclose(self) -> None:
        """Nothing to do: the connections belong to whoever made them."""


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
