"""headings.toml: every heading stands for one part, however it is written."""

from __future__ import annotations

import unicodedata

import pytest

from npcengine.quest.reading.headings import LONGEST, heading, tables
from tests.quest.reading.rendering import LANGUAGES, PARTS


def test_the_languages_that_players_speak_are_there() -> None:
    wanted = "en zh ja ko es pt fr de it ru uk pl tr vi id th ar he hi nl sv cs hu ro el"
    assert set(LANGUAGES) == set(wanted.split())
    assert all(set(table) == {*PARTS, "other", "count"} for table in LANGUAGES.values())
    assert set(tables()) == {"marks", "languages", "counting"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_heading_stands_for_its_part_alone(language: str) -> None:
    for part, names in LANGUAGES[language].items():
        for name in names:
            for written in ways_to_write(name):
                known = heading(written)
                assert known, written
                assert known.part == part, written


def ways_to_write(name: str) -> list[str]:
    shouted, decomposed = name.upper(), unicodedata.normalize("NFD", name)
    bare = [name, shouted, decomposed, name.replace(" ", "_")]
    return [*bare, f"**{name}**", f"【{name}】", f"2. {name}", f"{name} (3)"]


@pytest.mark.parametrize(
    ("written", "part"),
    [
        ("questTitle", "title"),
        ("Ｔｉｔｌｅ", "title"),
        ("TITULO", "title"),
        ("BAŞLIK", "title"),
        ("Recompénse", "rewards"),
        ("目标（必做）", "objectives"),
        ("目标一", "objectives"),
        ("Objective #2", "objectives"),
        ("🎯 Цели", "objectives"),
    ],
)
def test_case_accents_numbers_and_remarks_do_not_count(written: str, part: str) -> None:
    known = heading(written)
    assert known
    assert known.part == part


@pytest.mark.parametrize(
    "written", ["", "Mira", "The goal", "titles of nobility", "goals and rewards", "10", "\ud800"]
)
def test_words_of_a_sentence_are_no_heading(written: str) -> None:
    assert heading(written) is None


def test_what_is_longer_than_any_heading_is_none() -> None:
    for table in LANGUAGES.values():
        assert all(len(name) < LONGEST for names in table.values() for name in names)
    assert heading("title" + " " * LONGEST) is None
