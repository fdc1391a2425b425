"""Steps put right in the state that has come about: what they lack is planned before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from npcengine.quest.model import Task
from npcengine.quest.proving.planner import Course, Planner
from npcengine.quest.watch import watch_of
from npcengine.world.actions import Step
from npcengine.world.needs import Need
from npcengine.world.state import State
from npcengine.world.verbs import Done, Refusal, perform

MAX_TRIED = 6_000
"""So many steps are tried for one list."""
MAX_TRIED_EACH = 600
"""So many steps are tried to make one possible."""
MAX_SOONER = 12
"""So many steps earlier something is tried that cannot be done any more."""

FixKind = Literal["folded", "inserted", "moved", "dropped", "left_out"]
"""`folded`: written in other words; `inserted`: added before a step that needs it; `moved`: done
before steps after which it cannot be done; `dropped`: already so; `left_out`: it cannot be done."""

_ONCE = frozenset({"unlock", "repair", "free", "capture", "kill"})
"""Verbs with which there is nothing to do once it is so."""
_OBTAINING = frozenset({"take", "gather", "buy", "make", "steal"})


@dataclass(frozen=True, slots=True)
class Fix:
    """One thing that was mended."""

    kind: FixKind
    index: int
    """The step of the list that was given for whose sake it was done, counted from 0."""
    what: str
    """The step as it was added, changed or left out."""
    why: str


@dataclass(frozen=True, slots=True)
class Intent:
    """A step that makes sense in the world, and which of the list it is."""

    index: int
    step: Step


class Mended(NamedTuple):
    """How far the steps were put right."""

    state: State
    steps: tuple[Step, ...] = ()
    fixes: tuple[Fix, ...] = ()
    spare: tuple[Step, ...] = ()
    """What was inserted, and was not asked for by any step since."""

    @property
    def lost(self) -> int:
        """How many steps were left out."""
        return sum(each.kind == "left_out" for each in self.fixes)

    def fixed(self, kind: FixKind, intent: Intent, why: str) -> Mended:
        """Note what was done about a step."""
        fix = Fix(kind, intent.index, str(intent.step), why)
        return self._replace(fixes=(*self.fixes, fix))


class Mender:
    """Puts steps right, and counts what it tries."""

    def __init__(self, limit: int = MAX_TRIED) -> None:
        self._left = limit

    def mend(self, state: State, intents: Sequence[Intent]) -> Mended:
        """Do all that can be done of what is meant, in its order, with what it takes between."""
        order: list[Intent] = []
        stages = [Mended(state)]
        """What has come about before each step of the order, and after the last."""
        moved: dict[int, Fix] = {}
        for intent in intents:
            now = self._next(stages[-1], intent)
            sooner = self._sooner(stages, order, intent) if now is None else []
            start = len(order) + 1 - len(sooner) if sooner else len(order)
            if sooner:
                why = f"it could not be done after {order[start].step}"
                moved[intent.index] = Fix("moved", intent.index, str(intent.step), why)
            stages[start + 1 :] = sooner or [now or self._otherwise(stages[-1], intent)]
            order.insert(start, intent)
        return stages[-1]._replace(fixes=(*stages[-1].fixes, *moved.values()))

    def _next(self, now: Mended, intent: Intent) -> Mended | None:
        """Go on with a step and what it takes; None when no way was found."""
        if _is_so(now.state, intent.step):
            return now.fixed("dropped", intent, "it is so already")
        done = self._attempt(now.state, intent.step)
        if isinstance(done, Done):
            return now._replace(state=done.state, steps=(*now.steps, intent.step))
        steps = self._planned(now.state, Task.of(intent.step))
        return None if steps is None else self._followed(now, steps, intent, done.message)

    def _sooner(
        self, stages: Sequence[Mended], order: Sequence[Intent], intent: Intent
    ) -> list[Mended]:
        """Do a step before others after which it cannot be done; empty if that does not help.

        Returns what comes about after it, and after each of the others.
        """
        for start in reversed(range(max(0, len(order) - MAX_SOONER), len(order))):
            first = self._next(stages[start], intent) if self._left > 0 else None
            if first is None:
                continue
            again = [first]
            for each in order[start:]:
                again.append(self._next(again[-1], each) or self._otherwise(again[-1], each))
            if again[-1].lost <= stages[-1].lost:
                return again
        return []

    def _otherwise(self, now: Mended, intent: Intent) -> Mended:
        """Drop what was inserted sooner, come by an item in another way, or leave the step out."""
        twin = next((each for each in now.spare if _has_all(each, intent.step)), None)
        if twin is not None:
            spare = list(now.spare)
            spare.remove(twin)
            now = now._replace(spare=tuple(spare))
            return now.fixed("dropped", intent, "another step needed it sooner")
        why = self._attempt(now.state, intent.step)
        message = why.message if isinstance(why, Refusal) else "it leads to nothing"
        return self._obtained(now, intent, message) or now.fixed("left_out", intent, message)

    def _obtained(self, now: Mended, intent: Intent, why: str) -> Mended | None:
        item, count = intent.step.get("item"), intent.step.get("count") or 1
        if intent.step.do not in _OBTAINING or item is None:
            return None
        steps = self._planned(now.state, Task.of(Step.of("obtain", item=item, count=count)))
        got = None if steps is None else self._followed(now, steps, intent, why)
        return got and got.fixed("dropped", intent, f"the player has {count} {item} without it")

    def _followed(
        self, now: Mended, steps: Sequence[Step], intent: Intent, why: str
    ) -> Mended | None:
        """Carry out a plan; all of it but the step that was meant was inserted."""
        for step in steps:
            done = self._attempt(now.state, step)
            if isinstance(done, Refusal):
                return None
            now = now._replace(state=done.state, steps=(*now.steps, step))
            if step != intent.step:
                now = now.fixed("inserted", Intent(intent.index, step), why)
                now = now._replace(spare=(*now.spare, step))
        return now

    def _planned(self, state: State, task: Task) -> list[Step] | None:
        planner = Planner(min(MAX_TRIED_EACH, self._left))
        limit = planner.left
        course = planner.do(Course(state), task) if limit > 0 else None
        self._left -= limit - planner.left
        return None if course is None else [each.step for each in course.actions]

    def _attempt(self, state: State, step: Step) -> Done | Refusal:
        self._left -= 1
        return perform(state, step)


def _is_so(state: State, step: Step) -> bool:
    """Tell whether a step would lead to what is so already."""
    if step.do in ("goto", "escort"):
        who = step.get("who")
        is_there = state.get("player.at") == step.get("to")
        return is_there and (who is None or step.get("to") in state.places(str(who)))
    if step.do not in _ONCE:
        return False
    watch = watch_of(state.world, Task.of(step))
    return isinstance(watch, Need) and watch.met(state.get) is True


def _has_all(done: Step, step: Step) -> bool:
    """Tell whether what was done is a step, or more exactly said the same."""
    return done.do == step.do and set(done.using) >= set(step.using)
