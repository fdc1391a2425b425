"""Whether an ending can still be reached, found out by trying everything that can help."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from heapq import heappop, heappush
from random import Random
from typing import NamedTuple, TypeAlias

from tests.quest.simulator.choices import Helpful, helpful
from tests.quest.simulator.conditions import Fact
from tests.quest.simulator.doing import Cannot, deeds, reachable
from tests.quest.simulator.following import Follower
from tests.quest.simulator.run import Run, after
from tests.quest.simulator.setting import Data, Moment, Setting, Step

_Key: TypeAlias = tuple[object, ...]


class Walks(NamedTuple):
    """What came of going about at random."""

    stuck: tuple[tuple[Step, ...], ...]
    """Ways after which no ending can be reached."""
    looked: int
    undecided: int
    """In so many moments it was not found out."""


def dead_ends(
    world: Data | Setting,
    facts: Mapping[str, Fact],
    quest: Data,
    plans: Sequence[Data],
    limit: int,
    *,
    walks: int = 3,
    seed: int = 0,
) -> Walks:
    """Do steps of plans in a random order, and look after each whether an ending can be reached."""
    setting = world if isinstance(world, Setting) else Setting(world)
    follower, random = Follower(setting, quest), Random(f"walk {seed}")
    first = begin(follower, facts)
    search = Search(follower, first.moment)
    steps = [each for plan in plans for each in plan["steps"] if each["do"] != "goto"]
    stuck: list[tuple[Step, ...]] = []
    verdicts: list[bool | None] = []
    for _ in range(walks):
        run, done = first, list[Step]()
        for step in random.sample(steps, len(steps)):
            then = next(gone(follower, run, step), None)
            if then is None or run.ledger.over:
                continue
            run = then
            done.append(step)
            verdicts.append(search.can_end(run, limit))
            if verdicts[-1] is False:
                stuck.append(tuple(done))
                break
    return Walks(tuple(stuck), len(verdicts), verdicts.count(None))


def begin(follower: Follower, facts: Mapping[str, Fact]) -> Run:
    """Accept a quest."""
    moment = Moment(follower.setting, dict(facts))
    return Run(moment, follower.accept(moment))


def gone(follower: Follower, run: Run, step: Step) -> Iterator[Run]:
    """Give where a step leads that is done after going to where it can be done."""
    here = run.moment.get("player.at")
    reach = reachable(run.moment, str(here))
    named = [id for id in step["with"].values() if id in follower.setting.kinds]
    if any(id not in follower.setting.exists for id in named):
        return
    spots = {deed.place for deed in _deeds(run.moment, step)}
    for spot in sorted(spots, key=str):
        if spot is None or spot in reach:
            there = run
            if spot is not None and spot != here:
                there = next(after(follower, run, {"do": "goto", "with": {"to": spot}}))
            if there.ledger.over:
                yield there
                continue
            try:
                yield from after(follower, there, step)
            except Cannot:
                continue


def _deeds(moment: Moment, step: Step) -> list[_Spot]:
    if step["do"] == "goto":
        return [_Spot(None)]
    if step["do"] == "escort":
        return [_Spot(spot) for spot in moment.spots(step["with"]["who"])]
    return [_Spot(deed.place) for deed in deeds(moment, step["do"], step["with"])]


class _Spot(NamedTuple):
    place: str | None


class Search:
    """Looks for endings of one quest; what it found out it keeps."""

    def __init__(self, follower: Follower, moment: Moment) -> None:
        self._follower = follower
        self._helpful: Helpful = helpful(follower, moment)
        self._known: dict[_Key, bool | None] = {}

    def can_end(self, run: Run, limit: int) -> bool | None:
        """Return whether an outcome can be reached; None when the limit was.

        A quest that has failed is over, and that is an ending as well.
        """
        if run.ledger.over:
            return True
        key = self._key(run)
        if key not in self._known:
            self._known[key] = self._looked(run, limit)
        return self._known[key]

    def _looked(self, first: Run, limit: int) -> bool | None:
        seen = {self._key(first)}
        queue: list[tuple[int, int, Run]] = []
        heappush(queue, (self._left(first), 0, first))
        number = 0
        while queue:
            _, _, run = heappop(queue)
            for step in self._helpful.steps:
                for then in gone(self._follower, run, step):
                    if then.ledger.outcome is not None:
                        return True
                    key = self._key(then)
                    if key not in seen and not then.ledger.over:
                        seen.add(key)
                        number += 1
                        heappush(queue, (self._left(then), number, then))
            if len(seen) > limit:
                return None
        return False

    def _left(self, run: Run) -> int:
        outcomes = self._follower.quest["outcomes"]
        return min(len(set(each["needs"]) - set(run.ledger.done)) for each in outcomes)

    def _key(self, run: Run) -> _Key:
        """Return what of a moment matters: where one can go rather than where one is."""
        moment, helpful_ = run.moment, self._helpful
        here = str(moment.get("player.at"))
        where = here if "player.at" in helpful_.asked else frozenset(reachable(moment, here))
        facts = tuple(self._value(moment, fact) for fact in sorted(helpful_.asked))
        return (*run.ledger[:2], where, facts)

    def _value(self, moment: Moment, fact: str) -> object:
        now = moment.get(fact)
        if isinstance(now, bool | str) or now is None:
            return now
        return min(now, 2 * self._helpful.most.get(fact, 0.0))
