"""Proofs of quests that nobody would write, against a simulator and brute force."""

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from npcengine.quest.model import Proof
from npcengine.quest.proving.prove import NoProof, prove
from npcengine.turns import Fact
from npcengine.world.state import State
from tests.quest.simulator.following import Follower
from tests.quest.simulator.run import simulate
from tests.quest.simulator.search import begin, dead_ends, gone
from tests.quest.simulator.setting import Setting
from tests.quest.strange import strange_quest
from tests.quest.worlds import harmed, made_world

TELLING: dict[str, Fact] = {"flag.whispered": False, "weather": "dry"}
WORLDS = {seed: made_world(seed, 20) for seed in range(12)}
SETTINGS = {seed: Setting(world.model_dump(by_alias=True)) for seed, world in WORLDS.items()}
STATES = {seed: State.of(world) for seed, world in WORLDS.items()}
worlds = st.sampled_from(sorted(WORLDS))
randoms = st.randoms(use_true_random=False)
slow = settings(
    max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


@slow
@given(worlds, randoms, st.booleans())
def test_what_is_proved_can_be_done(seed: int, random: Random, harm: bool) -> None:
    quest = strange_quest(SETTINGS[seed], random)
    told = harmed(WORLDS[seed], random) if harm else {}
    proof = prove(quest, State.of(STATES[seed].index, told))
    if not isinstance(proof, Proof) or proof.assumes:
        return
    dumped, plans = quest.model_dump(by_alias=True), proof.model_dump(by_alias=True)["plans"]
    for plan in plans:
        result = simulate(SETTINGS[seed], told, dumped, plan)
        assert (result.reason, result.assumed, result.spoilt) == ("", frozenset(), ())


@slow
@given(worlds, randoms)
def test_nobody_gets_stuck_where_no_dead_end_was_found(seed: int, random: Random) -> None:
    quest = strange_quest(SETTINGS[seed], random)
    proof = prove(quest, State.of(STATES[seed].index, TELLING))
    if isinstance(proof, Proof) and proof.proved:
        dumped, plans = quest.model_dump(by_alias=True), proof.model_dump(by_alias=True)["plans"]
        walks = dead_ends(SETTINGS[seed], TELLING, dumped, plans, 40, walks=1)
        assert walks.stuck == ()


@slow
@given(worlds, randoms)
def test_dead_ends_can_be_walked_into(seed: int, random: Random) -> None:
    """Each of the steps can be done, and none of them ends the quest."""
    quest = strange_quest(SETTINGS[seed], random)
    found = prove(quest, State.of(STATES[seed].index, TELLING))
    if not isinstance(found, NoProof) or found.code != "dead_end":
        return
    follower = Follower(SETTINGS[seed], quest.model_dump(by_alias=True))
    run = begin(follower, TELLING)
    for step in found.steps:
        run = next(gone(follower, run, step.as_data()))
        assert not run.ledger.over
