"""How replies look: their words, and where they came from."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npcengine.cli.replies import dollars, source_line, spoken, whole
from npcengine.turns import Piece, Reply

REPLY = Reply(
    "hild", "ayla", "Aye.", provider="groq", model="m", cost=0.00014, first_text=0.21, elapsed=0.48
)


@pytest.mark.parametrize(
    ("reply", "line"),
    [
        (REPLY, "groq m · first word 0.21 s · 0.48 s · $0.00014"),
        (replace(REPLY, first_text=0.4799, cost=None), "groq m · 0.48 s"),
        (
            replace(REPLY, source="cache", cost=0.0, first_text=0.48),
            "cache (groq m) · 0.48 s · $0.00",
        ),
        (replace(REPLY, finish="limit", cost=None, first_text=0.48), "groq m · 0.48 s"),
        (
            replace(REPLY, finish="broken", cost=2.5, first_text=0.48),
            "groq m · 0.48 s · $2.50 · cut short (broken)",
        ),
        (
            Reply("hild", "ayla", "Hm.", source="authored", reason="offline", elapsed=0.1),
            "authored (offline) · 0.10 s · $0.00",
        ),
        (
            Reply("hild", "ayla", "Hm.", source="authored", reason="deadline", elapsed=4.0),
            "authored (deadline) · 4.00 s",
        ),
    ],
)
def test_the_source_line(reply: Reply, line: str) -> None:
    assert source_line(reply) == line


def test_a_thinking_piece_gives_way_to_words() -> None:
    pieces = [Piece("thinking", "scratches her chin")]
    assert spoken(pieces).plain == "scratches her chin"
    pieces += [Piece("text", "Aye"), Piece("text", ", aye.")]
    assert spoken(pieces).plain == "Aye, aye."
    assert spoken([]).plain == ""


def test_emotes_stand_apart_from_words() -> None:
    pieces = [Piece("emote", "nods"), Piece("text", "Aye. "), Piece("emote", "spits")]
    assert spoken([*pieces, Piece("text", " Done.")]).plain == "*nods* Aye. *spits* Done."
    assert whole(replace(REPLY, emotes=("nods",))).plain == "*nods* Aye."


@given(st.lists(st.builds(Piece, st.sampled_from(["text", "emote", "thinking"]), st.text())))
def test_whatever_is_said_cannot_steer_a_terminal(pieces: list[Piece]) -> None:
    assert not {"\x1b", "\x9b", "\x07", "\r", "\u202e"} & set(spoken(pieces).plain)


@given(st.floats(0, 1e6))
def test_dollars_are_told_to_two_digits_and_at_least_with_cents(amount: float) -> None:
    told = dollars(amount)
    assert float(told[1:]) == pytest.approx(amount, rel=0.05)
    assert len(told.partition(".")[2]) >= 2
