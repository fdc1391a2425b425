"""One client in a process of its own, which does what it is told in lines of JSON.

Usage: python -m tests.bench.worker CLIENT, then `{"job": "cost", "url": ..., "streamed": true}`
and the like on standard input; each is answered with a line of JSON.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.bench.asking import Client, Place
from tests.bench.clients import PEERS, Ours
from tests.bench.rows import within

FRAME = 1 / 60
WARMING = 5
"""Turns that do not count: another process has had the processor before."""
STAGGER = 0.25
"""Seconds over which the streams begin, which is about what each takes."""
BURSTS = 8
SINGLE = 12
PAUSE = 0.15
"""Seconds for what is read behind a turn to come to its end."""
SHARES = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999}
FIRST = 4.0
"""Seconds after which every answer that lasts has begun, whoever asks."""


class Tick:
    """A game's tick in the same loop: how late each came, in milliseconds."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self._task = asyncio.ensure_future(self._beat())

    async def _beat(self) -> None:
        due = time.perf_counter() + FRAME
        while True:
            await asyncio.sleep(due - time.perf_counter())
            now = time.perf_counter()
            while due <= now:  # those that were missed are late as well
                self.late.append((now - due) * 1e3)
                due += FRAME

    async def stop(self) -> list[float]:
        self._task.cancel()
        await asyncio.wait([self._task])
        return self.late


def settle() -> None:
    """Keep what is there for good, as a game may: no collection looks through it again."""
    gc.collect()
    gc.freeze()


async def cost(client: Client, *, turns: int, streamed: bool) -> dict[str, Any]:
    """Take turns one after the other; return what each took of the processor."""
    await client.prepare(turns + WARMING)
    gc.collect()
    for _ in range(WARMING):
        await client.turn(streamed=streamed)
    gc.disable()
    before = time.process_time()
    for _ in range(turns):
        if await client.turn(streamed=streamed) is None:
            raise RuntimeError("a turn ended without an answer")
    spent = time.process_time() - before
    gc.enable()
    return {"ms": spent / turns * 1e3}


async def tick(client: Client, *, streams: int, seconds: float) -> dict[str, Any]:
    """Keep so many streams going; return how late the tick came beside them."""
    over = False
    taken = 0

    async def talk(begin: float) -> None:
        nonlocal taken
        await asyncio.sleep(begin)
        while not over:
            await client.turn(streamed=True)
            taken += 1

    await client.prepare(int(streams * (seconds + STAGGER * 3) / STAGGER))
    settle()
    talking = [asyncio.ensure_future(talk(n * STAGGER / streams)) for n in range(streams)]
    await asyncio.sleep(2 * STAGGER)  # until all are connected
    begun, spent, before = time.perf_counter(), time.process_time(), taken
    beat = Tick()
    await asyncio.sleep(seconds)
    late = await beat.stop()
    spent = time.process_time() - spent
    turns, busy = taken - before, spent / (time.perf_counter() - begun)
    over = True
    await asyncio.gather(*talking)
    return {"late": within(late, 0.99), "ms": spent / max(turns, 1) * 1e3, "busy": busy}


async def burst(client: Client, *, streams: int) -> dict[str, Any]:
    """Start so many streams together, again and again; the first time nothing is connected."""

    async def timed() -> float:
        begun = time.perf_counter()
        await client.turn(streamed=True)
        return (time.perf_counter() - begun) * 1e3

    await client.prepare(SINGLE + streams * BURSTS)
    settle()
    single = [await timed() for _ in range(SINGLE)]
    cold: list[float] = []
    late: list[float] = []
    whole: list[float] = []
    for number in range(BURSTS):
        beat = Tick()
        await asyncio.sleep(PAUSE)
        beat.late.clear()
        took = await asyncio.gather(*[timed() for _ in range(streams)])
        lateness = await beat.stop()
        if number == 0:
            cold = lateness
        else:
            late += lateness
            whole += took
    slower = within(whole, 0.99) / within(single, 0.5)
    return {"late": within(late, 0.99), "cold": max(cold), "slower": slower}


async def memory(client: Client, *, streams: int) -> dict[str, Any]:
    """Return the MB that so many streams add while they run."""
    await client.prepare(SINGLE + streams)
    # One at first, for what is loaded once.
    await asyncio.gather(*[client.turn(streamed=True) for _ in range(2)])
    gc.collect()
    before = resident()
    running = [asyncio.ensure_future(client.turn(streamed=True)) for _ in range(streams)]
    await asyncio.sleep(FIRST)
    added = resident() - before
    for each in running:
        each.cancel()
    await asyncio.wait(running)
    return {"mb": added}


def resident() -> float:
    """Return the MB that this process holds; where that is not told, the most it ever held."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except FileNotFoundError:
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


async def faults(client: Client, *, turns: int, at_once: int) -> dict[str, Any]:
    """Take turns where much goes wrong; return when each one's first content came."""
    await client.prepare(turns)
    first: list[float] = []
    silent = 0

    async def talk() -> None:
        nonlocal silent
        while len(first) + silent < turns:
            try:
                came = await client.turn(streamed=True)
            except Exception:
                # Each library has its own errors; here it counts only that there was one.
                came = None
            if came is None:
                silent += 1
            else:
                first.append(came * 1e3)

    await asyncio.gather(*[talk() for _ in range(at_once)])
    shares = {name: within(first, share) for name, share in SHARES.items()}
    return {"turns": len(first) + silent, "silent": silent, **shares}


async def limited(client: Client, *, turns: int) -> dict[str, Any]:
    """Take so many turns at once of a provider that takes few; return how long it took."""
    assert isinstance(client, Ours)
    begun = time.perf_counter()
    answered = await client.batch(turns)
    return {"seconds": time.perf_counter() - begun, "answered": answered}


JOBS: dict[str, Callable[..., Awaitable[dict[str, Any]]]] = {
    each.__name__: each for each in (cost, tick, burst, memory, faults, limited)
}


async def main(name: str) -> None:
    logging.disable(logging.CRITICAL)
    # Some libraries print hints; what is told here is read by a program.
    out, sys.stdout = sys.stdout, sys.stderr
    clients: dict[Place, Client] = {}
    for line in sys.stdin:
        told = json.loads(line)
        job, place = told.pop("job"), Place(*told.pop("place"))
        if place not in clients:
            clients[place] = await PEERS[name].make(place)
        out.write(json.dumps(await JOBS[job](clients[place], **told)) + "\n")
        out.flush()
    for client in clients.values():
        await client.aclose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
