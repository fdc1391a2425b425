"""The first object in a model's answer, and the rung on which it was found."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from npcengine.quest.reading.objects import MAX_CHARS, read_object

DRAFT = {"pick": "q1", "title": "The Lost Ring", "hook": "My ring {gold} is gone."}
DUMPED = json.dumps(DRAFT)


def body(failed: str) -> str:
    """Write the error body of a provider that could not make JSON of its own model's answer."""
    error = {"message": "Failed to generate JSON", "code": "json_validate_failed"}
    return json.dumps({"error": {**error, "failed_generation": failed}})


@pytest.mark.parametrize("text", [DUMPED, f"\n {DUMPED}\r\n", f"\ufeff{DUMPED}", f"[{DUMPED}]"])
def test_json_as_it_should_be(text: str) -> None:
    found = read_object(text)
    assert (found.fields, found.rung, found.notes) == (DRAFT, "strict", ())


@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{DUMPED}\n```",
        f"Here you are:\n\n```\n{DUMPED}\n```\nDo you like it?",
        f"~~~\r\n{DUMPED}\r\n~~~",
        f"Sure! {DUMPED} Anything else?",
        f'<think>{{"pick": "q2"}} is too hard.</think>{DUMPED}',
        f'Maybe {{"pick": "q2"}}.</think>\n{DUMPED}',
        f"<think>a<think>b</think>c</think>{DUMPED}",
        f"<think>{DUMPED}",
        f"For {{player}}: {DUMPED}",
    ],
)
def test_json_with_something_around_it(text: str) -> None:
    found = read_object(text)
    assert (found.fields, found.rung) == (DRAFT, "fenced")


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ('{"title": "X", "steps": ["a", "b",],}', {"title": "X", "steps": ("a", "b")}),
        (
            "{'title': 'X', 'done': False, 'next': None}",
            {"title": "X", "done": False, "next": None},
        ),
        ('{"title": "X", "steps": ["a", "b', {"title": "X", "steps": ("a", "b")}),
        ('{title: "X", count: 3}', {"title": "X", "count": 3}),
        ('{"title": "X" // the name\n, "count": 3}', {"title": "X", "count": 3}),
        ("{“title”: “X: Y”, “count”: 3}", {"title": "X: Y", "count": 3}),
        ("｛“标题”：“失落：的，戒指”，＂数量＂：3｝", {"标题": "失落：的，戒指", "数量": 3}),
        (
            '{"标题"："失落的戒指"，"目标"：［"找"，"还"］}',
            {"标题": "失落的戒指", "目标": ("找", "还")},
        ),
        ('"title": "X", "count": 3}', {"title": "X", "count": 3}),
        ('```json\n{"title": "X", "count": 3,}\n```', {"title": "X", "count": 3}),
    ],
)
def test_broken_json_is_mended(text: str, fields: dict[str, Any]) -> None:
    found = read_object(text)
    assert (found.fields, found.rung) == (fields, "mended")


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(DUMPED),
        json.dumps(json.dumps(DUMPED)),
        json.dumps({"name": "quest", "arguments": DUMPED}),
        json.dumps({"name": "quest", "arguments": DRAFT}),
        json.dumps({"name": "quest", "parameters": DRAFT}),
        json.dumps({"type": "tool_use", "name": "quest", "input": DRAFT}),
        json.dumps({"type": "function", "function": {"name": "quest", "arguments": DUMPED}}),
        json.dumps({"tool_calls": [{"function": {"name": "quest", "arguments": DUMPED}}]}),
        f"<tool_call>{json.dumps({'name': 'quest', 'arguments': DRAFT})}</tool_call>",
    ],
)
def test_json_inside_a_string_or_a_call(text: str) -> None:
    found = read_object(text)
    assert (found.fields, found.rung) == (DRAFT, "tool_call")


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("pick: q1\ntitle: The Ring: Part 2", {"pick": "q1", "title": "The Ring: Part 2"}),
        (
            "pick: q1\nhook: *sighs* It's gone. # 3",
            {"pick": "q1", "hook": "*sighs* It's gone. # 3"},
        ),
        ("title: 007\ncount: 3\nsure: true", {"title": "007", "count": 3, "sure": True}),
        ("a: x\nsteps:\n  - do: go\n    n: 2", {"a": "x", "steps": ({"do": "go", "n": 2},)}),
        ("a: x\nhook: |\n  One\n  two: 3", {"a": "x", "hook": "One\ntwo: 3"}),
        ("Here:\n```yaml\npick: q1\ntitle: X\n```\nEnjoy!", {"pick": "q1", "title": "X"}),
        ("quest:\n  title: X", {"quest": {"title": "X"}}),
    ],
)
def test_plain_lines_of_fields(text: str, fields: dict[str, Any]) -> None:
    found = read_object(text)
    assert (found.fields, found.rung) == (fields, "yaml")


@pytest.mark.parametrize(
    "failed", [DUMPED, DUMPED[:-1], f"```json\n{DUMPED}\n```", json.dumps(DUMPED)]
)
def test_what_a_provider_refused_is_looked_into(failed: str) -> None:
    for text in (body(failed), f"Error code 400: {body(failed)}"):
        found = read_object(text)
        assert (found.fields, found.rung) == (DRAFT, "salvaged"), text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "I cannot help with that.",
        "Note: I would rather not.",
        "null",
        "3",
        "[]",
        "{}",
        "{npc}",
    ],
)
def test_an_answer_without_an_object_is_nothing(text: str) -> None:
    found = read_object(text)
    assert (found.fields, found.rung) == (None, "nothing")


def test_numbers_that_cannot_be_are_left_out_and_told() -> None:
    text = '{"a": NaN, "b": -Infinity, "c": 1e999, "d": %s, "e": 2}' % ("9" * 6_000)
    found = read_object(text)
    assert found.fields == {"a": None, "b": None, "c": None, "d": None, "e": 2}
    assert "NaN was left out" in found.notes
    assert "a number of 6,000 digits was left out" in found.notes


def test_of_equal_names_the_last_holds() -> None:
    found = read_object('{"title": "A", "title": "B"}')
    assert found.fields == {"title": "B"}
    assert found.notes == ("a field stood there twice, and the last one holds",)


def test_texts_lose_what_nobody_sees() -> None:
    found = read_object('{"ti\\u202etle": "A\\u0000\\u202eB\\ud800", "l": [["\\u2066C\\n\\nD "]]}')
    assert found.fields == {"title": "AB", "l": (("C\nD",),)}


def test_the_fields_cannot_be_changed() -> None:
    fields = read_object(DUMPED).fields
    assert fields is not None
    with pytest.raises(TypeError):
        fields["title"] = "mine"  # type: ignore[index]


@pytest.mark.parametrize("depth", [20, 99, 101, 5_000, 100_000])
@pytest.mark.parametrize("unit", ["[", '{"a":', '[{"a":', "{'a':", "｛"])
def test_depth_ends_in_an_answer(unit: str, depth: int) -> None:
    read_object(unit * depth)
    read_object(f'{{"title": "X", "rest": {unit * depth}')


@pytest.mark.parametrize("text", ['{"a": ' + '"' * 1_500, "{" * 97, '{"a": b' + "x" * 8_192])
def test_what_would_take_long_to_mend_is_left_alone(text: str) -> None:
    found = read_object(text)
    assert found.rung == "nothing"
    assert found.notes == ("broken JSON was too large or too deep to be mended",)


def test_deep_json_keeps_what_stands_above_the_depth() -> None:
    found = read_object('{"title": "X", "rest": ' + '{"a":' * 50 + "1" + "}" * 51)
    assert found.fields is not None
    assert found.fields["title"] == "X"
    assert found.notes == ("what was nested deeper than 16 levels was left out",)


def test_a_bomb_of_aliases_is_no_yaml() -> None:
    pairs = pairwise("abcdefghijklmnop")
    lines = ["a: &a [x, x]", *(f"{b}: &{b} [*{a}, *{a}]" for a, b in pairs)]
    found = read_object("\n".join(lines))
    assert len(str(found.fields)) < 1_000


def test_of_very_long_answers_the_beginning_is_read() -> None:
    found = read_object(f"{DUMPED} {'x' * MAX_CHARS}")
    assert (found.fields, found.rung) == (DRAFT, "fenced")
    assert found.notes[0].startswith("only the first 262,144 of ")


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text("abc é好:{}[],'\"\\", max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.text("abcdef", min_size=1), PLAIN, min_size=1), st.booleans())
@example({"a": "}"}, True)
def test_any_object_is_found_in_any_prose(made: dict[str, Any], is_indented: bool) -> None:
    dumped = json.dumps(made, indent=2 if is_indented else None)
    strict = read_object(dumped)
    fenced = read_object(f"Sure:\n```json\n{dumped}\n```\nThere it is!")
    assert strict.fields == fenced.fields
    assert strict.fields is not None
    assert strict.fields.keys() == made.keys()
    assert (strict.rung, fenced.rung) == ("strict", "fenced")


@given(st.text() | st.text(alphabet="{}[]\"':,\\ \na1“”｛：｝#/-`<>"))
def test_never_raises(text: str) -> None:
    found = read_object(text)
    assert (found.fields is None) == (found.rung == "nothing")
    json.dumps(dict(found.fields or {}), allow_nan=False)
