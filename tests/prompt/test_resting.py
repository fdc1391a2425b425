"""A catchphrase rests between two uses."""

import pytest

from npcengine.persona.model import Persona, Speech
from npcengine.persona.opened import Opened
from npcengine.prompt.build import build_tail, reminder
from npcengine.turns import Scene, Turn

PHRASES = ("Steel does not lie.", "...", "Aye", "Schlägt zurück!", "铁不说谎")


def mira(rest: int = 2, phrases: tuple[str, ...] = PHRASES) -> Persona:
    speech = Speech(catchphrases=phrases, catchphrase_rest=rest)
    return Persona(id="mira", name="Mira", description="A smith.", speech=speech)


def note(persona: Persona, *replies: str) -> str:
    return reminder(persona, None, tuple(Turn("And?", reply, 0.0) for reply in replies))


@pytest.mark.parametrize(
    ("reply", "phrase"),
    [
        ("Steel does not lie. Look!", "Steel does not lie."),
        ("As I say, STEEL does not lie, friend.", "Steel does not lie."),
        ("Aye, bring it.", "Aye"),
        ("Es SCHLAGT zuruck.", "Schlägt zurück!"),
        ("你看，铁不说谎的。", "铁不说谎"),
    ],
)
def test_what_was_just_said_is_named(reply: str, phrase: str) -> None:
    assert note(mira(), reply).endswith(f"\nJust said, so not again now: {phrase}")


@pytest.mark.parametrize("reply", ["Good day, everyone.", "Steel does lie.", "Ayes have it."])
def test_other_words_are_not_it(reply: str) -> None:
    assert note(mira(), reply) == note(mira())


def test_it_rests_for_so_many_turns() -> None:
    assert "not again" in note(mira(), "Aye.", "No.")
    assert "not again" not in note(mira(), "Aye.", "No.", "No.")
    assert "not again" not in note(mira(rest=0), "Aye.")


def test_a_phrase_does_not_reach_over_two_lines() -> None:
    assert "not again" not in note(mira(), "Steel does", "not lie.")


def test_the_model_is_told_where_it_weighs_most() -> None:
    turns = (Turn("And?", "Aye. Steel does not lie.", 0.0),)
    tail = build_tail(Opened(mira()), turns, Scene(), "So?")
    assert tail[-2].content.endswith("not again now: Steel does not lie. / Aye")
    plain = build_tail(Opened(mira(phrases=())), turns, Scene(), "So?")
    assert "again" not in plain[-2].content
