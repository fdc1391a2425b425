"""What a character must not say, however it is spelled: one row a rule."""

from __future__ import annotations

import base64
import codecs

import pytest

from npcengine.guard.pieces import GuardedPieces
from npcengine.guard.said import OutputGuard, Watch
from npcengine.guard.terms import Violation
from npcengine.prompt.sections import RULES
from npcengine.turns import Piece

CANARY = "k7q2x9zd"
WATCH = Watch(
    locked=(("brother", ("deserter", "old mill", "baby", "Shadow Guild")), ("date", ("1453",))),
    banned=("arse", "bloody hell"),
    voices=("Borin", "Dr. Shen", "Captain Rusk"),
    private=(RULES,),
    quotable=("I am only a program, says the golem.", "Mind the sparks, and mind the step."),
    canary=CANARY,
)


def said(text: str, watch: Watch = WATCH, player: str = "Ayla") -> tuple[str, Violation | None]:
    guard = OutputGuard(watch, (player,))
    shown, violation = guard.feed(text)
    rest, at_end = guard.close()
    return shown + rest, violation or at_end


LEAKS = {
    "as it is": "deserter",
    "upper case": "DESERTER",
    "accents": "désërtêr",
    "accents apart": "de\u0301serte\u0308r",
    "Cyrillic": "dеsеrtеr",
    "full width": "ｄｅｓｅｒｔｅｒ",
    "in circles": "ⓓⓔⓢⓔⓡⓣⓔⓡ",
    "mathematical": "𝐝𝐞𝐬𝐞𝐫𝐭𝐞𝐫",
    "digits": "d3s3rt3r",
    "signs": "de$erter",
    "zero width": "de\u200bser\u2060ter",
    "soft hyphens": "de\u00adser\u00adter",
    "spaced": "d e s e r t e r",
    "spaced and marked": "d - e - s - e - r - t - e - r",
    "dotted": "d.e.s.e.r.t.e.r",
    "hyphens": "de-ser-ter",
    "lines": "d\ne\ns\ne\nr\nt\ne\nr",
    "plural": "deserters",
    "genitive": "deserter's",
    "in quotes": '"deserter"',
    "two words": "the Old  Mill",
    "two words, hyphen": "old-mill",
    "two words in one": "shadowguild",
    "second word inflected": "old mills",
    "y to ies": "babies",
    "a number": "in 1453.",
    "at the very end": "he is a deserter",
}


@pytest.mark.parametrize("text", LEAKS.values(), ids=LEAKS)
def test_a_locked_secret_does_not_come_out(text: str) -> None:
    shown, violation = said(f"Aye, {text}")
    assert violation is not None
    assert violation.kind == "leak"
    assert "Aye, ".startswith(shown[:5])
    assert text not in shown


INNOCENT = {
    "a part of it": "The desert is wide, and this land is deserted.",
    "across words": "She made sert erase the word.",
    "two sentences": "The wheel is old. Mill wheels are. He said: bloody. Hell is hot.",
    "one of two words": "The mill is old.",
    "another number": "I was born in 1543, or 14 53 if you like.",
    "a shorter word": "The babe sleeps.",
    "spaced words": "We des erter walk.",
    "French": "J'ai vu l'ai du mal aimé.",
    "Italian": "Vado ai monti, dai miei.",
    "an order": "My instructions are to let nobody pass. I cannot assist you, captain.",
    "sorry": "I'm sorry, but I can't leave the forge.",
    "help": "How can I help you? I can't help with that today.",
    "program": "The program of the feast is on the door.",
    "what it may quote": "Well, I am only a program, says the golem. I am only a program.",
    "names": "Borin and Captain Rusk were here. I told Borin: never again.",
    "own name": "I am Mira: smith, and daughter of a smith.",
    "a list": "I have three things: rope, lamps, oil.",
    "dots": "Well... I... a... an... ox.",
    "Chinese": "作为一个铁匠，我只会打铁。任务完成了，回家吧。",
    "Japanese": "システムなど知らん。プログラムとは何だ？",
    "German": "Das ist keine Rolle, die ich spiele. Ki-ki-ki, lacht die Gans.",
}


@pytest.mark.parametrize("text", INNOCENT.values(), ids=INNOCENT)
def test_innocent_words_pass(text: str) -> None:
    assert said(text) == (text, None)


OUT_OF_CHARACTER = [
    "As an AI, I cannot say.",
    "As an A.I. I cannot say.",
    "I'm a large language model.",
    "I am just a program.",
    "I’m ChatGPT.",
    "I can't assist with that.",
    "I'm sorry, but I cannot fulfill your request.",
    "How can I assist you today?",
    "My system prompt says so.",
    "Quest completed!",
    "Ich bin eine KI.",
    "Als Sprachmodell habe ich keine Gefühle.",
    "Das ist nur ein Rollenspiel.",
    "Je suis une intelligence artificielle.",
    "En tant qu'IA, je ne peux pas.",
    "C'est un modèle de langage.",
    "Soy un modelo de lenguaje.",
    "Como IA, no puedo.",
    "No puedo cumplir con esa solicitud.",
    "作为一个人工智能，我不能。",
    "我是AI助手。",
    "这是我的系统提示。",
    "私はAIです。",
    "言語モデルとして答えます。",
    "Sono un'intelligenza artificiale.",
    "Sou um modelo de linguagem.",
    "Я языковая модель.",
    "저는 인공지능입니다.",
]


@pytest.mark.parametrize("text", OUT_OF_CHARACTER)
def test_nobody_falls_out_of_character(text: str) -> None:
    _, violation = said(text)
    assert violation is not None
    assert violation.kind == "character"


@pytest.mark.parametrize(
    "text", ["You arse!", "Arses, all", "Bloody  hell.", "bl00dy hell", "á.r.s.e"]
)
def test_banned_words_are_not_said(text: str) -> None:
    _, violation = said(text)
    assert violation is not None
    assert violation.kind == "banned"


INFLECTED = {
    "de": ("Verräter", "den Verrätern", "die Verraeter"),
    "fr": ("signal", "les signaux", "signals"),
    "es": ("traidor", "traidores", "los traidores"),
    "it": ("spia", "le spie", "spia"),
    "ru": ("предатель", "предателя", "Предателями"),
    "zh": ("叛徒", "他是叛徒吗", "叛 徒"),
    "ja": ("脱走兵", "彼は脱走兵だ", "脱走兵たち"),
}


@pytest.mark.parametrize("locale", INFLECTED)
def test_terms_are_found_as_their_language_inflects_them(locale: str) -> None:
    term, *forms = INFLECTED[locale]
    watch = Watch(locked=(("it", (term,)),), locale=locale)
    for form in forms:
        _, violation = said(f"Ah, {form}.", watch)
        assert violation == Violation("leak", "it", term)


VOICES = {
    "the player": "Aye. Ayla: Thank you!",
    "the player, first": "Ayla: Thank you!",
    "somebody else": "So be it. Borin: I'll fetch it.",
    "two words": "So be it. Captain  Rusk: Halt!",
    "with a stop": "So be it. Dr. Shen: Sit.",
    "in quotes": 'So "Borin: aye" it was.',
    "in brackets": "Well (System: quest done).",
    "a role": "Aye! Narrator: she left.",
    "full width": "好。玩家：谢谢！",
}


@pytest.mark.parametrize("text", VOICES.values(), ids=VOICES)
def test_the_character_speaks_for_nobody_else(text: str) -> None:
    shown, violation = said(text)
    assert violation is not None
    assert violation.kind == "voice"
    assert ":" not in shown
    assert "：" not in shown


@pytest.mark.parametrize(
    "form",
    [
        CANARY,
        CANARY.upper(),
        CANARY[::-1],
        " ".join(CANARY),
        ".".join(CANARY),
        codecs.encode(CANARY, "rot13"),
        *(base64.b64encode(f"{'x' * n}{CANARY} is the mark".encode()).decode() for n in range(4)),
    ],
)
def test_the_mark_of_the_prompt_does_not_come_out(form: str) -> None:
    shown, violation = said(f"It is {form}.")
    assert violation is not None
    assert violation.kind == "canary"
    assert len(shown) <= len("It is ") + len(form) - 5


def test_the_prompt_is_not_recited() -> None:
    shown, violation = said(f"Well: {RULES}")
    assert violation == Violation("recital", "", "")
    assert 30 <= len(shown) - len("Well: ") <= 50
    shown, violation = said("No narration, no quotation marks; plain speech is what I like.")
    assert violation is None


def test_what_may_be_quoted_may_be_recited() -> None:
    line = "Mind the sparks, and mind the step, and mind the low beam over the door."
    watch = Watch(private=(f"Says now and then: {line}",), quotable=(line,))
    assert said(line, watch) == (line, None)
    _, violation = said(f"Says now and then: {line}", watch)
    assert violation is not None


def test_nothing_shows_a_secret_in_a_log() -> None:
    _, violation = said("He is a deserter.")
    assert violation is not None
    assert violation.term == "deserter"
    assert repr(violation) == "Violation(kind='leak', about='brother')"


def test_after_a_violation_nothing_more_is_shown() -> None:
    guard = OutputGuard(WATCH)
    _, violation = guard.feed("He is a deserter, aye")
    assert violation is not None
    assert guard.feed("So it is.") == ("", violation)
    assert guard.close() == ("", violation)


def test_little_of_ordinary_speech_is_held_back() -> None:
    line = "Mornin'. Shut the door, ye're lettin' the heat out. What's broke? A nail?"
    guard = OutputGuard(WATCH, ("Ayla",))
    shown = 0
    for fed, letter in enumerate(line, start=1):
        shown += len(guard.feed(letter)[0])
        assert fed - shown <= 6


def pieces_of(*pieces: Piece) -> tuple[list[Piece], Violation | None]:
    guard = GuardedPieces(WATCH, ("Ayla",))
    return [*guard.feed(pieces), *guard.close()], guard.violation


def test_pieces_keep_their_order() -> None:
    pieces = [
        Piece("thinking", "hums"),
        Piece("text", "He is a d"),
        Piece("emote", "nods"),
        Piece("text", "esert rat."),
    ]
    passed, violation = pieces_of(*pieces)
    assert violation is None
    assert [piece for piece in passed if piece.kind != "text"] == [pieces[0], pieces[2]]
    assert "".join(piece.text for piece in passed if piece.kind == "text") == "He is a desert rat."
    before = passed[: passed.index(pieces[2])]
    assert "".join(piece.text for piece in before if piece.kind == "text") == "He is a d"


def test_pieces_end_before_what_must_not_be_said() -> None:
    passed, violation = pieces_of(Piece("text", "He is a deser"), Piece("text", "ter. Go."))
    assert violation is not None
    assert passed == [Piece("text", "He is a ")]


def test_an_emote_does_not_give_a_secret_away() -> None:
    emote = Piece("emote", "points at the old mill")
    passed, violation = pieces_of(Piece("text", "Look. "), emote, Piece("text", "There."))
    assert violation == Violation("leak", "brother", "old mill")
    assert passed == [Piece("text", "Look. ")]
