"""What is mended, and what is said about it."""

from typing import Any

import pytest

from npcengine.quest.repair.mending import Fix
from npcengine.quest.repair.steps import MAX_STEPS, check_steps, repair_steps
from npcengine.world.loader import parse_world
from tests.quest.steps.mill import MILL, RIGHT, WORLD, step


def mended(*steps: object) -> list[dict[str, Any]]:
    repaired = repair_steps(WORLD, list(steps))
    assert check_steps(WORLD, list(repaired.steps)) == ()
    return list(repaired.steps)


def fixes(*steps: object) -> list[tuple[str, int, str]]:
    found = repair_steps(WORLD, list(steps)).fixes
    assert all(each.why for each in found)
    return [(each.kind, each.index, each.what) for each in found]


def test_right_steps_come_back_as_they_are() -> None:
    assert (mended(*RIGHT), fixes(*RIGHT)) == (RIGHT, [])


def test_a_way_that_is_shut_is_opened_with_a_key_that_is_fetched() -> None:
    assert mended(*RIGHT[4:]) == [
        {**each, "with": {**each["with"], "count": 1}} if each["do"] == "take" else each
        for each in RIGHT
    ]
    assert {kind for kind, _, _ in fixes(*RIGHT[4:])} == {"inserted"}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (step("goto", to="The Forest"), step("goto", to="forest")),
        (step("goto", to="forrest"), step("goto", to="forest")),
        (step("Walk", place="forest"), step("goto", to="forest")),
        (step("travel_to", destination="FOREST"), step("goto", to="forest")),
        ({"action": "move", "args": {"location": "the forest!"}}, step("goto", to="forest")),
        ({"do": "goto", "to": "forest"}, step("goto", to="forest")),
        ({"do": "goto", "with": {"to": "forest"}, "why": "the key"}, step("goto", to="forest")),
        (step("goto", to=["forest"]), step("goto", to="forest")),
        (step("choose", answer="wait"), step("choose", option="wait")),
    ],
)
def test_a_step_in_other_words_is_folded(written: object, meant: dict[str, Any]) -> None:
    assert mended(written) == [meant]
    assert [kind for kind, _, _ in fixes(written)] == ["folded"]


@pytest.mark.parametrize(
    "written",
    [
        step("talk", to="Mira die Schmiedin"),
        step("talk", to="mira, the smith"),
        step("speak with", npc="MÍRA"),
        step("chat", who="Mirra"),
        step("talk", someone="smith"),
    ],
)
def test_a_name_is_known_in_every_language_and_nearly_right(written: object) -> None:
    assert mended(written) == [step("goto", to="smithy"), step("talk", to="mira")]


def test_a_name_that_two_have_is_not_guessed() -> None:
    twin = "  anna: {name: Mira the Smith, at: smithy}\n  tom:"
    twins = parse_world(MILL.replace("  tom:", twin), "mill.yaml")
    for name in ("Mira the Smith", "the smith"):
        [fix] = repair_steps(twins, [step("talk", to=name)]).fixes
        assert fix.kind == "left_out"


def test_numbers_are_read_as_they_are_written() -> None:
    at_the_mill = RIGHT[:5]
    for count in (2, "2", 2.0, "x2"):
        taken = mended(*at_the_mill, step("take", item="flour", amount=count))[-1]
        assert taken == step("take", item="flour", count=2)


def test_what_is_so_already_is_dropped() -> None:
    again = [*RIGHT[:4], step("unlock", what="mill_door"), step("goto", to="square"), *RIGHT[4:]]
    assert mended(*again) == RIGHT
    assert [(kind, index) for kind, index, _ in fixes(*again)] == [("dropped", 4), ("dropped", 5)]


def test_what_was_inserted_is_not_asked_for_once_more() -> None:
    late = [*RIGHT[2:4], *RIGHT[:2]]
    steps = mended(*late)
    assert sum(each["do"] == "take" for each in steps) == 1
    assert sum(each["do"] == "unlock" for each in steps) == 1


def test_what_can_only_be_done_sooner_is_moved() -> None:
    steps = [step("kill", target="mira"), step("talk", to="mira")]
    assert [each["do"] for each in mended(*steps)] == ["goto", "talk", "kill"]
    assert ("moved", 1, "talk(to=mira)") in fixes(*steps)


def test_an_item_is_come_by_otherwise_where_it_does_not_lie() -> None:
    wanted = step("take", item="bread", from_="forest")
    assert mended(wanted)[-1] == step("buy", item="bread", from_="mira", count=1)
    assert [kind for kind, _, _ in fixes(wanted)] == ["inserted", "inserted", "dropped"]


def test_what_cannot_be_done_is_left_out_and_the_rest_is_kept() -> None:
    steps = [step("goto", to="moor"), *RIGHT, step("take", item="key", count=9), "then rest"]
    assert mended(*steps) == RIGHT
    assert [(kind, index) for kind, index, _ in fixes(*steps)] == [
        ("left_out", 0), ("left_out", 7), ("left_out", 8)
    ]  # fmt: skip


@pytest.mark.parametrize("steps", [None, "goto", 7, {"do": "goto"}, {1, 2}])
def test_what_is_no_list_becomes_no_steps(steps: object) -> None:
    repaired = repair_steps(WORLD, steps)
    assert repaired.steps == ()
    assert [each.kind for each in repaired.fixes] == ["left_out"]


def test_of_a_long_list_the_beginning_is_mended() -> None:
    repaired = repair_steps(WORLD, [step("choose", option="wait")] * (MAX_STEPS + 7))
    assert len(repaired.steps) == MAX_STEPS
    assert [(each.kind, each.index) for each in repaired.fixes] == [("left_out", MAX_STEPS)]


def test_a_fix_says_what_was_done_and_why() -> None:
    [fix] = repair_steps(WORLD, [step("goto", to="square")]).fixes
    assert fix == Fix("dropped", 0, "goto(to=square)", "it is so already")
