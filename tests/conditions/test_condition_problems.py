import pytest

from npcengine.conditions.condition import Condition
from npcengine.conditions.problems import Problem
from npcengine.configuration import FactType

DECLARED: dict[str, FactType] = {
    "trust": "number",
    "flag.marsh": "bool",
    "rain": "bool",
    "quest.mill": "text",
    **{f"flag.f{number}": "bool" for number in range(14)},
}


def problems(text: str) -> tuple[Problem, ...]:
    return Condition.parse(text).problems(DECLARED)


@pytest.mark.parametrize(
    "text",
    [
        "trust >= 40 and flag.marsh",
        "not met or quest.mill == 'done'",
        "turns > 3 and met == false",
        "trust > 40 or trust < 40",
        "trust > 1 and trust < 1.1",
        "quest.mill != 'a' and quest.mill != 'b'",
        "rain == true or rain and flag.marsh",
    ],
)
def test_a_sound_condition_has_no_problems(text: str) -> None:
    assert problems(text) == ()


@pytest.mark.parametrize(
    ("text", "position", "message", "suggestion"),
    [
        ("met and trst > 4", 8, "no fact is called 'trst'", "did you mean 'trust'?"),
        (
            "mett",
            0,
            "no fact is called 'mett'",
            "did you mean 'met'? Else declare it under 'facts' in npcengine.yaml",
        ),
        (
            "zzz",
            0,
            "no fact is called 'zzz'",
            "declare it under 'facts' in npcengine.yaml",
        ),
        (
            "not trust",
            4,
            "'trust' is a number, and by itself neither true nor false",
            "compare it with a number, without quotes: trust == 1",
        ),
        (
            "quest.mill",
            0,
            "'quest.mill' is a text, and by itself neither true nor false",
            "compare it with a text, in quotes: quest.mill == '…'",
        ),
        (
            "trust != 'high'",
            0,
            "'trust' is a number, and is compared with a text",
            "compare it with a number, without quotes: trust != 1",
        ),
        (
            "quest.mill > 3",
            0,
            "'quest.mill' is a text, and is compared with a number",
            "compare it with a text, in quotes: quest.mill == '…'",
        ),
        (
            "met == 1",
            0,
            "'met' is a truth value, and is compared with a number",
            "write 'met' or 'not met'",
        ),
        (
            "trust == true",
            0,
            "'trust' is a number, and is compared with a truth value",
            "compare it with a number, without quotes: trust == 1",
        ),
    ],
)
def test_names_and_types_are_checked(
    text: str, position: int, message: str, suggestion: str
) -> None:
    assert problems(text) == (Problem(message, suggestion, position, "error"),)


def test_a_name_that_is_wrong_twice_is_told_once_and_all_others_too() -> None:
    found = problems("trst > 1 and trst < 9 and rian and quest.mill")
    assert [each.position for each in found] == [0, 26, 35]


def test_a_game_cannot_give_the_facts_of_the_engine_another_type() -> None:
    assert Condition.parse("met").problems({"met": "text"}) == ()


@pytest.mark.parametrize(
    "text",
    [
        "met and not met",
        "trust > 4 and trust < 3",
        "trust > 4 and trust < 4",
        "trust >= 4 and trust <= 4 and trust != 4",
        "quest.mill == 'a' and quest.mill == 'b'",
        "not (trust > 4 or trust <= 4)",
        "rain and (trust > 4 and trust < 3 or not rain)",
        " and ".join([*(f"flag.f{number}" for number in range(12)), "not flag.f0"]),
    ],
)
def test_what_can_never_be_true_is_an_error(text: str) -> None:
    [found] = problems(text)
    assert (found.message, found.severity) == ("this can never be true", "error")


@pytest.mark.parametrize(
    "text",
    [
        "met or not met",
        "trust > 3 or trust < 4",
        "trust != 3 or trust != 4",
        "quest.mill != 'a' or quest.mill != 'b'",
        "rain == true or rain == false",
    ],
)
def test_what_is_always_true_is_advice(text: str) -> None:
    [found] = problems(text)
    assert (found.message, found.severity) == ("this is true whatever the facts are", "advice")


def test_too_many_cases_are_not_tried() -> None:
    flags = " and ".join(f"flag.f{number}" for number in range(14))
    assert problems(f"{flags} and not flag.f0") == ()
