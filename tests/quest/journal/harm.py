"""Harm done to worlds that are made up, and what can still be done in them."""

from collections.abc import Iterator
from random import Random

from npcengine.quest.model import Objective, Outcome, Proof, Quest
from npcengine.quest.proving.prove import prove
from npcengine.turns import Fact
from npcengine.world.model import World
from npcengine.world.state import State
from tests.quest.simulator.run import simulate
from tests.quest.simulator.setting import Setting

SHARE = 0.05
"""So much of a world is killed, moved or removed."""


def harmed(world: World, random: Random) -> dict[str, Fact]:
    """Kill, move or remove a part of all people, creatures, items and things."""
    told: dict[str, Fact] = {}
    ids = [*world.people, *world.creatures, *world.things, *world.items]
    for id in random.sample(ids, round(len(ids) * SHARE)):
        if id in world.items:
            told |= {f"{by}.has.{id}": 0 for by in _holders(world, id)}
        elif id not in world.creatures or not world.creatures[id].respawns:
            place = random.choice([*world.places, ""])
            dies = id not in world.things and random.random() < 0.4
            told |= {f"{id}.alive": False} if dies else {f"{id}.at": place}
    return told


def _holders(world: World, item: str) -> Iterator[str]:
    for places in (world.places, world.things):
        yield from (id for id, each in places.items() if item in each.holds)
    for somebody in (world.people, world.creatures):
        yield from (id for id, each in somebody.items() if item in each.carries)


def holds_up(setting: Setting, told: dict[str, Fact], quest: Quest) -> bool:
    """Tell whether somebody else comes to the same end by the plans of a quest."""
    assert quest.proof is not None
    data = quest.model_dump(by_alias=True)
    plans = [each.model_dump(by_alias=True) for each in quest.proof.plans]
    return all(simulate(setting, told, data, each).ok for each in plans)


def can_be_met(quest: Quest, state: State) -> bool:
    """Tell whether the player can come to the giver, and they are free to hand out a quest."""
    talk = Objective.model_validate({"id": "talk", "do": "talk", "with": {"to": quest.giver}})
    ends = (Outcome(id="done", needs=("talk",)),)
    alone = quest.model_copy(update={"objectives": (talk,), "outcomes": ends})
    held = state.get(f"{quest.giver}.captive") is True
    return not held and isinstance(prove(alone, state), Proof)
