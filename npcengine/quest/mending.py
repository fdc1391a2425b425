"""Steps put right in the state that has come about: what they lack is planned before them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from npcengine.quest.model import Task
from npcengine.quest.planner import Course, Planner
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


class Fix(NamedTuple):
    """One thing that was mended."""

    kind: FixKind
    index: int
    """The step of the list that was given for whose sake it was done, counted from 0."""
    what: str
    """The step as it was added, changed or left out."""
    why: str


class Intent(NamedTuple):
    """A step that makes sense in the world, and which of the list it is."""

    index: int
    step: Step


class Mended(NamedTuple):
    """How far the steps were put right."""

    state: State
    steps: tuple[Step, ...] = ()
    fixes: tuple[Fix, ...] = ()

    @property
    def lost(self) -> int:
        """How many steps were left out."""
        return sum(each.kind == "left_out" for each in self.fixes)

    def fixed(self, kind: FixKind, intent: Intent, why: str) -> Mended:
        """Note what was done about a step."""
        fix = Fix(kind, intent.index, str(intent.step), why)
        return self._replace(fixes=(*self.fixes, fix))


def attempt(state: State, step: Step) -> Done | Refusal:
    """Do a step, or say why it cannot be done.

    Of what somebody has or knows, the world tells all: what is not told is not there.
    """
    done = perform(state, step)
    if isinstance(done, Done):
        for need in done.action.needs:
            subject, _, rest = need.fact.partition(".")
            if (
                need.met(state.get) is None
                and state.kind(subject) is not None
                and rest.startswith(("has.", "knows."))
            ):
                return Refusal("not_held", f"nothing says that {need}", need.fact)
    return done


class Mender:
    """Puts steps right, and counts what it tries."""

    def __init__(self, limit: int = MAX_TRIED) -> None:
        self._left = limit

    def mend(self, state: State, intents: Sequence[Intent]) -> Mended:
        """Do all that can be done of what is meant, in its order, with what it takes between."""
        stages = [Mended(state)]
        """What has come about before each step."""
        for number, intent in enumerate(intents):
            now = self._next(stages[-1], intent)
            if now is None and (again := self._sooner(stages, intents[:number], intent)):
                stages[-len(again) :] = again
                now = again[-1]
            stages.append(now or self._otherwise(stages[-1], intent))
        return stages[-1]

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
        self, stages: Sequence[Mended], before: Sequence[Intent], intent: Intent
    ) -> list[Mended]:
        """Do a step before others after which it cannot be done; empty if that does not help.

        Returns what comes about from there on.
        """
        for start in reversed(range(max(0, len(before) - MAX_SOONER), len(before))):
            first = self._next(stages[start], intent) if self._left > 0 else None
            if first is None:
                continue
            why = f"it could not be done after {before[start].step}"
            again = [first.fixed("moved", intent, why)]
            for each in before[start:]:
                again.append(self._next(again[-1], each) or self._otherwise(again[-1], each))
            if again[-1].lost <= stages[-1].lost:
                return again
        return []

    def _otherwise(self, now: Mended, intent: Intent) -> Mended:
        """Come by an item in another way than was said, or leave the step out."""
        why = self._attempt(now.state, intent.step)
        message = why.message if isinstance(why, Refusal) else "it leads to nothing"
        item = intent.step.get("item")
        if intent.step.do in _OBTAINING and item is not None:
            count = intent.step.get("count") or 1
            wanted = Task.of(Step.of("obtain", item=item, count=count))
            steps = self._planned(now.state, wanted)
            if steps is not None:
                got = self._followed(now, steps, intent, message)
                if got is not None:
                    return got.fixed("dropped", intent, f"the player has {count} {item}")
        return now.fixed("left_out", intent, message)

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
        return now

    def _planned(self, state: State, task: Task) -> list[Step] | None:
        planner = Planner(min(MAX_TRIED_EACH, self._left))
        limit = planner.left
        course = planner.do(Course(state), task) if limit > 0 else None
        self._left -= limit - planner.left
        return None if course is None else [each.step for each in course.actions]

    def _attempt(self, state: State, step: Step) -> Done | Refusal:
        self._left -= 1
        return attempt(state, step)


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
