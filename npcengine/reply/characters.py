"""What never reaches a screen whatever it stands in: control and invisible characters."""

from __future__ import annotations

import re
import unicodedata

# Controls, soft hyphens, bidi and zero-width marks, fillers that look like nothing, variation
# selectors other than text and emoji style, surrogates, noncharacters and tags.
UNSEEN = (
    r"\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb"
    r"\ufffe\uffff\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
JOINERS = r"\u200c\u200d"
_UNSEEN = re.compile(f"[{UNSEEN}]+")
_JOINER = re.compile(f"[{JOINERS}]+")
_SPACE = re.compile(r"\s+")
_NEWLINE = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_OPEN = re.compile(rf"[\s{JOINERS}]+\Z")
_MESSY = re.compile(
    rf"[\t-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000{UNSEEN}{JOINERS}]"
)


class Characters:
    """Drop what nobody can see; whitespace becomes one space, or one newline if it held one.

    Whitespace and joiners at the end are held back until it is known what follows them.
    """

    def __init__(self) -> None:
        self.last = ""
        self._held = ""

    @property
    def idle(self) -> bool:
        """True when nothing is held back."""
        return not self._held

    def feed(self, text: str) -> str:
        """Return what of the text may be seen."""
        text = self._held + text
        self._held = ""
        neat = (text.isascii() and text.isprintable()) or not _MESSY.search(text)
        if not neat or text[-1:] == " " or "  " in text:
            text = _UNSEEN.sub("", text)
            if held := _OPEN.search(text):
                self._held = _least(held[0])
                text = text[: held.start()]
            text = _SPACE.sub(_one_space, _JOINER.sub(self._joiner, text))
        self.last = text[-1:] or self.last
        return text

    def _joiner(self, found: re.Match[str]) -> str:
        text, start, end = found.string, found.start(), found.end()
        before = text[start - 1] if start else self.last
        return found[0][0] if _joins(before) and _joins(text[end]) else ""


def _joins(char: str) -> bool:
    """Tell whether joiners mean something beside this character: a letter or an emoji."""
    kind = unicodedata.category(char) if char else ""
    return kind[:1] in ("L", "M") or kind == "So" or (kind == "Sk" and char > "\uffff")


def _one_space(space: re.Match[str]) -> str:
    return "\n" if _NEWLINE.search(space[0]) else " "


def _least(tail: str) -> str:
    """Return the least that stands for whitespace and joiners of any length."""
    space = _SPACE.search(tail)
    if space is None:
        return tail[0]
    return "\n" if _NEWLINE.search(tail) else " "
