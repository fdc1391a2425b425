"""How much of what one key may ask of one model is taken, and how long more of it takes."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, inf
from typing import Literal, NamedTuple

from npcengine.backend.models import Profile
from npcengine.backend.quota import Allowance, read_quota
from npcengine.clock import Clock
from npcengine.configuration import Limits
from npcengine.messages import ChatRequest, Usage
from npcengine.prompt.budget import CHARS_PER_TOKEN

MINUTE = 60.0
DAY = 86_400.0
JITTER = 0.05
"""Seconds by which one request may come nearer to the one before, on the way to the provider."""
CALM = 300.0
"""Seconds without bursts after a provider has refused what it had to take by our count."""
BURST = 1.0
"""Seconds whose share may then still be taken at once."""
PROBES = 4
"""Requests on their way to a provider of whose limits nothing is known yet."""
PROBING = 0.75
"""Seconds after which the others follow, when no answer has come meanwhile."""
LONGEST_REST = 3600.0
"""The most seconds that a provider's word keeps everybody waiting: it may be nonsense."""
FRESH = 0.05
"""Seconds for which what headers told is good enough while there is plenty."""
TOO_MANY = (429, 498)

_TINY = 1e-6


class Amount(NamedTuple):
    """So many requests and tokens."""

    requests: int = 0
    tokens: int = 0


Kind = Literal[0, 1]
"""Which of the two a limit counts."""
REQUESTS: Kind = 0
TOKENS: Kind = 1
NOTHING = Amount()


class Permit(NamedTuple):
    """Leave to send a request: what it takes, and how much had been taken in all by then."""

    request: ChatRequest
    need: Amount
    taken: Amount


class Bucket:
    """How much of one limit is left. It refills all the time, and never holds more than fits."""

    def __init__(self, kind: Kind, seconds: float, now: float, limit: float = inf) -> None:
        """Count `kind` for `seconds`; `limit` is what the configuration sets, if it does."""
        self.kind = kind
        self._seconds = seconds
        self._set = limit
        self._limit = limit
        self._rate = limit / seconds
        self._level = limit
        self._now = now
        self._calm_until = -inf
        self._told = 0
        self._full = 0.0

    def _refill(self, now: float) -> None:
        passed = now - self._now
        if passed > 0.0:
            self._now = now
            self._level = min(self._level + passed * self._rate, self._room())

    def _room(self) -> float:
        calm = self._now < self._calm_until
        return min(self._limit, self._rate * BURST) if calm else self._limit

    def wait(self, amount: float, now: float, ahead: float, spare: float) -> float:
        """Return the seconds until `amount` may be taken, once `ahead` has been taken.

        What refills in `spare` seconds is left in. An amount that does not fit waits until the
        bucket is full, and then leaves a debt.
        """
        self._refill(now)
        short = ahead + min(amount + spare * self._rate, self._room()) - self._level
        return short / self._rate if short > _TINY else 0.0

    @property
    def ample(self) -> bool:
        """True when more than half of the limit is left."""
        return 2 * self._level > self._limit

    def _refilled_in(self, told: Allowance) -> float:
        """Return in how many seconds an empty limit is full again.

        A provider may refill faster than by the day or the minute: then `reset` is too short.
        What remains is rounded down, so the longest time that follows from it is the true one.
        """
        if told.limit != self._told:
            self._told, self._full = told.limit, 0.0
        if told.remaining is not None and told.reset and told.remaining < told.limit:
            self._full = max(self._full, told.reset * told.limit / (told.limit - told.remaining))
        return self._full if 0.0 < self._full < self._seconds / 2 else self._seconds

    def take(self, amount: float) -> None:
        """Take `amount`; a negative one is put back."""
        self._level -= amount

    def calm(self, now: float) -> None:
        """Give no bursts for a while: the provider counts by less than it says."""
        if self._seconds > MINUTE:
            return
        self._refill(now)
        self._calm_until = now + CALM
        self._level = min(self._level, self._room())

    def learn(self, told: Allowance, now: float, since: float, behind: float) -> bool:
        """Correct the count by what the head of an answer told; return whether it is a new limit.

        `since` is how much has been taken after its request was sent, and `behind` how much
        before that and without an answer yet: the provider may know of it, or not.
        """
        before = self._limit, self._rate
        self._refill(now)
        self._limit = min(told.limit, self._set)
        self._rate = min(told.limit / self._refilled_in(told), self._set / self._seconds)
        remaining = told.limit if told.remaining is None else told.remaining
        most = remaining - since
        least = most - behind
        if before[0] == inf:
            self._level = least
        elif told.remaining is not None:
            # What the configuration sets is counted here alone, so that only our count fills it.
            mine = self._level if told.limit > self._set else max(self._level, least)
            self._level = min(mine, most, self._room())
        self._level = max(self._level, 1.0 - LONGEST_REST * self._rate)
        return before != (self._limit, self._rate)


class Counts:
    """The limits that are known, what is taken of them, and what is on its way.

    They are those of the configuration, and those that the provider's headers tell. Before
    anything is known of a provider that tells its limits, and after it refused a request, no
    more than `PROBES` are sent until an answer has come.
    """

    def __init__(self, profile: Profile, limits: Limits, clock: Clock) -> None:
        self._headroom = profile.headroom
        self._window = profile.requests_window
        self._clock = clock
        self._concurrent = limits.concurrent or inf
        self._buckets: dict[tuple[Kind, float], Bucket] = {}
        for kind, seconds, limit in _as_set(limits):
            self._buckets[kind, seconds] = Bucket(kind, seconds, clock.now(), limit)
        self._all = list(self._buckets.values())
        self._under_way = 0
        self._taken = NOTHING
        self._unanswered: dict[int, Permit] = {}
        self._rests_until = self._fresh_until = -inf
        self._probes_until: float | None = None
        self._known = self._window is None

    @property
    def unlimited(self) -> bool:
        """True while nothing has to be counted."""
        return self._known and not self._buckets and self._concurrent == inf

    def need(self, request: ChatRequest) -> Amount:
        """Return what a request may take at most, as a provider counts it until it is over."""
        said = sum([len(text) if text.isascii() else _bytes(text) for _, text in request.tail])
        prompt = ceil((len(request.prefix.encoded) + said) / CHARS_PER_TOKEN)
        return Amount(1, prompt + request.max_tokens + self._headroom)

    def wait(self, need: Amount, ahead: Amount = NOTHING, spare: float = JITTER) -> float:
        """Return the seconds until `need` may be taken, after what others need before.

        It is to be there some `spare` seconds ago, where more is to follow.
        """
        now = self._clock.now()
        longest = max(self._rests_until - now, 0.0)
        for bucket in self._all:
            kind = bucket.kind
            wait = bucket.wait(need[kind], now, ahead[kind], spare)
            if wait > longest:
                longest = wait
        return longest

    def held(self) -> float:
        """Return the seconds until one more may be under way; inf until another has ended."""
        if self._under_way >= self._concurrent:
            return inf
        if self._known or len(self._unanswered) < PROBES:
            return 0.0
        left = 0.0 if self._probes_until is None else self._probes_until - self._clock.now()
        self._known = left <= 0.0
        return max(left, 0.0)

    def grant(self, request: ChatRequest, need: Amount) -> Permit:
        """Take what a request needs, which is to be sent now."""
        if not self._known and self._probes_until is None:
            self._probes_until = self._clock.now() + PROBING
        self._take(need)
        self._under_way += 1
        permit = self._unanswered[id(request)] = Permit(request, need, self._taken)
        return permit

    def _take(self, need: Amount) -> None:
        requests, tokens = self._taken
        self._taken = Amount(requests + need.requests, tokens + need.tokens)
        for bucket in self._all:
            bucket.take(need[bucket.kind])

    def answered(self, permit: Permit) -> None:
        """Note that the answer to a request has begun."""
        self._unanswered.pop(id(permit.request), None)

    def end(self, permit: Permit, *usages: Usage) -> None:
        """Count what a request has used in place of what it might have."""
        used = sum([usage.prompt + usage.completion for usage in usages])
        self._leave(permit, Amount(0, used - permit.need.tokens))

    def give_up(self, permit: Permit) -> None:
        """Count a request that nobody waited for to its end: its prompt was most likely read."""
        self._leave(permit, Amount(0, -permit.request.max_tokens - self._headroom))

    def take_back(self, permit: Permit) -> None:
        """Forget a request that was not sent after all."""
        self._leave(permit, Amount(-permit.need.requests, -permit.need.tokens))

    def _leave(self, permit: Permit, change: Amount) -> None:
        self.answered(permit)
        self._under_way -= 1
        self._take(change)

    def refuse(self, retry_after: float | None) -> None:
        """Leave the provider alone for as long as it says; then see with few how it goes."""
        now = self._clock.now()
        rest = min(retry_after or 0.0, LONGEST_REST)
        self._rests_until = max(self._rests_until, now + rest)
        self._known, self._probes_until = False, None
        for bucket in self._all:
            bucket.calm(now)

    def learn(self, request: ChatRequest, status: int, headers: Mapping[str, str]) -> bool:
        """Learn from the head of an answer; return whether the limits are others than before."""
        changed = False
        now = self._clock.now()
        if self._window is not None and (now >= self._fresh_until or status != 200):
            quota = read_quota(headers)
            permit = self._unanswered.get(id(request))
            if quota.requests is not None:
                changed = self._correct(REQUESTS, self._window, quota.requests, permit)
            if quota.tokens is not None:
                changed |= self._correct(TOKENS, MINUTE, quota.tokens, permit)
            if all(bucket.ample for bucket in self._all):
                self._fresh_until = now + FRESH
        self._unanswered.pop(id(request), None)
        if not self._known and status not in TOO_MANY:
            self._known = changed = True
        return changed

    def _correct(self, kind: Kind, seconds: float, told: Allowance, permit: Permit | None) -> bool:
        now = self._clock.now()
        bucket = self._buckets.get((kind, seconds))
        if bucket is None:
            bucket = self._buckets[kind, seconds] = Bucket(kind, seconds, now)
            self._all.append(bucket)
        since = self._taken[kind] - permit.taken[kind] if permit is not None else 0
        behind = 0
        for each in self._unanswered.values():
            if each is permit:
                break
            behind += each.need[kind]
        return bucket.learn(told, now, since, behind)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _as_set(limits: Limits) -> list[tuple[Kind, float, int]]:
    found: list[tuple[Kind, float, int | None]] = [
        (REQUESTS, MINUTE, limits.requests_per_minute),
        (TOKENS, MINUTE, limits.tokens_per_minute),
        (REQUESTS, DAY, limits.requests_per_day),
        (TOKENS, DAY, limits.tokens_per_day),
    ]
    return [(kind, seconds, limit) for kind, seconds, limit in found if limit is not None]
