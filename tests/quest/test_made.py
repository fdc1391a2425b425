"""Quests that were made can be finished, whoever looks at them."""

import subprocess
import sys
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from npcengine.quest.brief import QuestBrief
from npcengine.quest.maker import unable
from npcengine.quest.model import Proof, Quest
from npcengine.quest.planning.skeleton import MAX_ATTEMPTS, Tried, skeletons
from npcengine.quest.planning.strategy import default_strategies
from npcengine.quest.proving.prove import prove
from npcengine.turns import Fact
from npcengine.world.model import World
from npcengine.world.state import State
from tests.quest.simulator.run import simulate
from tests.quest.simulator.search import dead_ends
from tests.quest.trials import SIZES, held_against, quests_in
from tests.quest.worlds import SMALL, harmed, hostile_worlds

ROOT = Path(__file__).parents[2]
HOSTILE = {name: (world, told, giver) for name, world, told, giver in hostile_worlds()}
PRINTED = """
from itertools import islice
from tests.quest.trials import quests_in
for made in islice(quests_in(3, 60), 12):
    print(made.quest.model_dump_json(by_alias=True))
"""


@pytest.mark.parametrize("seed", range(3))
def test_every_plan_of_every_quest_can_be_carried_out(seed: int) -> None:
    tally = held_against(100, SIZES[seed:-2:3], 1000 * (seed + 1))
    assert tally.complaints == []
    assert (tally.quests, tally.proved > 80) == (100, True)


def printed(hash_seed: str) -> str:
    command = [sys.executable, "-c", PRINTED]
    paths = {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": hash_seed, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, env=paths, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def test_the_same_seed_makes_the_same_bytes_in_every_process() -> None:
    here = "".join(
        f"{made.quest.model_dump_json(by_alias=True)}\n" for made in islice(quests_in(3, 60), 12)
    )
    assert printed("1") == printed("4711") == here


@pytest.mark.parametrize(("world", "told", "giver"), HOSTILE.values(), ids=HOSTILE)
def test_where_nothing_can_be_asked_for_it_ends_soon(
    world: World, told: dict[str, Fact], giver: str
) -> None:
    state, brief = State.of(world, told), QuestBrief(giver, difficulty="hard")
    if unable(state, brief):
        return
    found = list(skeletons(state, brief, default_strategies(), (), Random(1)))
    assert len(found) <= MAX_ATTEMPTS
    for quest in found:
        if isinstance(quest, Quest):
            assert quest.proof is not None
            dumped, plain = quest.model_dump(by_alias=True), world.model_dump(by_alias=True)
            assert all(simulate(plain, told, dumped, p).ok for p in dumped["proof"]["plans"])


@pytest.mark.parametrize("name", ["nothing but a person", "the giver is dead"])
def test_worlds_without_a_quest_have_none(name: str) -> None:
    world, told, giver = HOSTILE[name]
    state, brief = State.of(world, told), QuestBrief(giver)
    found = skeletons(state, brief, default_strategies(), (), Random(1))
    assert unable(state, brief) or all(isinstance(each, Tried) for each in found)


@pytest.mark.parametrize("seed", range(4))
def test_nobody_gets_stuck_in_a_small_world(seed: int) -> None:
    for made in islice(quests_in(2000 + seed, SMALL), 12):
        quest = made.quest.model_dump(by_alias=True)
        if made.quest.proof is not None and made.quest.proof.proved:
            walks = dead_ends(made.setting, made.told, quest, quest["proof"]["plans"], 60, walks=2)
            assert walks.stuck == (), quest["id"]


@pytest.mark.parametrize("seed", range(4))
def test_what_is_still_proved_in_a_world_that_was_harmed_can_still_be_done(seed: int) -> None:
    random = Random(f"harm {seed}")
    for made in islice(quests_in(3000 + seed, 100), 25):
        told = {**made.told, **harmed(made.world, random)}
        proof = prove(made.quest, State.of(made.world, told))
        if isinstance(proof, Proof) and not proof.assumes:
            quest = made.quest.model_dump(by_alias=True)
            plans = proof.model_dump(by_alias=True)["plans"]
            reasons = [simulate(made.setting, told, quest, plan).reason for plan in plans]
            assert reasons == [""] * len(plans)
