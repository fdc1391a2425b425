"""Conditions that nobody would write, against arithmetic that everybody can check."""

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from npcengine.conditions.condition import Condition
from npcengine.conditions.tokens import ConditionError
from npcengine.configuration import FactName, FactType
from npcengine.turns import Fact

DECLARED: dict[str, FactType] = {
    "met": "bool", "rain": "bool", "trust": "number", "gold.coins": "number", "quest": "text"
}  # fmt: skip
SIGNS = {
    "==": operator.eq, "!=": operator.ne,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
SPACES = st.sampled_from([" ", "  ", "\n", " \t"])
Facts: TypeAlias = dict[str, Fact]
Oracle: TypeAlias = Callable[[Facts], float]
"""1 for true, 0 for false, a half for unknown: `and` is the least, `or` the greatest."""


@dataclass(frozen=True)
class Written:
    text: str
    oracle: Oracle
    depth: int = 0


def compared(name: str, sign: str, wanted: Fact) -> Oracle:
    def oracle(facts: Facts) -> float:
        return float(SIGNS[sign](facts[name], wanted)) if name in facts else 0.5

    return oracle


flags = st.sampled_from(["met", "rain"]).map(
    lambda name: Written(name, lambda facts: float(facts.get(name, 0.5)))
)


@st.composite
def comparisons(draw: st.DrawFn) -> Written:
    name = draw(st.sampled_from(["trust", "gold.coins", "quest", "met"]))
    wanted: Fact
    signs = list(SIGNS) if DECLARED[name] == "number" else ["==", "!="]
    if DECLARED[name] == "number":
        wanted = draw(st.sampled_from([-1, 0, 2.5, 40]))
        shown = str(wanted)
    elif name == "met":
        wanted = draw(st.booleans())
        shown = str(wanted)
    else:
        wanted = draw(st.sampled_from(["a", "not b"]))
        shown = draw(st.sampled_from([f"'{wanted}'", f'"{wanted}"']))
    sign = draw(st.sampled_from(signs))
    sides = [name, sign, shown]
    if draw(st.booleans()):
        mirrored = sign.translate(str.maketrans("<>", "><"))
        sides = [shown, mirrored, name]
    return Written(draw(st.sampled_from(["", " "])).join(sides), compared(name, sign, wanted))


leaves = flags | comparisons()


@st.composite
def joined(draw: st.DrawFn, parts: st.SearchStrategy[Written]) -> Written:
    space = draw(SPACES)
    if draw(st.booleans()):
        part = draw(parts)
        return Written(
            f"not{space}({part.text})", lambda facts: 1 - part.oracle(facts), part.depth + 2
        )
    some = draw(st.lists(parts, min_size=2, max_size=4))
    word, pick = draw(st.sampled_from([("and", min), ("or", max), ("AND", min), ("Or", max)]))
    return Written(
        f"{space}{word} ".join(f"({each.text})" for each in some),
        lambda facts: pick(each.oracle(facts) for each in some),
        1 + max(each.depth for each in some),
    )


conditions = st.recursive(leaves, lambda parts: joined(parts), max_leaves=12).filter(
    lambda written: len(written.text) <= 500 and written.depth <= 20
)
values = {
    "bool": st.booleans(),
    "number": st.sampled_from([-1, 0, 2.5, 40, 7, math.inf, -3.25]),
    "text": st.sampled_from(["a", "not b", "", "other"]),
}
facts_told = st.fixed_dictionaries({}, optional={n: values[t] for n, t in DECLARED.items()})
KLEENE = {1.0: True, 0.0: False, 0.5: None}


@given(conditions, facts_told)
def test_a_condition_comes_to_what_arithmetic_says(written: Written, facts: Facts) -> None:
    assert Condition.parse(written.text).value(facts) is KLEENE[written.oracle(facts)]


@given(conditions)
def test_a_condition_is_read_again_from_its_text(written: Written) -> None:
    condition = Condition.parse(written.text)
    again = Condition.parse(str(condition))
    assert (again, again.names) == (condition, condition.names)
    assert again.explain({}) == condition.explain({})


@given(conditions, facts_told, facts_told)
def test_to_know_more_never_changes_what_is_known(
    written: Written, facts: Facts, more: Facts
) -> None:
    condition = Condition.parse(written.text)
    before = condition.value(facts)
    if before is not None:
        assert condition.value({**more, **facts}) is before


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("not not a", "a"),
        ("a and b", "b and a"),
        ("a or b", "b or a"),
        ("a and (b and c)", "a and b and c"),
        ("a or (b or c)", "a or b or c"),
        ("not (a and b)", "not a or not b"),
        ("not (a or b)", "not a and not b"),
        ("a and (b or c)", "a and b or a and c"),
        ("a or b and c", "(a or b) and (a or c)"),
        ("a and (a or b)", "a"),
    ],
)
def test_the_laws_of_and_or_not(left: str, right: str) -> None:
    for values in product([True, False, None], repeat=3):
        facts = {name: each for name, each in zip("abc", values, strict=True) if each is not None}
        assert Condition.parse(left).value(facts) is Condition.parse(right).value(facts)


@given(conditions, facts_told)
def test_only_what_never_happens_is_said_never_to_happen(written: Written, facts: Facts) -> None:
    condition = Condition.parse(written.text)
    for problem in condition.problems(DECLARED):
        never = problem.severity == "error"
        assert condition.value(facts) is not never


PIECES = [
    *"()=<>!&|'\"“’-.,[]{}%+ \n\u200b＝",
    *"== >= and or not is in true None met trust quest 40 -2.5 'done' x.y Trust ß a__b 1e9".split(),
]
pieces = st.lists(st.sampled_from(PIECES), max_size=30)
hostile = st.text(max_size=60) | pieces.map(" ".join) | pieces.map("".join)
anything = st.dictionaries(
    st.sampled_from([*DECLARED, "x.y"]), st.booleans() | st.floats() | st.integers() | st.text()
)


def outcome(text: str) -> Condition | ConditionError:
    try:
        return Condition.parse(text)
    except ConditionError as error:
        return error


@given(hostile)
def test_a_hostile_text_is_a_condition_or_told_why_not(text: str) -> None:
    found = outcome(text)
    if isinstance(found, ConditionError):
        assert found.message
        assert 0 <= found.position <= len(text)
    else:
        assert found.value({}) is None
        assert all(0 <= each.position < len(text) for each in found.problems(DECLARED))


@given(conditions, anything)
@example(Written("met and x.y > 1", lambda facts: 0.5), {"x.y": math.nan, "met": "yes"})
def test_no_facts_do_harm(written: Written, facts: Facts) -> None:
    condition = Condition.parse(written.text)
    assert condition.value(facts) in (True, False, None)
    assert {part.name for part in condition.explain(facts)} == condition.names


WORLD: dict[FactType, tuple[list[str], list[str], list[Fact]]] = {
    "bool": (["==", "!="], ["true", "false"], [True, False]),
    "number": (list(SIGNS), ["1", "2", "3"], [quarter / 4 for quarter in range(20)]),
    "text": (["==", "!="], ["'a'", "'b'", "'c'"], ["a", "b", "c", "d"]),
}
"""For each type of fact: signs, values to compare it with, and every way it can be."""


@pytest.mark.parametrize("kind", WORLD)
@given(data=st.data())
def test_a_verdict_on_one_fact_is_never_missed(kind: FactType, data: st.DataObject) -> None:
    signs, written, values = WORLD[kind]
    leaf = st.builds("x {} {}".format, st.sampled_from(signs), st.sampled_from(written))
    word = data.draw(st.sampled_from([" and ", " or "]))
    condition = Condition.parse(word.join(data.draw(st.lists(leaf, min_size=1, max_size=4))))

    outcomes = {condition.value({"x": each}) for each in values}
    verdict = {True: "advice", False: "error"}
    expected = [verdict[each] for each in verdict if outcomes == {each}]
    assert [each.severity for each in condition.problems({"x": kind})] == expected


@given(st.from_regex(r"[a-z_.]{1,8}[a-z0-9_.]{0,4}", fullmatch=True))
def test_what_can_be_declared_can_be_asked_for(name: str) -> None:
    try:
        TypeAdapter(FactName).validate_python(name)
        declarable = True
    except ValidationError:
        declarable = False
    if name in ("and", "or", "not", "true", "false", "none", "null"):
        return
    assert isinstance(outcome(name), Condition) is declarable
