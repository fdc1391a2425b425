"""Prints how many plans that were corrupted are put right.

Run it with `python -m tests.quest.steps.rates [HOW_MANY]`.
"""

from __future__ import annotations

import sys
from random import Random
from typing import NamedTuple

from npcengine.quest.model import Task
from npcengine.quest.proving.planner import Course, Planner
from npcengine.quest.repair.steps import check_steps, repair_steps
from npcengine.world.actions import Step
from npcengine.world.model import World
from npcengine.world.state import State
from tests.quest.steps.worlds import CORRUPTIONS, Plan, made_up, right_plan


class Tally(NamedTuple):
    """What came of one corrupted plan."""

    was_wrong: bool
    is_clean: bool
    has_last: bool
    """Its last deed is in the result, or cannot be done from the beginning either."""
    whole: bool
    """No step was left out."""


def corrupted(seed: int, kind: str) -> tuple[World, Plan, Plan]:
    """Return a world, a right plan in it, and what became of the plan."""
    rng = Random(seed)
    world, plan = made_up(rng), Plan()
    while not plan:
        world = made_up(rng)
        plan = right_plan(world, rng)
    return world, plan, CORRUPTIONS[kind](plan, rng)


def tally(seed: int, kind: str) -> Tally:
    world, right, plan = corrupted(seed, kind)
    mended = repair_steps(world, plan)
    steps = list(mended.steps)
    fixed = {(each.kind, each.what) for each in mended.fixes}
    last = right[-1] if kind == "a_name_misspelled" else plan[-1]
    step = Step(last["do"], tuple(last["with"].items()))
    is_there = last in steps or ("dropped", str(step)) in fixed
    possible = Planner().do(Course(State.of(world)), Task.of(step)) is not None
    return Tally(
        bool(check_steps(world, plan)),
        not check_steps(world, steps),
        is_there or not possible,
        all(kind != "left_out" for kind, _ in fixed),
    )


def main() -> None:
    each = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    for kind in CORRUPTIONS:
        tallies = [tally(seed, kind) for seed in range(each)]
        wrong, clean, last, whole = (sum(column) / each for column in zip(*tallies, strict=True))
        print(
            f"{kind:18} {wrong:6.1%} were wrong, {clean:7.2%} clean now, "
            f"{last:7.2%} with the last deed, {whole:7.2%} with every step"
        )


if __name__ == "__main__":
    main()
