"""What is given for a quest that was priced before and is another one now."""

from __future__ import annotations

from random import Random

from npcengine.quest.model import Plan, Proof, Quest, Reward
from npcengine.quest.pricing.price import paid_with, priced
from npcengine.world.state import State


def priced_anew(quest: Quest, proof: Proof, state: State) -> Quest:
    """Return a quest that is only offered with other rewards, by its proof in a state.

    One that has no reward at all was never priced, and stays so. Raises what `priced` raises.
    """
    if all(each.reward == Reward() for each in quest.outcomes):
        return quest
    return priced(quest, proof, state, Random(quest.id))


def raised(promised: Reward, quest: Quest, plan: Plan, state: State) -> Reward:
    """Return what a plan is worth from a state, and in nothing less than what was promised.

    The things that were promised stay; what they are not worth is given in money. Raises what
    `worth_of` raises.
    """
    if promised == Reward():
        return promised
    now = paid_with(quest, plan, state, promised.items)
    sides = {**now.standing, **promised.standing}
    standing = {
        side: max(promised.standing.get(side, 0), now.standing.get(side, 0)) for side in sides
    }
    return Reward(
        money=max(promised.money, now.money),
        experience=max(promised.experience, now.experience),
        items=promised.items,
        standing={side: by for side, by in standing.items() if by},
    )
