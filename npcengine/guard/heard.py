"""What a player says, made harmless: speech that nobody can take for anything but speech."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from npcengine.guard.folding import is_unseen
from npcengine.guard.labels import unlabelled

MAX_MARKS = 3
"""Accents and other marks that one letter may carry."""
MAX_SAME = 5
"""Times that a letter or sign may stand in a row; digits may as often as they like."""
MAX_AGAIN = 12
"""Times that a few characters may be repeated."""

_JOINERS, _STYLES = "\u200c\u200d", "\ufe0e\ufe0f"
# Letters that a joiner gives their right shape: Arabic, Syriac, Mongolian, the scripts of India.
_SHAPED = re.compile(
    "[\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u18af\u1a20-\u1aaf\u1b00-\u1cff"
    "\ua840-\uaaff\ufb50-\ufdff\ufe70-\ufefc\U00011000-\U00011fff]"
)
_STYLED = frozenset("0123456789‼⁉〰〽")

_SAME = re.compile(rf"([^\W\d]|[^\w\s])\1{{{MAX_SAME},}}")
_AGAIN = re.compile(rf"(.{{1,24}}?)\1{{{MAX_AGAIN},}}")
_PLAIN = re.compile(r"[A-Za-z0-9 ,.?!']{0,79}")
_RUN = re.compile("(.)" + r"\1" * MAX_SAME)
_LONG = 80
"""Characters from which on a line is searched for repetitions."""

_PAUSE = "\ue000"
"""Stands for a comma until it is known what it stands between. No line has this character."""
_BRACKETS = re.escape(
    "([{（［｛【〔〖〘〚﹙﹛﹝⟦⦃⦅⁅❨❪❬❮❰❲❴⟨｟︵︷︹︻༺༼﴾"
    ")]}）］｝】〕〗〙〛﹚﹜﹞⟧⦄⦆⁆❩❫❭❯❱❳❵⟩｠︶︸︺︼༻༽﴿"
)
# `smith(s)`, `:)` and `(?)` are no stage directions. `<3`, `5 > 3` and `->` are no tags.
_BRACKET = re.compile(
    r"(?P<kept>(?<=[a-zA-Z])\([a-zA-Z]{1,2}\)|[:;=]['^-]?[()]{1,5}(?!\w)|\([^\w()（）]*\))"
    rf"|[<＜﹤]+[|｜/]*(?=[^\s\d])|(?<=[^\s\d=-])[|｜/]*[>＞﹥]+|[{_BRACKETS}]"
)
_MARK = "*＊﹡_~"
_LATIN = "a-zA-Z0-9\u00c0-\u024f\u0370-\u052f"
_MARKED = re.compile(
    rf"(?<![{_LATIN}{_MARK}])([{_MARK}]{{1,3}})(?![\s{_MARK}])([^*＊﹡~]{{1,300}}?)(?<!\s)\1"
    rf"(?![{_LATIN}{_MARK}])"
)
# Without any of these, a line has nothing of what follows here.
_SUSPECT = re.compile(rf"[<>＜﹤＞﹥#＃﹟`\"\\{_MARK}:：﹕︓꞉∶ː›{_BRACKETS}]|[-=]{{3}}|\A/")
_PAUSES = re.compile(rf"\s*{_PAUSE}[\s{_PAUSE}]*")
_NO_PAUSE_AFTER = frozenset(".!?,;:…。！？，；：、؟،।—–\"'“„«‘")
_NO_PAUSE_BEFORE = frozenset('.!?,;:…。！？，；：、؟،।"”»’')

# What prompts and chat templates are made of, and what looks like it without being it.
_TOKEN = re.compile(
    r"[<＜﹤][|｜]?|[|｜]?[>＞﹥]|`+|[#＃﹟]{2,}|[-=]{3,}|\"{3,}|[*＊﹡[\]{}［］｛｝﹛﹜]|(?:\\[nrt])+|\A/+(?=\w)"
)
_ALIKE = {
    **dict.fromkeys("<＜﹤", "‹"), **dict.fromkeys(">＞﹥", "›"), **dict.fromkeys("#＃﹟", "♯"),
    **dict.fromkeys("*＊﹡", "∗"), **dict.fromkeys("[{［｛﹛", "("),
    **dict.fromkeys("]}］｝﹜", ")"), "`": "'", "-": "—", "=": "—", '"': '"', "\\": " ", "/": "∕",
}  # fmt: skip


def printable(text: str) -> str:
    """Return `text` on one line, without anything that nobody can see.

    Joiners stay where letters or emoji need them.
    """
    return " ".join(_seen(text).split())


def inert(text: str) -> str:
    """Return words of the game on one line, without anything that a model takes for markup."""
    return _settled(_without_tokens, printable(text))


def harmless(line: str, names: Sequence[str] = ()) -> str:
    """Return a player's line as mere speech, in the player's own words.

    It pretends to be no other speaker, no stage direction, no event of the game and no part of a
    prompt: what made it look so becomes a comma, or a character that looks alike. `names` are
    those whom it might pretend to be; the roles of chats and games are known without. Doing it
    twice changes nothing more.
    """
    if _is_plain(line):
        return " ".join(line.split())
    return _searched(line, names)


def _is_plain(line: str) -> bool:
    """Tell quickly of most lines that there is nothing in them to look for."""
    return _PLAIN.fullmatch(line) is not None and not _RUN.search(line)


def _searched(line: str, names: Sequence[str]) -> str:
    said = " ".join(unlabelled(_seen(line), names).split())
    return _settled(lambda text: _spoken(text, names), said)


def _settled(step: Callable[[str], str], text: str) -> str:
    """Take the step until it changes nothing: what it leaves may be worth another."""
    after = step(text)
    while after != text:
        text, after = after, step(after)
    return text


def _spoken(text: str, names: Sequence[str]) -> str:
    text = _shortened(text)
    if not _SUSPECT.search(text):
        return text
    text = _MARKED.sub(_unmarked, unlabelled(text, names))
    text = _BRACKET.sub(lambda found: found["kept"] or _PAUSE, text)
    return _without_tokens(_PAUSES.sub(_comma, text))


def _seen(text: str) -> str:
    """Return the text as it is seen: composed, and without what is not seen."""
    if text.isascii() and text.isprintable():
        return text
    text = unicodedata.normalize("NFC", text)
    kept: list[str] = []
    for at, char in enumerate(text):
        if char.isspace() or not is_unseen(char):
            kept.append(char)
        elif char in _JOINERS or char in _STYLES:
            if _belongs(char, kept, text[at + 1 : at + 2]):
                kept.append(char)
        elif unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs"):
            kept.append(" ")
    return _few_marks(unicodedata.normalize("NFC", "".join(kept)))


def _belongs(char: str, before: list[str], after: str) -> bool:
    """Tell whether a joiner or a style of emoji has something to join or to style."""
    last = next((each for each in reversed(before) if each not in _STYLES), "")
    if char in _STYLES:
        return (last in _STYLED or _is_sign(last)) and before[-1] == last
    return bool(_SHAPED.match(last) and _SHAPED.match(after)) or (
        _is_sign(last) and _is_sign(after) and char == "\u200d"
    )


def _is_sign(char: str) -> bool:
    """Tell whether a character is an emoji, or a sign that may be drawn as one."""
    kind = unicodedata.category(char) if char > "\u00ff" or char in ("©", "®") else ""
    return kind == "So" or (kind == "Sk" and char > "\uffff") or "\u2190" <= char <= "\u27bf"


def _few_marks(text: str) -> str:
    """Return the text with at most `MAX_MARKS` marks on each letter."""
    if all(not unicodedata.combining(char) for char in text):
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def _shortened(text: str) -> str:
    """Return the text without endless repetitions."""
    text = _SAME.sub(lambda found: found[1] * MAX_SAME, text)
    if len(text) < _LONG:
        return text
    return _AGAIN.sub(lambda found: found[1] * MAX_AGAIN, text)


def _unmarked(found: re.Match[str]) -> str:
    """Return what stood between asterisks: a stressed word in its sentence, or said apart."""
    before = found.string[: found.start()].rstrip()[-1:]
    after = found.string[found.end() :].lstrip()[:1]
    if " " not in found[2] and before.isalnum() and after.isalnum():
        return found[2]
    return f"{_PAUSE}{found[2]}{_PAUSE}"


def _comma(found: re.Match[str]) -> str:
    text, start, end = found.string, found.start(), found.end()
    before, after = text[start - 1 : start], text[end : end + 1]
    if not before or not after:
        return ""
    if after in _NO_PAUSE_BEFORE:
        return ""
    if before in _NO_PAUSE_AFTER:
        return " "
    return "，" if before >= "\u2e80" or after >= "\u2e80" else ", "


def _without_tokens(text: str) -> str:
    """Return the text with look-alikes for what prompts and chat templates are made of."""
    if text.isalnum():
        return text
    return " ".join(_TOKEN.sub(_look_alike, text).split())


def _look_alike(found: re.Match[str]) -> str:
    mark = found[0].strip("|｜")[0]
    return _ALIKE[mark] * (len(found[0]) if mark in "#＃﹟" else 1)
