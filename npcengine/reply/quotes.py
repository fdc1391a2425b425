"""Quotes around a reply, and the balance of those inside it."""

from __future__ import annotations

import re

# What may close a quote; German, Danish and Swedish use marks that open in other languages.
PAIRS = {'"': '"', "“": "”", "”": "”", "„": "“”", "«": "»", "»": "«»", "「": "」", "『": "』"}
QUOTES = '"“”„«»「」『』'
_SINGLE = {"'": "'", "‘": "’"}
_QUOTE = re.compile(f"[{QUOTES}]")
_SENTENCE = re.compile(r"[.!?…]\s|[。！？][^」』”\"]")
_HOLD = 48
_DEEPEST = 4


# The rule: a quote that opens the reply is held back with what follows, until it closes and more
# comes, or a sentence ends inside, or for 48 characters. If it closed and words follow without a
# quote of their own (`"Leave it!" he said.`), it stays. In any other case the reply is taken for
# quoted speech: this kind of quote is dropped wherever it is the outermost, opening and closing.
# Single quotes may be apostrophes: they go only if both ends of the reply are in the hold-back.
# In what stays, a closing quote that closes nothing becomes a space, and a quote that is still
# open at the end of the reply is closed.
class Quotes:
    """Drop the quotes that surround a reply and balance those inside it."""

    def __init__(self) -> None:
        self._held: str | None = ""
        self._dropped = ""
        self._open: list[str] = []
        self._last = ""

    @property
    def idle(self) -> bool:
        """True once it is known whether the reply is quoted."""
        return self._held is None

    def passed(self, text: str) -> None:
        """Note a part without quotes."""
        self._last = text[-1]

    def feed(self, text: str, *, final: bool = False) -> str:
        """Return what is certain; with `final`, all that is left."""
        if self._held is None:
            return self._balance(text)
        held = (self._held + text).lstrip()
        self._held = held
        if not held:
            return ""
        if held[0] in _SINGLE:
            if not final and len(held) <= _HOLD:
                return ""
            held = _bare(held) if final else held
        elif held[0] in PAIRS:
            quoted = _is_quoted(held, final=final)
            if quoted is None:
                return ""
            self._dropped = held[0] if quoted else ""
        self._held = None
        return self._balance(held)

    def close(self) -> str:
        """Return what is left, and what closes the quotes that are still open."""
        left = self.feed("", final=True)
        kept = [mark for depth, mark in enumerate(self._open) if not self._drops(mark, depth)]
        self._open.clear()
        closing = "".join(PAIRS[mark][0] for mark in reversed(kept))
        return left.rstrip() + closing

    def _drops(self, mark: str, depth: int) -> bool:
        return depth == 0 and mark == self._dropped

    def _balance(self, text: str) -> str:
        if not _QUOTE.search(text):
            self._last = text[-1:] or self._last
            return text
        kept: list[str] = []
        at = 0
        for quote in _QUOTE.finditer(text):
            kept.append(text[at : quote.start()])
            at = quote.end()
            before = text[quote.start() - 1] if quote.start() else self._last
            kept.append(self._turn(quote[0], before))
        kept.append(text[at:])
        self._last = text[-1]
        return "".join(kept)

    def _turn(self, mark: str, before: str) -> str:
        """Return what stands for a quote: itself, nothing or a space."""
        # Where an address could be put together, a space keeps its halves apart.
        nothing = " " if before in tuple(":/wW") else ""
        depth = len(self._open)
        nested = mark == self._dropped == '"' and depth == 1 and before.isspace()
        if self._open and mark in PAIRS[self._open[-1]] and not nested:
            return nothing if self._drops(self._open.pop(), depth - 1) else mark
        if not _opens(mark, before) or depth == _DEEPEST:
            return " "
        self._open.append(mark)
        return nothing if self._drops(mark, depth) else mark


def _opens(mark: str, before: str) -> bool:
    """Tell whether a quote may open one, after the character before it."""
    if mark not in '"”»':
        return mark in PAIRS
    in_word = before.isalnum() and before < "\u2e80"  # Chinese has no space before a quote
    return not in_word and before not in tuple(".,!?…")


def _is_quoted(held: str, *, final: bool) -> bool | None:
    """Tell whether the quote that opens the text surrounds speech; None if that is open yet."""
    closing = _closing(held)
    sentence = _SENTENCE.search(held)
    if closing > _HOLD or (sentence and sentence.start() < closing):
        return True
    rest = held[closing + 1 :].lstrip()
    if rest:
        return rest[0] in PAIRS
    return True if final else None


def _closing(held: str) -> int:
    """Return where the quote closes that opens the text, or the length of the text."""
    nested = 0
    for at, char in enumerate(held[1:], start=1):
        if char not in PAIRS[held[0]]:
            continue
        if char == '"' and held[at - 1].isspace():
            nested += 1
        elif nested:
            nested -= 1
        else:
            return at
    return len(held)


def _bare(said: str) -> str:
    """Return a text without the single quotes around it, if it has them."""
    inside = said.rstrip()[1:-1]
    closes = said.rstrip()[-1] in _SINGLE[said[0]] and inside[-1:] in tuple(".,!?…—")
    return inside if closes else said
