"""What somebody meant who mistyped a word."""

import pytest

from npcengine.spelling import did_you_mean, nearest


@pytest.mark.parametrize(
    ("word", "meant"),
    [("fats", "fast"), ("FAST", "fast"), ("ayla", "Ayla"), ("zzz", None), ("", None)],
)
def test_the_nearest_word_is_found_whatever_its_capitals(word: str, meant: str | None) -> None:
    assert nearest(word, ("fast", "Ayla")) == meant
    assert did_you_mean(word, ("fast", "Ayla")) == (f"did you mean {meant!r}?" if meant else "")


def test_nobody_waits_for_a_long_word_to_be_compared() -> None:
    assert nearest("fast" * 25_000, ["fast" * 25_000]) is None
