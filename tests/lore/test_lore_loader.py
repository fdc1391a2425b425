"""Lorebooks as writers write them."""

from pathlib import Path

import pytest

from npcengine.diagnostics import Diagnostic
from npcengine.errors import ContentError
from npcengine.lore.loader import load_lorebook, parse_lorebook, read_volume

SMALLEST = "entries:\n- keys: [mill]\n  text: The old mill burned.\n"


def complaints(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(ContentError) as caught:
        parse_lorebook(text, "oakvale.yaml")
    return caught.value.diagnostics


def test_three_lines_are_a_book(tmp_path: Path) -> None:
    path = tmp_path / "oakvale.yaml"
    path.write_text(SMALLEST, "utf-8")
    book = load_lorebook(path)

    assert (book.name, book.scan_depth, book.budget, book.recursive) == ("oakvale", 4, 400, False)
    [mill] = book.entries
    assert (mill.id, mill.keys, mill.text) == ("mill", ("mill",), "The old mill burned.")
    assert str(read_volume(path).tree.data["entries"]).count("mill") == 2


def test_everything_can_be_written() -> None:
    text = """
name: Oakvale
scan_depth: 6
budget: 300
recursive: true
entries:
- id: mill-fire
  keys: [mill, 磨坊]
  secondary: [fire, ash]
  logic: and_all
  additional: [[night, dark]]
  exclude: [pepper]
  text: >
    The old mill burned
    in the winter.
  when: trust >= 40 and met
  tags: [crime]
  since: 12.5
  probability: 0.5
  order: 3
  priority: -1
  extensions: {shop: {depth: 4, flags: [a, b]}}
"""
    [mill] = parse_lorebook(text, "oakvale.yaml").entries

    assert mill.text == "The old mill burned in the winter."
    assert str(mill.when) == "trust >= 40 and met"
    assert mill.additional == (("night", "dark"),)
    assert mill.extensions == {"shop": {"depth": 4, "flags": ("a", "b")}}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("entries:\n- keys: [mill]\n", ("NPC201", 2, "entries[0].text")),
        ("entries:\n- keys: mill\n  text: x\n", ("NPC203", 2, "entries[0].keys")),
        ("entries:\n- key: [mill]\n  text: x\n", ("NPC202", 2, "entries[0].key")),
        ("entries:\n- keys: [1815]\n  text: x\n", ("NPC203", 2, "entries[0].keys[0]")),
        (SMALLEST + "  logic: or\n", ("NPC208", 4, "entries[0].logic")),
        (SMALLEST + "  probability: 50\n", ("NPC205", 4, "entries[0].probability")),
        (SMALLEST + "budget: many\n", ("NPC203", 4, "budget")),
        (
            SMALLEST + "- id: a\n  text: x\n- id: a\n  text: y\n",
            ("NPC111", 6, "entries[2].id"),
        ),
        (SMALLEST + SMALLEST.removeprefix("entries:\n"), ("NPC111", 4, "entries[1]")),
    ],
)
def test_mistakes_are_told_with_their_place(text: str, told: tuple[str, int, str]) -> None:
    [complaint] = complaints(text)
    assert (complaint.code, complaint.line, complaint.field) == told


def test_a_misspelt_field_is_recognised() -> None:
    [complaint] = complaints(SMALLEST + "  constnat: true\n")
    assert "constant" in complaint.suggestion


def test_a_condition_that_cannot_be_read_is_complained_about() -> None:
    [complaint] = complaints(SMALLEST + "  when: trust >=\n")
    assert (complaint.line, complaint.field) == (4, "entries[0].when")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="NPC101"):
        load_lorebook(tmp_path / "nowhere.yaml")
