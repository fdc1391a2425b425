"""Use a reply again for the same request."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from cachetools import TLRUCache
from cachetools.keys import hashkey

from npcengine.backend.base import Backend, ChatStream
from npcengine.backend.flight import Flight
from npcengine.clock import Clock
from npcengine.errors import LimitReached
from npcengine.messages import ChatRequest, Completion

Key = tuple[Any, ...]


class Cache:
    """A `Backend` that answers from what another one said to the very same request before.

    It begins to do so when as many replies have been collected as the request's policy
    wants, so that a character does not sound like a recording. Until then no more than so
    many are under way at once, and the others listen in. Only whole answers are kept.
    """

    def __init__(
        self, inner: Backend, clock: Clock, rng: random.Random, requests: int = 4096
    ) -> None:
        """Keep the replies to so many `requests`; the least recently used goes first."""
        self._inner = inner
        self._clock = clock
        self._rng = rng
        self._kept: TLRUCache[Key, tuple[Completion, ...]] = TLRUCache(
            requests, ttu=_expires, timer=clock.now
        )
        self._flights: dict[Key, list[Flight]] = {}
        self._cleared = 0

    async def open(self, request: ChatRequest) -> ChatStream:
        """Answer from the cache, or open the inner backend and keep what it says."""
        # A request that holds what one player said will hardly ever come again.
        if request.cache.scope == "none" or not request.shareable or not self._kept.maxsize:
            return await self._uncached(request)
        key = request_key(request)
        flight: Flight | None = None
        kept = self._kept.get(key, ())
        if len(kept) >= request.cache.variants or (kept and request.cache_only):
            stream = ChatStream.whole(self._rng.choice(kept), self._clock)
        elif request.cache_only:
            return await self._uncached(request)
        else:
            flight = self._flight(key, request, request.cache.variants - len(kept))
            stream = await flight.join(request)
        stream.on_discard = lambda: self._discard(key, stream, flight)
        return stream

    def clear(self) -> None:
        """Forget every reply, and those that are under way."""
        self._kept.clear()
        self._flights.clear()
        self._cleared += 1

    async def _uncached(self, request: ChatRequest) -> ChatStream:
        if request.cache_only:
            raise LimitReached("no reply is kept for it, and no model may be asked")
        return await self._inner.open(request)

    def _flight(self, key: Key, request: ChatRequest, most: int) -> Flight:
        """Return a call to join: a new one, while fewer than `most` are under way."""
        under_way = [each for each in self._flights.get(key, ()) if not each.deserted]
        patient = [each for each in under_way if each.waits_for(request)]
        if patient and len(under_way) >= most:
            chosen = patient[0]
            self._flights[key] = [*(each for each in under_way if each is not chosen), chosen]
            return chosen

        cleared = self._cleared
        flight = Flight(
            self._inner,
            request,
            self._clock,
            on_end=lambda completion: self._keep(key, completion, cleared),
            on_landing=lambda: self._land(key, flight),
        )
        self._flights[key] = [*under_way, flight]
        return flight

    def _land(self, key: Key, flight: Flight) -> None:
        left = [each for each in self._flights.get(key, ()) if each is not flight]
        if left:
            self._flights[key] = left
        else:
            self._flights.pop(key, None)

    def _discard(self, key: Key, stream: ChatStream, flight: Flight | None) -> None:
        if flight is not None:  # the next one to ask must not be told the same
            self._land(key, flight)
        stream.on_end(lambda completion: self._unkeep(key, completion.text))

    def _unkeep(self, key: Key, text: str) -> None:
        left = tuple(each for each in self._kept.get(key, ()) if each.text != text)
        if left:
            self._kept[key] = left
        else:
            self._kept.pop(key, None)

    def _keep(self, key: Key, completion: Completion, cleared: int) -> None:
        if completion.finish == "stop" and cleared == self._cleared:
            again = replace(completion, cached=True, cost=0.0, first_content=0.0, elapsed=0.0)
            self._kept[key] = (*self._kept.get(key, ()), again)

    async def aclose(self) -> None:
        """Give up what is under way and close the inner backend."""
        for flights in tuple(self._flights.values()):
            for flight in flights:
                await flight.aclose()
        await self._inner.aclose()


KEYED = ("prefix", "tail", "origin", "max_tokens", "sampling", "shareable", "cache", "answer")
"""The fields of a request that its answer depends on, or that say whom it may serve."""
UNKEYED = ("deadline", "stream", "lane", "waits", "last", "cache_only")
"""The others: when and how an answer comes makes no difference to what it says."""


def request_key(request: ChatRequest) -> Key:
    """Return what two requests must share for one's answer to serve the other.

    A player's own requests serve that player alone, unless nothing in them came from one
    player.
    """
    origin = request.origin
    return hashkey(  # a tuple that hashes itself once
        origin.realm,
        origin.npc,
        None if request.shareable and request.cache.scope == "npc" else origin.player,
        request.prefix.encoded,
        request.tail,
        request.sampling,
        request.max_tokens,
        request.answer,
        request.cache,
    )


def _expires(key: Key, completions: tuple[Completion, ...], now: float) -> float:
    ttl: float = key[-1].ttl
    return now + ttl
