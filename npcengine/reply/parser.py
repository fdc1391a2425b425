"""From a model's streamed text to the pieces that a player sees."""

from __future__ import annotations

import re
from collections.abc import Sequence

from npcengine.reply.characters import JOINERS, UNSEEN, Characters
from npcengine.reply.delivery import Delivery
from npcengine.reply.lines import Lines
from npcengine.reply.links import Links
from npcengine.reply.markup import SPECIAL, Markup
from npcengine.reply.quotes import QUOTES
from npcengine.reply.sentences import STOPS
from npcengine.turns import Piece

HOLD_BACK = 320
"""Visible characters that were fed and not yet given are never more than these."""

# Words with single spaces between them and nothing that a step before the delivery looks for,
# not even the first letters of an address at the end; and such words without stops and quotes.
_CLEAR_WORD = rf"[^\s:{SPECIAL}{UNSEEN}{JOINERS}]+"
_PLAIN_WORD = rf"[^\s:{re.escape(STOPS)}{SPECIAL}{QUOTES}{UNSEEN}{JOINERS}]+"
_NO_ADDRESS = r"(?<![hHwW])(?<![hHtT][tT])(?<![tT][pP])(?<![pP][sS])"
_CLEAR = re.compile(rf" ?{_CLEAR_WORD}(?: {_CLEAR_WORD})*{_NO_ADDRESS}")
_PLAIN = re.compile(rf" ?{_PLAIN_WORD}(?: {_PLAIN_WORD})*{_NO_ADDRESS}")
_TAIL = 40


class ReplyParser:
    """Turn one reply's text, fed as it comes, into safe pieces.

    Each step hands on what it is certain of and holds back the rest, in all never more than
    `HOLD_BACK` visible characters: characters, markup, links, lines, delivery. In the middle of
    a line, clear text goes straight to the delivery, and plain words pass that by too. So does
    clear text that is long enough to show that it begins a line without a label.
    """

    def __init__(
        self, *, npc_names: Sequence[str], player_names: Sequence[str], max_sentences: int
    ) -> None:
        self._characters = Characters()
        self._markup = Markup()
        self._links = Links()
        self._lines = Lines(npc_names, player_names)
        self._delivery = Delivery(max_sentences)
        self._clear = True
        self._quiet = False
        self._passed = ""
        self._plain = ""

    @property
    def done(self) -> bool:
        """True when enough was said, or the text went on to speak for the player."""
        return self._delivery.done

    @property
    def ended_whole(self) -> bool:
        """True when the text that was given so far ends at a sentence's end."""
        return not self._plain and self._delivery.ended_whole

    def feed(self, text: str) -> list[Piece]:
        """Return the pieces that are certain now; none once it is done."""
        if self._quiet and _PLAIN.fullmatch(text):
            self._plain = (self._plain + text)[-_TAIL:]
            return [Piece("text", text)]
        if self._delivery.done:
            return []
        if self._plain:
            self._catch_up()
        if self._clear and self._lines.goes_on(text) and _is_clear(text):
            self._lines.passed()
            self._passed = (self._passed + text)[-_TAIL:]
            pieces = self._delivery.say(text)
        else:
            pieces = self._read(text, final=False)
        self._quiet = self._clear and self._delivery.idle
        return pieces

    def close(self) -> list[Piece]:
        """Return what was held back: the model's text is whole."""
        if self._plain:
            self._catch_up()
        held = [] if self._clear else self._read("", final=True)
        return [*held, *self._delivery.close()]

    def _catch_up(self) -> None:
        """Let the delivery know what passed it by."""
        self._delivery.passed(self._plain)
        self._passed, self._plain = (self._passed + self._plain)[-_TAIL:], ""

    def _read(self, text: str, *, final: bool) -> list[Piece]:
        """Take the text through every step."""
        if self._passed:
            self._characters.last = self._links.last = self._passed[-1]
            self._markup.passed(self._passed)
            self._passed = ""
        pieces: list[Piece] = []
        for kind, said in self._markup.feed(self._characters.feed(text), final=final):
            if kind == "text":
                pieces += self._say(said, final=False)
            else:
                pieces += self._say("", final=True)
                pieces += self._delivery.act(said)
        if final:
            pieces += self._say("", final=True)
        self._clear = (
            self._lines.idle and self._links.idle and self._markup.idle and self._characters.idle
        )
        return pieces

    def _say(self, text: str, *, final: bool) -> list[Piece]:
        """Take in spoken text; with `final`, an emote or the end follows it."""
        text = self._lines.feed(self._links.feed(text, final=final), final=final)
        pieces = self._delivery.say(text, final=final)
        if self._lines.stopped:
            pieces += self._delivery.stop()
        return pieces


def _is_clear(text: str) -> bool:
    """Tell quickly of most texts that only the delivery has something to look for in them."""
    return _CLEAR.fullmatch(text) is not None and "ww" not in text.lower()
