"""Takes out of a model's text, as it comes in, whatever nobody says aloud.

A construct is decided from at most `WINDOW` characters, whether they come at once or one by
one, so the same text gives the same result however it was cut. What is longer is taken as
plain text without its markers. Marker characters never come out, so taking one thing out
cannot put another one together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

WINDOW = 128
"""Characters that are held back at most."""

Kind = Literal["text", "emote", "stop"]


class Token(NamedTuple):
    """A part of what is said or done; `stop` when somebody else begins to speak."""

    kind: Kind
    text: str


Step = tuple[int | None, Token | None]
WAIT: Step = (None, None)

# Control, bidi, zero-width, tag, private and surrogate characters. Joiners stay.
UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ue000-\uf8ff\ud800-\udfff\U000e0000-\U000e0fff"
    "\U000f0000-\U0010ffff]"
)
# Where plain text stops being plain. Colon, h and w may belong to an address.
_SPECIAL = re.compile(
    r"[*_<>\[\]`{}\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]"
    r"|:(?=//|/?\Z)|\b[hH](?=[tT]|\Z)|\b[wW](?=[wW]|\Z)"
)
_ADDRESSES = ("http://", "https://", "www.", "://")
_ADDRESS_END = re.compile(r"[\s<>\"'”’)\]}，。！？、；：）」』]")
_TAG = re.compile(r"<{1,2}(?=[\w/|｜!?])[^<>\n]{0,80}>")
_LINK = re.compile(r"\[([^\[\]\n]{0,60})\]\([^()\n]{0,60}\)")
_BRACKETED = re.compile(r"\[([^\[\]\n]{0,100})\]")
_TAG_WORDS = re.compile(
    r"/?(?:inst|system_prompt|available_tools|tool_calls?|b|i|u|s|url|img|code|quote|colou?r"
    r"|size|font|center|left|right|list|sys|start|end|eos|bos)(?:=.*)?\Z",
    re.IGNORECASE,
)
_STARRED = re.compile(r"\*(?!\s)([^*\n]{1,120})\*")
_UNDERLINED = re.compile(r"_(?!\s)([^_\n]{1,120})_(?![^\W_])")
_LINE_MARK = re.compile(r"(?:#{1,6}|[-•>*+]|-{3,6}|`{3}\w{0,20})(?=\s)")
_MAYBE_LINE_MARK = re.compile(r"(?:#{1,6}|[-•>*+]|-{2,6}|`{1,3}\w{0,20})\Z")
_THINK = re.compile(r"<\s{0,3}think(?:ing)?\s{0,3}>", re.IGNORECASE)
_THINK_END = re.compile(r"</\s{0,3}think(?:ing)?\s{0,3}>", re.IGNORECASE)
_THINK_END_LONGEST = 18
_ORNAMENT = ' *_[]()"“”#>'
_NOT_SAID = re.compile(r"[*_<>\[\]`{}]|(?:https?:/|www\.|:/)\S*|\s+", re.IGNORECASE)


class Markup:
    """Turns raw text into tokens.

    `boundary` tells whether what was said so far has come to a pause: there a gesture is
    likelier than a stressed word.
    """

    def __init__(
        self,
        own_labels: Sequence[str],
        other_labels: Sequence[str],
        boundary: Callable[[], bool],
    ) -> None:
        self._labels = {label.lower(): True for label in own_labels if label}
        self._labels |= {label.lower(): False for label in other_labels if label}
        self._boundary = boundary
        self._held = ""
        self._last = ""
        self._line_start = True
        self._skip: Literal["", "address", "thought"] = ""
        self._end = False

    def feed(self, text: str, *, end: bool = False) -> Iterator[Token]:
        """Take the next text, at the `end` also what was held back; give what is decided.

        The tokens must be taken one by one as they come: `boundary` is asked in between.
        """
        if not text.isprintable():
            text = UNSEEN.sub("", text)
        self._end = end
        # The last character that was passed stays in front: word boundaries depend on it.
        buffer = f"{self._last}{self._held}{text}"
        at = len(self._last)
        while at < len(buffer):
            after, token = self._step(buffer, at)
            if after is None:
                break
            at = after
            if token is not None:
                yield token
        self._last = buffer[at - 1 : at] if at else ""
        self._held = buffer[at:]

    def passes(self, text: str) -> bool:
        """Tell whether `text` is plain where it stands, and take it if it is."""
        if self._held or self._line_start or self._skip or not text.isprintable():
            return False
        if not text or _SPECIAL.search(text):
            return False
        self._last = text[-1]
        return True

    def _step(self, buffer: str, at: int) -> Step:
        """Decide what stands at `at`: where to go on (None: wait for more), and a token."""
        if self._skip == "address":
            return self._skip_address(buffer, at)
        if self._skip == "thought":
            return self._skip_thought(buffer, at)
        if self._line_start:
            return self._begin_line(buffer, at)
        special = _SPECIAL.search(buffer, at)
        until = special.start() if special is not None else len(buffer)
        if until > at:
            return until, Token("text", buffer[at:until])
        return self._special(buffer, at)

    def _skip_address(self, buffer: str, at: int) -> Step:
        found = _ADDRESS_END.search(buffer, at)
        if found is None:
            return len(buffer), None
        self._skip = ""
        return found.start(), None

    def _skip_thought(self, buffer: str, at: int) -> Step:
        over = _THINK_END.search(buffer, at)
        if over is not None:
            self._skip = ""
            self._line_start = True
            return over.end(), None
        keep = 0 if self._end else _THINK_END_LONGEST
        after = max(at, len(buffer) - keep)
        return (after, None) if after > at else WAIT

    def _begin_line(self, buffer: str, at: int) -> Step:
        """Take away what may stand before the first word of a line: labels and list marks."""
        window = buffer[at : at + WINDOW]
        if window[0].isspace():
            return at + 1, Token("text", " ")
        size, own = self._label(window)
        if size is None:
            return WAIT
        if size:
            return (at + size, None) if own else (at + size, Token("stop", ""))
        mark = _LINE_MARK.match(window)
        if mark is not None:
            return at + mark.end(), None
        if _MAYBE_LINE_MARK.match(window) and self._waits(window):
            return WAIT
        self._line_start = False
        return at, None

    def _label(self, window: str) -> tuple[int | None, bool]:
        """Return how long a speaker's label is (0: there is none, None: wait), and whose."""
        bare = window.lstrip(_ORNAMENT)
        waits = False
        for label, own in self._labels.items():
            if bare[: len(label)].lower() == label:
                rest = bare[len(label) :].lstrip(_ORNAMENT)
                if rest.startswith((":", "：")):
                    return len(window) - len(rest) + 1, own
                waits = waits or not rest
            else:
                waits = waits or label.startswith(bare.lower())
        return (None, False) if waits and self._waits(window) else (0, False)

    def _waits(self, window: str) -> bool:
        """Tell whether more text could still change what stands here."""
        return not self._end and len(window) < WINDOW

    def _special(self, buffer: str, at: int) -> Step:
        char = buffer[at]
        window = buffer[at : at + WINDOW]
        if char == "*":
            return self._star(window, at)
        if char == "<":
            return self._tag(window, at)
        if char == "[":
            return self._bracket(window, at)
        if char == "_":
            return self._underscore(window, at, after_word=buffer[at - 1 : at].isalnum())
        if char in "hHwW:":
            return self._address(window, at)
        if char.isspace():
            self._line_start = True
            return at + 1, Token("text", " ")
        return at + 1, None

    def _address(self, window: str, at: int) -> Step:
        start = window[:8].lower()
        for address in _ADDRESSES:
            if start.startswith(address):
                self._skip = "address"
                return at + len(address), None
            if address.startswith(start) and self._waits(window):
                return WAIT
        return at + 1, Token("text", window[0])

    def _star(self, window: str, at: int) -> Step:
        if window.startswith("**"):
            return at + 2, None
        found = _STARRED.match(window)
        if found is not None:
            return at + found.end(), self._gesture(found[1])
        if self._waits(window) and "\n" not in window and not window[1:2].isspace():
            return WAIT
        return at + 1, None

    def _underscore(self, window: str, at: int, *, after_word: bool) -> Step:
        if after_word:
            return at + 1, Token("text", "_")
        found = _UNDERLINED.match(window)
        if found is not None and not (found.end() == len(window) and self._waits(window)):
            return at + found.end(), self._gesture(found[1])
        closed = "_" in window[1:-1] or "\n" in window or window[1:2].isspace()
        return WAIT if self._waits(window) and not closed else (at + 1, None)

    def _gesture(self, inner: str) -> Token | None:
        """Tell a gesture from a stressed word.

        After a pause it is a gesture, unless it is one capitalised word that does not look
        like a verb (`*Never* say that`, but `*Sighs* Well.`). In the middle of a sentence it
        takes three words, or four characters of a script without spaces, to be one.
        """
        said = plain(inner)
        words = said.split()
        if not words:
            return None
        wide = len(said) >= 4 and said[0] >= "\u2e80"
        if self._boundary():
            stressed = len(words) == 1 and said[0].isupper() and not said.endswith("s")
        else:
            stressed = len(words) < 3 and not wide
        return Token("text" if stressed else "emote", said)

    def _tag(self, window: str, at: int) -> Step:
        thought = _THINK.match(window)
        if thought is not None:
            self._skip = "thought"
            return at + thought.end(), None
        found = _TAG.match(window)
        if found is not None:
            return at + found.end(), None
        open_ = len(window) < 84 and not set("<>\n") & set(window[2:])
        return WAIT if open_ and self._waits(window) else (at + 1, None)

    def _bracket(self, window: str, at: int) -> Step:
        link = _LINK.match(window)
        if link is not None:
            said = plain(link[1])
            return at + link.end(), Token("text", said) if said else None
        found = _BRACKETED.match(window)
        if found is None:
            open_ = len(window) < 102 and not set("[]\n") & set(window[1:])
            return WAIT if open_ and self._waits(window) else (at + 1, None)
        following = window[found.end() :]
        linking = following.startswith("(") and not set(")(\n") & set(following[1:])
        if self._waits(window) and (not following or linking):
            return WAIT
        if _TAG_WORDS.match(found[1]):
            return at + found.end(), None
        if self._boundary() and (said := plain(found[1])):
            return at + found.end(), Token("emote", said)
        return at + 1, None


def plain(text: str) -> str:
    """Return a short text without markers and addresses, on one line."""
    return " ".join(_NOT_SAID.sub(" ", text).split())
