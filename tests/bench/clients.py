"""The clients that are held beside each other: each takes the same turn, in its own usual way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from npcengine import NPCEngine
from npcengine.dialogue.crowd import Saying
from npcengine.stores.inmemory import InMemoryStore
from tests.bench.asking import KEY, Client, Place
from tests.bench.canned import MODEL
from tests.bench.libraries import LiteLLM, PydanticAI, Sdk
from tests.bench.raw import RawAiohttp, RawHttpx
from tests.bench.turn_cost import LINE, SCENE, SMITH, remember


class Ours:
    """The engine, with two providers, a history and a store."""

    def __init__(self, engine: NPCEngine, store: InMemoryStore) -> None:
        self._engine = engine
        self._store = store
        self._players: list[str] = []
        self._count = 0

    @classmethod
    async def made(cls, place: Place) -> Ours:
        store = InMemoryStore()
        env = {
            "GROQ_API_KEY": KEY,
            "GROQ_BASE_URL": place.first.removesuffix("/openai/v1"),
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": place.second,
            "NPCENGINE_FAST": f"groq:{MODEL},openai:gpt-6-luna",
            "NPCENGINE_DEADLINE": str(place.patience),
        }
        if place.rhythm == "limited":  # by the headers of openai, and nobody else is to help
            env["OPENAI_BASE_URL"], env["NPCENGINE_FAST"] = place.first, "openai:gpt-6-luna"
        engine = NPCEngine.from_env(personas=[SMITH], environ=env, store=store)
        await engine.__aenter__()
        return cls(engine, store)

    async def prepare(self, turns: int) -> None:
        for _ in range(turns - len(self._players)):
            self._players.append(f"player-{self._count}")
            self._count += 1
            await remember(self._store, self._players[-1])

    async def turn(self, *, streamed: bool) -> float | None:
        if not self._players:
            await self.prepare(1)
        player = self._players.pop()
        if streamed:
            async with self._engine.stream("smith", LINE, player=player, scene=SCENE) as line:
                async for _ in line:
                    pass
            reply = line.reply
        else:
            reply = await self._engine.say("smith", LINE, player=player, scene=SCENE)
        return reply.first_text if reply.source == "model" else None

    async def batch(self, turns: int) -> int:
        """Take so many turns at once that nobody waits for; return how many were answered."""
        sayings = [Saying("smith", LINE, f"player-{number}", SCENE) for number in range(turns)]
        replies = [r async for _, r in self._engine.say_all(sayings, at_once=turns)]
        return sum(reply.source == "model" for reply in replies)

    async def aclose(self) -> None:
        await self._engine.aclose()


class Peer(NamedTuple):
    """How a client is made, and which distribution it is of."""

    distribution: str
    module: str
    make: Callable[[Place], Awaitable[Client]]


PEERS = {
    "npcengine": Peer("npcengine", "npcengine", Ours.made),
    "aiohttp, raw": Peer("aiohttp", "aiohttp", RawAiohttp.made),
    "httpx, raw": Peer("httpx", "httpx", RawHttpx.made),
    "groq": Peer("groq", "groq", Sdk.groq),
    "openai": Peer("openai", "openai", Sdk.openai),
    "pydantic-ai": Peer("pydantic-ai-slim", "pydantic_ai", PydanticAI.made),
    "litellm": Peer("litellm", "litellm", LiteLLM.made),
}
