"""What quests promise: proved ones can be carried out, they are made quickly, and they differ.

Everything is measured in processor time of a process that does nothing else, with what was there
before frozen out of garbage collection; the worlds are made up, the same ones every time.
"""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import statistics
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations, starmap
from pathlib import Path
from random import Random

from npcengine.quest.brief import QuestBrief
from npcengine.quest.maker import QuestMaker, unable
from npcengine.quest.model import DIFFICULTIES, Quest
from npcengine.quest.planning.liking import Mark
from npcengine.quest.planning.skeleton import Tried, skeletons
from npcengine.quest.planning.strategy import default_strategies
from npcengine.world.index import Index
from npcengine.world.loader import load_world, world_from
from npcengine.world.model import World
from npcengine.world.state import State
from tests.bench.rows import Row, finish, within
from tests.quest.trials import SIZES, held_against
from tests.quest.worlds import made_fields, made_world

QUESTS = 10_000
BRIEFS = 400
OAKVALE = Path(__file__).parents[2] / "examples" / "oakvale" / "world.yaml"
IN_OAKVALE = 1_000
RECENT = 200
"""So many of the last quests are not to be made again."""
ALIKE = 0.2
"""Plans are near-duplicates if less than this share of their steps is different."""
ROUNDS = 5
_IS_MAC = sys.platform == "darwin"


def replayed() -> Iterator[Row]:
    tally = held_against(QUESTS)
    sound = 100 * (1 - len({each.partition(": ")[0] for each in tally.complaints}) / tally.quests)
    said = f"{tally.plans:,} plans over {len(SIZES)} worlds; {tally.proved:,} assume nothing"
    yield Row("quests replayed", sound, "%", 100, 100, said, more_is_better=True)
    for each in tally.complaints[:10]:
        sys.stdout.write(f"  {each}\n")


def first(state: State, brief: QuestBrief, recent: deque[Mark] | None = None) -> Quest | None:
    """Return the first quest for a brief, without rewards and texts."""
    found = skeletons(state, brief, default_strategies(), tuple(recent or ()), Random(brief.seed))
    return next((each for each in found if not isinstance(each, Tried)), None)


def briefs(world: World, count: int) -> Iterator[tuple[QuestBrief, str]]:
    """Give briefs of people of a world, and where each of them is."""
    random, people = Random("briefs"), list(world.people)
    for number in range(count):
        giver = random.choice(people)
        brief = QuestBrief(giver, difficulty=random.choice(DIFFICULTIES), seed=number)
        yield brief, world.people[giver].at


def planned(size: int, limit: float, aim: float) -> Iterator[Row]:
    """Measure a first quest for each brief, with its plan and proof."""
    world = made_world(1, size)
    index, spent, none = Index.of(world), list[float](), 0
    _settle()
    for brief, at in briefs(world, BRIEFS):
        state = State.of(index, {"player.at": at})
        begun = time.process_time()
        none += first(state, brief) is None
        spent.append((time.process_time() - begun) * 1e3)
    said = f"p50 {statistics.median(spent):.1f}, p99 {within(spent, 0.99):.1f}; none for {none}"
    yield Row(f"plan and proof, {size:,}", within(spent, 0.95), "ms", limit, aim, said)


def whole(size: int) -> Iterator[Row]:
    """Measure quests with all that they have when no model is asked: rewards and texts, too."""
    world = made_world(1, size)
    maker = QuestMaker(Index.of(world), None)
    _settle()
    begun = time.process_time()
    made = asyncio.run(_made(maker, briefs(world, BRIEFS))) / (time.process_time() - begun)
    yield Row("quests a second", made, "", 100, 300, "of one core", more_is_better=True)


async def _made(maker: QuestMaker, asked: Iterable[tuple[QuestBrief, str]]) -> int:
    made = 0
    for brief, at in asked:
        plain = replace(brief, mode="plain")
        async for each in maker.quests(plain, {"player.at": at}, None, None):
            made += isinstance(each, Quest)
    return made


def _settle() -> None:
    gc.collect()
    gc.freeze()


def index(size: int) -> None:
    """Tell what a world takes, in a process of its own."""
    world = world_from(made_fields(1, size))
    before = _peak()
    _settle()
    spent = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        state = State.of(world)
        state.index.residents, state.index.gathered, state.index.products  # noqa: B018
        state.index.written, state.index.needs_of_ways, state.index.effects  # noqa: B018
        state.index.whereabouts, state.index.left_out, state.index.arrivals  # noqa: B018
        spent.append(time.process_time() - begun)
    found = {"peak": _peak(), "before": before, "spent": statistics.median(spent)}
    sys.stdout.write(json.dumps(found))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if _IS_MAC else 2**10)


def indexed(size: int) -> Iterator[Row]:
    command = [sys.executable, __file__, "index", str(size)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    said = f"of the whole process; {found['before']:.0f} before it was indexed"
    yield Row(f"memory, {size:,}", found["peak"], "MB", 300, 150, said)
    yield Row(f"time to index, {size:,}", found["spent"], "s", 1, 0.5)


def in_oakvale() -> list[Quest]:
    """Return quests of everybody there, one after the other, none like the last ones."""
    world = load_world(OAKVALE)
    at_first = State.of(world)
    made: list[Quest] = []
    recent: deque[Mark] = deque(maxlen=RECENT)
    for brief, at in briefs(world, 2 * IN_OAKVALE):
        state = State.of(at_first.index, {"player.at": at, "player.level": 4})
        quest = None if unable(state, brief) else first(state, brief, recent)
        if quest is not None:
            made.append(quest)
            recent.append(Mark.of(quest))
        if len(made) == IN_OAKVALE:
            break
    return made


def varied() -> Iterator[Row]:
    quests = in_oakvale()
    kinds = {_structure(each) for each in quests}
    share = 100 * len(kinds) / max(1, len(quests))
    said = f"of {len(quests):,} quests in Oakvale"
    yield Row("distinct structures", share, "%", 60, 80, said, more_is_better=True)
    motives = {each.motive for each in quests}
    yield Row("motives used", len(motives), "", 9, 9, "of 9", more_is_better=True)
    plans = [_deeds(each) for each in quests]
    pairs = max(1, len(plans) * (len(plans) - 1) // 2)
    alike = sum(starmap(_near, combinations(plans, 2)))
    again = sum(
        any(_near(each, before) for before in plans[max(0, number - RECENT) : number])
        for number, each in enumerate(plans)
    )
    said = f"of {pairs:,} pairs; {again} quests are like one of the {RECENT} before"
    yield Row("near-duplicate plans", 100 * alike / pairs, "%", 2, 1, said)


def _structure(quest: Quest) -> object:
    """Return what it is made of: what is asked for, and who is in it, however many of it."""
    objectives = (
        (each.do, tuple(who for who in each.using.values() if isinstance(who, str)))
        for each in quest.objectives
    )
    return quest.strategy, quest.twists, tuple(objectives)


def _deeds(quest: Quest) -> tuple[object, ...]:
    """Return the steps of the plan for the first outcome, without those to travel."""
    steps = quest.proof.plans[0].steps if quest.proof else ()
    return tuple((e.do, *e.using.items()) for e in steps if e.do != "goto")


def _near(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    longest = max(len(one), len(other))
    if abs(len(one) - len(other)) >= ALIKE * longest:
        return False
    if len(set(one) ^ set(other)) >= 2 * ALIKE * longest:
        return False
    return _distance(one, other) < ALIKE * longest


def _distance(one: tuple[object, ...], other: tuple[object, ...]) -> int:
    """Return how many steps have to be put in, taken out or replaced."""
    row = list(range(len(other) + 1))
    for number, mine in enumerate(one, 1):
        before, row[0] = row[0], number
        for at, theirs in enumerate(other, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (mine != theirs))
    return row[-1]


def rows() -> Iterator[Row]:
    yield from planned(2_000, 10, 5)
    yield from whole(2_000)
    yield from planned(10_000, 25, 12)
    yield from indexed(10_000)
    yield from varied()
    yield from replayed()


def main() -> None:
    if len(sys.argv) > 1:
        index(int(sys.argv[2]))
        return
    finish([row.tell() for row in rows()])


if __name__ == "__main__":
    main()
