"""Bare lists of steps, as a designer or another program wrote them: checked, and mended.

A step is data: `{"do": "give", "with": {"item": "bread", "to": "mira"}}`. Nothing of it is
trusted: what is no step is a problem of that step, and never an exception.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from npcengine.quest.repair.mending import Fix, Intent, Mender
from npcengine.quest.repair.naming import Names
from npcengine.quest.repair.wording import MAX_TEXT, Unclear, Wording
from npcengine.world.actions import Argument, Step
from npcengine.world.model import World
from npcengine.world.state import State
from npcengine.world.verbs import MOST, Refusal, Refused, parameters, perform

MAX_STEPS = 500
"""So many steps of a list are read."""
MAX_PARAMETERS = 6
"""So many parameters a step may have."""


@dataclass(frozen=True, slots=True)
class StepProblem:
    """One step that cannot be done, and why."""

    index: int
    """Which step it is, counted from 0."""
    code: str
    """Of a `Refusal`; or `no_list`, `too_many` or `no_step` for what cannot be read."""
    message: str
    suggestion: str = ""
    """What to do about it; empty when the message says it."""

    def __str__(self) -> str:
        hint = f" ({self.suggestion})" if self.suggestion else ""
        return f"step {self.index}: {self.code}: {self.message}{hint}"


@dataclass(frozen=True, slots=True)
class Repaired:
    """Steps that can all be done one after the other, and what was changed for that."""

    steps: tuple[dict[str, object], ...]
    fixes: tuple[Fix, ...]


_SUGGESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "missing": "write it under 'with'",
        "wrong_kind": "write the id of another",
        "impossible": "take the step out, or let the world allow it",
        "no_path": "take the step out, or give the world an exit",
        "shut": "open it before",
        "elsewhere": "put a 'goto' before it",
        "not_held": "let the player get it before",
        "dead": "take the step out, or do it before the death",
        "not_so": "see to that before",
    }
)


def check_steps(world: World | State, steps: object) -> tuple[StepProblem, ...]:
    """Carry out steps one by one, and name each that cannot be done.

    It begins as the world says, or in a given state; a step that cannot be done changes nothing.
    `goto` takes whatever way is open. Never raises, whatever `steps` is; of a list, 500 are read.
    """
    listed, problems = _listed(steps)
    state = _state(world)
    names = Names(state)
    for index, given in enumerate(listed):
        try:
            step = _strictly_read(state, names, given)
        except _Wrong as wrong:
            problems.append(StepProblem(index, *wrong.told))
            continue
        done = perform(state, step)
        if isinstance(done, Refusal):
            hint = _SUGGESTIONS.get(done.code, "")
            problems.append(StepProblem(index, done.code, done.message, hint))
        else:
            state = done.state
    return tuple(sorted(problems, key=lambda each: each.index))


def repair_steps(world: World | State, steps: object) -> Repaired:
    """Mend steps without a model, so that `check_steps` finds nothing wrong with them.

    Names and verbs written in other words become those of the world; what a step needs in the
    state that has come about is planned before it; what is so already is dropped; a step that can
    only be done sooner is moved; and one that cannot be done at all is left out, with the reason.
    Whatever can be done stays, in its order. Steps with which nothing is wrong come back as they
    are, without fixes. Never raises, whatever `steps` is.
    """
    listed, problems = _listed(steps)
    state = _state(world)
    wording = Wording(state)
    intents: list[Intent] = []
    fixes = [Fix("left_out", each.index, "", each.message) for each in problems]
    for index, given in enumerate(listed):
        try:
            meant = wording.read(given)
        except Unclear as error:
            fixes.append(Fix("left_out", index, _shown(given), str(error)))
            continue
        intents.append(Intent(index, meant.step))
        if meant.changed:
            fixes.append(Fix("folded", index, str(meant.step), meant.changed))
    mended = Mender().mend(state, intents)
    in_order = sorted((*fixes, *mended.fixes), key=lambda each: each.index)
    return Repaired(tuple(each.as_data() for each in mended.steps), tuple(in_order))


def _state(world: World | State) -> State:
    return world if isinstance(world, State) else State.of(world)


def _listed(steps: object) -> tuple[list[object], list[StepProblem]]:
    if not isinstance(steps, list | tuple):
        message = f"steps are a list, not a {type(steps).__name__}"
        return [], [StepProblem(0, "no_list", message, "write a list of {do: …, with: {…}}")]
    listed = list(steps[:MAX_STEPS])
    if len(steps) > MAX_STEPS:
        message = f"these are {len(steps):,} steps, and {MAX_STEPS} are read"
        return listed, [StepProblem(MAX_STEPS, "too_many", message, "make several lists of them")]
    return listed, []


def _shown(given: object) -> str:
    do = given.get("do") if isinstance(given, Mapping) else None
    return do[:60] if isinstance(do, str) else f"({type(given).__name__})"


class _Wrong(ValueError):
    """A step that cannot be read. Carries the code, the message and a suggestion."""

    def __init__(self, code: str, message: str, suggestion: str = "") -> None:
        self.told = (code, message, suggestion)
        super().__init__(message)


def _strictly_read(state: State, names: Names, given: object) -> Step:
    """Return the step that stands there, word for word. Raises `_Wrong`."""
    if not isinstance(given, Mapping) or not given.keys() <= {"do", "with"}:
        hint = "write {do: …, with: {…}} and nothing else"
        raise _Wrong("no_step", "this is not a step", hint)
    do, using = given.get("do"), given.get("with", {})
    if not isinstance(do, str) or len(do) > MAX_TEXT:
        raise _Wrong("no_step", "the step has no verb", "write the name of a verb under 'do'")
    if not isinstance(using, Mapping) or len(using) > MAX_PARAMETERS:
        raise _Wrong("no_step", "what stands under 'with' are no parameters", "{item: bread}")
    step = Step(do, tuple(_arguments(using)))
    try:
        wanted = parameters(state.world, do)
    except Refused as refused:
        raise _Wrong(refused.refusal.code, refused.refusal.message) from None
    for name, value in step.using:
        kinds = wanted.get(name, ("text",))
        if (
            isinstance(value, str)
            and kinds not in (("text",), ("number",))
            and not state.kind(value)
        ):
            near = names.meant(value, kinds)
            hint = f"did you mean {near!r}?" if near else "write the id of one that there is"
            raise _Wrong("unknown", f"there is no {' or '.join(kinds)} {value[:60]!r}", hint)
    return step


def _arguments(using: Mapping[Any, object]) -> Iterator[tuple[str, Argument]]:
    for name, value in using.items():
        if not isinstance(name, str) or len(name) > MAX_TEXT:
            raise _Wrong("no_step", "a parameter has no name", "{item: bread}")
        if isinstance(value, bool) or not isinstance(value, str | int):
            hint = "write an id, a word or a whole number"
            raise _Wrong("no_step", f"what stands for {name[:60]!r} is no argument", hint)
        if isinstance(value, str) and not 0 < len(value) <= MAX_TEXT:
            hint = f"write 1 to {MAX_TEXT} characters"
            raise _Wrong("no_step", f"what stands for {name[:60]!r} is too long or empty", hint)
        if isinstance(value, int) and not 0 <= value <= MOST:
            text = f"{name[:60]} is a whole number from 1 to {MOST:,}"
            raise _Wrong("wrong_number", text)
        yield name, value
