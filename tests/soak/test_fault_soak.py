"""Nothing is left behind by turns in which everything goes wrong; and the soak would notice."""

import asyncio
import os
import random

import pytest

from npcengine import NPCEngine, Reply
from tests.soak.fault_soak import run, summary
from tests.soak.game import CAST, Outcome, descriptors, lasting, same
from tests.soak.restless import Players, Violation


async def test_nothing_is_left_behind() -> None:
    shown: list[int] = []
    outcome = await run(turns=200, seed=7, show=lambda now: shown.append(now.turns))
    assert outcome.violation == ""
    assert outcome.turns == 200 == shown[-1]
    assert outcome.replies["model"]
    assert len(outcome.faults) > 10
    assert outcome.exact.prompt


@pytest.mark.parametrize("text", ["", " ", "<html>Just a moment</html>", "Aye. I'm sorry, but no."])
async def test_a_line_of_no_character(text: str) -> None:
    async with NPCEngine(personas=CAST) as engine:
        players = Players(engine, ["mira"], random.Random(1))
        players.check(await engine.say("mira", "Hello.", player="ayla"))
        with pytest.raises(Violation):
            players.check(Reply("mira", "ayla", text))


@pytest.mark.skipif(not descriptors(), reason="this platform does not tell what is open")
async def test_a_descriptor_that_stays_open() -> None:
    before = descriptors()
    left = os.pipe()
    with pytest.raises(Violation, match="2 more file descriptors"):
        await same(descriptors, before, "file descriptors", 0.0)
    for each in left:
        os.close(each)
    await same(descriptors, before, "file descriptors")


async def test_a_task_that_goes_on() -> None:
    before = lasting(connected=True)
    going = asyncio.ensure_future(asyncio.Event().wait())
    assert lasting(connected=True) == [*before, going]
    going.cancel()


def test_a_summary_of_what_must_not_happen() -> None:
    told = summary(Outcome(turns=3, violation="seed 1, game 0: turn 2 hangs: say"), 1.0)
    assert told.splitlines()[-1].split(None, 2)[2] == "seed 1, game 0: turn 2 hangs: say"
