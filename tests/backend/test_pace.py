"""Turns that begin at once do not hold up the loop that they share with a game."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npcengine import NPCEngine
from npcengine.backend.pace import Pace
from npcengine.configuration import Deadlines
from npcengine.messages import ChatRequest
from npcengine.testing.scripted import ScriptedBackend
from tests.dialogue.stage import MIRA

SHARE = 0.002


class World:
    """A loop whose passes are counted, and in which to begin takes a set time."""

    def __init__(self, cost: float) -> None:
        self.time = 0.0
        self.cost = cost
        self.passes = 0
        self.begun: list[tuple[int, int]] = []
        self.pace = Pace(SHARE, lambda: self.time)
        self._over = False

    def _tick(self) -> None:
        self.passes += 1
        if not self._over:
            asyncio.get_running_loop().call_soon(self._tick)

    async def turn(self, number: int) -> None:
        await self.pace.begin()
        self.begun.append((number, self.passes))
        self.time += self.cost

    async def crowd(self, size: int) -> None:
        asyncio.get_running_loop().call_soon(self._tick)
        await asyncio.gather(*(self.turn(number) for number in range(size)))
        self._over = True


@given(size=st.integers(1, 120), cost=st.sampled_from([0.0, 0.0001, 0.0005, 0.003]))
def test_a_crowd_begins_in_order_and_no_pass_takes_long(size: int, cost: float) -> None:
    world = World(cost)
    asyncio.run(world.crowd(size))
    assert [number for number, _ in world.begun] == list(range(size))
    most = max(Counter(at for _, at in world.begun).values())
    # What is begun when the share is not yet used up may go beyond it, once.
    assert most * cost <= SHARE + cost + 1e-9


def test_one_turn_waits_for_nobody() -> None:
    async def one() -> int:
        world = World(0.0)
        asyncio.get_running_loop().call_soon(world._tick)
        await world.turn(0)
        world._over = True
        return world.passes

    assert asyncio.run(one()) == 0


async def test_whoever_gives_up_waiting_keeps_nobody_else() -> None:
    world = World(0.003)
    turns = [asyncio.ensure_future(world.turn(number)) for number in range(40)]
    await asyncio.sleep(0)
    for each in turns[1:30]:
        each.cancel()
    await asyncio.wait(turns)
    assert [number for number, _ in world.begun] == [0, *range(30, 40)]


@pytest.mark.parametrize("share", [0.0, 1e-9])
async def test_without_any_share_they_begin_one_by_one(share: float) -> None:
    pace = Pace(share)
    await asyncio.wait_for(asyncio.gather(*(pace.begin() for _ in range(20))), 5)


async def test_lines_that_are_said_at_once_are_asked_in_passes_of_their_own() -> None:
    passes, asked, over = 0, [], False

    def tick() -> None:
        nonlocal passes
        passes += 1
        if not over:
            asyncio.get_running_loop().call_soon(tick)

    def answer(request: ChatRequest) -> str:
        asked.append(passes)
        return "Aye."

    tick()
    engine = NPCEngine(
        personas=[MIRA],
        backends={"fast": ScriptedBackend(answer)},
        deadlines=Deadlines(per_pass=0.0),
    )
    async with engine:
        await asyncio.gather(*(engine.say("mira", "Hello.", player=str(n)) for n in range(30)))
    over = True
    assert len(set(asked)) == 30
