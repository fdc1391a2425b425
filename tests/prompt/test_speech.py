"""What a player may say, and how it is cleaned."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npcengine.errors import InvalidLine
from npcengine.prompt.speech import MAX_LINE, check_line, describe, printable
from npcengine.turns import Scene


@pytest.mark.parametrize("line", ["", "   ", "\n\t", "\u200b\u202e", "\u200d"])
def test_an_empty_line_is_refused(line: str) -> None:
    with pytest.raises(InvalidLine, match="empty"):
        check_line(line)


def test_a_line_of_100_kb_is_refused_with_its_length() -> None:
    with pytest.raises(InvalidLine, match="100,000 characters; pass at most 1,000"):
        check_line("x" * 100_000)


def test_the_longest_line_is_accepted() -> None:
    longest = "".join(map(str, range(MAX_LINE)))[:MAX_LINE]
    assert check_line(longest) == longest


def test_joiners_stay_inside_words_and_emoji() -> None:
    assert printable("👩\u200d🚀 می\u200cخواهم") == "👩\u200d🚀 می\u200cخواهم"


@given(st.text())
def test_nothing_unprintable_is_left(text: str) -> None:
    said = printable(text)
    assert said == " ".join(said.split())
    assert not [c for c in said if unicodedata.category(c)[0] == "C" and c not in "\u200c\u200d"]
    said.encode()


def test_a_scene_that_says_nothing_is_left_out() -> None:
    assert describe(Scene()) == ""


def test_a_scene_is_bounded() -> None:
    scene = Scene(place="x" * 9999, notes="y" * 9999, present=("z" * 9999,) * 999)
    assert len(describe(scene)) < 7000
