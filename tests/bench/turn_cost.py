"""What a turn costs in processor time, beside the plain HTTP call that it contains.

Two clients take turns in one process against a canned server in another: the engine, and
`httpx.AsyncClient` with its default transport, which posts the very same body and reads the
answer, a streamed one line by line, without looking at what it says. Processor time is this
process's own; blocks of calls alternate, and the ratio is taken round by round, so that a machine
that changes its speed changes both.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence

import httpx

from npcengine import NPCEngine, Persona, Scene
from npcengine.backend.models import profile
from npcengine.backend.wire import encode_request
from npcengine.hooks import logger
from npcengine.messages import Origin
from npcengine.persona.model import Cache, Known
from npcengine.stores.inmemory import InMemoryStore
from npcengine.testing.scripted import ScriptedBackend
from npcengine.turns import Turn
from tests.bench.rows import NAME

ROUNDS = 7
CALLS = 240
BLOCK = 120
HISTORY = 9
REPLY = (
    "Aye, leave it on the bench and I will see to the edge, though the tang is cracked and "
    "wants a new rivet first"
)  # 24 words, which the canned server streams as 24 tokens
SMITH = Persona(
    id="smith",
    name="Mira",
    description="A gruff but fair blacksmith who has held the forge of Oakvale for ten years.",
    traits=("gruff", "fair", "dry"),
    knowledge=Known.of("The mill burned down in the spring.", "The caravan is nine days late."),
    cache=Cache(scope="none"),
)
LINE = "Can you mend this sword before the caravan leaves?"
SCENE = Scene(place="the forge", time="dusk")


def start_server() -> tuple[subprocess.Popen[str], str]:
    command = [
        sys.executable, "-m", "npcengine.testing.fake_provider",
        "--style", "groq", "--reply", REPLY,
    ]  # fmt: skip
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    if server.stdout is None:
        raise RuntimeError("no output from the server")
    url = next(word for word in server.stdout.readline().split() if word.startswith("http"))
    return server, url


async def costs(
    calls: Sequence[Callable[[str], Awaitable[object]]], players: list[str]
) -> list[float]:
    """Return the processor time of each call in microseconds, on average over `players`.

    The calls take turns in small blocks, for a shared machine changes its speed from one tenth
    of a second to the next.
    """
    spent = [0.0] * len(calls)
    gc.collect()
    gc.disable()
    for block in (players[at : at + BLOCK] for at in range(0, len(players), BLOCK)):
        for number, call in enumerate(calls):
            before = time.process_time()
            for player in block:
                await call(player)
            spent[number] += time.process_time() - before
    gc.enable()
    return [seconds / len(players) * 1e6 for seconds in spent]


async def remember(store: InMemoryStore, player: str) -> None:
    for number in range(HISTORY):
        turn = Turn(f"And what of the {number}th one, over there?", f"{number}. {REPLY}.", 0.0)
        await store.append(Origin("main", "smith", player), turn)


async def body_of_a_turn(*, streamed: bool) -> bytes:
    """Return the bytes that the engine sends for a turn with such a history."""
    backend, store = ScriptedBackend(), InMemoryStore()
    await remember(store, "0")
    async with NPCEngine(personas=[SMITH], backends={"fast": backend}, store=store) as engine:
        if streamed:
            async with engine.stream("smith", LINE, player="0", scene=SCENE) as line:
                async for _ in line:
                    pass
        else:
            await engine.say("smith", LINE, player="0", scene=SCENE)
    return encode_request(backend.requests[0], profile("groq", "openai/gpt-oss-20b"))


async def main() -> None:
    logger.disabled = True
    server, url = start_server()
    env = {"GROQ_API_KEY": "gsk_a_key_of_no_account", "GROQ_BASE_URL": url}
    store = InMemoryStore()
    try:
        async with (
            NPCEngine.from_env(personas=[SMITH], environ=env, store=store) as engine,
            httpx.AsyncClient() as client,
        ):
            for streamed in (False, True):
                row = await compare(engine, store, client, url, streamed=streamed)
                sys.stdout.write(row + "\n")
    finally:
        server.terminate()
        server.wait()


async def compare(
    engine: NPCEngine,
    store: InMemoryStore,
    client: httpx.AsyncClient,
    url: str,
    *,
    streamed: bool,
) -> str:
    body = await body_of_a_turn(streamed=streamed)
    target = f"{url}/openai/v1/chat/completions"
    headers = {
        "authorization": "Bearer gsk_a_key_of_no_account",
        "content-type": "application/json",
        "accept-encoding": "identity",
    }

    async def plain(_: str) -> None:
        if not streamed:
            response = await client.post(target, content=body, headers=headers)
            response.raise_for_status()
            return
        async with client.stream("POST", target, content=body, headers=headers) as response:
            response.raise_for_status()
            async for _line in response.aiter_lines():
                pass

    async def turn(player: str) -> None:
        if streamed:
            async with engine.stream("smith", LINE, player=player, scene=SCENE) as line:
                async for _ in line:
                    pass
            reply = line.reply
        else:
            reply = await engine.say("smith", LINE, player=player, scene=SCENE)
        if reply.source != "model":
            raise RuntimeError(f"no model answered: {reply}")

    ours, theirs = [], []
    for number in range(ROUNDS):
        players = [f"{streamed}-{number}-{call}" for call in range(CALLS)]
        for player in players:
            await remember(store, player)
        own, other = await costs((turn, plain), players)
        ours.append(own)
        theirs.append(other)
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    return (
        f"{'turn, streamed' if streamed else 'turn':{NAME}} {statistics.median(ours):7.0f} µs"
        f"   httpx  {statistics.median(theirs):6.0f} µs   ratio {ratio:.2f}"
    )


if __name__ == "__main__":
    asyncio.run(main())
