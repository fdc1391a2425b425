"""Whatever a model writes, reading ends in a bounded value; what is clean is read exactly."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import assume, example, given
from hypothesis import strategies as st

from npcengine.quest.reading.parse import (
    MAX_DESCRIPTION,
    MAX_ENTRIES,
    MAX_ENTRY,
    MAX_TITLE,
    ParsedQuest,
    parse_quest,
)
from tests.quest.reading.rendering import (
    BULLETS,
    COLONS,
    HEADS,
    INLINE,
    LANGUAGES,
    PARTS,
    WORDS,
    Manner,
    Told,
    rendered,
)

EXTRAS = ["", "", "at 10:30", "https://oakvale.example/a?b=1", "3:1", "Mira: the smith", "a - b"]
SNIPPETS = st.sampled_from(
    [
        *"{}[]\"'“”：:,，；、\\#*|_-=&!%@`~<>()（）【】「」｛｝0139三十①٣½",
        *"\n\r\t \x00\x1b\x85\u2028\u202e",
        *(
            "\ud800",
            "\udfff",
            "\u200b",
            "\ufeff",
            "𝕏",
            "é",
            "好",
            "a",
            "title",
            "Title: ",
            "标题：",
        ),
        *(
            "目标：",
            "objectives:\n",
            '"title":',
            '"objectives": [',
            "```",
            "```json\n",
            "~~~\n",
            "- ",
        ),
        *("<think>", "</think>", "NaN", "1e999", "9" * 30, "null", "\\u12", "\\ud800", "x3", "0/3"),
        *(
            '{"name":"x","arguments":',
            '{"error":{"failed_generation":"',
            "&a ",
            "*a",
            "!!x ",
            "---\n",
        ),
        *("1. ", "（1）", "一、", "Rewards:", "50%", "twenty", "one", "x" * 500, "第", "只"),
    ]
)
TEXTS = st.lists(SNIPPETS | st.text(max_size=3), max_size=30).map("".join)
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@st.composite
def values(draw: st.DrawFn, language: str) -> str:
    words = WORDS.get(language, WORDS["en"]).split()
    said = draw(st.lists(st.sampled_from(words), min_size=2, max_size=6))
    return " ".join([*said, draw(st.sampled_from(EXTRAS))]).strip()


def unchanged(text: str) -> str:
    return text


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


@st.composite
def quests(draw: st.DrawFn) -> tuple[Told, Manner]:
    language = draw(st.sampled_from(sorted(LANGUAGES)))
    table, said = LANGUAGES[language], values(language)
    written = st.sampled_from([unchanged, str.upper, decomposed])
    head, bullet = draw(st.sampled_from(HEADS)), draw(st.sampled_from(BULLETS + INLINE))
    assume("\n" not in head or bullet not in INLINE)
    names = [draw(written)(draw(st.sampled_from(table[part]))) for part in PARTS]
    told = Told(
        draw(said),
        draw(st.just("") | said),
        tuple(draw(st.lists(said, min_size=1, max_size=6))),
        tuple(draw(st.lists(said, max_size=3))),
    )
    manner = Manner(
        (names[0], names[1], names[2], names[3]),
        head,
        draw(st.sampled_from(COLONS)),
        bullet,
        draw(st.sampled_from(["\n", "\r\n"])),
        draw(st.sampled_from(["", "\n", "\n\n"])),
    )
    return told, manner


def told_by(quest: ParsedQuest) -> Told:
    entries = tuple(each.text for each in quest.objectives)
    return Told(quest.title, quest.description, entries, quest.rewards)


@given(quests())
def test_a_clean_quest_is_read_exactly_however_it_is_written(made: tuple[Told, Manner]) -> None:
    told, manner = made
    text = rendered(told, manner)
    assert told_by(parse_quest(text)) == told, text
    assert told_by(parse_quest(f"```\n{text}\n```")) == told, text


@given(TEXTS)
@example('{"title": "\\ud800"}')
@example('{"title": "' + "\u202e" * 300 + '"}')
@example("Title: \x00\nObjectives:\n- \u200b")
def test_reading_never_raises_and_what_it_gives_is_bounded(text: str) -> None:
    quest = parse_quest(text)
    entries = [each.text for each in quest.objectives] + list(quest.rewards)
    assert len(quest.title) <= MAX_TITLE
    assert len(quest.description) <= MAX_DESCRIPTION
    assert max(len(quest.objectives), len(quest.rewards)) <= MAX_ENTRIES
    assert all(0 < len(entry) <= MAX_ENTRY for entry in entries)
    for said in (quest.title, quest.description, *entries):
        assert not UNSEEN.search(said)
        assert said == said.strip()
    assert not any("\n" in said for said in (quest.title, *entries))
    is_empty = not (quest.title or quest.description or entries)
    assert (quest.rung == "nothing") == is_empty


@given(quests(), st.data())
def test_a_quest_that_was_cut_or_torn_still_ends_in_an_answer(
    made: tuple[Told, Manner], data: st.DataObject
) -> None:
    text = rendered(*made)
    at = data.draw(st.integers(0, len(text)))
    parse_quest(text[:at])
    parse_quest(text[:at] + data.draw(SNIPPETS) + text[at:])
