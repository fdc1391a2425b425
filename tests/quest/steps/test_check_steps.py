"""Each step that cannot be done is named, with the reason; the others are done."""

from typing import Any

import pytest

from npcengine.quest.repair.steps import MAX_STEPS, StepProblem, check_steps
from npcengine.world.needs import Change
from npcengine.world.state import State
from tests.quest.steps.mill import RIGHT, WORLD, step


def only(steps: object) -> StepProblem:
    [one] = check_steps(WORLD, steps)
    return one


def test_nothing_is_wrong_with_steps_that_can_be_done() -> None:
    assert check_steps(WORLD, RIGHT) == ()
    assert check_steps(WORLD, tuple(RIGHT)) == ()
    assert check_steps(WORLD, []) == ()


def test_a_step_that_cannot_be_done_changes_nothing() -> None:
    problems = check_steps(WORLD, [step("goto", to="mill"), *RIGHT])
    assert [(each.index, each.code) for each in problems] == [(0, "shut")]


def test_everything_that_hangs_on_a_missing_step_is_named() -> None:
    without_the_key = [*RIGHT[:1], *RIGHT[2:]]
    problems = check_steps(WORLD, without_the_key)
    assert [(each.index, each.code) for each in problems] == [
        (2, "not_held"), (3, "shut"), (4, "elsewhere")
    ]  # fmt: skip
    assert all(each.message and each.suggestion for each in problems)
    assert str(problems[0]) == (
        "step 2: not_held: the player has 0 key, and this takes 1 (let the player get it before)"
    )


def test_it_may_begin_in_any_state() -> None:
    open_ = State.of(WORLD).after([Change("mill_door.locked", False)])
    assert check_steps(open_, RIGHT[4:]) == ()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (step("fly", to="mill"), "unknown_verb"),
        (step("talk"), "missing"),
        (step("talk", to="mira", loudly=1), "unknown_parameter"),
        (step("talk", to="Mira"), "unknown"),
        (step("talk", to="bread"), "wrong_kind"),
        (step("take", item="flour", count=0), "wrong_number"),
        (step("take", item="bread"), "impossible"),
        (step("take", item="bread", from_="square"), "not_held"),
        (step("goto", to="moor"), "no_path"),
        (step("goto", to="mill"), "shut"),
        (step("talk", to="mira"), "elsewhere"),
        (step("unlock", what="mill_door"), "not_held"),
    ],
)
def test_every_reason_has_its_code(given: dict[str, Any], code: str) -> None:
    assert only([given]).code == code


def test_what_is_dead_is_told_to_be() -> None:
    steps = [step("goto", to="smithy"), step("kill", target="mira"), step("talk", to="mira")]
    assert (only(steps).index, only(steps).code) == (2, "dead")


def test_a_misspelled_name_comes_with_the_one_that_was_meant() -> None:
    assert only([step("talk", to="Mira the smith")]).suggestion == "did you mean 'mira'?"


@pytest.mark.parametrize("steps", [None, "goto", 7, {"do": "goto"}, {1, 2}, iter([]), b"goto"])
def test_what_is_no_list_is_one_problem(steps: object) -> None:
    assert only(steps).code == "no_list"


@pytest.mark.parametrize(
    "given",
    [
        None, 7, "goto mill", [], {}, {"do": None}, {"do": ["goto"]},
        {"do": "goto", "with": "mill"},
        {"do": "goto", "with": {"to": ["mill"]}}, {"do": "goto", "with": {"to": None}},
        {"do": "goto", "with": {7: "mill"}}, {"do": "goto", "with": {"to": "m" * 10_000}},
        {"do": "g" * 10_000}, {"do": "take", "with": {"item": "key", "count": True}},
        {"do": "take", "with": {"item": "key", "count": 1.0}},
        {"do": "goto", "with": {f"p{n}": "mill" for n in range(9)}},
        {"do": "goto", "with": {"to": "mill"}, "because": "the mill is far"}, {7: 7},
        {"do": "talk", "with": {"to": ""}},
    ],
)  # fmt: skip
def test_what_is_no_step_is_a_problem_of_that_step(given: object) -> None:
    problem = only([*RIGHT, given])
    assert (problem.index, problem.code) == (len(RIGHT), "no_step")
    assert problem.suggestion


@pytest.mark.parametrize(
    "count", [-1, 10_001, 10**400, -(10**5_000)], ids=["-1", "10001", "large", "larger"]
)
def test_a_number_that_is_out_of_bounds_is_told_without_being_written(count: int) -> None:
    problem = only([step("take", item="flour", count=count)])
    assert problem.code == "wrong_number"
    assert len(problem.message) < 200


def test_of_a_long_list_the_beginning_is_read() -> None:
    steps = [step("choose", option="wait")] * (MAX_STEPS + 1)
    assert (only(steps).index, only(steps).code) == (MAX_STEPS, "too_many")
