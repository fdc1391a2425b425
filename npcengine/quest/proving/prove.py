"""The proof that a quest can be finished, whatever of it the player does first."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import NamedTuple, TypeAlias

from npcengine.quest.model import Outcome, Plan, Proof, Quest, Task
from npcengine.quest.progress import Tracker
from npcengine.quest.proving.deadends import Search, dead_end, grounded
from npcengine.quest.proving.hazards import order_matters
from npcengine.quest.proving.planner import Course, Planner
from npcengine.quest.proving.replay import Played, play
from npcengine.quest.watch import GOALS
from npcengine.world.actions import Step
from npcengine.world.state import State
from npcengine.world.verbs import Refusal


class Limits(NamedTuple):
    """How much is tried before a quest is called unproved."""

    steps: int = 4_000
    """Steps that are looked at to find plans: some 0.1 ms each."""
    plays: int = 5_000
    """Steps that are played to find dead ends: some 0.1 ms each."""


LIMITS = Limits()
IN_PLAY = Limits(steps=80, plays=50)
"""For what has to be quick: what takes more is given up, for there are other quests."""


class NoProof(NamedTuple):
    """Why a quest is not proved to be possible."""

    code: str
    """`giver`: they are dead, or would be; `done`: it is over as soon as it is accepted;
    `objective`: one cannot be done; `outcome`: one cannot be reached; `time`: it takes longer than
    there is time; `dead_end`: the player can get stuck; `limit`: nobody knows."""
    message: str
    outcome: str = ""
    objective: str = ""
    steps: tuple[Step, ...] = ()
    """For a dead end, what leads to it."""


Verdict: TypeAlias = Proof | NoProof


class Ending(NamedTuple):
    """How one outcome is reached."""

    played: Played
    plan: Plan


def prove(quest: Quest, state: State, limits: Limits = LIMITS) -> Verdict:
    """Find a plan for each outcome from a state of the world, and show that no way is a dead end.

    Each plan is carried out step by step before it is believed. The same quest and state come to
    the same verdict. It ends: what is not decided within its limits is `NoProof` with `limit`, or
    a proof that is not `complete`.
    """
    found = endings(quest, state, limits)
    return found if isinstance(found, NoProof) else proof_of(quest, state, found, limits)


def endings(quest: Quest, state: State, limits: Limits) -> tuple[Ending, ...] | NoProof:
    """Find a plan for each outcome, and carry it out."""
    tracker = Tracker(quest, state.world)
    if state.get(f"{quest.giver}.alive") is not True:
        return NoProof("giver", f"{quest.giver} is dead, or nobody that there is")
    if tracker.accept(state).status != "active":
        return NoProof("done", "the quest is over as soon as it is accepted")
    planner = Planner(limits.steps)
    ends: list[Ending] = []
    for outcome in quest.outcomes:
        found = _played(tracker, state, outcome, planner)
        if isinstance(found, NoProof):
            return found
        if found.state.get(f"{quest.giver}.alive") is not True:
            return NoProof("giver", f"{quest.giver} would be dead at the end", outcome.id)
        if quest.minutes is not None and found.minutes > quest.minutes:
            message = f"it takes {found.minutes:g} minutes, and there are {quest.minutes:g}"
            return NoProof("time", message, outcome.id)
        ends.append(Ending(found, _plan(found)))
    return tuple(ends)


def proof_of(quest: Quest, state: State, ends: Sequence[Ending], limits: Limits) -> Verdict:
    """Show that whoever does what these plans take, in whatever order, does not get stuck."""
    tracker = Tracker(quest, state.world)
    plans = tuple(each.plan for each in ends)
    search = Search(None, 0)
    steps = _alphabet(quest, state, ends, limits)
    beside = [each for step in steps for each in grounded(state, step)]
    done = [(end.played.state, end.played.actions) for end in ends]
    if order_matters(state, done, beside, tracker.held):
        search = dead_end(tracker, state.within(inf), steps, limits.plays)
    if search.stuck is not None:
        way = " then ".join(map(str, search.stuck)) or "accepting it"
        message = f"after {way} it cannot be finished any more"
        return NoProof("dead_end", message, steps=search.stuck)
    assumes = tuple(dict.fromkeys(fact for end in ends for fact in end.played.assumes))
    return Proof(plans=plans, assumes=assumes, complete=search.complete, states=search.states)


def _played(tracker: Tracker, state: State, outcome: Outcome, planner: Planner) -> Played | NoProof:
    """Do what an outcome needs, one objective after the other, in the order of the quest."""
    played: Played = Played(state, tracker.accept(state))
    while played.progress.status == "active":
        left = [id for id in tracker.open(played.progress) if id in outcome.needs]
        if not left:
            return _not_reached(outcome)
        course = planner.do(Course(played.state), tracker.quest.objective(left[0]))
        if course is None:
            return _not_done(tracker.quest, outcome, left[0], planner)
        for action in course.actions:
            now = play(tracker, played, action.step)
            if isinstance(now, Refusal):
                return _not_done(tracker.quest, outcome, left[0], planner)
            played = now
            if played.progress.status != "active":
                break
        if left[0] not in played.progress.done and played.progress.status == "active":
            return _not_done(tracker.quest, outcome, left[0], planner)
    if played.progress.outcome != outcome.id:
        return _not_reached(outcome)
    return played


def _plan(played: Played) -> Plan:
    return Plan(
        outcome=played.progress.outcome or "",
        steps=tuple(Task.of(each.step) for each in played.actions),
        minutes=played.minutes,
        danger=max((each.danger for each in played.actions), default=0.0),
    )


def _not_reached(outcome: Outcome) -> NoProof:
    message = f"what the outcome {outcome.id!r} needs does not lead to it"
    return NoProof("outcome", message, outcome.id)


def _not_done(quest: Quest, outcome: Outcome, objective: str, planner: Planner) -> NoProof:
    step = quest.objective(objective).step
    if planner.exhausted:
        return NoProof(
            "limit", f"no way to {step} was found within the limit", outcome.id, objective
        )
    return NoProof("objective", f"there is no way to {step}", outcome.id, objective)


def _alphabet(
    quest: Quest, state: State, ends: Sequence[Ending], limits: Limits
) -> tuple[Step, ...]:
    """Return what a player may come to do because of the quest.

    Going about is no part of it, unless the quest asks to go somewhere.
    """
    steps = [each.step for end in ends for each in end.played.actions]
    planner = Planner(limits.steps)
    for each in quest.objectives:
        if each.optional and each.do in GOALS:
            start = (Course(state), Course(ends[0].played.state))
            way = next(filter(None, (planner.do(course, each) for course in start)), start[0])
            steps += (action.step for action in way.actions)
    asked = [each.step for each in quest.objectives if each.do not in GOALS]
    return tuple(dict.fromkeys([*(each for each in steps if each.do != "goto"), *asked]))
