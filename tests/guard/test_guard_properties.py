"""What holds of the guard whatever a model writes and however it comes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from npcengine.guard.said import OutputGuard, Watch
from npcengine.guard.terms import Violation
from npcengine.prompt.sections import RULES
from tests.guard.corpora import WATCH

TERMS = ("deserter", "tamsin holt", "lime kiln", "quillonde", "moonwell")
SECRETS = Watch(
    locked=(("it", TERMS),), banned=("arse",), private=(RULES,), canary="mw7kq2xd", voices=("Bo",)
)

SNIPPETS = st.sampled_from(
    [
        *("as an", " AI", "lang", "uage model", "deser", "ter", "d e s", " e r t e r", "d.e.s.e.r"),
        *("mw7kq", "2xd", "m w 7 k", "Bo", ": hi", "Ayla", ":", ". ", "\n", " ", "-", "\u200b"),
        *(
            "人工",
            "智能",
            "作为一个",
            "AI",
            "一",
            "。",
            "ß",
            "æ",
            "ﬁ",
            "½",
            "é",
            "4",
            "1",
            "$",
            "х",
        ),
        *(RULES[:30], RULES[30:60], RULES[60:110], "the words go on and on, ", "can't assist"),
    ]
)
TEXTS = st.lists(SNIPPETS | st.text(max_size=3), max_size=20).map("".join)


def read(parts: list[str], watch: Watch = SECRETS) -> tuple[str, Violation | None]:
    guard = OutputGuard(watch, ("Ayla",))
    shown = ""
    for part in parts:
        safe, violation = guard.feed(part)
        shown += safe
        if violation:
            return shown, violation
    safe, violation = guard.close()
    return shown + safe, violation


def split(text: str, sizes: list[int]) -> list[str]:
    parts = []
    for size in sizes:
        parts.append(text[:size])
        text = text[size:]
    return [*parts, text]


@given(TEXTS, st.lists(st.integers(0, 9), max_size=40))
@example("m w 7 k q 2 x d", [1] * 15)
@example(f"so {RULES}", [7] * 40)
@example("作为一个AI", [1] * 6)
def test_the_verdict_is_the_same_however_the_text_comes(text: str, sizes: list[int]) -> None:
    whole = read([text])
    assert read(split(text, sizes)) == whole
    assert read(list(text)) == whole


@given(TEXTS)
def test_what_is_shown_is_how_the_text_begins(text: str) -> None:
    shown, violation = read([text])
    assert text.startswith(shown)
    assert violation is not None or shown == text


LONGEST = 45 * 5
"""The letters of the longest term, each with what may stand between two of them."""


@given(TEXTS)
def test_no_more_is_held_back_than_the_longest_term(text: str) -> None:
    guard = OutputGuard(SECRETS, ("Ayla",))
    shown, violation = guard.feed(text)
    held = [char for char in text[len(shown) :] if char.isprintable()]
    assert violation or len(held) <= LONGEST


ALIKE = {
    "a": "аɑàâäａ𝐚ⓐ4@", "b": "ьｂ𝐛", "c": "сϲçｃ", "d": "ԁďｄ", "e": "еéèêｅ𝐞3", "f": "ｆ",
    "g": "ɡğ", "h": "һｈ", "i": "іíïı1", "k": "кķｋ", "l": "ⅼｌ𝐥1", "m": "ｍ𝐦м", "n": "ñńոν",
    "o": "оοöõ0", "p": "рρｐ", "q": "ԛｑ", "r": "ŕｒ", "s": "ѕšｓ5$", "t": "тţｔ7", "u": "ùúüυ",
    "w": "ԝŵ", "x": "хχ",
}  # fmt: skip
HIDDEN = st.sampled_from(["", "", "", "\u200b", "\u2060", "\u00ad", "\u0301", "\u200d"])


@st.composite
def obfuscated(draw: st.DrawFn) -> tuple[str, str]:
    """A term in disguise: every letter as itself, in upper case or as a look-alike."""
    term = draw(st.sampled_from(TERMS))
    between = draw(st.sampled_from(["", "", " ", ".", "-", " - ", "*", "\n"]))
    signs = len(term) // 3
    words = []
    for word in term.split():
        letters = []
        for letter in word:
            drawn = draw(st.sampled_from([letter, letter.upper(), *ALIKE.get(letter, "")]))
            if drawn in "0123456789@$":
                signs -= 1
            letters.append((drawn if signs >= 0 else letter) + draw(HIDDEN))
        words.append(between.join(letters))
    return term, draw(st.sampled_from([" ", "  ", " - "])).join(words)


@given(obfuscated(), st.lists(st.integers(0, 6), max_size=20))
def test_a_term_is_found_in_any_disguise(term: tuple[str, str], sizes: list[int]) -> None:
    meant, disguise = term
    shown, violation = read(split(f"Aye, {disguise}!", sizes))
    assert violation == Violation("leak", "it", meant)
    assert len(shown) <= len("Aye, ")


COMMON = """
    the be to of and a in that have i it for not on with he as you do at this but his by from they
    we say her she or an will my one all would there their what so up out if about who get which go
    me when make can like time no just him know take people into year your good some could them see
    other than then now look only come its over think also back after use two how our work first
    well way even new want because any these give day most us desert deserted desertion lime
    holt moon well wells model language program system prompt instructions rules orders character
    game player quest help assist request inventory completed experience level mode guard safety
""".split()


@given(st.lists(st.sampled_from(COMMON), max_size=12))
def test_common_words_in_any_order_give_no_secret_away(words: list[str]) -> None:
    _, violation = read([" ".join(words)])
    assert violation is None or violation.kind == "character"


def lines_of(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [line for part in parts for line in lines_of(part)]


CAST = sorted((Path(__file__).parents[2] / "personas").glob("*.yaml"))


@pytest.mark.parametrize("path", CAST, ids=lambda path: path.stem)
def test_the_sample_cast_may_say_its_lines(path: Path) -> None:
    for line in lines_of(yaml.safe_load(path.read_text("utf-8"))):
        for sentence in re.split("\n", line):
            assert read([sentence], WATCH) == (sentence, None)
