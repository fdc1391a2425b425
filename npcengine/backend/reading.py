"""One answer as it comes off the wire: network reads to text, and an account of the whole."""

from __future__ import annotations

from npcengine.backend.alike import Alike
from npcengine.backend.failures import clean_name, named, reported
from npcengine.backend.http import HttpAnswer
from npcengine.backend.models import Profile
from npcengine.backend.sse import EventDecoder, EventTooLarge
from npcengine.backend.stops import StopCutter
from npcengine.backend.wire import Chunk, only_text, parse_json, read_chunk
from npcengine.clock import Clock, Expiry
from npcengine.errors import BackendError, BadAnswer, EmptyAnswer, StreamBroken
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


class Reading:
    """The `Source` of a stream."""

    def __init__(
        self,
        profile: Profile,
        request: ChatRequest,
        answer: HttpAnswer,
        clock: Clock,
        sent: float,
        refused: frozenset[str],
        key: str,
        before: Usage | None = None,
    ) -> None:
        """Read `answer`; what was spent on it `before`, in another try, is part of its account."""
        self._before = before
        self._profile = profile
        self._request = request
        self._answer = answer
        self._clock = clock
        self._sent = sent
        self._key = key
        self._events = EventDecoder()
        self._alike = Alike()
        self._malformed = 0
        self._parts: list[str] = []
        self._size = 0
        self._usage: Usage | None = None
        self._queued: float | None = None
        self._request_id = clean_name(answer.headers.get("x-request-id"))
        self._first: float | None = None
        self._at_end = self._done = False
        self._broken: BackendError | None = None
        self.finish: Finish | None = None
        stop = request.sampling.stop
        cuts = stop and ("stop" not in profile.accepts or "stop" in refused)
        self._cutter = StopCutter(stop) if cuts else None

    async def read(self) -> str | None:
        """Return what one read brought that can be spoken; None at a proper end."""
        while not self._done:
            if self._broken is not None:
                raise self._broken
            text = self._passed_on(await self._next_events())
            if text:
                return text
        if not self._at_end and (self._cutter is None or not self._cutter.stopped):
            await self._linger()
        return None

    async def _next_events(self) -> list[bytes]:
        try:
            if chunk := await self._answer.read():
                return self._events.feed(chunk)
            self._at_end = True
            return self._events.close()
        except EventTooLarge as error:
            raise BadAnswer(str(error)) from error

    def _passed_on(self, events: list[bytes]) -> str:
        text = self._spoken(events)
        if self._cutter is not None:
            text = self._cutter.feed(text)
            if self._done or self._broken:
                text += self._cutter.close()
            if self._cutter.stopped:
                self.finish, self._done = "stop", True
        self._keep(text)
        return text

    def _spoken(self, events: list[bytes]) -> str:
        """Return the text of what one read brought, up to where the answer ends or breaks."""
        texts: list[str] = []
        try:
            at = 0
            while at < len(events) and not self._done:
                alike = self._alike.texts(events, at)
                texts += alike
                at += len(alike)
                if at < len(events):
                    texts.append(self._take(events[at]))
                    at += 1
            if self._at_end and self.finish is None and not self._done:
                raise StreamBroken("the stream ended before it was finished")
        except BackendError as error:
            if self._first is None:
                raise
            # Something was said already, so what came before the failure is said as well.
            self._broken = error
        else:
            self._done = self._done or self._at_end
        return "".join(texts)

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
            data = parse_json(event)
        except ValueError:
            data = None
        text = only_text(data)
        if text is not None:
            self._alike.learn(event)
            return text
        if not isinstance(data, dict):
            self._malformed += 1
            if self._malformed > MAX_MALFORMED:
                raise BadAnswer(f"more than {MAX_MALFORMED} events of the stream are not JSON")
            return ""
        return self._note(read_chunk(data, "delta"))

    def _note(self, chunk: Chunk) -> str:
        """Keep account of a chunk and return its text."""
        if chunk.error is not None:
            raise reported(chunk.error, chunk.code, self._request_id, self._key)
        self._usage = chunk.usage or self._usage
        self._queued = self._queued if chunk.queued is None else chunk.queued
        if chunk.request_id:
            self._request_id = clean_name(chunk.request_id) or self._request_id
        self.finish = self.finish or chunk.finish
        if chunk.refusal:
            self.finish = "filtered"
        return chunk.text

    async def _linger(self) -> None:
        """Read to the end of the body, which an HTTP/1.1 connection needs to be used again."""
        try:
            await Expiry(self._clock, self._clock.now() + LINGER).limit(self._to_the_end())
        except (TimeoutError, BackendError):
            return

    async def _to_the_end(self) -> None:
        while await self._answer.read():
            pass

    async def whole(self) -> Completion:
        """Read an answer that is not a stream."""
        body = await self._answer.body(MAX_BODY)
        try:
            data = parse_json(body)
        except ValueError as error:
            raise BadAnswer("the answer is not JSON") from error
        if not isinstance(data, dict) or not ("choices" in data or "error" in data):
            raise BadAnswer("the answer is not a chat completion; check the base URL")
        text = self._note(read_chunk(data, "message"))
        if self._cutter is not None:
            text = self._cutter.feed(text) + self._cutter.close()
        if not text:
            raise self.empty()
        self._keep(text)
        return self.completion(self.finish or "stop", None)

    def empty(self) -> EmptyAnswer:
        """Return the error of an answer that ended without a word, with what it cost."""
        error = EmptyAnswer("the model ended without a word", self.finish)
        error.usages = (self._used(""),)
        return error

    def salvage(self, text: str) -> Completion:
        """Return an answer of which only the text came."""
        self._keep(text)
        return self.completion("stop", None)

    def completion(self, finish: Finish | None, error: Exception | None) -> Completion:
        """Return what came so far, priced."""
        if self._done and error is None:
            # It was here whole, whoever left or whatever ran out while it was read to its end.
            finish = self.finish
        if isinstance(error, BackendError):
            named(error, self._profile.provider, self._profile.model)
        now = self._clock.now()
        text = "".join(self._parts)
        usage = used = self._used(text)
        if self._before is not None:
            usage = self._before + used
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
            queued=self._queued,
            usages=() if self._before is None else (self._before, used),
        )

    def _used(self, text: str) -> Usage:
        if self._usage is not None:
            return self._usage
        prompt = sum(estimate_tokens(message.content) for message in self._request.messages)
        if not text and self.finish == "length":
            thought = self._request.max_tokens + self._profile.headroom
            return Usage(prompt, thought, reasoning=thought, estimated=True)
        return Usage(prompt, estimate_tokens(text), estimated=True)

    async def aclose(self) -> None:
        """Give the connection back, or cut it in the middle of an answer."""
        await self._answer.aclose()
