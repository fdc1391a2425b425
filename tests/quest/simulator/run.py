"""A plan carried out from the beginning to the end, by rules that nobody else has written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.quest.simulator.conditions import Fact
from tests.quest.simulator.doing import Cannot, Done, do
from tests.quest.simulator.following import Follower, Ledger
from tests.quest.simulator.setting import Data, Moment, Setting, Step

MOST = 50
"""So many moments that one step may have led to are followed."""


@dataclass(frozen=True)
class Result:
    """What came of a plan."""

    reason: str = ""
    """Why it leads to nothing; empty if it leads where it should."""
    assumed: frozenset[str] = frozenset()
    """What nobody told and had to be so."""
    minutes: float = 0.0
    """The least that it takes, as far as the world says."""
    spoilt: tuple[str, ...] = ()
    """Essential items that were given away or used up, and people who died without being asked
    for."""

    @property
    def ok(self) -> bool:
        """Whether every step can be done, and its outcome is reached with the last."""
        return not self.reason


@dataclass(frozen=True)
class Run:
    """Where some steps led."""

    moment: Moment
    ledger: Ledger
    assumed: frozenset[str] = frozenset()
    minutes: float = 0.0
    spoilt: tuple[str, ...] = ()


def simulate(world: Data | Setting, facts: Mapping[str, Fact], quest: Data, plan: Data) -> Result:
    """Accept a quest where these facts are told, and do all that a plan says."""
    setting = world if isinstance(world, Setting) else Setting(world)
    follower, moment = Follower(setting, quest), Moment(setting, dict(facts))
    if moment.get(f"{quest['giver']}.alive") is False:
        return Result("the giver is dead")
    runs = [Run(moment, follower.accept(moment))]
    for number, step in enumerate(plan["steps"]):
        if all(run.ledger.over for run in runs):
            ended = runs[0].ledger.outcome or "failure"
            return Result(f"step {number} comes after the end, which was {ended}")
        try:
            runs = _all_after(follower, runs, step)
        except Cannot as error:
            return Result(f"step {number}: {error}")
    best = min(runs, key=lambda run: (run.ledger.outcome != plan["outcome"], len(run.assumed)))
    if best.ledger.outcome != plan["outcome"]:
        left = [id for id in follower.objectives if id not in best.ledger.done]
        return Result(f"{plan['outcome']} is not reached; not done: {left}")
    if quest["minutes"] is not None and best.minutes > quest["minutes"]:
        return Result(f"it takes {best.minutes:g} minutes and there are {quest['minutes']:g}")
    return Result("", best.assumed, best.minutes, best.spoilt)


def _all_after(follower: Follower, runs: list[Run], step: Step) -> list[Run]:
    found: list[Run] = []
    why: Cannot | None = None
    for run in runs:
        try:
            found += after(follower, run, step)
        except Cannot as error:
            why = error
    if not found:
        raise why or Cannot("nothing came of it")
    return found[:MOST]


def after(follower: Follower, run: Run, step: Step) -> Iterator[Run]:
    """Give where a step may lead. Raises `Cannot`."""
    for done in do(run.moment, step):
        ledger = follower.note(run.ledger, done.moment, step)
        spoilt = (*run.spoilt, *_spoilt(follower, step, done))
        minutes = run.minutes + done.minutes
        yield Run(done.moment, ledger, run.assumed | done.assumed, minutes, spoilt)


def _spoilt(follower: Follower, step: Step, done: Done) -> Iterator[str]:
    asked = [
        (each["do"], dict(each["with"]).get("target")) for each in follower.objectives.values()
    ]
    for fact, value, adds in done.changes:
        subject, _, rest = fact.partition(".")
        item = rest.removeprefix("has.")
        essential = follower.setting.world["items"].get(item, {}).get("essential")
        if subject == "player" and essential and adds and float(value) < 0:
            yield f"{item} is essential, and gone after {step['do']} {dict(step['with'])}"
        dies = rest == "alive" and value is False
        is_person = follower.setting.kinds.get(subject) == "person"
        if dies and is_person and ("kill", subject) not in asked:
            yield f"{subject} dies, and nobody asked for it"
        if dies and subject == follower.quest["giver"]:
            yield f"{subject} dies, who has asked for it all"
