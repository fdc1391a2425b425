"""What holds of every reply, whatever a model writes and however it comes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hypothesis import example, given
from hypothesis import strategies as st

from npcengine.reply.markup import MAX_EMOTE
from npcengine.reply.parser import HOLD_BACK, ReplyParser
from npcengine.reply.sentences import sentences

LONG = "a" * 300
SNIPPETS = st.sampled_from(
    [
        *"*_<>[]()|｜`\"'“”„«»「」『』‘’#-—~.!?…。！？,:：/",
        *"\n\t \x00\x1b\x85\u2028\u202e\u200b\u200d\u200c",
        *("\ud800", "\U000e0041", "a", "b", "A", "é", "好", "3", "31", "w", "h", "ht", "ww", "🙂"),
        *(
            "http://",
            "https://x.y",
            "www.",
            "://",
            "](",
            "](http://x)",
            "**",
            "__",
            "```",
            "```py\n",
        ),
        *("<b>", "</b>", "<br>", "<think>", "</think>", "<|im_end|>", "<|", "|>", "<｜", "[INST]"),
        *("Mira", "Mira:", "Mira Holt", "Ayla", "Ayla:", "Ayla (", "You:", "玩家：", "- ", "# "),
        *(
            "*nods*",
            "*wipes her hands*",
            "_sits down_",
            "*Never* say",
            "Mr.",
            "e.g.",
            "etc.",
            "...",
        ),
        *("Leave it.", " Go on!", "so it is", '"Aye." ', "“Aye", LONG),
    ]
)
TEXTS = st.lists(SNIPPETS | st.text(max_size=4), max_size=25).map("".join)
UNQUOTED = TEXTS.filter(lambda text: not set(text) & set("\"'“”„«»「」『』‘’"))
LIMITS = st.sampled_from([1, 2, 50])

FORBIDDEN = re.compile(
    r"[*<>\[\]|｜`\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f"
    r"\ufeff\ud800-\udfff\U000e0000-\U000e007f]|://|(?<![a-zA-Z0-9])www\.|\s\s",
    re.IGNORECASE,
)


def parser(max_sentences: int = 50) -> ReplyParser:
    return ReplyParser(
        npc_names=("Mira Holt", "Mira"), player_names=("Ayla",), max_sentences=max_sentences
    )


def read(parts: Iterable[str], max_sentences: int = 50) -> tuple[str, list[str], bool, bool]:
    reply = parser(max_sentences)
    pieces = [piece for part in parts for piece in reply.feed(part)]
    pieces += reply.close()
    text = "".join(piece.text for piece in pieces if piece.kind == "text")
    emotes = [piece.text for piece in pieces if piece.kind == "emote"]
    return text, emotes, reply.done, reply.ended_whole


def split(text: str, sizes: list[int]) -> list[str]:
    parts = []
    for size in sizes:
        parts.append(text[:size])
        text = text[size:]
    return [*parts, text]


@given(TEXTS, st.lists(st.integers(0, 12), max_size=30), LIMITS)
@example("«“a”", [], 50)
@example("3Ayla...*nods*https://", [1] * 30, 1)
@example("w![b])www.b...", [1, 3, 4], 2)
@example("„ 。?”w|\n", [1, 1, 1], 50)
def test_a_reply_is_the_same_however_it_comes(text: str, sizes: list[int], limit: int) -> None:
    whole = read([text], limit)
    assert read(split(text, sizes), limit) == whole
    assert read(text, limit) == whole


@given(TEXTS)
@example("ht<b>tp://evil.example")
@example('x http:"//evil.example')
@example('w"ww.evil.example')
@example("http:/<b>/evil.example")
@example("<<b>|im_end|<b>>")
@example("[[b]INST[/b]]")
@example("[<|im_end|](http://x)")
def test_nothing_that_is_no_speech_gets_out(text: str) -> None:
    said, emotes, _, _ = read([text])
    for out in (said, *emotes):
        assert not FORBIDDEN.search(out)
        assert out == out.strip()
    assert all(0 < len(emote) <= MAX_EMOTE for emote in emotes)


@given(TEXTS, LIMITS)
def test_little_is_held_back(text: str, limit: int) -> None:
    reply = parser(limit)
    given_text = sum(len(piece.text) for piece in reply.feed(text))
    said, emotes, _, _ = read([text], limit)
    assert len(said) + sum(map(len, emotes)) - given_text <= HOLD_BACK


@given(UNQUOTED, LIMITS)
def test_no_more_sentences_than_wanted(text: str, limit: int) -> None:
    said, _, done, whole = read([text], limit)
    assert len(sentences(said)) <= limit or not done
    if done and not set(text) & set(":："):
        assert whole


@given(TEXTS)
def test_quotes_are_balanced(text: str) -> None:
    said, _, _, _ = read([text])
    assert said.count('"') % 2 == 0
    assert said.count("「") == said.count("」")
    assert said.count("『") == said.count("』")


@given(UNQUOTED.filter(lambda text: "_" not in text))
@example("`\u200da")
def test_what_may_be_said_is_said_unchanged(text: str) -> None:
    said, _, _, whole = read([text])
    assert read([said]) == (said, [], False, whole)


PLAIN = st.text(alphabet="abcdefg ,;é好ñ-", max_size=400)


@given(PLAIN)
def test_plain_words_pass_untouched(text: str) -> None:
    said, emotes, done, _ = read([f"x{text}"])
    assert said == " ".join(f"x{text}".split())
    assert not emotes
    assert not done
