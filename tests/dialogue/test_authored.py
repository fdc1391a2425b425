"""Authored lines: chosen by what was asked, never twice running, the same for the same seed."""

from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npcengine import NPCEngine, Persona, load_cast
from npcengine.dialogue.authored import AuthoredLine, authored_line, spoken, thinking_line
from npcengine.dialogue.words import is_greeting
from npcengine.persona.model import Example, Known, Said, StockLines
from npcengine.persona.said import always
from npcengine.turns import Reason
from tests.dialogue.stage import MIRA

CAST = load_cast(Path(__file__).parents[2] / "personas")
BARE = Persona(id="x", name="X", description="Somebody.")
ZH = Persona(
    id="zh",
    name="沈",
    description="郎中。",
    locale="zh",
    knowledge=Known.of("商队迟了半个月。", "沼泽里夜里有灯火。"),
    stock_lines=StockLines(fallback=Said.of("急不得。")),
)


def line_of(
    persona: Persona,
    asked: str,
    *,
    reason: Reason = "offline",
    said: tuple[str, ...] = (),
    seed: str = "0",
) -> AuthoredLine:
    return authored_line(persona, asked, reason, said=said, seed=seed)


@pytest.mark.parametrize(
    ("persona", "asked", "answer"),
    [
        (MIRA, "Could you mend this sword, please?", "Leave it by the anvil."),
        (MIRA, "What happened to the mill?", "The old mill burned down in spring."),
        (MIRA, "And the mills?", "The old mill burned down in spring."),
        (ZH, "商队怎么了？", "商队迟了半个月。"),
        (ZH, "你知道沼泽里有什么吗", "沼泽里夜里有灯火。"),
    ],
)
def test_the_answer_is_about_what_was_asked(persona: Persona, asked: str, answer: str) -> None:
    chosen = line_of(persona, asked)
    assert spoken(chosen.pieces) == answer
    assert not chosen.stock


@pytest.mark.parametrize("asked", ["What do you know about that?", "Do you like music?"])
def test_words_that_every_question_has_answer_nothing(asked: str) -> None:
    assert line_of(MIRA, asked).stock


@pytest.mark.parametrize("asked", ["Hello!", "Good morning, Mira.", "hi", ""])
def test_a_greeting_is_returned(asked: str) -> None:
    chosen = line_of(MIRA, asked)
    assert spoken(chosen.pieces) in always(MIRA.greetings)
    assert not chosen.stock


@pytest.mark.parametrize(
    ("line", "greets"),
    [
        ("Hello", True), ("你好", True), ("Guten Tag", True), ("Good day to you.", True),
        ("A good sword", False), ("This is the hill.", False),
        ("Hello, can you mend my sword by tomorrow?", False),
    ],
)  # fmt: skip
def test_what_counts_as_a_greeting(line: str, greets: bool) -> None:
    assert is_greeting(line) is greets


@pytest.mark.parametrize(
    ("reason", "asked", "kind"),
    [
        ("offline", "Xyzzy plugh.", "fallback"),
        ("failure", "Xyzzy plugh.", "fallback"),
        ("deadline", "Xyzzy plugh.", "busy"),
        ("guard", "What happened to the mill?", "refuse"),
        ("offline", "?!", "confused"),
    ],
)
def test_the_stock_line_fits_the_reason(reason: Reason, asked: str, kind: str) -> None:
    chosen = line_of(MIRA, asked, reason=reason)
    assert chosen.stock
    assert spoken(chosen.pieces) in always(getattr(MIRA.stock_lines, kind))


def test_a_gesture_in_an_authored_line_is_a_gesture() -> None:
    persona = Persona(
        id="x",
        name="X",
        description="Y.",
        examples=(Example(player="A sword?", npc="*squints* Bent."),),
    )
    pieces = line_of(persona, "My sword?").pieces
    assert [(piece.kind, piece.text) for piece in pieces] == [
        ("emote", "squints"),
        ("text", "Bent."),
    ]


@pytest.mark.parametrize("locale", ["en", "zh", "pt-BR", "tlh"])
def test_a_persona_without_authored_lines_says_as_little_as_possible(locale: str) -> None:
    persona = BARE.model_copy(update={"locale": locale})
    for asked in ("", "Hello.", "Where is the inn?"):
        assert 0 < len(spoken(line_of(persona, asked).pieces)) < 10
    assert thinking_line(persona, "0") == "…"


ASKED = st.sampled_from(["", "Hello.", "The mill?", "My sword?", "?", "Xyzzy.", "Who are you?"])
REASONS = st.sampled_from(get_args(Reason))


@given(
    persona=st.sampled_from([MIRA, ZH, BARE, *CAST]),
    talk=st.lists(st.tuples(ASKED | st.text(max_size=30), REASONS), min_size=2, max_size=12),
    seed=st.text(max_size=4),
)
def test_no_line_comes_twice_running_and_all_are_the_personas_own(
    persona: Persona, talk: list[tuple[str, Reason]], seed: str
) -> None:
    said: tuple[str, ...] = ()
    for asked, reason in talk:
        chosen = line_of(persona, asked, reason=reason, said=said, seed=seed)
        assert chosen == line_of(persona, asked, reason=reason, said=said, seed=seed)
        said += (spoken(chosen.pieces),)
    assert all(said)
    assert all(a != b for a, b in pairwise(said))


@pytest.mark.parametrize("npc", CAST.ids)
async def test_the_cast_carries_a_short_talk_without_a_model(npc: str) -> None:
    """Ten lines, no line of the character twice."""
    persona = CAST[npc]
    asked = [example.player for example in persona.examples] + ["Xyzzy.", "Plugh.", "?"]
    async with NPCEngine(personas=[persona]) as engine:
        replies = [await engine.greet(npc, player="ayla")]
        replies += [await engine.say(npc, line, player="ayla") for line in asked[:9]]
    assert len({reply.text for reply in replies}) == 10
    assert {reply.reason for reply in replies} == {"offline"}
