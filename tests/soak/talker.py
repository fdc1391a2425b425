"""A game that is about to be killed: players talk as fast as they can, and saves are restored.

What is done is told on standard output, a line of JSON each, once the engine has said so:
`["said", player, npc, player's line, answer]`, `["restored", number]`; and before anything
`["opening"]`.

Usage: python tests/soak/talker.py FILE ROUND
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys

from npcengine import NPCEngine, Persona
from npcengine.messages import ChatRequest
from npcengine.stores.save import RealmTurns, dump
from npcengine.testing.scripted import ScriptedBackend
from npcengine.turns import Turn

PLAYERS = 8
EACH = 20
"""Turns that a player says to one character before going on to the next."""
REVISITS = 3
"""Rounds in which the same conversations go on; in all fewer turns than are kept of one."""
SAVED = 50
"""Conversations of a save."""
SLOT = "slot"
"""The realm that saves are restored to."""
CAST = [
    Persona(id="mira", name="Mira", description="The blacksmith."),
    Persona(id="tom", name="Tom", description="The guard."),
]


def realm_of(round_number: int) -> str:
    return f"world-{round_number // REVISITS}"


def save_turns(number: int) -> RealmTurns:
    """Return conversations in which everything says this number."""
    turn = Turn(f"Save {number}.", f"It is {number}.", float(number))
    return {("mira", f"player-{player}"): (turn, turn) for player in range(SAVED)}


def tell(*what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def answer(request: ChatRequest) -> str:
    """Return an answer that no other line gets."""
    line = request.tail[-1].content.removeprefix("<speech>").removesuffix("</speech>")
    return f"I heard you say {line}"


async def talk(engine: NPCEngine, player: int, round_number: int) -> None:
    realm = realm_of(round_number)
    for visit in itertools.count():
        npc, name = CAST[visit % len(CAST)].id, f"{player}-{visit}"
        for number in range(EACH):
            line = f"{round_number} {number} {name}."
            # A slow disk is no loss: nobody is answered before the disk has the turn.
            reply = await engine.say(npc, line, player=name, realm=realm, deadline=60.0)
            tell("said", name, npc, line, reply.text)


async def restore(engine: NPCEngine, round_number: int) -> None:
    for number in itertools.count(round_number * 1_000_000):
        await engine.restore(SLOT, dump(save_turns(number)))
        tell("restored", number)


async def main(path: str, round_number: int) -> None:
    tell("opening")
    backends = {"fast": ScriptedBackend(answer)}
    async with NPCEngine(personas=CAST, backends=backends, store=path) as engine:
        await asyncio.gather(
            restore(engine, round_number),
            *[talk(engine, player, round_number) for player in range(PLAYERS)],
        )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
