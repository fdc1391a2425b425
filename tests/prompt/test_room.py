"""A prompt never takes more than a model can read, as long as anything can give way."""

from hypothesis import example, given
from hypothesis import strategies as st

from npcengine.messages import Message
from npcengine.persona.model import Example, Known, Persona, Said
from npcengine.persona.opened import Opened
from npcengine.prompt.budget import estimate_tokens
from npcengine.prompt.build import build_tail, explain, static_prefix
from npcengine.prompt.room import CONTEXT, MESSAGE_TOKENS, room, surely_fits, tail_room
from npcengine.prompt.sections import RULES
from npcengine.turns import Scene, Turn

LONG = "Nobody in the village has ever seen the like of it, and nobody will. " * 5
MIRA = Persona(
    id="mira",
    name="Mira Holt",
    description="A smith.",
    appearance=f"Tall. {LONG}",
    backstory=f"Born here. {LONG}",
    values=("a debt is a debt",),
    knowledge=Known.of("The mill burned."),
    examples=tuple(Example(player=f"Question {n}?", npc=f"Answer {n}. {LONG}") for n in range(3)),
    greetings=Said.of("What is it?"),
)
FORGE = Scene(place="the forge")
TURNS = tuple(Turn(f"Line {n}. {LONG}", f"Reply {n}. {LONG}", float(n)) for n in range(8))
LORE = tuple("" if n % 2 else f"Lore {n}. {LONG}" for n in range(9))
WORDS = st.text(st.sampled_from("ab .1é,—жя中ไ가\n"), max_size=80) | st.text(max_size=80)
TALKS = st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=8)


def tokens(messages: tuple[Message, ...]) -> int:
    return sum(estimate_tokens(each.content) + MESSAGE_TOKENS for each in messages)


def text(messages: tuple[Message, ...]) -> str:
    return "\n".join(message.content for message in messages)


def sent(context: int) -> str:
    prefix = static_prefix(MIRA, context)
    limit = tail_room(MIRA, prefix, context)
    return text(
        prefix.messages + build_tail(Opened(MIRA), TURNS, FORGE, "Go on.", None, LORE, limit)
    )


def test_in_ordinary_play_nothing_is_left_out() -> None:
    whole = static_prefix(MIRA, 10**9)
    assert static_prefix(MIRA) == whole
    tail = build_tail(Opened(MIRA), TURNS, FORGE, "Go on.", None, LORE)
    limit = tail_room(MIRA, whole)
    assert build_tail(Opened(MIRA), TURNS, FORGE, "Go on.", None, LORE, limit) == tail
    assert not [
        each for each in explain(MIRA, Opened(MIRA), TURNS, FORGE, "Go on.") if each.left_out
    ]


def test_lore_goes_first_then_the_oldest_turns_and_the_last_two_stay() -> None:
    tail = build_tail(Opened(MIRA), TURNS, FORGE, "Go on.", None, LORE)
    less_lore = text(build_tail(Opened(MIRA), TURNS, FORGE, "Go on.", None, LORE, tokens(tail) - 1))
    assert "Lore 0." not in less_lore
    assert "Lore 2." in less_lore
    assert "Line 0." in less_lore
    least = build_tail(Opened(MIRA), TURNS, FORGE, "Go on.", None, LORE, 0)
    assert [message.content[:14] for message in least] == [
        "<speech>Line 6", "Reply 6. Nobod", "<speech>Line 7", "Reply 7. Nobod",
        "Here and now: ", "<speech>Go on.",
    ]  # fmt: skip


def test_a_persona_too_large_for_a_small_context_loses_what_it_can_speak_without() -> None:
    small = sent(1600)
    for stays in (RULES, "Mira Holt", "The mill burned.", "Answer 0.", "Line 7.", "Go on."):
        assert stays in small
    for gone in ("Tall.", "Answer 2.", "Lore 8.", "Line 0."):
        assert gone not in small


def test_what_is_said_changes_nothing_in_the_static_prefix() -> None:
    for context in (512, 1024, 2048, CONTEXT):
        assert static_prefix(MIRA, context) == static_prefix(MIRA, context)
        static = [
            [
                each
                for each in explain(MIRA, Opened(MIRA), turns, FORGE, line, context=context)
                if each.static
            ]
            for turns, line in (((), ""), (TURNS, "Go on."))
        ]
        assert static[0] == static[1]


def test_what_was_left_out_is_told_and_why() -> None:
    told = {
        each.name: each
        for each in explain(MIRA, Opened(MIRA), TURNS, FORGE, "Go on.", context=1600)
    }
    assert told["appearance"].text == ""
    assert told["appearance"].left_out > 50
    assert told["appearance"].why == "the character can speak without it"
    assert told["examples"].text.count("assistant:") == 1
    assert told["history"].why == "the oldest goes first"
    assert told["player"].left_out == 0


def test_a_larger_context_never_leaves_out_more() -> None:
    lengths = [len(sent(context)) for context in range(400, 9000, 300)]
    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[-1]


@given(TALKS, st.integers(0, 500), WORDS)
def test_a_tail_fits_or_only_that_is_left_which_has_to_stay(
    talk: list[tuple[str, str, str]], limit: int, line: str
) -> None:
    turns = tuple(Turn(player, npc, 0.0) for player, npc, _ in talk)
    lore = (*(each for _, _, each in talk), "now")
    mira, scene = Opened(MIRA), FORGE
    tail = build_tail(mira, turns, scene, line, None, lore, limit)
    least = build_tail(mira, turns, scene, line, None, lore, -1)
    assert set(least) <= set(tail)
    assert tail == least or tokens(tail) <= limit


@given(WORDS | st.text("1é aб中😀."))
@example("1é" * 200)
def test_what_surely_fits_does(words: str) -> None:
    message = Message("user", words)
    taken = tokens((message,))
    assert not surely_fits([message], taken - 1)


def test_an_answer_has_its_room_too() -> None:
    talkative = MIRA.model_copy(
        update={"model": MIRA.model.model_copy(update={"max_tokens": 2000})}
    )
    assert room(talkative) < room(MIRA) < CONTEXT
