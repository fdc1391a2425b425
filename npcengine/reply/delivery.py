"""The last step: no more sentences than wanted, no quotes around them, single spaces."""

from __future__ import annotations

from npcengine.reply.quotes import Quotes
from npcengine.reply.sentences import Splitter, ends_whole
from npcengine.turns import Piece

_LEANING = tuple(",.;:!?…，。；：！？")
_TAIL = 40


class Delivery:
    """Turn spoken text without markup into pieces, until enough was said."""

    def __init__(self, max_sentences: int) -> None:
        self.done = False
        self._splitter = Splitter()
        self._quotes = Quotes()
        self._left = max_sentences
        self._tail = ""
        self._space = False
        self._acted = False

    @property
    def ended_whole(self) -> bool:
        """True when the text that was given so far ends at a sentence's end."""
        return ends_whole(self._tail)

    @property
    def idle(self) -> bool:
        """True in the middle of a sentence, when nothing is held back."""
        return (
            self._splitter.idle
            and self._quotes.idle
            and not (self._space or self._acted or self.done)
        )

    def passed(self, text: str) -> None:
        """Note words that were given on without `say`, in the middle of a sentence."""
        self._splitter.passed(text)
        self._quotes.passed(text)
        self._tail = (self._tail + text)[-_TAIL:]

    def say(self, text: str, *, final: bool = False) -> list[Piece]:
        """Take in text; with `final`, an emote or the end follows it."""
        if self.done:
            return []
        begins = self._splitter.feed(text)
        if len(begins) >= self._left:
            said = self._quotes.feed(text[: begins[self._left - 1]])
            return [*self._give(said), *self.stop()]
        self._left -= len(begins)
        return self._give(self._quotes.feed(text, final=final))

    def act(self, emote: str) -> list[Piece]:
        """Take in an emote."""
        self._acted = True
        return [] if self.done else [Piece("emote", emote)]

    def stop(self) -> list[Piece]:
        """Say no more than was taken in."""
        pieces = self.close()
        self.done = True
        return pieces

    def close(self) -> list[Piece]:
        """Return what was held back."""
        self._space = False
        return [] if self.done else self._give(self._quotes.close())

    def _give(self, text: str) -> list[Piece]:
        if not text:
            return []
        said = " ".join(text.split())
        spaced = self._space or text[0].isspace()
        self._space = text[-1].isspace()
        if not said:
            return []
        if spaced and self._tail and not (self._acted and said[0] in _LEANING):
            said = " " + said
        self._acted = False
        self._tail = (self._tail + said)[-_TAIL:]
        return [Piece("text", said)]
