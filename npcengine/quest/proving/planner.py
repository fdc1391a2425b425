"""How something can be done in a world: from what is wanted back to what the player has now.

Every need that is not met is pursued by what would meet it, whose own needs are pursued first;
each thing is then done at once in the state that has come about, so that a plan is right by
itself. It is deterministic, and ends: nothing is pursued within its own pursuit, and no more is
tried than the limit allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import inf
from typing import NamedTuple

from npcengine.quest.model import Task
from npcengine.quest.watch import GOALS, watch_of
from npcengine.world.achieve import Lead, leads
from npcengine.world.actions import Action, Step
from npcengine.world.needs import Need
from npcengine.world.routes import distances, openings, route, route_if_opened
from npcengine.world.state import State
from npcengine.world.verbs import Refused, ground

MAX_DEPTH = 12
"""So many pursuits may stand within each other: a key for a door on the way to a tool for ..."""
MAX_SOURCES = 6
"""So many ways to meet one need are tried, the nearest first."""
MAX_SHUT = 3
"""So many ways that cannot be opened are gone around, on the way to one place."""
MAX_PASSES = 3
"""So often needs are seen to that were met and are not any more."""


class Course(NamedTuple):
    """What was done, and the state that it led to."""

    state: State
    actions: tuple[Action, ...] = ()
    assumes: tuple[str, ...] = ()

    @property
    def minutes(self) -> float:
        """How long it takes."""
        return sum(each.minutes for each in self.actions)

    @property
    def danger(self) -> float:
        """The greatest danger in it."""
        return max((each.danger for each in self.actions), default=0.0)

    def then(self, action: Action) -> Course:
        """Go on with an action whose needs are met or assumed."""
        assumes = (str(each) for each in action.needs if each.met(self.state.get) is None)
        return Course(
            self.state.after(action.changes),
            (*self.actions, action),
            tuple(dict.fromkeys((*self.assumes, *action.assumes, *assumes))),
        )


class Planner:
    """Plans, and counts what it tries: `limit` groundings of steps for all that it is asked."""

    def __init__(self, limit: int = 2_000) -> None:
        self.left = limit

    @property
    def exhausted(self) -> bool:
        """Whether the limit was reached: what was not found then may exist all the same."""
        return self.left <= 0

    def do(self, course: Course, task: Task) -> Course | None:
        """Go on until a task is done; None when no way was found."""
        if task.do in GOALS:
            watch = watch_of(course.state.world, task)
            return self._meet(course, watch, ()) if isinstance(watch, Need) else None
        return self._do(course, task.step, ())

    def meet(self, course: Course, needs: Iterable[Need]) -> Course | None:
        """Go on until all of these are so at once; None when no way was found."""
        return self._meet_all(course, tuple(needs), ())

    def _do(self, course: Course, step: Step, within: tuple[Need, ...]) -> Course | None:
        if step.do == "goto":
            return self._meet(course, Need("player.at", "==", str(step.get("to"))), within)
        if step.do == "escort":
            cleared = self._ready_to_lead(course, step, within)
            if cleared is None:
                return None
            course = cleared
        for action in self._ways(course.state, step):
            ready = self._meet_all(course, action.needs, within)
            if ready is None:
                continue
            # What was done meanwhile may have changed what the step comes to.
            for now in self._ground(ready.state, step):
                if all(need.met(ready.state.get) is not False for need in now.needs):
                    return ready.then(now)
        return None

    def _meet_all(
        self, course: Course, needs: tuple[Need, ...], within: tuple[Need, ...]
    ) -> Course | None:
        for _ in range(MAX_PASSES):
            for need in needs:
                met = self._meet(course, need, within)
                if met is None:
                    return None
                course = met
            if all(need.met(course.state.get) is not False for need in needs):
                return course
        return None

    def _meet(self, course: Course, need: Need, within: tuple[Need, ...]) -> Course | None:
        verdict = need.met(course.state.get)
        if verdict:
            return course
        if need not in within and len(within) < MAX_DEPTH:
            found = self._pursue(course, need, (*within, need))
            if found is not None:
                return found
        return course if verdict is None else None  # what nobody told may be as it must

    def _pursue(self, course: Course, need: Need, within: tuple[Need, ...]) -> Course | None:
        if need.fact == "player.at" and need.sign == "==":
            place = str(need.value)
            gone = self._go(course, place, within) or self._brought(course, place, within)
            if gone is not None:
                return gone
        for step in self._nearest(course.state, need):
            if self.exhausted:
                return None
            done = self._do(course, step, within)
            if done is None or len(done.actions) == len(course.actions):
                continue
            if need.met(done.state.get):
                return done
            if need.sign in (">", ">=") and done.state.number(need.fact) > course.state.number(
                need.fact
            ):  # there was some of it, and not enough
                return self._meet(done, need, within[:-1])
        return None

    def _go(self, course: Course, place: str, within: tuple[Need, ...]) -> Course | None:
        """Go to a place, and open what is shut on the way."""
        cleared = self._cleared(course, None, place, within)
        if cleared is None or cleared.state.get("player.at") == place:
            return cleared
        actions = self._ground(cleared.state, Step.of("goto", to=place))
        return cleared.then(actions[0]) if actions else None

    def _brought(self, course: Course, place: str, within: tuple[Need, ...]) -> Course | None:
        """Be brought by a verb of the game's own to where a way leads on from."""
        for arrival in course.state.index.arrivals:
            need = Need("player.at", "==", arrival)
            there = None if need in within else self._meet(course, need, within)
            gone = there and self._go(there, place, within)
            if gone is not None:
                return gone
        return None

    def _ready_to_lead(self, course: Course, step: Step, within: tuple[Need, ...]) -> Course | None:
        """Open the way that somebody is to be led, and go to them."""
        for place in course.state.places(str(step.get("who"))):
            cleared = self._cleared(course, place, str(step.get("to")), within)
            ready = None if cleared is None else self._go(cleared, place, within)
            if ready is not None:
                return ready
        return None

    def _cleared(
        self, course: Course, start: str | None, end: str, within: tuple[Need, ...]
    ) -> Course | None:
        """Open what is shut between two places; without the first, from wherever the player is."""
        avoid: set[tuple[str, str]] = set()
        while not self.exhausted and len(avoid) < 2 * MAX_SHUT:
            here = start or course.state.get("player.at")
            if here is None or here == end or route(course.state, str(here), end, avoid):
                return course
            opened = route_if_opened(course.state, str(here), end, avoid)
            if opened is None or opened.shut is None:
                return None
            ready = self._open(course, opened.shut, within)
            if ready is None:
                avoid |= {opened.shut, (opened.shut[1], opened.shut[0])}
            else:
                course = ready
        return None

    def _open(
        self, course: Course, way: tuple[str, str], within: tuple[Need, ...]
    ) -> Course | None:
        for needs in openings(course.state, *way):
            ready = self._meet_all(course, needs, within)
            if ready is not None and ready is not course:
                return ready
        return None

    def _ways(self, state: State, step: Step) -> list[Action]:
        """Give the ways in which a step can be done, those with the fewest needs unmet first."""
        actions = self._ground(state, step)
        if len(actions) < 2:
            return actions
        return sorted(actions, key=lambda each: sum(not n.met(state.get) for n in each.needs))

    def _ground(self, state: State, step: Step) -> list[Action]:
        self.left -= 1
        try:
            return [each for each in ground(state, step) if not _wastes(state, each)]
        except Refused:
            return []

    def _nearest(self, state: State, need: Need) -> list[Step]:
        """Return the steps that could meet a need, those that are the least trouble first."""
        found = list(leads(state, need))
        here = state.get("player.at")
        if len(found) > 1 and isinstance(here, str):
            ends = {place for lead in found for place in lead.places}
            far = distances(state, here, ends, most=MAX_SOURCES)
            found.sort(key=lambda lead: lead.trouble + _distance(far, lead))
        return [lead.step for lead in found[:MAX_SOURCES]]


def _wastes(state: State, action: Action) -> bool:
    """Tell whether something essential would be given away or used up."""
    items = state.world.items
    lost = (
        fact.removeprefix("player.has.")
        for fact, value, adds in action.changes
        if adds and fact.startswith("player.has.") and float(value) < 0
    )
    return any(item in items and items[item].essential for item in lost)


def _distance(far: Mapping[str, float], lead: Lead) -> float:
    return min((far.get(place, inf) for place in lead.places), default=0.0)
