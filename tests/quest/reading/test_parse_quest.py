"""parse_quest: a quest out of an answer of any form, bounded and clean."""

from __future__ import annotations

import json
from typing import Any

import pytest

import npcengine.quest.reading.parse as parsing
from npcengine.quest.reading.headings import tables
from npcengine.quest.reading.parse import ParsedObjective, ParsedQuest, parse_quest

RING = {
    "title": "The Lost Ring",
    "description": "The smith lost it.",
    "objectives": ["Kill 3 wolves", {"description": "Return", "count": 1}],
    "rewards": ["50 gold"],
}
READ = ParsedQuest(
    "The Lost Ring",
    "The smith lost it.",
    (ParsedObjective("Kill 3 wolves", 3), ParsedObjective("Return", 1)),
    ("50 gold",),
    "strict",
    (),
)


def parts(quest: ParsedQuest) -> tuple[object, ...]:
    return quest.title, quest.description, quest.objectives, quest.rewards


def objectives(value: Any) -> list[tuple[str, int | None]]:
    quest = parse_quest(json.dumps({"title": "X", "objectives": value}))
    return [(each.text, each.count) for each in quest.objectives]


def test_json_is_read_whole() -> None:
    assert parse_quest(json.dumps(RING)) == READ


@pytest.mark.parametrize(
    ("text", "rung"),
    [
        (f"Here it is:\n```json\n{json.dumps(RING)}\n```", "fenced"),
        (json.dumps(RING).replace("]}", "],}"), "mended"),
        (json.dumps({"name": "quest", "arguments": json.dumps(RING)}), "tool_call"),
        (json.dumps({"error": {"failed_generation": json.dumps(RING)}}), "salvaged"),
        (json.dumps({"quest": RING}), "strict"),
        (json.dumps({"result": {"quests": [RING]}}), "strict"),
        (
            "title: The Lost Ring\ndescription: The smith lost it.\nobjectives:\n- Kill 3 wolves\n"
            "- description: Return\n  count: 1\nrewards:\n- 50 gold",
            "yaml",
        ),
    ],
)
def test_every_rung_reads_the_same_quest(text: str, rung: str) -> None:
    quest = parse_quest(text)
    assert parts(quest) == parts(READ)
    assert quest.rung == rung


@pytest.mark.parametrize("language", tables()["languages"])
def test_fields_are_known_in_every_language(language: str) -> None:
    names = tables()["languages"][language]
    entry = {names["description"][0]: "Return", names["count"][0]: 1}
    made = {
        names["title"][0]: RING["title"],
        names["description"][0].upper(): RING["description"],
        names["objectives"][0]: ["Kill 3 wolves", entry],
        names["rewards"][0]: "50 gold",
    }
    assert parse_quest(json.dumps(made)) == READ
    assert parse_quest(json.dumps(made, ensure_ascii=False)) == READ


@pytest.mark.parametrize(
    "text", ["", "No.", "{}", "[]", '{"a": 1}', "\x00\ud800", "null", "<think>"]
)
def test_that_nothing_was_found_is_told(text: str) -> None:
    quest = parse_quest(text)
    assert quest.rung == "nothing"
    assert parts(quest) == ("", "", (), ())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Go; return", [("Go", None), ("return", None)]),
        ("1. Go\n2. Kill two rats", [("Go", None), ("Kill two rats", 2)]),
        (["1. Go", "- **Return**"], [("Go", None), ("Return", None)]),
        ({"first": "Go", "second": "Return"}, [("Go", None), ("Return", None)]),
        ([{"Kill": "3 wolves"}, {"Return": None}], [("Kill: 3 wolves", 3)]),
        ([{"type": "kill", "target": "wolf", "count": "3"}], [("kill wolf", 3)]),
        ([{"title": "Wolves", "description": "Slay 3", "amount": 4}], [("Slay 3", 4)]),
        ([{"task": "Slay", "required": 2.0}], [("Slay", 2)]),
        ([{"task": "Slay", "count": -2}], [("Slay", None)]),
        ([{"task": "Slay 3", "count": True}], [("Slay 3", 3)]),
        ([{"task": "Slay", "count": 1e300}], [("Slay", None)]),
        ([["Go"], [["Return"]]], [("Go", None), ("Return", None)]),
        ({"main": ["Go"], "optional": ["Sing"]}, [("Go", None), ("Sing", None)]),
        ([None, 3, "", True, "Go"], [("3", 3), ("Go", None)]),
    ],
)
def test_objectives_have_many_shapes(value: Any, expected: list[tuple[str, int | None]]) -> None:
    assert objectives(value) == expected


def test_the_surest_field_wins() -> None:
    made = {"name": "Mira", "goal": "peace", "title": "X", "objectives": ["Go"], "text": "no"}
    quest = parse_quest(json.dumps({**made, "description": "yes"}))
    assert parts(quest) == ("X", "yes", (ParsedObjective("Go", None),), ())


def test_another_object_in_it_is_not_taken_for_the_quest() -> None:
    made = {"giver": {"name": "Mira", "description": "A smith."}, "objectives": ["Go"]}
    assert parts(parse_quest(json.dumps(made))) == ("", "", (ParsedObjective("Go", None),), ())


def test_names_in_braces_do_not_hide_the_headings() -> None:
    quest = parse_quest("Title: Save {npc}, {\nObjectives:\n* Greet {npc: you}\n* Return")
    assert quest.title == "Save {npc}, {"
    assert [each.text for each in quest.objectives] == ["Greet {npc: you}", "Return"]


@pytest.mark.parametrize("wrap", ["failed_generation", "answer", "text"])
def test_headings_inside_json_are_read(wrap: str) -> None:
    text = json.dumps({wrap: "标题：失落的戒指\n目标：\n1. 找到戒指\n2. 还给铁匠"})
    quest = parse_quest(text)
    assert quest.title == "失落的戒指"
    assert [each.text for each in quest.objectives] == ["找到戒指", "还给铁匠"]
    assert quest.rung == "salvaged"


def test_json_that_cannot_be_mended_is_not_read_as_headings() -> None:
    lines = '{\n"title": "X",\n"objectives": [\n"Go"\n' + "[" * 200
    assert parse_quest(lines).rung == "nothing"


def test_what_is_said_is_bounded_and_the_cuts_are_told() -> None:
    made = {
        "title": "t" * 201,
        "description": "d" * 4_001,
        "objectives": ["o" * 401, *map(str, range(1, 60))],
        "rewards": ["gold"] * 41,
    }
    quest = parse_quest(json.dumps(made))
    assert len(quest.title) == parsing.MAX_TITLE == 200
    assert len(quest.description) == parsing.MAX_DESCRIPTION == 4_000
    assert len(quest.objectives[0].text) == parsing.MAX_ENTRY == 400
    assert len(quest.objectives) == len(quest.rewards) == parsing.MAX_ENTRIES == 40
    assert quest.notes == (
        "one of the objectives was cut at 400 characters",
        "only the first 40 objectives were read",
        "only the first 40 rewards were read",
        "the title was cut at 200 characters",
        "the description was cut at 4,000 characters",
    )


@pytest.mark.parametrize("form", ["json", "headed", "yaml"])
def test_marks_that_nobody_sees_are_gone(form: str) -> None:
    title, entry = "The\u202e Ring\x00\x1b[2J", "Go\u2066 home\u200b\ud800"
    if form == "json":
        text = json.dumps({"title": title, "objectives": [entry]})
    elif form == "yaml":
        text = f"title: {title}\nobjectives:\n- {entry}"
    else:
        text = f"标题：{title}\n目标：\n* {entry}"
    quest = parse_quest(text)
    assert (quest.title, quest.objectives[0].text) == ("The Ring[2J", "Go home")


HOSTILE = [
    *("[", "{", '{"a":', "{}", '{"x":1}', "}{", '"', "\\", '\\"', "“", "｛", "{'a':", '{"a":["'),
    *("<think>", "</think>", "```\n", "- a\n", "Title: x\n", "a: b\n", "#", "**", "_ ", "\t", "\n"),
    *(
        "1. 2. 3. ",
        "①",
        "；",
        "、",
        " / ",
        "【标题】",
        "| a |",
        " - ",
        "x3 ",
        "三",
        "1/",
        "twenty ",
    ),
    *("&a ", "*a ", "- - ", "? ", "//", "\x00", "\ud800", "\u202e", "\u0301", '{"error":', "> "),
]


@pytest.mark.parametrize("unit", HOSTILE)
@pytest.mark.parametrize("before", ["", '{"title": "', "Title: X\nObjectives: "])
def test_a_megabyte_of_anything_ends_in_an_answer(unit: str, before: str) -> None:
    quest = parse_quest(before + unit * (1_000_000 // len(unit)))
    assert len(quest.objectives) <= 40
