"""Quests made in worlds that are made up, each held against a simulator of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from random import Random

from npcengine.quest.brief import QuestBrief
from npcengine.quest.model import DIFFICULTIES, Quest
from npcengine.quest.planning.skeleton import skeletons
from npcengine.quest.planning.strategy import default_strategies
from npcengine.turns import Fact
from npcengine.world.model import World
from npcengine.world.state import State
from tests.quest.simulator.conditions import answer
from tests.quest.simulator.following import Follower, Ledger
from tests.quest.simulator.run import simulate
from tests.quest.simulator.setting import Moment, Setting
from tests.quest.worlds import made_world

SIZES = (
    24, 24, 40, 40, 60, 60, 80, 80, 100, 100, 150, 150, 200, 200, 300, 300, 500, 500, 1000, 2000,
)  # fmt: skip
FEW = 4
"""So many quests are taken of one brief."""


@dataclass(frozen=True)
class Made:
    """A quest, and where it was made."""

    quest: Quest
    world: World
    setting: Setting
    told: Mapping[str, Fact]
    brief: QuestBrief


@dataclass
class Tally:
    """What came of many quests."""

    quests: int = 0
    proved: int = 0
    plans: int = 0
    complaints: list[str] = field(default_factory=list)


def held_against(count: int, sizes: Iterable[int] = SIZES, seed: int = 0) -> Tally:
    """Make so many quests over worlds of these sizes, and look at each."""
    some, tally = list(sizes), Tally()
    for number, size in enumerate(some):
        wanted = count * (number + 1) // len(some) - count * number // len(some)
        for made in islice(quests_in(seed + number, size), wanted):
            tally.quests += 1
            tally.proved += made.quest.proof is not None and made.quest.proof.proved
            tally.plans += len(made.quest.proof.plans) if made.quest.proof else 0
            where = f"world {seed + number} of {size}, {made.brief}"
            tally.complaints += [f"{where}: {each}" for each in complaints(made)]
    return tally


def quests_in(seed: int, size: int) -> Iterator[Made]:
    """Give quests without end, of people of a world who are somewhere."""
    world = made_world(seed, size)
    setting, random = Setting(world.model_dump(by_alias=True)), Random(f"quests {seed}")
    state, strategies = State.of(world), default_strategies()
    people = list(world.people)
    for number in range(100_000):
        giver = random.choice(people)
        told: dict[str, Fact] = {"player.at": world.people[giver].at} if number % 3 else {}
        if answer(setting.exists[giver], Moment(setting, told).get) is False:
            continue
        brief = QuestBrief(giver, difficulty=DIFFICULTIES[number % 3], seed=number)
        found = skeletons(State.of(state.index, told), brief, strategies, (), Random(number))
        quests = (each for each in found if isinstance(each, Quest))
        for quest in islice(quests, FEW):
            yield Made(quest, world, setting, told, brief)


def complaints(made: Made) -> Iterator[str]:
    """Say what is wrong with a quest that was made."""
    if made.quest.proof is None:
        yield "it has no proof"
        return
    yield from _of_plans(made)
    yield from _of_entities(made)
    yield from _of_objectives(made)


def _of_plans(made: Made) -> Iterator[str]:
    quest = made.quest.model_dump(by_alias=True)
    plans = quest["proof"]["plans"]
    if [each["outcome"] for each in plans] != [each["id"] for each in quest["outcomes"]]:
        yield "there is not one plan for each outcome"
    assumed: set[str] = set()
    for plan in plans:
        result = simulate(made.setting, made.told, quest, plan)
        assumed |= result.assumed
        if not result.ok:
            yield f"the plan for {plan['outcome']} fails: {result.reason}"
        yield from (f"the plan for {plan['outcome']}: {each}" for each in result.spoilt)
        if result.minutes > plan["minutes"] + 1e-6:
            yield f"{plan['outcome']} takes {result.minutes:g} minutes, not {plan['minutes']:g}"
    if bool(assumed) is not bool(quest["proof"]["assumes"]):
        yield f"{sorted(assumed)} is assumed, and told is {quest['proof']['assumes']}"


def _of_entities(made: Made) -> Iterator[str]:
    moment = Moment(made.setting, made.told)
    options = [e.using["option"] for e in made.quest.objectives if e.do == "choose"]
    home = moment.get(f"{made.quest.giver}.at")
    for id in made.quest.named():
        entity = made.setting.entities.get(id)
        if entity is None:
            if id not in options:
                yield f"there is no {id}"
        elif answer(made.setting.exists[id], moment.get) is False:
            yield f"{id} does not exist now"
        elif moment.get(f"{id}.alive") is False:
            yield f"{id} is dead"
        elif not entity["in_quests"] and id not in (made.quest.giver, home):
            yield f"{id} is kept out of quests"


def _of_objectives(made: Made) -> Iterator[str]:
    quest = made.quest.model_dump(by_alias=True)
    follower, moment = Follower(made.setting, quest), Moment(made.setting, made.told)
    for each in quest["objectives"]:
        if each["do"] != "goto" and follower.holds(each, Ledger(), moment):
            yield f"{each['id']} is so already"
