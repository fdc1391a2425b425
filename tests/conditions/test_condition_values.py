import math
import pickle
from collections.abc import Mapping
from types import MappingProxyType

import pytest

from npcengine.conditions.condition import Condition, Part
from npcengine.turns import Fact

FACTS: dict[str, Fact] = {
    "trust": 40,
    "met": True,
    "angry": False,
    "quest.mill": "done",
    "gold": -2.5,
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("met", True),
        ("angry", False),
        ("not angry", True),
        ("trust >= 40", True),
        ("trust > 40", False),
        ("trust == 40.0", True),
        ("trust != 40", False),
        ("gold < -2", True),
        ("gold <= -2.5", True),
        ("40 <= trust", True),
        ("40 < trust", False),
        ("quest.mill == 'done'", True),
        ('quest.mill != "open"', True),
        ("'done' == quest.mill", True),
        ("met == true", True),
        ("met != true", False),
        ("false == angry", True),
        ("met and angry or met", True),
        ("met or angry and angry", True),
        ("not angry and angry", False),
        ("not (angry and angry)", True),
        ("not not met", True),
        ("met AND Not angry", True),
        ("met == True", True),
        ("  met\n  and trust>=40\n", True),
        ("missing", None),
        ("missing > 3", None),
        ("not missing", None),
        ("missing and met", None),
        ("missing and angry", False),
        ("missing or met", True),
        ("missing or angry", None),
    ],
)
def test_what_a_condition_comes_to(text: str, value: bool | None) -> None:
    assert Condition.parse(text).value(FACTS) is value
    assert Condition.parse(text).value(MappingProxyType(FACTS)) is value


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("x", 1),
        ("x", "true"),
        ("x", None),
        ("x == 1", True),
        ("x >= 1", "1"),
        ("x >= 1", math.nan),
        ("x != 1", math.nan),
        ("x != 1", [1]),
        ("x == true", 1),
        ("x != true", 0),
        ("x == '1'", 1),
        ("x != '1'", None),
    ],
)
def test_a_fact_of_another_type_is_unknown(text: str, fact: object) -> None:
    facts: Mapping[str, object] = {"x": fact}
    assert Condition.parse(text).value(facts) is None  # type: ignore[arg-type]
    assert Condition.parse(f"not ({text})").value(facts) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(("number", "value"), [(math.inf, True), (10**400, True), (39.99, False)])
def test_numbers_of_any_size_are_compared(number: float, value: bool) -> None:
    assert Condition.parse("trust >= 40").value({"trust": number}) is value


def test_the_names_of_the_facts_that_it_hangs_on() -> None:
    condition = Condition.parse("met and (trust > 1 or not quest.mill == 'done') and trust < 9")
    assert condition.names == {"met", "trust", "quest.mill"}


def test_an_explanation_goes_through_the_questions_in_order() -> None:
    condition = Condition.parse("not met or (40<=trust and quest.mill == 'a  b') or trust > 90")
    assert condition.explain({"met": True, "trust": 41}) == (
        Part("met", "met", True, True),
        Part("40 <= trust", "trust", 41, True),
        Part("quest.mill == 'a  b'", "quest.mill", None, None),
        Part("trust > 90", "trust", 41, False),
    )


def test_conditions_are_equal_by_their_text_and_survive_a_pickle() -> None:
    condition = Condition.parse("trust >= 40")
    again: Condition = pickle.loads(pickle.dumps(condition))
    assert again == condition == Condition.parse(str(condition))
    assert again.value({"trust": 40}) is True
    assert len({condition, again, Condition.parse("trust >= 41")}) == 2
