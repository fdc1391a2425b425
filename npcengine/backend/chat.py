"""The chat completions API of one model: where a request leaves and an answer comes in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from pydantic import SecretStr

from npcengine.backend.base import ChatStream
from npcengine.backend.failures import failure, named, salvaged
from npcengine.backend.http import Header, HttpAnswer, HttpClient
from npcengine.backend.models import Profile
from npcengine.backend.reading import Reading
from npcengine.backend.wire import encode_request, request_parameters, shortened
from npcengine.clock import Clock, Expiry
from npcengine.errors import (
    BackendError,
    DeadlineExceeded,
    EmptyAnswer,
    RequestRefused,
    RequestTooLarge,
)
from npcengine.messages import ChatRequest, Usage

WARMING = 2.0

HeadListener = Callable[[ChatRequest, int, Mapping[str, str]], None]
"""Gets a request, and the status and headers of its answer."""

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

    It heals itself of three things that no table can know in advance. A parameter that the
    model refuses is dropped, remembered, and the request sent once more. An answer whose
    reasoning used up its tokens is asked for once more with twice as many. A request that is
    too large is sent once more with the newer half of what was said before.
    """

    def __init__(
        self, profile: Profile, endpoint: Endpoint, client: HttpClient, clock: Clock
    ) -> None:
        self._profile = profile
        self._endpoint = endpoint
        self._headers = endpoint.all_headers()
        self._key = endpoint.key.get_secret_value() if endpoint.key is not None else ""
        self._client = client
        self._clock = clock
        self._refused: frozenset[str] = frozenset()
        self.on_head: HeadListener | None = None
        """Called with the head of every answer, good or bad, as soon as it is there."""

    @property
    def profile(self) -> Profile:
        """How this model is spoken to."""
        return self._profile

    async def open(self, request: ChatRequest) -> ChatStream:
        """Send `request`; return when its first content is here, or raise `BackendError`."""
        before: Usage | None = None
        try:
            async with Expiry(self._clock, request.deadline):
                try:
                    return await self._open(request)
                except (RequestRefused, EmptyAnswer, RequestTooLarge) as error:
                    healed = self._heal(request, error)
                    if healed is None:
                        raise
                    before = next((u for u in error.usages if isinstance(u, Usage)), None)
                    return await self._open(healed, before)
        except TimeoutError as error:
            raise self._named(DeadlineExceeded("no content came in time"), before) from error
        except BackendError as error:
            raise self._named(error, before) from error.__cause__

    async def aclose(self) -> None:
        """Nothing to do: the connection pool belongs to whoever made it."""

    async def warm(self) -> None:
        """Connect ahead of the first request, or give up after `WARMING` seconds."""
        try:
            async with Expiry(self._clock, self._clock.now() + WARMING):
                await self._client.warm(self._endpoint.url)
        except TimeoutError:
            return

    def _heal(self, request: ChatRequest, error: BackendError) -> ChatRequest | None:
        if isinstance(error, EmptyAnswer):
            doubled = 2 * request.max_tokens + self._profile.headroom
            return replace(request, max_tokens=doubled) if error.finish == "length" else None
        if isinstance(error, RequestTooLarge):
            return shortened(request)
        sent = request_parameters(request, self._profile)
        param = (error.param or "").partition(".")[0]
        if error.code not in HEALING_CODES or param not in sent or param == "model":
            return None
        self._refused |= {param}
        return request

    def _named(self, error: BackendError, before: Usage | None) -> BackendError:
        if before is not None:
            error.usages = (before, *error.usages)
        return named(error, self._profile.provider, self._profile.model)

    async def _open(self, request: ChatRequest, before: Usage | None = None) -> ChatStream:
        sent = self._clock.now()
        body = encode_request(request, self._profile, self._refused)
        answer = await self._client.send(
            "POST", self._endpoint.url, self._headers, body, request.waits.connect
        )
        try:
            if self.on_head is not None:
                self.on_head(request, answer.status, answer.headers)
            # A server that does not say what it sends is taken at its word to send what was asked.
            usual = "text/event-stream" if request.stream else "application/json"
            kind = answer.headers.get("content-type", usual).lower()
            if answer.status != 200:
                return await self._salvaged(request, answer, sent, before)
            reading = Reading(
                self._profile, request, answer, self._clock, sent, self._refused, self._key, before
            )
            if kind.startswith("text/event-stream"):
                first = await reading.read()
                if first is None:
                    raise reading.empty()
                between = request.waits.between
                return ChatStream(first, reading, self._clock, request.deadline, between)
            if kind.startswith("application/json"):
                return ChatStream.whole(await reading.whole(), self._clock)
            raise self._failure(answer, await answer.body(1 << 16))
        except BaseException:
            await answer.aclose()
            raise

    async def _salvaged(
        self, request: ChatRequest, answer: HttpAnswer, sent: float, before: Usage | None
    ) -> ChatStream:
        """Return what a model wrote that its provider refused to pass on, or raise why not."""
        body = await answer.body(1 << 16)
        text = salvaged(body)
        if not text:
            raise self._failure(answer, body)
        reading = Reading(
            self._profile, request, answer, self._clock, sent, self._refused, self._key, before
        )
        return ChatStream.whole(reading.salvage(text), self._clock)

    def _failure(self, answer: HttpAnswer, body: bytes) -> BackendError:
        return failure(
            answer.status,
            answer.headers,
            body,
            provider=self._profile.provider,
            model=self._profile.model,
            wall=self._clock.wall(),
            key=self._key,
        )
