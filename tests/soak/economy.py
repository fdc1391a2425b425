"""Let a player do whatever pays, for a long time, and look whether work pays and nothing else does.

Life after life, one buys, gathers, fights and makes things, and is paid for quests, some of which
are priced anew after one has gone elsewhere. Every reward has to lie on the curve of the world's
prices; and nobody may ever earn more by a quest than the curve pays for the work that it was, or
that it was when it was accepted: whoever does has found a way to make money of nothing.

Usage: scripts/soak economy [--turns 100000] [--seed 1]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from npcengine.quest.model import Plan, Proof, Quest, Reward
from npcengine.quest.pricing.cost import comes_again, price_of
from npcengine.quest.pricing.price import MOST, is_fair, priced, worth_of, worth_of_work
from npcengine.quest.pricing.promise import raised
from npcengine.quest.proving.prove import NoProof, prove
from npcengine.world.actions import Step
from npcengine.world.needs import Change
from npcengine.world.state import State
from npcengine.world.verbs import Refusal, perform
from tests.quest.price.hamlet import HAMLET, QUESTS, START

LIFE = 5_000
"""Turns of one life."""
PRICED_ANEW = 0.25
"""How often a quest that was accepted is another one before it is done."""
NEAR = 0.001
RICHES = 200
"""What one owns at the beginning, and a little more: a first gift may be worth more than money."""
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

Pay = Callable[[Quest, Proof, State, Random], Quest]


class Player:
    """Somebody who does whatever pays, and what the curve says it is worth."""

    def __init__(self, state: State = START) -> None:
        self.state = state
        self.worked = 0.0

    def do(self, steps: Iterable[Step]) -> None:
        for step in steps:
            done = perform(self.state, step)
            if not isinstance(done, Refusal):
                self.state = done.state
                work = [(done.action.minutes, done.action.danger)]
                self.worked += worth_of_work(HAMLET.prices, work, 1)

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


@dataclass
class Outcome:
    """What came of it so far."""

    turns: int = 0
    quests: int = 0
    """Those that could be done, of which there is one a turn."""
    anew: int = 0
    """Those that were priced a second time."""
    fair: int = 0
    """Rewards on the curve, of all that were priced."""
    gifts: int = 0
    worked: float = 0.0
    earned: float = 0.0
    """By quests, in all."""
    loops: int = 0
    """How often more was earned than work comes to."""
    violation: str = ""
    """The first reward or loop that must not be."""


def run(
    *,
    turns: int,
    seed: int,
    pay: Pay = priced,
    show: Callable[[Outcome], object] = lambda outcome: None,
) -> Outcome:
    """Play so many turns; `show` is called after each."""
    outcome = Outcome()
    for life in range((turns + LIFE - 1) // LIFE):
        rng, player = Random(f"{seed}/{life}"), Player()
        for _ in range(min(LIFE, turns - life * LIFE)):
            _turn(player, rng, pay, outcome)
            outcome.turns += 1
            show(outcome)
        outcome.worked += player.worked
        if player.wealth > MOST * player.worked + RICHES:
            _found(outcome, f"life {life} ends with {player.wealth:g} of {player.worked:g} worked")
    return outcome


def _turn(player: Player, rng: Random, pay: Pay, outcome: Outcome) -> None:
    player.do(rng.choice(IDLE) for _ in range(rng.randrange(4)))
    asked = rng.choice(QUESTS)
    verdict = prove(asked, player.state)
    if isinstance(verdict, NoProof):
        player.state = player.state.after([Change("wheel.broken", True)])
        return
    reward = pay(asked, verdict, player.state, rng).outcomes[0].reward
    _look(asked, verdict.plans[0], reward, player.state, outcome)
    promised, before, worked = 0.0, player.wealth, player.worked
    if rng.random() < PRICED_ANEW:
        promised = work_of(verdict.plans[0], player.state)
        player.do(rng.choice(IDLE) for _ in range(rng.randrange(1, 4)))
        again = prove(asked, player.state)
        if isinstance(again, Proof):
            verdict, outcome.anew = again, outcome.anew + 1
            reward = raised(reward, asked, verdict.plans[0], player.state)
    player.do(each.step for each in verdict.plans[0].steps)
    player.get(reward)
    earned, most = player.wealth - before, MOST * max(promised, player.worked - worked)
    outcome.quests += 1
    outcome.gifts += bool(reward.items)
    outcome.earned += earned
    if earned > most + NEAR:
        _found(outcome, f"{earned:g} was earned by {asked.objectives} for {most:g}: {reward}")


def work_of(plan: Plan, state: State) -> float:
    """Return what the curve says of a plan, if somebody carries it out."""
    somebody = Player(state)
    somebody.do(each.step for each in plan.steps)
    return somebody.worked


def _look(asked: Quest, plan: Plan, reward: Reward, state: State, outcome: Outcome) -> None:
    worth = worth_of(asked, plan, state)
    if is_fair(reward, worth, state):
        outcome.fair += 1
    elif not outcome.violation:
        outcome.violation = f"{reward} is given for {asked.objectives}, which is worth {worth}"


def _found(outcome: Outcome, loop: str) -> None:
    outcome.loops += 1
    outcome.violation = outcome.violation or loop


def summary(outcome: Outcome, seconds: float) -> str:
    fair = 100 * outcome.fair / max(1, outcome.quests)
    rows = [
        ("turns", outcome.turns, f"in {seconds:.0f} seconds"),
        ("quests", outcome.quests, f"{outcome.anew:,} priced anew, {outcome.gifts:,} with a gift"),
        ("on the curve", outcome.fair, f"{fair:g} % of the rewards, from 0.8 to 1.25"),
        ("money loops", outcome.loops, f"{outcome.earned:,.0f} earned by quests"),
    ]
    if outcome.violation:
        rows.append(("violations", 1, outcome.violation))
    return "".join(f"{name:18} {number:9,}   {rest}".rstrip() + "\n" for name, number, rest in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="Let players do whatever pays.")
    parser.add_argument("--turns", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()

    def show(outcome: Outcome) -> None:
        if sys.stdout.isatty() and outcome.turns % 100 == 0:
            sys.stdout.write(f"\r{outcome.turns:,} of {arguments.turns:,} turns")
            sys.stdout.flush()

    begun = time.perf_counter()
    outcome = run(turns=arguments.turns, seed=arguments.seed, show=show)
    if sys.stdout.isatty():
        sys.stdout.write("\r\x1b[K")
    sys.stdout.write(summary(outcome, time.perf_counter() - begun))
    sys.exit(1 if outcome.violation else 0)


if __name__ == "__main__":
    main()
