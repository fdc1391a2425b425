"""Plans that were corrupted, and steps that nobody would write, in worlds made up at random."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npcengine.quest.repair.steps import check_steps, repair_steps
from npcengine.quest.repair.wording import Unclear, Wording
from npcengine.world.builtin import BUILTIN
from npcengine.world.state import State
from tests.quest.steps.mill import WORLD
from tests.quest.steps.rates import corrupted, tally
from tests.quest.steps.worlds import CORRUPTIONS, Plan, made_up, random_plan, right_plan

SEEDS = st.integers(0, 10**9)


@given(SEEDS)
@settings(deadline=None)
def test_a_right_plan_comes_back_unchanged(seed: int) -> None:
    rng = Random(seed)
    world = made_up(rng)
    plan = right_plan(world, rng)
    assert check_steps(world, plan) == ()
    repaired = repair_steps(world, plan)
    assert (list(repaired.steps), repaired.fixes) == (plan, ())


@given(SEEDS, st.sampled_from(list(CORRUPTIONS)))
@settings(deadline=None)
def test_a_corrupted_plan_is_put_right_with_its_last_deed(seed: int, kind: str) -> None:
    result = tally(seed, kind)
    assert result.is_clean
    assert result.has_last


@pytest.mark.parametrize("kind", CORRUPTIONS)
def test_nothing_that_was_possible_is_lost(kind: str) -> None:
    tallies = [tally(seed, kind) for seed in range(40)]
    assert sum(each.was_wrong for each in tallies) > 10
    assert all(each.is_clean and each.has_last and each.whole for each in tallies)


@given(SEEDS)
@settings(deadline=None)
def test_of_any_steps_those_that_were_not_mended_stay_in_their_order(seed: int) -> None:
    rng = Random(seed)
    world = made_up(rng)
    plan = random_plan(world, rng)
    repaired = repair_steps(world, plan)
    assert check_steps(world, list(repaired.steps)) == ()
    changed = {each.index for each in repaired.fixes if each.kind != "inserted"}
    kept = (each for index, each in enumerate(plan) if index not in changed)
    assert is_within(kept, list(repaired.steps))
    assert repair_steps(world, list(repaired.steps)).steps == repaired.steps


def is_within(wanted: Iterator[dict[str, Any]], steps: Plan) -> bool:
    left = iter(steps)
    return all(any(each == one for one in left) for each in wanted)


@given(SEEDS)
@settings(deadline=None)
def test_the_same_steps_are_mended_in_the_same_way(seed: int) -> None:
    world, _, plan = corrupted(seed, "two_swapped")
    assert repair_steps(world, plan) == repair_steps(world, plan)


WORDS = st.sampled_from(
    ["do", "with", "to", "item", "count", "from", "goto", "take", "mira", "Mira the Smith", "key",
     "mill", "the forest", "square", *BUILTIN]
) | st.text(max_size=9)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.integers(), inner),
    max_leaves=12,
)
STEPS = st.fixed_dictionaries(
    {"do": WORDS, "with": st.dictionaries(WORDS, WORDS | st.integers(-2, 9), max_size=3)}
)


@given(VALUES | st.lists(VALUES | STEPS, max_size=6))
@settings(deadline=None)
def test_nothing_makes_it_raise(steps: object) -> None:
    problems = check_steps(WORLD, steps)
    assert all(each.message and len(str(each)) < 1_000 for each in problems)
    repaired = repair_steps(WORLD, steps)
    assert check_steps(WORLD, list(repaired.steps)) == ()
    assert all(each.why and len(each.what) < 1_000 for each in repaired.fixes)
    assert problems or repaired.fixes or list(repaired.steps) == steps


@given(VALUES)
@settings(deadline=None)
def test_whatever_is_read_makes_sense_in_the_world(step: object) -> None:
    wording = Wording(State.of(WORLD))
    try:
        meant = wording.read(step)
    except Unclear:
        return
    codes = {each.code for each in check_steps(WORLD, [meant.step.as_data()])}
    assert codes.isdisjoint({"unknown", "unknown_verb", "missing", "wrong_kind", "no_step"})
