"""Ask one route after the other, or two at once, until one has something to say."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from math import inf

from npcengine.backend.base import ChatStream
from npcengine.backend.hedge import Budget, Candidate, patience
from npcengine.backend.latency import ALIVE
from npcengine.backend.retry import Retry
from npcengine.clock import Clock, Timer
from npcengine.errors import (
    AllBackendsFailed,
    BackendError,
    DeadlineExceeded,
    LimitReached,
    RouteResting,
)
from npcengine.hooks import AttemptFailed, Event, HelpCalled, Hook, Lateness
from npcengine.messages import ChatRequest


class Fallback:
    """A `Backend` over several routes in order of preference; the first with content wins.

    The next one is asked as soon as one has failed, and as well when one is late: for a
    waiting player later than it nearly always is, within a budget, or so late that it is taken
    for dead; for everybody when `waits.first` has passed. Whoever has not won is closed.
    """

    def __init__(
        self, candidates: Sequence[Candidate], clock: Clock, rng: random.Random, tell: Hook
    ) -> None:
        self._candidates = tuple(candidates)
        self._clock = clock
        self._rng = rng
        self._tell = tell
        self._budget = Budget()

    async def open(self, request: ChatRequest) -> ChatStream:
        """Open the first route that can. Raises `AllBackendsFailed` with each one's error."""
        if request.lane == "player":
            self._budget.earn()
        race = _Race(self._candidates, request, self._clock, self._rng, self._budget, self._tell)
        return await race.run()

    async def aclose(self) -> None:
        """Close every backend."""
        for candidate in self._candidates:
            await candidate.breaker.aclose()


class _Race:
    """One request, and whoever is asked for it.

    They are asked one after the other in the caller's own task, so that a good answer costs
    no other. Only who is called for help gets a task, and wakes the caller when it is over.
    """

    _task: asyncio.Task[object] | None = None
    _cancelling = 0  # how often somebody else had cancelled the caller before
    _waking = False
    _timer: Timer | None = None
    _won: ChatStream | None = None
    _over = False
    _hedging = True
    _last_resort = False
    _mistake: BaseException | None = None

    def __init__(
        self,
        candidates: Sequence[Candidate],
        request: ChatRequest,
        clock: Clock,
        rng: random.Random,
        budget: Budget,
        tell: Hook,
    ) -> None:
        self._left = list(candidates)
        self._request = request
        self._clock = clock
        self._rng = rng
        self._budget = budget
        self._tell = tell
        self._running: dict[Candidate, float] = {}  # since when; who was asked last comes last
        self._errors: list[BackendError] = []
        # Who may be asked once more, when everybody has failed: from when on, and in which order.
        self._again: list[tuple[float, float, Candidate]] = []
        self._helpers: set[asyncio.Task[None]] = set()
        self._spare: list[ChatStream] = []

    async def run(self) -> ChatStream:
        """Return the stream of the first that has content, with all the others closed."""
        task = self._task = asyncio.current_task()
        self._cancelling = task.cancelling() if task is not None else 0
        try:
            while self._won is None:
                await self._wait()
            if self._helpers or self._spare:
                await self._dismiss()
        except BaseException:
            try:
                await self._dismiss()
            finally:
                if self._won is not None:
                    await self._won.aclose()
            raise
        return self._won

    async def _wait(self) -> None:
        """Ask the next one, or wait for those that were called for help, until one is over."""
        if self._mistake is not None:
            raise self._mistake
        candidate = None if self._helpers else await self._next()
        try:
            if candidate is None:
                await asyncio.get_running_loop().create_future()
            else:
                await self._ask(candidate)
        except asyncio.CancelledError:
            if not self._woken():
                raise
        else:
            self._woken()

    def _wake(self) -> None:
        """End what the caller waits for: a helper has news."""
        if self._task is not None and not self._waking:
            self._waking = True
            self._task.cancel()

    def _woken(self) -> bool:
        """Tell whether that was all that cancelled it; somebody else's cancellation goes on."""
        woken, self._waking = self._waking, False
        return woken and self._task is not None and self._task.uncancel() <= self._cancelling

    async def _next(self) -> Candidate:
        """Return who is asked when nobody is left who might answer. Raises if there is none."""
        now = self._clock.now()
        if now < self._request.deadline:
            if self._left:
                return self._left.pop(0)
            self._last_resort = True
            soonest = min(self._again, key=lambda again: again[:2], default=None)
            if soonest is not None and soonest[0] < self._request.deadline:
                self._again.remove(soonest)
                when, _, candidate = soonest
                if when > now:
                    await self._clock.sleep(when - now)
                candidate.breaker.admit()
                return candidate
        if not self._errors:
            raise DeadlineExceeded("the time was over before any backend was asked")
        raise AllBackendsFailed(self._errors)

    async def _ask(self, candidate: Candidate) -> None:
        request = self._request
        if not self._left and request.lane == "player":
            request = replace(request, last=True)
        self._running[candidate] = self._clock.now()
        self._set_timer()
        retry = Retry(candidate.breaker, self._clock, self._rng, self._failed_once)
        try:
            stream = await retry.open(request)
        except BackendError as error:
            self._note(candidate, error)
        except asyncio.CancelledError:
            self._note_given_up(candidate, request)
            raise
        else:
            if self._won is None:
                self._won = stream
            else:
                self._spare.append(stream)
        finally:
            del self._running[candidate]
            self._set_timer()

    def _failed_once(self, event: Event) -> None:
        """Note that a route failed fast and is tried again: it is not slow for that."""
        self._hedging = False
        self._set_timer()
        self._tell(event)

    def _note(self, candidate: Candidate, error: BackendError) -> None:
        """Keep an error, and from when on that route may be asked once more."""
        self._errors.append(error)
        if not isinstance(error, RouteResting | LimitReached):
            self._hedging = False
            self._tell(AttemptFailed(self._request.origin, error))
        wait = error.retry_after
        if self._last_resort or wait is None or wait == inf:
            return
        now = self._clock.now()
        waits = isinstance(error, LimitReached) and now + wait < self._request.deadline
        if waits or isinstance(error, RouteResting) or (wait and error.remedy in ("again", "wait")):
            # A rest that was our own idea can be cut short, one that a provider asked for not; who
            # has to wait for a limit does so in its line.
            ours = waits or (isinstance(error, RouteResting) and not error.limited)
            self._again.append((now if ours else now + wait, now + wait, candidate))

    def _note_given_up(self, candidate: Candidate, request: ChatRequest) -> None:
        """Count a try as failed that was far too late, for another one was not."""
        silence = candidate.watch.silence(request)
        if self._won is not None and silence >= patience(candidate, request, slow=False)[0]:
            candidate.breaker.overtaken(silence)

    def _set_timer(self) -> None:
        """Call for help when whoever was asked last is late."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._left or not self._running or self._won is not None or self._over:
            return
        candidate, asked = next(reversed(self._running.items()))
        slow = self._hedging and self._elsewhere(candidate) is not None
        seconds, why = patience(candidate, self._request, slow=slow)
        look = asked + ALIVE
        if why == "late" and self._clock.now() < look < asked + seconds:
            # Until then, others that were asked with it may tell how long it usually takes.
            self._timer = self._clock.call_at(look, self._set_timer)
        elif asked + seconds < self._request.deadline:
            self._timer = self._clock.call_at(asked + seconds, lambda: self._ring(candidate, why))

    def _elsewhere(self, candidate: Candidate) -> Candidate | None:
        """Return the next one of another provider."""
        for each in self._left:
            if each.provider != candidate.provider and not each.breaker.resting:
                return each
        return None

    def _ring(self, candidate: Candidate, why: Lateness) -> None:
        # After a pass of the loop that took long, an answer may be here that nobody has had the
        # time to look at; who reads it comes before the next timer.
        self._timer = self._clock.call_at(self._clock.now(), lambda: self._help(candidate, why))

    def _help(self, candidate: Candidate, why: Lateness) -> None:
        helper = self._elsewhere(candidate)
        if why == "slow":
            self._hedging = False
            if helper is None or not self._budget.spend():
                self._set_timer()
                return
        # Where it matters more, another model of the same provider is a hope as well.
        awake = (each for each in self._left if not each.breaker.resting)
        helper = helper or next(awake, None)
        if helper is None:
            return
        self._left.remove(helper)
        seconds = self._clock.now() - self._running[candidate]
        self._tell(HelpCalled(self._request.origin, str(candidate), str(helper), why, seconds))
        task = asyncio.ensure_future(self._ask(helper))
        self._helpers.add(task)
        task.add_done_callback(self._helped)

    def _helped(self, task: asyncio.Task[None]) -> None:
        self._helpers.discard(task)
        if self._over:
            return
        if self._won is None and not task.cancelled():
            self._mistake = task.exception()
        if self._won is not None or self._mistake is not None or not self._running:
            self._wake()

    async def _dismiss(self) -> None:
        """Close whoever has not won."""
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
        for task in self._helpers:
            task.cancel()
        if self._helpers:
            await asyncio.wait(self._helpers)
        for stream in self._spare:
            await stream.aclose()
