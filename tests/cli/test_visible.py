"""Text of others, made fit for a terminal."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from npcengine.cli.visible import visible


@given(st.text())
def test_what_can_steer_a_terminal_is_marked_and_all_else_stays(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    for before, after in zip(text, shown, strict=True):
        if before in "\n\t\u200c\u200d" or unicodedata.category(before) not in ("Cc", "Cf", "Cs"):
            assert after == before
        else:
            assert after == "\ufffd"


def test_letters_of_all_scripts_and_emoji_stay() -> None:
    for text in ("Grüße, ça va?", "你好，世界", "नमस्ते", "مرحبا", "👩‍🌾", "tab\tand\nline"):
        assert visible(text) == text
