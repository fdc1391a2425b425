"""Ways that have to be opened for others, and verbs that move the player: a plan is found."""

from random import Random

import pytest

from npcengine.quest.brief import QuestBrief
from npcengine.quest.model import Difficulty, Proof, Quest
from npcengine.quest.planning.skeleton import skeletons
from npcengine.quest.planning.strategy import default_strategies
from npcengine.quest.proving.prove import prove
from npcengine.world.actions import Step
from npcengine.world.loader import parse_world
from npcengine.world.state import State
from npcengine.world.verbs import Refusal, perform

HATCH = """
places: {home: {exits: [yard]}, yard: {exits: [{to: cellar, door: hatch}]}, cellar: {}}
people: {ann: {at: home}, bob: {at: yard}}
items: {hook: {gather: home}}
things: {hatch: {at: yard, key: hook}}
start: {player.at: home}
"""
BRIDGE = """
places: {home: {exits: [bank]}, bank: {exits: [{to: isle, when: not bridge.broken}]}, isle: {}}
people: {ann: {at: home}, bob: {at: bank}}
items: {plank: {gather: home}}
things: {bridge: {at: bank, broken: true, repair: {plank: 1}}}
start: {player.at: home}
"""
STONE = """
places: {home: {holds: {egg: 1}}, tower: {exits: [attic]}, attic: {}}
people: {ann: {at: home}, bob: {at: tower}}
items: {egg: {}}
things: {stone: {at: home}, mirror: {at: attic}}
verbs:
  touch: {with: {what: thing}, at: what, then: [player.at = tower]}
start: {player.at: home}
"""
SCROLL = """
places: {home: {exits: [cave]}, cave: {}, isle: {}}
people: {ann: {at: home}, bob: {at: isle}}
items: {scroll: {gather: cave}}
verbs:
  recite: {needs: player.has.scroll >= 1, then: [player.has.scroll -= 1, player.at = isle]}
start: {player.at: home}
"""
WARP = """
places: {home: {}, isle: {}}
people: {ann: {at: home}, bob: {at: isle}}
items: {rune: {gather: home}}
verbs:
  warp: {with: {to: place}, needs: player.has.rune >= 1, then: ["player.at = {to}"]}
start: {player.at: home}
"""

WAYS = {
    "an escort through a door of which the key has to be found first": (
        HATCH,
        "escort who=bob to=cellar",
        "gather item=hook at=home, goto to=yard, unlock what=hatch, escort who=bob to=cellar",
    ),
    "an escort over a bridge that has to be repaired first": (
        BRIDGE,
        "escort who=bob to=isle",
        "gather item=plank at=home, goto to=bank, repair what=bridge, escort who=bob to=isle",
    ),
    "a verb of the game's own that moves the player to where no way leads": (
        STONE,
        "talk to=bob",
        "touch what=stone, talk to=bob",
    ),
    "the same, and a way to go on from there": (
        STONE,
        "goto to=attic",
        "touch what=stone, goto to=attic",
    ),
    "one that needs something first": (
        SCROLL,
        "talk to=bob",
        "goto to=cave, gather item=scroll at=cave, recite, talk to=bob",
    ),
    "one that moves the player wherever they like": (
        WARP,
        "talk to=bob",
        "gather item=rune at=home, warp to=isle, talk to=bob",
    ),
}


def step(line: str) -> Step:
    do, *using = line.split()
    return Step(do, tuple((name, value) for name, value in (each.split("=") for each in using)))


@pytest.mark.parametrize("name", WAYS)
def test_a_player_can_do_it(name: str) -> None:
    world, wanted, plan = WAYS[name]
    state = State.of(parse_world(world, "world.yaml"))
    for line in plan.split(", "):
        done = perform(state, step(line))
        assert not isinstance(done, Refusal), done.message
        state = done.state
    assert plan.endswith(wanted)


@pytest.mark.parametrize("name", WAYS)
def test_a_plan_is_found(name: str) -> None:
    world, wanted, _ = WAYS[name]
    task = step(wanted)
    objective = {"id": "it", "do": task.do, "with": dict(task.using)}
    quest = Quest.model_validate(
        {
            "id": "q",
            "giver": "ann",
            "motive": "wealth",
            "strategy": "own",
            "objectives": (objective,),
            "outcomes": ({"id": "done", "needs": ("it",)},),
        }
    )
    assert isinstance(prove(quest, State.of(parse_world(world, "world.yaml"))), Proof)


LODGE = """
places: {home: {exits: [{to: lodge, door: gate}]}, lodge: {}}
people: {bob: {at: lodge, wants: [comfort]}}
items: {key: {gather: home}, apple: {gather: lodge}, pear: {gather: lodge}, plum: {gather: lodge}}
things: {gate: {at: home, key: key}}
start: {player.at: home}
"""


@pytest.mark.parametrize("difficulty", ["easy", "medium"])
def test_a_door_on_the_way_is_not_too_far(difficulty: Difficulty) -> None:
    state = State.of(parse_world(LODGE, "lodge.yaml"))
    brief = QuestBrief("bob", difficulty=difficulty)
    found = skeletons(state, brief, default_strategies(), (), Random(1))
    quest = next(each for each in found if isinstance(each, Quest))
    assert quest.proof is not None
    assert "unlock" in [each.do for each in quest.proof.plans[0].steps]
