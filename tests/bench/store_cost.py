"""What a store costs that holds far more than fits in memory: 100,000 conversations in a file.

One process fills the file, a fresh one opens it through the engine and lets players talk. The
figures are wall time, for a turn waits for its store and the store for the disk. The file is thrown
out of the system's own cache first, where the system allows it. What the process holds by then is
frozen: otherwise a collection of all its garbage, which takes 50 ms and comes when it likes, would
be the slowest turn.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from npcengine import NPCEngine
from npcengine.backend.base import ChatStream
from npcengine.clock import SystemClock
from npcengine.messages import ChatRequest, Completion, Origin, Usage
from npcengine.stores.database import Database
from npcengine.turns import Turn
from tests.bench.rows import Row, finish, within
from tests.bench.turn_cost import LINE, REPLY, SCENE, SMITH

CONVERSATIONS = 100_000
TURNS = 20
CHUNK = 2_000
COLD = 400
RESTLESS = 5
AT_ONCE = 50
EACH = 40
ROUNDS = 7
TOUCHED = 10_000


def fill(path: Path) -> None:
    database = Database(path)
    turns = tuple(
        Turn(f"And what of the {number}th one, over there?", f"{number}. {REPLY}.", float(number))
        for number in range(TURNS)
    )
    for start in range(0, CONVERSATIONS, CHUNK):
        some = range(start, start + CHUNK)
        database.write({Origin("main", "smith", player(number)): turns for number in some}, {}, 0.0)
    database.close()


def player(number: int) -> str:
    return f"player-{number}"


class Instant:
    """A `Backend` that answers at once, and notes when it was asked for whom."""

    def __init__(self) -> None:
        self.asked: dict[str, float] = {}
        self._clock = SystemClock()
        self._said = Completion(f"{REPLY}.", "stop", "instant", "none", Usage(700, 24), 0.0)

    async def open(self, request: ChatRequest) -> ChatStream:
        self.asked[request.origin.player] = time.perf_counter()
        return ChatStream.whole(self._said, self._clock)

    async def aclose(self) -> None:
        pass


class Players:
    """Let players of the file talk, each of whom is drawn once."""

    def __init__(self, engine: NPCEngine, backend: Instant) -> None:
        self._engine = engine
        self._backend = backend
        self._drawn = iter(random.Random(1).sample(range(CONVERSATIONS), CONVERSATIONS))

    def draw(self, count: int) -> list[str]:
        return [player(next(self._drawn)) for _ in range(count)]

    async def talk(self, name: str, turns: int = 1) -> None:
        for _ in range(turns):
            reply = await self._engine.say("smith", LINE, player=name, scene=SCENE)
            if reply.source != "model":
                raise RuntimeError(f"no model answered: {reply}")

    async def first_words(self, names: list[str]) -> list[float]:
        """Return the milliseconds from each one's line to its request."""
        waited = []
        for name in names:
            begun = time.perf_counter()
            await self.talk(name)
            waited.append((self._backend.asked[name] - begun) * 1e3)
        return waited

    @asynccontextmanager
    async def restless(self, names: list[str]) -> AsyncIterator[None]:
        """Let these talk without a pause in the meantime."""
        talking = [asyncio.ensure_future(self.talk(name, sys.maxsize)) for name in names]
        yield
        for each in talking:
            each.cancel()
        await asyncio.gather(*talking, return_exceptions=True)

    async def rate(self, names: list[str], turns: int) -> float:
        """Return the turns a second when all of these talk, so many at once."""
        begun = time.perf_counter()
        for start in range(0, len(names), AT_ONCE):
            some = names[start : start + AT_ONCE]
            await asyncio.gather(*[self.talk(name, turns) for name in some])
        return len(names) * turns / (time.perf_counter() - begun)


def drop_from_the_systems_cache(path: Path) -> None:
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def resident() -> float:
    """Return the most MB that this process has held at any time."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


async def measure(path: Path) -> list[bool]:
    drop_from_the_systems_cache(path)
    backend = Instant()
    async with NPCEngine(personas=[SMITH], backends={"fast": backend}, store=path) as engine:
        empty = resident()
        gc.collect()
        gc.freeze()
        players = Players(engine, backend)
        return [
            (await first_words(players)).tell(),
            (await written(players)).tell(),
            (await memory(players, empty)).tell(),
        ]


async def first_words(players: Players) -> Row:
    waited = await players.first_words(players.draw(COLD))
    async with players.restless(players.draw(RESTLESS)):
        crowded = await players.first_words(players.draw(COLD))
    rest = (
        f"p50 {statistics.median(waited):.1f}, slowest of {COLD} {max(waited):.1f};"
        f" beside {RESTLESS} restless players p50 {statistics.median(crowded):.1f},"
        f" p99 {within(crowded, 0.99):.1f}"
    )
    return Row("say to ask, p99", within(waited, 0.99), "ms", 5, None, rest)


async def written(players: Players) -> Row:
    rates = [await players.rate(players.draw(AT_ONCE), EACH) for _ in range(ROUNDS)]
    rest = f"by {AT_ONCE} players at once; {min(rates):,.0f} to {max(rates):,.0f}"
    return Row(
        "turns written", statistics.median(rates), "/s", 500, 2000, rest, more_is_better=True
    )


async def memory(players: Players, empty: float) -> Row:
    rate = await players.rate(players.draw(TOUCHED), 1)
    rest = f"{empty:.0f} at first; {TOUCHED:,} players drawn, {rate:,.0f} a second"
    return Row("memory at most", resident(), "MB", 200, None, rest)


def main() -> None:
    if len(sys.argv) > 1:
        finish(asyncio.run(measure(Path(sys.argv[1]))))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "oakvale.db")
        fill(path)
        done = subprocess.run([sys.executable, __file__, path], check=False)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
