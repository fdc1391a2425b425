"""Stop strings cut on our side, where a model refuses them."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from npcengine.backend.stops import StopCutter


def cut(stops: tuple[str, ...], *parts: str) -> str:
    cutter = StopCutter(stops)
    return "".join([cutter.feed(part) for part in parts]) + cutter.close()


@pytest.mark.parametrize(
    ("stops", "text", "kept"),
    [
        (("\n",), "Aye.\nPlayer: And?", "Aye."),
        (("\nPlayer:", "\n\n"), "Aye.\nWell.\n\nPlayer: And?", "Aye.\nWell."),
        (("Player:",), "Aye.", "Aye."),
        (("Player:",), "Aye. Play", "Aye. Play"),
        (("Player:",), "Player: me", ""),
        (("aab",), "aaab", "a"),
        (("剑",), "好剑好", "好"),
    ],
)
def test_the_text_ends_before_the_first_stop(stops: tuple[str, ...], text: str, kept: str) -> None:
    assert cut(stops, text) == kept
    assert cut(stops, *text) == kept


def test_only_what_may_be_the_beginning_of_a_stop_is_held_back() -> None:
    cutter = StopCutter(("\nPlayer:",))
    assert cutter.feed("Aye. Well") == "Aye. Well"
    assert cutter.feed(" then.\nPla") == " then."
    assert cutter.feed("y on.") == "\nPlay on."


def test_after_a_stop_nothing_comes() -> None:
    cutter = StopCutter(("\n",))
    assert cutter.feed("Aye.\nB") == "Aye."
    assert cutter.stopped
    assert cutter.feed("But") == ""
    assert cutter.close() == ""


# A small alphabet, so that stops do occur, overlap and repeat.
words = st.text("abc", max_size=12)
stops = st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=4).map(tuple)


@given(stops, words, st.lists(st.integers(min_value=0, max_value=12), max_size=6))
@example(("abc", "b"), "abc", [2])
@example(("ab", "abc"), "abc", [1, 2])
def test_no_cut_of_the_text_changes_what_comes_out(
    stops: tuple[str, ...], text: str, places: list[int]
) -> None:
    marks = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    parts = [text[start:end] for start, end in pairwise(marks)]
    assert cut(stops, *parts) == cut(stops, text)


@given(stops, words)
def test_what_comes_out_is_the_text_up_to_its_first_stop(stops: tuple[str, ...], text: str) -> None:
    kept = cut(stops, *text)
    assert text.startswith(kept)
    assert not any(stop in kept for stop in stops)
    rest = text[len(kept) :]
    assert not rest or any(rest.startswith(stop) for stop in stops)


@given(stops, words)
def test_a_stop_is_never_delivered_in_part(stops: tuple[str, ...], text: str) -> None:
    cutter = StopCutter(stops)
    delivered = ""
    for char in text:
        delivered += cutter.feed(char)
        assert text.startswith(delivered)
    assert delivered == cut(stops, text)[: len(delivered)]
    if cutter.stopped:
        assert delivered == cut(stops, text)
