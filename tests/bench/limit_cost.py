"""What keeping to a limit costs, and how well a key is used up by a crowd.

The cost is processor time that the limiter adds to opening a request and to its end, around a
backend that answers at once. The crowd is a real one: an HTTP server enforces the limit, tells it
as OpenAI does, and counts what it had to refuse. One answer comes before, which teaches the limit;
the rest takes as long as the limit makes it.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from npcengine import NPCEngine
from npcengine.backend.base import Backend, ChatStream
from npcengine.backend.limits import Limiter
from npcengine.backend.models import profile
from npcengine.clock import SystemClock
from npcengine.configuration import Limits
from npcengine.hooks import AttemptFailed, Event, logger
from npcengine.messages import ChatRequest, Completion, Message, Origin, Prefix, Usage
from npcengine.testing.fake_provider import FakeProvider, Limit
from npcengine.testing.fake_provider.catalog import headers
from tests.bench.rows import Row, finish
from tests.bench.turn_cost import LINE, REPLY, SCENE, SMITH

ROUNDS = 31
CALLS = 1000
CROWD = 200
A_SECOND = 5
PATIENT = "deadlines: {player: {first: 300, whole: 300}}\n"
SAID = Completion(REPLY, "stop", "openai", "gpt-6-luna", Usage(700, 30), 0.0)
GROQ, LOCAL = profile("groq", "openai/gpt-oss-20b"), profile("ollama", "llama3.2")


class AtOnce:
    """A `Backend` that answers at once, with such headers."""

    def __init__(self, clock: SystemClock, told: Mapping[str, str]) -> None:
        self._clock = clock
        self._told = told
        self.limiter: Limiter | None = None

    async def open(self, request: ChatRequest) -> ChatStream:
        if self.limiter is not None:
            self.limiter.saw(request, 200, self._told)
        return ChatStream.whole(SAID, self._clock)

    async def aclose(self) -> None:
        pass


def request(clock: SystemClock) -> ChatRequest:
    prefix = Prefix.of([Message("system", f"You are {SMITH.name}. {SMITH.description} " * 10)])
    tail = tuple(Message("user" if each % 2 else "assistant", REPLY) for each in range(12))
    return ChatRequest(prefix, tail, Origin("main", "smith", "ayla"), clock.now() + 1e6, 120)


async def block(backend: Backend, asked: ChatRequest) -> float:
    """Return the microseconds of a call."""
    begun = time.process_time()
    for _ in range(CALLS):
        await backend.open(asked)
    return (time.process_time() - begun) / CALLS * 1e6


async def costs() -> list[Row]:
    clock = SystemClock()
    asked = request(clock)
    told = headers("groq", "req_1", tokens=900)
    plain, spoken = AtOnce(clock, {}), AtOnce(clock, told)
    unlimited = Limiter(plain, LOCAL, Limits(), clock)
    limited = spoken.limiter = Limiter(spoken, GROQ, Limits(), clock)
    free, counted = [], []
    gc.collect()
    gc.disable()
    for _ in range(ROUNDS):
        base = await block(plain, asked)
        free.append(await block(unlimited, asked) - base)
        counted.append(await block(limited, asked) - base)
    gc.enable()
    two = f"best {min(counted):.1f}; requests a day and tokens a minute, as Groq tells them"
    return [
        Row("no limit known", statistics.median(free), "µs", 3, 1),
        Row("two limits known", statistics.median(counted), "µs", 30, 10, two),
    ]


async def crowd() -> list[Row]:
    refused = 0

    def watch(event: Event) -> None:
        nonlocal refused
        refused += isinstance(event, AttemptFailed) and event.error.status == 429

    async with FakeProvider(style="openai", replies=REPLY, limit=Limit(A_SECOND, 1.0)) as provider:
        env = {"OPENAI_API_KEY": "sk-a-key-of-no-account", "OPENAI_BASE_URL": provider.base_url}
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder) / "npcengine.yaml"
            config.write_text(PATIENT, "utf-8")
            engine = NPCEngine.from_env(personas=[SMITH], environ=env, config=config, hooks=[watch])
        async with engine:
            await engine.say("smith", LINE, player="first", scene=SCENE)
            begun = time.perf_counter()
            replies = await asyncio.gather(
                *[engine.say("smith", LINE, player=str(n), scene=SCENE) for n in range(CROWD)]
            )
            spent = time.perf_counter() - begun
        calls = len(provider.requests)
    ideal = (CROWD - A_SECOND) / A_SECOND
    authored = sum(reply.source != "model" for reply in replies)
    said = f"{CROWD} turns at once, {A_SECOND} a second, {calls} calls, {authored} authored"
    return [
        Row("429s of a crowd", float(refused + authored), "", 0, None, said),
        Row("against the ideal", spent / ideal * 100, "%", 110, 105, f"{spent:.1f} s"),
    ]


def main() -> None:
    logger.disabled = True
    rows = [*asyncio.run(costs()), *asyncio.run(crowd())]
    finish([row.tell() for row in rows])


if __name__ == "__main__":
    main()
