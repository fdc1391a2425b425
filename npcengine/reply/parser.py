"""From a model's text, as it comes in, to pieces that may be shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from npcengine.reply.markup import Markup, Token
from npcengine.reply.sentences import SentenceCounter, ends_whole
from npcengine.turns import Piece

OWN_LABELS = ("npc", "assistant", "character")
OTHER_LABELS = ("you", "player", "user", "human", "system", "玩家", "用户", "你")

QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»", "»": "«", "「": "」", "『": "』"}


class ReplyParser:
    """Takes one reply apart, however it is cut into reads.

    The `text` pieces joined are what is said: one line, no markup, no address, no words of
    the player, no more than the sentences that are wanted. The `emote` pieces are what is
    done meanwhile. At most `markup.WINDOW` characters are held back.
    """

    def __init__(
        self, *, npc_names: Sequence[str], player_names: Sequence[str], max_sentences: int
    ) -> None:
        self._markup = Markup(
            (*OWN_LABELS, *npc_names), (*OTHER_LABELS, *player_names), self._at_pause
        )
        self._counter = SentenceCounter(max_sentences)
        self._said = ""
        self._space = False
        self._quotes = ""
        self._done = False

    @property
    def done(self) -> bool:
        """True when nothing more will come: enough was said, or somebody else's turn began."""
        return self._done

    @property
    def ended_whole(self) -> bool:
        """True when the text so far ends where a sentence does."""
        return ends_whole(self._said)

    def feed(self, text: str) -> list[Piece]:
        """Take what one read brought and return what may be shown of it."""
        if self._done:
            return []
        if self._markup.passes(text):
            said = self._say(text)
            return [Piece("text", said)] if said else []
        return self._pieces(self._markup.feed(text))

    def close(self) -> list[Piece]:
        """Return what was held back, at the end of the model's text."""
        return [] if self._done else self._pieces(self._markup.feed("", end=True))

    def _pieces(self, tokens: Iterable[Token]) -> list[Piece]:
        pieces: list[Piece] = []
        text = ""
        for kind, value in tokens:
            if kind == "text":
                text += self._say(value)
            elif kind == "emote":
                if text:
                    pieces.append(Piece("text", text))
                    text = ""
                pieces.append(Piece("emote", value))
            else:
                self._done = True
            if self._done:
                break
        if text:
            pieces.append(Piece("text", text))
        return pieces

    def _say(self, text: str) -> str:
        """Return `text` as it is said: white space folded, the quotes around it gone."""
        if not self._said:
            text = self._unquote(text)
        if self._quotes:
            text = text.translate({ord(quote): None for quote in self._quotes})
        words = " ".join(text.split())
        if not words:
            self._space = self._space or bool(text)
            return ""
        if self._said and (self._space or text[0].isspace()):
            words = f" {words}"
        self._space = text[-1].isspace()
        wanted = self._counter.feed(words)
        if wanted is not None:
            self._done = True
            words = words[:wanted]
        self._said = (self._said + words)[-40:]
        return words

    def _unquote(self, text: str) -> str:
        # A reply that opens with a quotation mark is a quotation of itself. All marks of that
        # kind go, for the closing one cannot be told from those in `"Aye," she said. "Now."`
        # before the end, and what has been shown must not end up with half a pair.
        first = text.lstrip()[:1]
        if not self._quotes and first in QUOTES and first:
            self._quotes = first + QUOTES[first]
        return text

    def _at_pause(self) -> bool:
        return not self._said[-1:].isalnum()
