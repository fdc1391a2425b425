"""Keep to what a key may ask of a model: wait for one's turn, or say at once that it is late."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from math import inf

from npcengine.backend.base import Backend, ChatStream
from npcengine.backend.counts import NOTHING, Amount, Counts, Permit
from npcengine.backend.lanes import Lanes, Waiting
from npcengine.backend.models import Profile
from npcengine.clock import Clock, Timer
from npcengine.configuration import Limits
from npcengine.errors import BackendError, DeadlineExceeded, LimitReached, RateLimited
from npcengine.hooks import Hook, LimitWaited
from npcengine.messages import ChatRequest, Completion, Usage

MOST_WAITING = 1000
"""Whoever comes then gets an authored line at once, not a late one."""
LEAST_STEP = 0.001
"""Seconds to the next look, at least: fractions that are lost in counting must not spin."""


class Limiter:
    """A `Backend` that sends no more than one key may ask of one model.

    What that is, the provider's headers and the configuration say; the smaller of both counts.
    A request takes what it may use at most, and gives back what it did not. It waits until
    there is enough; where it would wait past its deadline, or a player who may ask another route
    past the time for the first words, `LimitReached` is raised at once, so that it can be asked.
    """

    def __init__(
        self,
        inner: Backend,
        profile: Profile,
        limits: Limits,
        clock: Clock,
        tell: Hook | None = None,
    ) -> None:
        self._inner = inner
        self._profile = profile
        self._clock = clock
        self._tell = tell
        self._counts = Counts(profile, limits, clock)
        self._lanes = Lanes()
        self._timer: Timer | None = None

    async def open(self, request: ChatRequest) -> ChatStream:
        """Open the inner backend once that is allowed. Raises `LimitReached` when it comes late."""
        if self._counts.unlimited and not self._lanes:
            try:
                return await self._inner.open(request)
            except RateLimited as error:
                self._refused(error)
                raise
        need = self._counts.need(request)
        since: float | None = None
        if self._lanes or self._counts.held() or self._counts.wait(need, spare=0.0):
            since = self._clock.now()
            permit = await self._wait_for(request, need, since)
        else:
            permit = self._counts.grant(request, need)
        try:
            if since is not None:
                self._tell_waited(request, since)
            stream = await self._inner.open(request)
        except BaseException as error:
            known = error.usages if isinstance(error, BackendError) else ()
            if isinstance(error, asyncio.CancelledError | DeadlineExceeded) and not known:
                self._counts.give_up(permit)
            else:
                self._counts.end(permit, *[each for each in known if isinstance(each, Usage)])
            if isinstance(error, RateLimited):
                self._refused(error)
            self._move()
            raise
        self._counts.answered(permit)
        stream.on_end(partial(self._settle, permit))
        return stream

    async def aclose(self) -> None:
        """Turn away who waits, and close the inner backend."""
        for waiting in self._lanes:
            self._turn_away(waiting, "it is closed")
        self._set_timer(None)
        await self._inner.aclose()

    def saw(self, request: ChatRequest, status: int, headers: Mapping[str, str]) -> None:
        """Learn from the head of the answer to `request`, as soon as it is there."""
        if self._counts.learn(request, status, headers):
            self._examine()
        self._move()

    def _settle(self, permit: Permit, completion: Completion) -> None:
        self._counts.end(permit, completion.usage)
        self._move()

    def _tell_waited(self, request: ChatRequest, since: float) -> None:
        if self._tell is not None:
            where = self._profile.provider, self._profile.model
            waited = self._clock.now() - since
            self._tell(LimitWaited(request.origin, request.lane, *where, waited))

    async def _wait_for(self, request: ChatRequest, need: Amount, now: float) -> Permit:
        until = request.deadline
        if request.lane == "player" and not request.last:
            until = min(until, now + request.waits.first)
        if len(self._lanes) >= MOST_WAITING:
            raise self._late(f"{MOST_WAITING} requests wait for it already")
        wait = self._counts.wait(need, self._lanes.ahead(request.lane))
        if now + wait > until:
            raise self._late(retry_after=wait)
        waiting = Waiting(request, need, now, until, asyncio.get_running_loop().create_future())
        waiting.timer = self._clock.call_at(until, partial(self._turn_away, waiting))
        self._lanes.add(waiting)
        if self._lanes.first() is waiting:
            self._move()
        return await self._turn_of(waiting)

    async def _turn_of(self, waiting: Waiting) -> Permit:
        try:
            return await waiting.permit
        except asyncio.CancelledError:
            # The permit, or a refusal, may have come in the very moment.
            if waiting.permit.cancelled():
                self._leave(waiting)
            elif waiting.permit.exception() is None:
                self._counts.take_back(waiting.permit.result())
            self._move()
            raise

    def _move(self) -> None:
        """Let go who may, and look again when the next one may: one timer, no polling."""
        while (waiting := self._lanes.first()) is not None:
            if waiting.permit.done():  # cancelled, and not out of the way yet
                self._leave(waiting)
                continue
            wait = max(self._counts.wait(waiting.need), self._counts.held())
            if wait:
                when = self._clock.now() + max(wait, LEAST_STEP)
                self._set_timer(when if wait < inf else None)
                return
            self._lanes.let_go(waiting)
            self._leave(waiting)
            waiting.permit.set_result(self._counts.grant(waiting.request, waiting.need))
        self._set_timer(None)

    def _set_timer(self, when: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if when is None else self._clock.call_at(when, self._move)

    def _refused(self, error: RateLimited) -> None:
        self._counts.refuse(error.retry_after)
        self._examine()
        self._move()

    def _examine(self) -> None:
        """Turn away now who would wait in vain."""
        ahead = NOTHING
        for waiting in self._lanes:
            wait = self._counts.wait(waiting.need, ahead)
            if self._clock.now() + wait > waiting.until:
                self._turn_away(waiting, retry_after=wait)
            else:
                requests, tokens = waiting.need
                ahead = Amount(ahead.requests + requests, ahead.tokens + tokens)

    def _turn_away(
        self, waiting: Waiting, problem: str = "", retry_after: float | None = None
    ) -> None:
        self._leave(waiting)
        if not waiting.permit.done():
            waiting.permit.set_exception(self._late(problem, retry_after))

    def _leave(self, waiting: Waiting) -> None:
        self._lanes.remove(waiting)
        if waiting.timer is not None:
            waiting.timer.cancel()

    def _late(self, problem: str = "", retry_after: float | None = None) -> LimitReached:
        soon = f" for another {retry_after:.1f} s" if retry_after else ""
        return LimitReached(
            problem or f"its limit is reached{soon}, which is later than is waited for",
            provider=self._profile.provider,
            model=self._profile.model,
            retry_after=retry_after,
        )
