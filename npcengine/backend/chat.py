"""The chat completions API of one model: where a request leaves and an answer comes in."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import SecretStr

from npcengine.backend.base import ChatStream
from npcengine.backend.failures import failure, reported, request_id
from npcengine.backend.http import Header, HttpAnswer, HttpClient
from npcengine.backend.models import Profile
from npcengine.backend.sse import EventDecoder, EventTooLarge
from npcengine.backend.wire import Chunk, StopCutter, encode_request, read_chunk, request_parameters
from npcengine.clock import Clock, Expiry
from npcengine.errors import (
    BackendError,
    BadAnswer,
    DeadlineExceeded,
    EmptyAnswer,
    RequestRefused,
    StreamBroken,
)
from npcengine.messages import ChatRequest, Completion, Finish, Usage
from npcengine.prompt.budget import estimate_tokens

MAX_BODY = 1 << 20
"""Bytes of a whole answer that are read."""
MAX_TEXT = 100_000
"""Characters after which a stream is taken to have run wild."""
MAX_MALFORMED = 5
"""Events that may be broken JSON before a stream is given up."""
LINGER = 0.25
"""Seconds to wait for a body's end after its last event, so that the connection lives on."""

HEALING_CODES = ("unsupported_parameter", "unsupported_value", "unknown_parameter")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one provider takes chat completions, and with which key."""

    url: str
    key: SecretStr | None = None
    headers: tuple[Header, ...] = field(default=())

    def all_headers(self) -> tuple[Header, ...]:
        """Return what is sent with each request, the key included: not for logs."""
        if self.key is None:
            return self.headers
        bearer = b"Bearer " + self.key.get_secret_value().encode()
        return ((b"authorization", bearer), *self.headers)


class ChatBackend:
    """One model of one provider.

    It heals itself of two things that no table can know in advance. A parameter that the
    model refuses is dropped, remembered, and the request sent once more. An answer whose
    reasoning used up its tokens is asked for once more with twice as many.
    """

    def __init__(
        self, profile: Profile, endpoint: Endpoint, client: HttpClient, clock: Clock
    ) -> None:
        self._profile = profile
        self._endpoint = endpoint
        self._headers = endpoint.all_headers()
        self._client = client
        self._clock = clock
        self._refused: frozenset[str] = frozenset()

    @property
    def profile(self) -> Profile:
        """How this model is spoken to."""
        return self._profile

    async def open(self, request: ChatRequest) -> ChatStream:
        """Send `request`; return when its first content is here, or raise `BackendError`."""
        try:
            async with Expiry(self._clock, request.deadline):
                try:
                    return await self._open(request)
                except (RequestRefused, EmptyAnswer) as error:
                    healed = self._heal(request, error)
                    if healed is None:
                        raise
                    return await self._open(healed)
        except TimeoutError as error:
            raise self._named(DeadlineExceeded("no content came in time")) from error
        except BackendError as error:
            raise self._named(error) from error.__cause__

    async def aclose(self) -> None:
        """Nothing to do: the connection pool belongs to whoever made it."""

    async def warm(self) -> None:
        """Connect ahead of the first request."""
        await self._client.warm(self._endpoint.url)

    def _heal(self, request: ChatRequest, error: BackendError) -> ChatRequest | None:
        if isinstance(error, EmptyAnswer):
            doubled = 2 * request.max_tokens + self._profile.headroom
            return replace(request, max_tokens=doubled) if error.finish == "length" else None
        sent = request_parameters(request, self._profile)
        param = (error.param or "").partition(".")[0]
        if error.code not in HEALING_CODES or param not in sent or param == "model":
            return None
        self._refused |= {param}
        return request

    def _named(self, error: BackendError) -> BackendError:
        error.provider = error.provider or self._profile.provider
        error.model = error.model or self._profile.model
        return error

    async def _open(self, request: ChatRequest) -> ChatStream:
        sent = self._clock.now()
        body = encode_request(request, self._profile, self._refused)
        answer = await self._client.send("POST", self._endpoint.url, self._headers, body)
        try:
            kind = answer.headers.get("content-type", "")
            if answer.status != 200:
                raise await self._failure(answer)
            reading = _Reading(self._profile, request, answer, self._clock, sent, self._refused)
            if kind.startswith("text/event-stream"):
                first = await reading.read()
                if first is None:
                    raise EmptyAnswer("the model ended without a word", reading.finish)
                return ChatStream(first, reading, self._clock, request.deadline)
            if kind.startswith("application/json"):
                return ChatStream.whole(await reading.whole(), self._clock)
            raise await self._failure(answer)
        except BaseException:
            await answer.aclose()
            raise

    async def _failure(self, answer: HttpAnswer) -> BackendError:
        body = await answer.body(1 << 16)
        if self._endpoint.key is not None:
            body = body.replace(self._endpoint.key.get_secret_value().encode(), b"[key]")
        return failure(
            answer.status,
            answer.headers,
            body,
            provider=self._profile.provider,
            model=self._profile.model,
            wall=self._clock.wall(),
        )


class _Reading:
    """The `Source` of a stream: network reads to text, keeping account of the whole."""

    def __init__(
        self,
        profile: Profile,
        request: ChatRequest,
        answer: HttpAnswer,
        clock: Clock,
        sent: float,
        refused: frozenset[str],
    ) -> None:
        self._profile = profile
        self._request = request
        self._answer = answer
        self._clock = clock
        self._sent = sent
        self._chunks: AsyncGenerator[bytes] = answer.chunks()
        self._events = EventDecoder()
        self._malformed = 0
        self._parts: list[str] = []
        self._size = 0
        self._usage: Usage | None = None
        self._request_id = request_id(answer.headers)
        self._first: float | None = None
        self._done = False
        self.finish: Finish | None = None
        stop = request.sampling.stop
        cuts = stop and ("stop" not in profile.accepts or "stop" in refused)
        self._cutter = StopCutter(stop) if cuts else None

    async def read(self) -> str | None:
        """Return what one read brought that can be spoken; None at a proper end."""
        while not self._done:
            try:
                chunk = await anext(self._chunks)
            except StopAsyncIteration:
                return self._passed_on(self._events.close(), at_end=True)
            try:
                text = self._passed_on(self._events.feed(chunk))
            except EventTooLarge as error:
                raise BadAnswer(str(error)) from error
            if text:
                return text
        if self._cutter is None or not self._cutter.stopped:
            await self._linger()
        return None

    def _passed_on(self, events: list[bytes], *, at_end: bool = False) -> str | None:
        text = "".join([self._take(event) for event in events])
        if at_end and self.finish is None and not self._done:
            self._keep(text)
            raise StreamBroken("the stream ended before it was finished")
        self._done = self._done or at_end
        if self._cutter is not None:
            text = self._cutter.feed(text)
            if self._done:
                text += self._cutter.close()
            if self._cutter.stopped:
                self.finish, self._done = "stop", True
        self._keep(text)
        return text or None

    def _keep(self, text: str) -> None:
        if not text:
            return
        if self._first is None:
            self._first = self._clock.now()
        self._parts.append(text)
        self._size += len(text)
        if self._size > MAX_TEXT:
            raise BadAnswer(f"the answer ran past {MAX_TEXT} characters")

    def _take(self, event: bytes) -> str:
        if event.startswith(b"[DONE]"):
            self._done = True
            return ""
        try:
            data = json.loads(event)
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict):
            self._malformed += 1
            if self._malformed > MAX_MALFORMED:
                raise BadAnswer(f"more than {MAX_MALFORMED} events of the stream are not JSON")
            return ""
        return self._note(read_chunk(data, "delta"))

    def _note(self, chunk: Chunk) -> str:
        """Keep account of a chunk and return its text."""
        if chunk.error is not None:
            raise reported(chunk.error, chunk.code, self._request_id)
        self._usage = chunk.usage or self._usage
        self._request_id = chunk.request_id or self._request_id
        self.finish = self.finish or chunk.finish
        if chunk.refusal:
            self.finish = "filtered"
        return chunk.text

    async def _linger(self) -> None:
        """Read to the end of the body, which an HTTP/1.1 connection needs to be used again."""
        try:
            async with Expiry(self._clock, self._clock.now() + LINGER):
                async for _ in self._chunks:
                    pass
        except (TimeoutError, BackendError):
            return

    async def whole(self) -> Completion:
        """Read an answer that is not a stream."""
        body = await self._answer.body(MAX_BODY)
        try:
            data: Any = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise BadAnswer("the answer is not JSON") from error
        if not isinstance(data, dict):
            raise BadAnswer("the answer is not a chat completion")
        text = self._note(read_chunk(data, "message"))
        if self._cutter is not None:
            text = self._cutter.feed(text) + self._cutter.close()
        if not text:
            raise EmptyAnswer("the model ended without a word", self.finish)
        self._keep(text)
        return self.completion(self.finish or "stop", None)

    def completion(self, finish: Finish | None, error: Exception | None) -> Completion:
        """Return what came so far, priced."""
        now = self._clock.now()
        text = "".join(self._parts)
        usage = self._usage or self._estimated(text)
        price = self._profile.price
        return Completion(
            text=text,
            finish=finish or self.finish or "stop",
            provider=self._profile.provider,
            model=self._profile.model,
            usage=usage,
            cost=price.of(usage) if price else None,
            request_id=self._request_id,
            first_content=(self._first or now) - self._sent,
            elapsed=now - self._sent,
            error=error,
        )

    def _estimated(self, text: str) -> Usage:
        prompt = sum(estimate_tokens(message.content) for message in self._request.messages)
        return Usage(prompt, estimate_tokens(text), estimated=True)

    async def aclose(self) -> None:
        """Give the connection back, or cut it in the middle of an answer."""
        await self._chunks.aclose()
        await self._answer.aclose()
