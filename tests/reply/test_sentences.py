"""Where sentences end, in the languages and habits that characters have."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npcengine.reply.sentences import STOPS, Splitter, ends_whole, sentences

# Sentences are divided by `|`.
TABLE = [
    "Leave it.| Come back tomorrow.",
    "One.| Two!| Three?| Four",
    "",
    "No stop at all",
    "Mr. Holt is out.| Ask Mrs. Holt.",
    "Dr. Venn and Prof. Ash went to St. Aldwin.| Nobody came back.",
    "Capt. Rourke, Sgt. Pell and Lt. Moss are dead.| All of them.",
    "J. R. Holt built this.| It stands.",
    "J.R. Holt built this.| It stands.",
    "You and I.| We go.",
    "Take a light, e.g. a torch.| Go.",
    "The old road, i.e. Marsh Way, is closed.| Go round.",
    "I sell rope, lamps, etc. and more.| Look around.",
    "I sell rope, lamps, etc.| Look around.",
    "We open at 5 p.m. on feast days.| Come then.",
    "We close at 5 p.m.| Come then.",
    "It weighs 3.5 pounds.| No more.",
    "It costs 1.000 crowns.| No less.",
    "It is 12:30.| Late.",
    "In 1204.| That was the year.",
    "3. Take the left road.| Then stop.",
    "See No. 5 on Oak Street.| Knock twice.",
    "No.| I will not.",
    "Hm... no.| Not today.",
    "Maybe...| Come back later.",
    "Maybe…| Come back later.",
    "Well...I think so.| Yes.",
    "...and then he left.| Gone.",
    "Wait — no... — yes.| Go.",
    "What?!| You again!",
    "Really?..| I see.",
    "Ha!| Ha!| Good one.",
    "Ah! the old mill, of course.| Go.",
    "hey.| what do you want.| go away",
    '"Leave it!" he said.| He meant it.',
    "“Leave it!” he said.| He meant it.",
    '"Leave it."| "Why?"',
    "He said (twice.)| Then he left.",
    "He said no (twice!) and left.| Gone.",
    "Use v2.0 of node.js here.| Good.",
    "你好。|欢迎来到这里！|你要什么？",
    "「走吧。」|她转身离开。",
    "“走吧。”|“好。”",
    "嗯……不行。|明天再来。",
    "今天3.5斤。|够了",
    "こんにちは。|何かお探しですか？|『剣』です。",
    "Am 3. Mai kommt er.| Wir warten.",
    "Das ist z. B. gut, bzw. besser.| Nimm es.",
    "„Geh!“ sagte er.| Dann ging er.",
    "Le prix ?| 3 écus !| C'est tout.",
    "M. Dupont est là.| Entrez.",
    "¿Qué quieres?| ¡Vete!",
    "El Sr. Ruiz salió.| Vuelve mañana.",
    "Уходи, т.е. совсем.| Я сказал.",
    "रुको।| मत जाओ।",
    "توقف!| ماذا تريد؟| اذهب.",
    "Good 🙂.| 🙂 Come in.",
]


@pytest.mark.parametrize("case", TABLE)
def test_sentences_end_where_a_reader_would_end_them(case: str) -> None:
    expected = [part.strip() for part in case.split("|") if part]
    assert sentences(case.replace("|", "")) == expected


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Leave it.", True),
        ("Leave it. ", True),
        ("“Leave it!”", True),
        ("Leave it…", True),
        ("走吧。」", True),
        ("It costs 30.", True),
        ("I sell rope, lamps, etc.", True),
        ("Hm...", True),
        ("Ask Mr.", False),
        ("Leave it", False),
        ("Leave it,", False),
        ("", False),
    ],
)
def test_a_text_ends_whole_after_a_stop_that_is_no_abbreviations(text: str, whole: bool) -> None:
    assert ends_whole(text) is whole


WORDS = st.lists(
    st.sampled_from(
        [*STOPS, *'"”)」 \n', "Mr", "e.g", "etc", "no", "3", "31", "I", "Go", "go", "好"]
    ),
    max_size=30,
)


@given(WORDS.map("".join), st.lists(st.integers(0, 60), max_size=6))
def test_sentences_are_the_same_however_the_text_comes(text: str, cuts: list[int]) -> None:
    splitter = Splitter()
    places = sorted({0, *(min(cut, len(text)) for cut in cuts), len(text)})
    begins = [
        start + offset
        for start, end in pairwise(places)
        for offset in splitter.feed(text[start:end])
    ]
    assert begins == Splitter().feed(text)


@given(WORDS.map("".join))
def test_no_character_gets_lost_between_sentences(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())
