"""Markup in a model's text: tags, control tokens, Markdown, BBCode, thoughts and `*actions*`.

None of the characters that markup is made of is ever passed on, but for `_` inside a word: each
belongs to a token that is removed, or is dropped, or becomes a parenthesis or space. So nothing
that is removed can bring the halves of another token together.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from npcengine.reply.links import without_links

MAX_EMOTE = 120
"""Characters of the longest emote; anything longer between asterisks is text."""
SPECIAL = r"*_<>\[\]|｜`"

Span = tuple[Literal["text", "emote"], str]

_SPECIAL = re.compile(f"[{SPECIAL}]")
_WAIT = -1
_NEAR = 8
_BOLD = re.compile(r"\*{2,}|_{2,}")

# Of each construct: what it is when it is whole, and how it may begin at the end of a stream.
_TAG = re.compile(r"<([^\s<>\d][^<>\n]{0,80})>")
_TAG_OPEN = re.compile(r"<(?:[^\s<>\d][^<>\n]{0,80})?")
_BRACKET = re.compile(r"\[([^\[\]\n]{1,80})\](\([^()\s]{0,200}\))?")
_BRACKET_OPEN = re.compile(r"\[[^\[\]\n]{0,80}(?:\](?:\([^()\s]{0,200})?)?")
_FENCE = re.compile(r"`{3,8}[\w+#.-]{0,20}\n")
_FENCE_OPEN = re.compile(r"`{1,2}|`{3,8}[\w+#.-]{0,20}")
_TICKS = re.compile("`+")
_MARKED = {
    "*": re.compile(rf"\*(?!\s)([^*\n<]{{1,{MAX_EMOTE}}})(?<!\s)\*(?!\*)"),
    "_": re.compile(rf"_(?!\s)([^_\n<]{{1,{MAX_EMOTE}}})(?<!\s)_(?!\w)"),
}
_MARKED_OPEN = {
    "*": re.compile(rf"\*(?:(?!\s)[^*\n<]{{0,{MAX_EMOTE}}}(?:(?<!\s)\*)?)?"),
    "_": re.compile(rf"_(?:(?!\s)[^_\n<]{{0,{MAX_EMOTE}}}(?:(?<!\s)_)?)?"),
}
_STOPS = ".!?。！？\n"
_THOUGHT_END = re.compile(r"</(?:think|thinking|thought|reasoning)\s{0,2}>", re.IGNORECASE)
_THOUGHT_END_LENGTH = 15

_TAG_NAME = re.compile(r"[a-z][a-z0-9]*")
_THOUGHTS = frozenset({"think", "thinking", "thought", "reasoning"})
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "hr"})
_INSTRUCTION = re.compile(r"/?(?:INST|SYS)", re.IGNORECASE)
_BBCODE = re.compile(
    r"/\w+|\w+=.*|\*|(?:b|i|u|s|p|url|img|quote|code|list|table|cell|ul|ol|lb|br|center|left|right"
    r"|fill|indent|font|hint|wave|tornado|shake|fade|rainbow|pulse)(?: .*)?",
    re.IGNORECASE,
)


class Markup:
    """Split a model's text into spoken text, with its newlines, and emotes."""

    def __init__(self) -> None:
        self._held = ""
        self._thinking = False
        self._spans: list[Span] = []
        self._parts: list[str] = []
        self._near = ""  # the last characters that were said

    @property
    def idle(self) -> bool:
        """True when nothing is held back or hidden."""
        return not self._held and not self._thinking

    def passed(self, text: str) -> None:
        """Note text without special characters that was delivered without `feed`."""
        self._near = (self._near + text)[-_NEAR:]

    def feed(self, text: str, *, final: bool = False) -> list[Span]:
        """Return what is certain; with `final`, all that is left."""
        text = self._held + text
        self._held = text[self._scan(text, final=final) :]
        self._end_text()
        spans, self._spans = self._spans, []
        return spans

    def _scan(self, text: str, *, final: bool) -> int:
        """Take in the text up to the index that is returned: the rest is undecided."""
        at, end = 0, len(text)
        while at < end:
            if self._thinking:
                found = _THOUGHT_END.search(text, at)
                if found is None:
                    tail = text.rfind("<", max(at, end - _THOUGHT_END_LENGTH))
                    return end if final or tail < 0 else tail
                self._thinking = False
                at = found.end()
                continue
            special = _SPECIAL.search(text, at)
            if special is None:
                self._say(text[at:])
                return end
            self._say(text[at : special.start()])
            at = self._STEPS[special[0]](self, text, special.start(), final)
            if at == _WAIT:
                return special.start()
        return end

    def _say(self, text: str) -> None:
        if text:
            self._parts.append(text)
            self._near = (self._near + text)[-_NEAR:]

    def _end_text(self) -> None:
        if self._parts:
            self._spans.append(("text", "".join(self._parts)))
            self._parts.clear()

    def _say_marked(self, text: str) -> None:
        """Say what stood between markers. It may hold other markup, of ever fewer kinds."""
        self._scan(text, final=True)

    def _angle(self, text: str, at: int, final: bool) -> int:
        if not final and _TAG_OPEN.fullmatch(text, at):
            return _WAIT
        tag = _TAG.match(text, at)
        if tag is None:
            return at + 1
        name = _TAG_NAME.search(tag[1].lower())
        known = name[0] if name else ""
        if tag[1][0] in "|｜" or known in _BREAKS:
            self._say("\n")
        elif known in _THOUGHTS and tag[1][0] != "/" and tag[1][-1] != "/":
            self._thinking = True
        return tag.end()

    def _bracket(self, text: str, at: int, final: bool) -> int:
        if not final and _BRACKET_OPEN.fullmatch(text, at):
            return _WAIT
        found = _BRACKET.match(text, at)
        if found is None:
            self._say("(")
            return at + 1
        if found[2]:
            self._say_marked(found[1])
        elif _INSTRUCTION.fullmatch(found[1]):
            self._say("\n")
        elif not _BBCODE.fullmatch(found[1]):
            self._say("(")
            self._say_marked(found[1])
            self._say(")")
        return found.end()

    def _tick(self, text: str, at: int, final: bool) -> int:
        if not final and _FENCE_OPEN.fullmatch(text, at):
            return _WAIT
        if fence := _FENCE.match(text, at):
            self._say("\n")
            return fence.end()
        ticks = _TICKS.match(text, at)
        return ticks.end() if ticks else at + 1

    def _mark(self, text: str, at: int, final: bool) -> int:
        mark = text[at]
        if bold := _BOLD.match(text, at):
            open_ended = bold.end() == len(text) and not final
            if open_ended and len(bold[0]) == 2:
                return _WAIT
            return bold.end() - 2 if open_ended else bold.end()
        if mark == "_" and self._near[-1:].isalnum():
            following = text[at + 1 : at + 2]
            if not following and not final:
                return _WAIT
            self._say("_" if following.isalnum() else "")
            return at + 1
        if not final and _MARKED_OPEN[mark].fullmatch(text, at):
            return _WAIT
        found = _MARKED[mark].match(text, at)
        if found is None:
            return at + 1
        after = text[found.end() : found.end() + 2]
        if is_action(found[1], self._near, after):
            self._act(found[1])
        else:
            self._say_marked(found[1])
        return found.end()

    def _act(self, marked: str) -> None:
        done = plain(marked)
        if any(map(str.isalnum, done)):
            self._end_text()
            self._spans.append(("emote", done))
            self._parts.append(" ")
            self._near = ""

    def _drop(self, text: str, at: int, final: bool) -> int:
        return at + 1

    def _part(self, text: str, at: int, final: bool) -> int:
        self._say(")" if text[at] == "]" else " ")
        return at + 1

    _STEPS: dict[str, Callable[[Markup, str, int, bool], int]] = {  # noqa: RUF012
        "<": _angle, "[": _bracket, "`": _tick, "*": _mark, "_": _mark,
        ">": _drop, "]": _part, "|": _part, "｜": _part,
    }  # fmt: skip


def plain(text: str) -> str:
    """Return the text on one line, without any markup or address."""
    if _SPECIAL.search(text):
        text = "".join(span[1] for span in Markup().feed(text, final=True))
    return " ".join(without_links(text).split())


# Marked words are an action, not stressed speech,
# - where a sentence may begin, unless they are capitalised and it runs on: `*Never* say that`;
# - after a comma, colon, dash or quote: unless they are two words at most, or capitalised, and the
#   sentence runs on: `Remember: *never* trust it`;
# - in the middle of a sentence: if they are three words at least, or the last of the line, and not
#   capitalised like a title: `Well *wipes her hands* so be it`.
# Where that is not enough to tell, stress is the smaller mistake: it takes no word from a sentence.
def is_action(marked: str, before: str, after: str) -> bool:
    """Tell whether `*marked*` is an action, by some characters before it and two after it."""
    follows = after.strip(" ")[:1]
    if marked[-1] in "!?！？:：" or follows in tuple("!?！？:："):
        return False
    before = before.rstrip(" ")
    runs_on = follows.islower()
    titled = marked[0].isupper()
    if not before or (before[-1] in _STOPS and before[-2:] != ".."):
        return not (titled and runs_on)
    short = _words(marked) <= 2
    if not before[-1].isalnum() and before[-1] not in "'’":
        return not ((short or titled) and (runs_on or follows in tuple(".,;)…。，；）")))
    last = follows in ("", "\n") and marked[-1] not in ".。…"
    return not titled and (last or not short)


def _words(text: str) -> int:
    """Count words; where none are written apart, two characters make one."""
    return max(len(text.split()), sum(char > "\u2e80" for char in text) // 2)
