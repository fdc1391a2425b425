"""The window on a conversation: bounded, and moving in large steps."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from npcengine.memory.history import window
from npcengine.prompt.budget import estimate_tokens
from npcengine.turns import Turn


def turn(number: int, words: int = 20, *, stock: bool = False) -> Turn:
    return Turn(f"{number} " + "ask " * words, "word " * words, float(number), stock)


def test_a_short_conversation_is_seen_whole() -> None:
    turns = tuple(turn(n) for n in range(5))
    assert window(turns) == turns


def test_stock_lines_are_never_seen() -> None:
    turns = (turn(1), turn(2, stock=True), turn(3))
    assert window(turns) == (turns[0], turns[2])


def test_the_beginning_stays_put_for_many_turns() -> None:
    """A prefix cache hits while the first turn of the window stays the same."""
    turns = tuple(turn(n) for n in range(200))
    starts = [window(turns[: end + 1])[0] for end in range(200)]
    moves = sum(a != b for a, b in pairwise(starts))
    assert moves <= 200 / 8


def test_the_latest_turn_stays_however_long_it_is() -> None:
    turns = (turn(1), turn(2, words=5000))
    assert window(turns) == (turns[1],)


@given(st.lists(st.integers(0, 400), max_size=60), st.integers(50, 2000))
def test_the_window_is_the_latest_turns_within_the_budget(sizes: list[int], budget: int) -> None:
    turns = tuple(turn(n, words) for n, words in enumerate(sizes))
    seen = window(turns, budget)
    assert turns[len(turns) - len(seen) :] == seen
    if len(seen) > 1:
        assert sum(estimate_tokens(t.player_line + t.npc_line) for t in seen) <= budget
    assert bool(seen) == bool(turns)
