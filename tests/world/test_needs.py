"""The ways of a condition are the condition, written otherwise."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npcengine.conditions.condition import Condition
from npcengine.turns import Fact
from npcengine.world.needs import MAX_WAYS, Need, TooManyWays, Ways, ways_of

FLAGS = [f"flag.{letter}" for letter in "abcd"]
NUMBERS = ["trust", "player.has.iron"]
TEXTS = ["player.at", "hour"]
LEAVES = (
    st.sampled_from(FLAGS)
    | st.builds("{} {} {}".format, st.sampled_from(FLAGS), st.sampled_from(["==", "!="]),
                st.sampled_from(["true", "false"]))
    | st.builds("{} {} {}".format, st.sampled_from(NUMBERS),
                st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), st.integers(-2, 2))
    | st.builds("{} {} '{}'".format, st.sampled_from(TEXTS), st.sampled_from(["==", "!="]),
                st.sampled_from(["mill", "noon", ""]))
)  # fmt: skip
CONDITIONS = st.recursive(
    LEAVES,
    lambda part: (
        st.builds("not ({})".format, part)
        | st.builds("({}) and ({})".format, part, part)
        | st.builds("({}) or ({})".format, part, part)
    ),
    max_leaves=8,
)
FACTS = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.booleans() for name in FLAGS},
        **{name: st.integers(-3, 3) | st.floats(-3, 3) for name in NUMBERS},
        **{name: st.sampled_from(["mill", "noon", "", "elsewhere"]) for name in TEXTS},
    },
)


def value(ways: Ways, facts: Mapping[str, Fact]) -> bool | None:
    """True when one way is met whole, False when none can be; None where that is not told."""
    verdicts = set()
    for way in ways:
        met = {need.met(facts.get) for need in way}
        verdicts.add(False if False in met else None if None in met else True)
    return True if True in verdicts else None if None in verdicts else False


@given(CONDITIONS, FACTS)
def test_the_ways_of_a_condition_agree_with_its_value(text: str, facts: dict[str, Fact]) -> None:
    try:
        ways = ways_of(text)
    except TooManyWays:
        return
    assert value(ways, facts) == Condition.parse(text).value(facts)


@given(CONDITIONS)
def test_there_are_never_more_ways_than_can_be_planned_for(text: str) -> None:
    try:
        ways = ways_of(text)
    except TooManyWays:
        return
    assert 1 <= len(ways) <= MAX_WAYS


@given(CONDITIONS, FACTS)
def test_a_need_reads_as_the_condition_that_it_is(text: str, facts: dict[str, Fact]) -> None:
    try:
        needs = [need for way in ways_of(text) for need in way]
    except TooManyWays:
        return
    for need in needs:
        assert Condition.parse(str(need)).value(facts) == need.met(facts.get)


def test_where_there_is_no_condition_there_is_one_way_and_it_is_open() -> None:
    assert ways_of("") == ((),)


@pytest.mark.parametrize(
    ("condition", "ways"),
    [
        ("a and (b or c)", "a and b | a and c"),
        ("not (a or b)", "not a and not b"),
        ("not (a and b)", "not a | not b"),
        ("not trust > 3", "trust <= 3"),
        ("not player.at == 'mill'", "player.at != 'mill'"),
    ],
)
def test_ways_are_what_a_designer_would_list(condition: str, ways: str) -> None:
    assert " | ".join(" and ".join(map(str, way)) for way in ways_of(condition)) == ways


def test_what_nobody_told_is_neither_met_nor_not() -> None:
    need = Need("wolf.alive", "==", True)
    told: list[dict[str, Fact]] = [{"wolf.alive": now} for now in (True, False, "yes")]
    assert [need.met(facts.get) for facts in [*told, {}]] == [True, False, None, None]
