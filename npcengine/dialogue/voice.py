"""What a model says in a turn: whom to ask, piece by piece what comes, and what may pass."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping

from npcengine.backend.base import Backend, ChatStream
from npcengine.clock import Clock, Expiry
from npcengine.configuration import Deadlines
from npcengine.dialogue.authored import thinking_line
from npcengine.dialogue.background import Background
from npcengine.dialogue.budget import Purse
from npcengine.dialogue.hearing import Hearing
from npcengine.dialogue.request import Requests
from npcengine.dialogue.speech import Speech
from npcengine.dialogue.switch import Switch
from npcengine.errors import BackendError, DeadlineExceeded, LimitReached, NoRoute
from npcengine.messages import ChatRequest
from npcengine.turns import Piece, Turn

DRAIN = 0.25
"""Seconds that an answer which is long enough may go on unheard."""


class Voice:
    """Lets models speak for characters."""

    def __init__(
        self,
        backends: Mapping[str, Backend],
        purse: Purse,
        clock: Clock,
        deadlines: Deadlines,
        background: Background,
    ) -> None:
        self._backends = backends
        self._purse = purse
        self._clock = clock
        self._requests = Requests(deadlines)
        self._background = background
        self.switch = Switch()

    async def spoken(
        self, speech: Speech, turns: tuple[Turn, ...], seed: str
    ) -> AsyncGenerator[Piece, None]:
        """Give what a model says; `speech` then tells how that ended.

        An answer that must not be heard from its first word on is asked for once more, if that
        can be there in time.
        """
        backend = self._backend(speech)
        if backend is None:
            return
        request = self._requests.of(speech, turns)
        while self._may_ask(speech):
            hearing = speech.listen()
            if speech.ask.stream:
                asking = self._background.begin(self._ask(backend, request, speech))
                await speech.woken.wait()
                if not speech.answered:
                    yield Piece("thinking", thinking_line(speech.persona, seed))
                await asking
            else:
                await self._ask(backend, request, speech)
            stream = speech.stream
            if stream is None:
                return
            async for text in stream:
                for piece in hearing.feed(text):
                    yield piece
                if hearing.is_enough:
                    break
            for piece in self._ended(speech, stream, hearing):
                yield piece

    def _ended(self, speech: Speech, stream: ChatStream, hearing: Hearing) -> list[Piece]:
        """End an answer, read on unheard if there may be more of it; return what was held back."""
        if hearing.is_enough:
            self._background.begin(stream.drain(DRAIN))
        speech.completion = said = stream.so_far()
        rest = hearing.close(said.finish)
        if hearing.violation is not None:
            stream.discard()
        return rest

    def _may_ask(self, speech: Speech) -> bool:
        if speech.hearing is None:
            return True
        if speech.tries > 1 or speech.interrupted or not speech.hearing.is_refused:
            return False
        now, ask = self._clock.now(), speech.ask
        return now + (now - ask.started) < ask.deadline

    async def _ask(self, backend: Backend, request: ChatRequest, speech: Speech) -> None:
        """Open the backend; `speech` then has the stream, or why there is none."""
        try:
            if speech.interrupted:
                return
            speech.opening = Expiry(self._clock, None)
            speech.stream = await speech.opening.limit(backend.open(request))
        except TimeoutError:
            if not speech.interrupted:
                speech.fail("deadline", DeadlineExceeded("no content came in time"))
        except BackendError as error:
            if request.cache_only and isinstance(error, LimitReached):
                speech.fail("budget", self._purse.refusal(request.origin))
                return
            late = isinstance(error, DeadlineExceeded) or self._clock.now() >= request.deadline
            speech.fail("deadline" if late else "failure", error)
        finally:
            speech.answered = True
            speech.woken.set()

    def _backend(self, speech: Speech) -> Backend | None:
        """Return whom to ask; `speech` has the reason when there is nobody."""
        if speech.reason is not None:
            return None
        if self.switch.is_on(speech.ask.origin.npc):
            off = "models are switched off: authored_only(False) ends that"
            speech.fail("switched_off", NoRoute(off))
            return None
        if wait := speech.ask.too_fast:
            problem = f"players.lines_per_minute is reached: raise it, or wait {wait:.0f} s"
            speech.fail("too_fast", LimitReached(problem, retry_after=wait))
            return None
        own, fast = speech.persona.model.tier, self._backends.get("fast")
        backend = self._backends.get(own) or fast
        if backend is None:
            speech.fail("offline", NoRoute())
            return None
        return self._within_budget(speech, backend, fast or backend)

    def _within_budget(self, speech: Speech, backend: Backend, cheap: Backend) -> Backend | None:
        """Return whom to ask with what is left to spend."""
        origin = speech.ask.origin
        rung = speech.rung = self._purse.rung(origin)
        if rung == "authored":
            speech.fail("budget", self._purse.refusal(origin))
            return None
        if rung in ("shorter", "cheapest"):
            speech.shorten()
        return cheap if rung == "cheapest" else backend
