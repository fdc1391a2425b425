"""Decorators of Character Card V3 at the head of a text."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npcengine.lore.decorators import parse
from npcengine.lore.model import Entry
from tests.lore.library import fires


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("@@activate_only_after 3", {"after": 3}),
        ("@@activate_only_every 2", {"every": 2}),
        ("@@keep_activate_after_match", {"lasting": True}),
        ("@@dont_activate_after_match", {"once": True}),
        ("@@scan_depth 7", {"scan_depth": 7}),
        ("@@is_greeting 1", {"greeting": 1}),
        ("@@ignore_on_max_context", {"expendable": True}),
        ("@@additional_keys fire, ash", {"additional": (("fire", "ash"),)}),
        ("@@exclude_keys pepper", {"exclude": ("pepper",)}),
    ],
)
def test_a_decorator_is_the_field_that_it_means(line: str, fields: dict[str, Any]) -> None:
    parsed = parse(f"{line}\n\nThe old mill burned.")

    assert parsed == (fields, (), "The old mill burned.")
    made = Entry(keys=("mill",), text=f"{line}\nThe old mill burned.")
    assert made == Entry(keys=("mill",), text="The old mill burned.", **fields)


@pytest.mark.parametrize(
    "line",
    [
        "@@depth 0",
        "@@role assistant",
        "@@position after_desc",
        "@@is_user_icon hat",
        "@@scan_depth deep",
        "@@scan_depth -1",
        "@@scan_depth ١٢",
        "@@scan_depth 99999999",
        "@@activate_only_every 0",
        "@@additional_keys ,",
        "@@exclude_keys",
        "@@",
        "@@ what is this",
        "@@@scan_depth 3",
        "@@@@",
    ],
)
def test_what_has_no_effect_is_kept_and_not_said(line: str) -> None:
    made = Entry(keys=("mill",), text=f"{line}\nIt burned.")

    assert (made.text, made.decorators) == ("It burned.", (line,))
    assert made == Entry(keys=("mill",), text="It burned.", decorators=(line,))


def test_decorators_end_where_the_text_begins() -> None:
    made = Entry(text="\n\n@@scan_depth 2\r\n\r\n@@role user\n\nIt burned.\n@@depth 1\n")
    assert (made.scan_depth, made.decorators) == (2, ("@@role user",))
    assert made.text == "It burned.\n@@depth 1"
    assert Entry(text="@@scan_depth 2").text == ""


def test_activate_wins_over_dont_activate() -> None:
    assert fires(Entry(text="@@activate\nIt burned."), "hello")
    assert not fires(Entry(keys=("mill",), text="@@dont_activate\nIt burned."), "mill")
    assert fires(Entry(text="@@dont_activate\n@@activate\nIt burned."), "hello")


def test_a_fallback_counts_where_what_stands_before_it_is_not_known() -> None:
    chain = "@@their_own 1\n@@@another 1\n@@@third\n@@@fourth 4\n@@@fifth 5\n@@@scan_depth 3\n"
    assert Entry(text=f"{chain}It burned.").scan_depth == 3
    assert Entry(text="@@scan_depth 9\n@@@activate\nIt burned.").constant is False
    assert Entry(text="@@scan_depth much\n@@@scan_depth 3\nIt burned.").scan_depth == 3
    known = Entry(text="@@depth 1\n@@@activate\nIt burned.")
    assert (known.constant, known.decorators) == (False, ("@@depth 1", "@@@activate"))


def test_only_the_first_of_a_name_counts_except_for_additional_keys() -> None:
    assert Entry(text="@@scan_depth 1\n@@scan_depth 2\nIt burned.").scan_depth == 1
    twice = Entry(text="@@additional_keys a,b\n@@additional_keys c\nIt burned.")
    assert twice.additional == (("a", "b"), ("c",))


def test_a_decorator_says_more_than_a_field() -> None:
    assert Entry(text="@@scan_depth 1\nIt burned.", scan_depth=9).scan_depth == 1


def test_an_export_has_the_decorators_again() -> None:
    written = (
        "@@activate_only_after 3\n@@activate_only_every 2\n@@is_greeting 0\n"
        "@@keep_activate_after_match\n@@dont_activate_after_match\n@@ignore_on_max_context\n"
        "@@additional_keys a,b\n@@additional_keys c\n@@exclude_keys d,e\n"
        "@@their_own 1\n@@@scan_depth 3\n@@role user\n\nIt burned."
    )
    assert Entry(text=written).content == written
    assert Entry(text="It burned.").content == "It burned."


NAMES = st.sampled_from(
    "activate dont_activate scan_depth depth additional_keys exclude_keys is_greeting x".split()
)
LINES = st.builds(
    lambda marks, name, value: f"{marks}{name} {value}".rstrip(),
    st.sampled_from(["@@", "@@@"]),
    NAMES,
    st.sampled_from(["", "1", "2", "a,b", "c"]),
)


@given(st.lists(LINES, max_size=6))
def test_what_is_exported_means_what_was_imported(lines: list[str]) -> None:
    made = Entry(keys=("mill",), text="\n".join([*lines, "It burned."]))
    again = Entry(keys=("mill",), text=made.content)

    assert set(again.additional) == set(made.additional)
    order = {"additional": (), "decorators": ()}
    assert again.model_copy(update=order) == made.model_copy(update=order)


@given(st.text())
def test_any_content_can_be_read(text: str) -> None:
    parse(text)
    parse(f"@@scan_depth 1\n{text}")
