"""Use a reply again for the same request."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from cachetools import TLRUCache

from npcengine.backend.base import Backend, ChatStream
from npcengine.clock import Clock
from npcengine.messages import ChatRequest, Completion

MAX_REQUESTS = 4096
"""Requests whose replies are kept; the least recently used goes first."""

Key = tuple[Any, ...]


class Cache:
    """A `Backend` that answers from what another one said to the very same request before.

    It begins to do so when as many different replies have been collected as the request's
    policy wants, so that a character does not sound like a recording. Only whole answers
    are kept.
    """

    def __init__(self, inner: Backend, clock: Clock, rng: random.Random) -> None:
        self._inner = inner
        self._clock = clock
        self._rng = rng
        self._kept: TLRUCache[Key, tuple[Completion, ...]] = TLRUCache(
            MAX_REQUESTS, ttu=_expires, timer=clock.now
        )

    async def open(self, request: ChatRequest) -> ChatStream:
        """Answer from the cache, or open the inner backend and keep what it says."""
        if request.cache.scope == "none":
            return await self._inner.open(request)
        key = request_key(request)
        kept = self._kept.get(key, ())
        if len(kept) >= request.cache.variants:
            said = replace(self._rng.choice(kept), cached=True, cost=0.0, first_content=0.0)
            return ChatStream.whole(replace(said, elapsed=0.0), self._clock)
        stream = await self._inner.open(request)
        stream.on_end(lambda completion: self._keep(key, completion))
        return stream

    def _keep(self, key: Key, completion: Completion) -> None:
        if completion.finish == "stop":
            self._kept[key] = (*self._kept.get(key, ()), completion)

    async def aclose(self) -> None:
        """Close the inner backend."""
        await self._inner.aclose()


def request_key(request: ChatRequest) -> Key:
    """Return what two requests must share for one's answer to serve the other.

    A player's own requests serve that player alone, unless nothing in them came from one
    player. The deadline has no part in an answer.
    """
    origin = request.origin
    owner = None if request.shareable and request.cache.scope == "npc" else origin.player
    return (
        origin.realm,
        origin.npc,
        owner,
        request.prefix.encoded,
        request.tail,
        request.sampling,
        request.max_tokens,
        request.cache,
    )


def _expires(key: Key, completions: tuple[Completion, ...], now: float) -> float:
    ttl: float = key[-1].ttl
    return now + ttl
