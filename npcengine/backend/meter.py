"""What models cost: every call is counted, whoever hears its answer, and if nobody does."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from npcengine.backend.base import Backend, ChatStream
from npcengine.backend.models import Profile, profile_of
from npcengine.errors import BackendError, DeadlineExceeded, LimitReached
from npcengine.messages import ChatRequest, Completion, Lane, Message, Origin, Usage
from npcengine.prompt.budget import estimate_tokens

MAX_PLAYERS = 1_000
"""How many players are counted one by one: those who cost most."""
OTHERS = ""
"""Stands for the players who are not."""
MESSAGE_OVERHEAD = 6
"""Tokens that a message takes beside its words."""


class Charge(NamedTuple):
    """What one call used."""

    origin: Origin
    lane: Lane
    provider: str
    model: str
    usage: Usage
    cost: float | None
    """US dollars; None when the model's price is not known."""


class Sum(NamedTuple):
    """What several calls used together."""

    requests: int = 0
    """Those that cost something, or would where models are not free."""
    prompt: int = 0
    """Tokens, as in the fields below."""
    cached: int = 0
    """The part of `prompt` that providers took from their own caches."""
    completion: int = 0
    reasoning: int = 0
    """The part of `completion` that nobody sees."""
    cost: float = 0.0
    """US dollars."""
    unpriced: int = 0
    """How many of the requests are not in `cost`, for want of a known price."""
    estimated: int = 0
    """For how many of them the provider's own count had not come."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent since the engine was made, as it stands now."""

    total: Sum
    estimated: Sum
    """The part of `total` that is estimated, because the provider's own count had not come."""
    providers: Mapping[str, Sum]
    models: Mapping[str, Sum]
    """By route, as `groq:openai/gpt-oss-20b`."""
    npcs: Mapping[str, Sum]
    players: Mapping[str, Sum]
    """Those who cost most; all others, and those who were forgotten, stand under no name: ""."""
    lanes: Mapping[str, Sum]


class _Row:
    """A sum that grows."""

    __slots__ = Sum._fields

    def __init__(self) -> None:
        self.requests = self.prompt = self.cached = self.completion = self.reasoning = 0
        self.cost = 0.0
        self.unpriced = self.estimated = 0

    def add(self, usage: Usage, cost: float | None) -> None:
        self.requests += 1
        self.prompt += usage.prompt
        self.cached += usage.cached
        self.completion += usage.completion
        self.reasoning += usage.reasoning
        if cost is None:
            self.unpriced += 1
        else:
            self.cost += cost
        if usage.estimated:
            self.estimated += 1

    def merge(self, other: _Row) -> None:
        for name in Sum._fields:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def sum(self) -> Sum:
        return Sum(*(getattr(self, name) for name in Sum._fields))


class _Kind(NamedTuple):
    """Calls that are counted together."""

    provider: str
    model: str
    npc: str
    lane: Lane
    estimated: bool


class Spending:
    """Adds up what calls used, and tells who listens."""

    def __init__(self, players: int = MAX_PLAYERS) -> None:
        """Count so many `players` one by one."""
        self._most = players
        self._calls = defaultdict[_Kind, _Row](_Row)
        self._players = defaultdict[str, _Row](_Row)
        self._listeners: list[Callable[[Charge], None]] = []

    def listen(self, listener: Callable[[Charge], None]) -> None:
        """Call `listener` with every call that is added from now on."""
        self._listeners.append(listener)

    def add(self, charge: Charge) -> None:
        """Count one call."""
        origin, lane, provider, model, usage, cost = charge
        kind = _Kind(provider, model, origin.npc, lane, usage.estimated)
        self._calls[kind].add(usage, cost)
        self._players[origin.player].add(usage, cost)
        if len(self._players) > 2 * self._most:
            self._shorten()
        for listener in self._listeners:
            listener(charge)

    def _shorten(self) -> None:
        for name in sorted(self._players, key=self._weight)[: -self._most]:
            self.forget(name)

    def _weight(self, player: str) -> tuple[float, int]:
        row = self._players[player]
        return row.cost, row.prompt + row.completion

    def forget(self, player: str) -> None:
        """Count what a player used among the others."""
        row = self._players.pop(player, None)
        if row is not None:
            self._players[OTHERS].merge(row)

    def spent(self) -> Spent:
        """Return what was spent so far."""
        # Copied in one step, because another thread may ask.
        calls, players = tuple(self._calls.items()), tuple(self._players.items())
        return Spent(
            _sum(calls),
            _sum((kind, row) for kind, row in calls if kind.estimated),
            providers=_sums((kind.provider, row) for kind, row in calls),
            models=_sums((f"{kind.provider}:{kind.model}", row) for kind, row in calls),
            npcs=_sums((kind.npc, row) for kind, row in calls),
            players=_sums(players),
            lanes=_sums((kind.lane, row) for kind, row in calls),
        )


def _sum(rows: Iterable[tuple[object, _Row]]) -> Sum:
    total = _Row()
    for _, row in rows:
        total.merge(row)
    return total.sum()


def _sums(rows: Iterable[tuple[str, _Row]]) -> Mapping[str, Sum]:
    totals = defaultdict[str, _Row](_Row)
    for name, row in rows:
        totals[name].merge(row)
    return MappingProxyType({name: row.sum() for name, row in totals.items()})


class Meter:
    """A `Backend` that has all that another one uses counted.

    What came back counts as the provider counted it, also of an answer that had no words. What
    was given up before its first content counts as its prompt, for that is what the provider is
    likely to charge. A request that the provider itself failed costs nothing.
    """

    def __init__(self, inner: Backend, spending: Spending, profile: Profile | None = None) -> None:
        """Count what `inner` uses; of one without a `profile`, only what came back."""
        self._inner = inner
        self._spending = spending
        self._profile = profile

    async def open(self, request: ChatRequest) -> ChatStream:
        """Open the inner backend. Raises `LimitReached` for what must not cost anything."""
        if request.cache_only:
            raise LimitReached("no reply is kept for it, and no model may be asked")
        try:
            stream = await self._inner.open(request)
        except BackendError as error:
            self._failed(request, error)
            raise
        except asyncio.CancelledError:
            self._charge(request, _prompt_of(request))
            raise
        stream.on_end(partial(self._ended, request))
        return stream

    async def aclose(self) -> None:
        """Close the inner backend."""
        await self._inner.aclose()

    def _ended(self, request: ChatRequest, said: Completion) -> None:
        if said.cached:
            return
        if said.usages and self._profile is not None:
            for usage in said.usages:
                self._charge(request, usage)
            return
        charge = request.origin, request.lane, said.provider, said.model, said.usage, said.cost
        self._spending.add(Charge(*charge))

    def _failed(self, request: ChatRequest, error: BackendError) -> None:
        for usage in error.usages:
            if isinstance(usage, Usage):
                self._charge(request, usage)
        if isinstance(error, DeadlineExceeded):
            self._charge(request, _prompt_of(request))

    def _charge(self, request: ChatRequest, usage: Usage) -> None:
        known = self._profile
        if known is None:
            return
        cost = known.price.of(usage) if known.price else None
        charge = request.origin, request.lane, known.provider, known.model, usage, cost
        self._spending.add(Charge(*charge))


def estimate_cost(messages: Sequence[Message], model: str, max_tokens: int = 160) -> float | None:
    """Return what a request will cost at most, in US dollars; None where no price is known.

    `model` is a route, as `groq:openai/gpt-oss-20b`. The prompt is estimated, and taken not to be
    in the provider's cache; the answer is taken to use all of its `max_tokens`, and what the
    model may spend on reasoning beside them.

    Raises:
        InvalidSetting: The route names no provider that is known.
    """
    known = profile_of(model)
    if known.price is None:
        return None
    prompt = sum(estimate_tokens(each.content) + MESSAGE_OVERHEAD for each in messages)
    return known.price.of(Usage(prompt, max_tokens + known.headroom, estimated=True))


def _prompt_of(request: ChatRequest) -> Usage:
    tokens = sum(estimate_tokens(message.content) for message in request.messages)
    return Usage(tokens, 0, estimated=True)
