"""A simulated economy: whatever a player does, work pays and nothing else does."""

from random import Random

import pytest

from npcengine.quest.model import Proof, Quest
from npcengine.quest.pricing.price import MOST, priced, value_of
from npcengine.world.actions import Step
from npcengine.world.needs import Change
from npcengine.world.state import State
from tests.quest.price.hamlet import START, proved, quest
from tests.soak.economy import Player, run, summary


@pytest.mark.parametrize("seed", range(4))
def test_nobody_earns_more_than_the_curve_pays(seed: int) -> None:
    """Buy, gather, deliver and be paid, over and over, in whatever order brings most."""
    outcome = run(turns=500, seed=seed)
    assert outcome.violation == ""
    assert outcome.loops == 0
    assert outcome.turns == 500
    assert outcome.fair == outcome.quests > 200
    assert outcome.anew > 30
    assert outcome.worked > 5_000


@pytest.mark.parametrize("share", [0.5, 1.5])
def test_a_price_that_is_not_on_the_curve_is_noticed(share: float) -> None:
    def pay(asked: Quest, proof: Proof, state: State, rng: Random) -> Quest:
        made = priced(asked, proof, state, rng)
        [done] = made.outcomes
        money = done.reward.model_copy(update={"money": done.reward.money * share})
        return made.model_copy(update={"outcomes": (done.model_copy(update={"reward": money}),)})

    outcome = run(turns=60, seed=1, pay=pay)
    assert outcome.violation
    assert outcome.fair < outcome.quests
    assert bool(outcome.loops) is (share > 1)
    assert "violations" in summary(outcome, 1.0)


def test_buying_instead_of_working_does_not_pay() -> None:
    """Price a long way to the mine, then take the short one to the shop."""
    state = START.after([Change("player.has.pickaxe", 1), Change("player.at", "mine")])
    asked = quest("give item=ore count=40 to=mira")
    verdict = proved(asked, state)
    assert [each.do for each in verdict.plans[0].steps] == ["gather", "goto", "give"]
    paid = priced(asked, verdict, state, Random(1)).outcomes[0].reward
    player = Player(state.after([Change("player.has.coin", 240)]))
    player.do(
        (
            Step.of("goto", to="inn"),
            Step.of("buy", item="ore", count=40),
            Step.of("goto", to="forge"),
            Step.of("give", item="ore", count=40, to="mira"),
        )
    )
    assert player.state.number("mira.has.ore") == 40
    assert value_of(paid, state) - 240 <= MOST * player.worked
