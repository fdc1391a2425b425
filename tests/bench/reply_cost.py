"""What answers cost that need no model, or share one: the cache, the crowd, the frame loop.

A cache hit is measured in this process's own processor time, in blocks, of which the median
counts. Every hit is the first line of another player, for later ones hold what that player said
and are not shared. The crowd is a real one: an HTTP server counts the calls.
"""

from __future__ import annotations

import asyncio
import gc
import random
import statistics
import time

from npcengine import BlockingEngine, NPCEngine
from npcengine.backend.base import ChatStream
from npcengine.backend.cache import Cache
from npcengine.clock import SystemClock
from npcengine.hooks import logger
from npcengine.messages import ChatRequest
from npcengine.persona.model import Cache as CacheRules
from npcengine.testing.fake_provider import FakeProvider
from npcengine.testing.scripted import ScriptedBackend
from tests.bench.rows import Row, finish, within
from tests.bench.turn_cost import LINE, REPLY, SCENE, SMITH

ROUNDS = 31
CALLS = 120
CROWD = 500
POLLS = 200_000
HOST = SMITH.model_copy(update={"cache": CacheRules()})
VARIANTS = HOST.cache.variants


async def cache_hit() -> Row:
    clock = SystemClock()
    cache = Cache(ScriptedBackend((REPLY,), clock), clock, random.Random(0))
    blocks = []
    async with NPCEngine(personas=[HOST], backends={"fast": cache}, clock=clock) as engine:
        for number in range(VARIANTS):
            await engine.say("smith", LINE, player=f"early-{number}", scene=SCENE)
        for number in range(ROUNDS):
            gc.collect()
            gc.disable()
            begun = time.process_time()
            for call in range(CALLS):
                reply = await engine.say("smith", LINE, player=f"{number}-{call}", scene=SCENE)
            blocks.append((time.process_time() - begun) / CALLS * 1e6)
            gc.enable()
            if reply.source != "cache":
                raise RuntimeError(f"not from the cache: {reply}")
    best = f"best block {min(blocks):.0f}"
    return Row("cache hit", statistics.median(blocks), "µs", 100, 50, best)


async def crowd() -> Row:
    async with FakeProvider(replies=REPLY) as provider:
        env = {"GROQ_API_KEY": "gsk_a_key_of_no_account", "GROQ_BASE_URL": provider.base_url}
        async with NPCEngine.from_env(personas=[HOST], environ=env) as engine:
            begun = time.perf_counter()
            replies = await asyncio.gather(
                *[engine.say("smith", LINE, player=str(n), scene=SCENE) for n in range(CROWD)]
            )
            spent = time.perf_counter() - begun
        calls = len(provider.requests)
    if any(reply.source == "authored" for reply in replies):
        raise RuntimeError("somebody in the crowd got no model's answer")
    rest = f"for {CROWD} players at once, in {spent * 1e3:.0f} ms"
    return Row("the same opener", float(calls), "calls", VARIANTS, None, rest)


class Silent:
    """A `Backend` that never answers."""

    async def open(self, request: ChatRequest) -> ChatStream:
        await asyncio.Event().wait()
        raise RuntimeError("nothing ever came")

    async def aclose(self) -> None:
        pass


def empty_poll() -> Row:
    spent = []
    with BlockingEngine(lambda: NPCEngine(personas=[SMITH], backends={"fast": Silent()})) as engine:
        line = engine.say_soon("smith", LINE, player="ayla", deadline=3600.0)
        poll, now = line.poll, time.perf_counter_ns
        for _ in range(POLLS):
            begun = now()
            came = poll()
            spent.append((now() - begun) / 1e3)
            if came:
                raise RuntimeError(f"something came: {came}")
    rest = f"mean {statistics.mean(spent):.2f}, slowest of {POLLS:,}: {max(spent):.0f}"
    return Row("empty poll, p99.9", within(spent, 0.999), "µs", 20, None, rest)


def main() -> None:
    logger.disabled = True
    finish([asyncio.run(cache_hit()).tell(), asyncio.run(crowd()).tell(), empty_poll().tell()])


if __name__ == "__main__":
    main()
