"""How long a quest takes whose giver picks and offers it: one call to a model of 50 ms and 1,000
tokens a second, over real HTTP."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from npcengine import NPCEngine, Quest, QuestBrief
from npcengine.prompt.budget import estimate_tokens
from npcengine.quest.model import DIFFICULTIES
from npcengine.testing.fake_provider import Answer, FakeProvider
from tests.bench.rows import Row, finish, within

ROOT = Path(__file__).parents[2]
QUESTS = 200
PERSONAS = ("blacksmith", "herbalist", "innkeeper", "mage", "merchant", "guard_captain", "child")
OFFER = "There is something that I cannot see to myself, and ye look as if ye could. What d'ye say?"
ANSWER = json.dumps({"pick": "q2", "title": "Something to See To", "offer": OFFER})
FIRST, PER_TOKEN = 0.05, 0.001
"""Seconds."""


async def measured() -> tuple[list[float], list[int]]:
    """Return how many seconds each quest took, and how many tokens each call could write."""
    caps: list[int] = []

    def answer(body: dict[str, Any]) -> Answer:
        caps.append(body["max_completion_tokens"])
        return Answer(ANSWER, delay=FIRST + PER_TOKEN * estimate_tokens(ANSWER))

    taken: list[float] = []
    random = Random("fast quests")
    async with FakeProvider(style="groq", replies=answer) as provider:
        environ = {"GROQ_API_KEY": "gsk_of_nobody", "GROQ_BASE_URL": provider.base_url}
        engine = NPCEngine.from_env(
            personas=ROOT / "personas",
            world=ROOT / "examples" / "oakvale" / "world.yaml",
            environ=environ,
        )
        async with engine:
            for seed in range(QUESTS):
                difficulty = random.choice(DIFFICULTIES)
                brief = QuestBrief(random.choice(PERSONAS), difficulty=difficulty, seed=seed)
                begun = time.perf_counter()
                quest = await engine.quest(brief)
                taken.append(time.perf_counter() - begun)
                if not isinstance(quest, Quest):
                    raise SystemExit(f"no quest came of {brief}: {quest.message}")
    return taken, caps


def rows() -> Iterator[Row]:
    taken, caps = asyncio.run(measured())
    said = f"{QUESTS} quests in Oakvale, each told by a model"
    yield Row("fast quest, p50", within(taken, 0.5) * 1e3, "ms", 200, 150, said)
    yield Row("fast quest, p95", within(taken, 0.95) * 1e3, "ms", 400)
    yield Row("model calls a quest", len(caps) / QUESTS, "", 1.02, 1)
    tokens = estimate_tokens(ANSWER)
    yield Row("tokens written a quest", tokens, "", 80, 60, "by the answer of the benchmark")


if __name__ == "__main__":
    finish([row.tell() for row in rows()])
