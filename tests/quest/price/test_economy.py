"""A simulated economy: whatever a player does, work pays and nothing else does."""

from random import Random

import pytest

from npcengine.quest.model import Reward
from npcengine.quest.pricing.cost import comes_again, price_of
from npcengine.quest.pricing.price import MOST, priced, value_of, worth_of_work
from npcengine.quest.proving.prove import NoProof, prove
from npcengine.world.actions import Step
from npcengine.world.needs import Change
from npcengine.world.verbs import Refusal, perform
from tests.quest.price.hamlet import HAMLET, QUESTS, START, proved, quest


class Player:
    """Somebody who does whatever pays, and what the curve says it is worth."""

    def __init__(self) -> None:
        self.state = START
        self.worked = 0.0

    def do(self, step: Step) -> None:
        done = perform(self.state, step)
        if not isinstance(done, Refusal):
            self.state = done.state
            self.worked += worth_of_work(
                HAMLET.prices, [(done.action.minutes, done.action.danger)], 1
            )

    def get(self, given: Reward) -> None:
        paid = [Change("player.has.coin", given.money, adds=True)]
        for item in given.items:
            held = self.state.number(f"mira.has.{item}") > 0
            paid += [Change(f"player.has.{item}", 1, adds=True)]
            paid += [Change(f"mira.has.{item}", -1, adds=True)] if held else []
        self.state = self.state.after(paid)

    @property
    def wealth(self) -> float:
        """What they own and could come by again and again."""
        owned = ((item, self.state.number(f"player.has.{item}")) for item in HAMLET.items)
        again = ((item, n) for item, n in owned if n and comes_again(item, self.state))
        return sum(n * price_of(item, self.state) for item, n in again)


IDLE = (
    Step.of("buy", item="ore", **{"from": "humphrey"}, count=3),
    Step.of("buy", item="bread", **{"from": "humphrey"}, count=4),
    Step.of("buy", item="sword", **{"from": "mira"}, count=1),
    Step.of("buy", item="pickaxe", **{"from": "mira"}, count=1),
    Step.of("gather", item="herb", at="wood", count=5),
    Step.of("gather", item="ore", at="mine", count=5),
    Step.of("kill", target="wolf", count=2),
    Step.of("make", item="sword"),
    *(Step.of("goto", to=place) for place in HAMLET.places),
)


@pytest.mark.parametrize("seed", range(4))
def test_nobody_earns_more_than_the_curve_pays(seed: int) -> None:
    """Buy, gather, deliver and be paid, over and over, in whatever order brings most."""
    rng, player = Random(seed), Player()
    for _ in range(500):
        for _ in range(rng.randrange(4)):
            player.do(rng.choice(IDLE))
        asked = rng.choice(QUESTS)
        verdict = prove(asked, player.state)
        if isinstance(verdict, NoProof):
            player.state = player.state.after([Change("wheel.broken", True)])
            continue
        given = priced(asked, verdict, player.state, rng).outcomes[0].reward
        before, worked = player.wealth, player.worked
        for each in verdict.plans[0].steps:
            player.do(each.step)
        player.get(given)
        earned = player.wealth - before
        assert earned <= MOST * (player.worked - worked) + 0.001, (asked, given)
    assert player.worked > 5_000
    assert player.wealth <= MOST * player.worked + 200


def test_buying_instead_of_working_does_not_pay() -> None:
    """Price a long way to the mine, then take the short one to the shop."""
    state = START.after([Change("player.has.pickaxe", 1), Change("player.at", "mine")])
    asked = quest("give item=ore count=40 to=mira")
    verdict = proved(asked, state)
    assert [each.do for each in verdict.plans[0].steps] == ["gather", "goto", "give"]
    paid = priced(asked, verdict, state, Random(1)).outcomes[0].reward
    player = Player()
    player.state = state.after([Change("player.has.coin", 240)])
    player.do(Step.of("goto", to="inn"))
    player.do(Step.of("buy", item="ore", count=40))
    player.do(Step.of("goto", to="forge"))
    player.do(Step.of("give", item="ore", count=40, to="mira"))
    assert player.state.number("mira.has.ore") == 40
    assert value_of(paid, state) - 240 <= MOST * player.worked
