"""What of a model's answer may be heard: parsed into pieces, and guarded."""

from __future__ import annotations

from npcengine.dialogue.guarding import watch_of
from npcengine.guard.pieces import GuardedPieces
from npcengine.guard.terms import Violation
from npcengine.messages import Finish
from npcengine.persona.opened import Opened
from npcengine.reply.parser import ReplyParser
from npcengine.turns import Piece


class Hearing:
    """One answer on its way to one player."""

    def __init__(
        self, opened: Opened, player: str, others: tuple[str, ...], *, as_it_comes: bool
    ) -> None:
        """Prepare for an answer, which is heard `as_it_comes` or not before its end.

        `others` are the names of those for whom the character must not speak.
        """
        persona = opened.persona
        self._parser = ReplyParser(
            npc_names=(persona.id, *persona.names),
            player_names=(player,),
            max_sentences=persona.speech.max_sentences,
        )
        self._guarded = GuardedPieces(watch_of(opened, others), (player,))
        self._as_it_comes = as_it_comes
        self._ready: list[Piece] = []
        self._heard = False

    def feed(self, text: str) -> list[Piece]:
        """Return what is certain now and may be heard."""
        self._ready += self._guarded.feed(self._parser.feed(text))
        return self._given() if self._as_it_comes else []

    def close(self, finish: Finish) -> list[Piece]:
        """Return what was held back, now that nothing more comes."""
        if finish == "stop" and not self.is_enough:
            self._ready += self._guarded.feed(self._parser.close())
        self._ready += self._guarded.close()
        return self._given()

    def _given(self) -> list[Piece]:
        if self.violation is not None and not self._heard:
            self._ready = []  # what led up to it would only be half of a line
        given, self._ready = self._ready, []
        self._heard = self._heard or bool(given)
        return given

    @property
    def violation(self) -> Violation | None:
        """What came up that must not be said."""
        return self._guarded.violation

    @property
    def is_refused(self) -> bool:
        """True when what came must not be heard, from its first word on."""
        return self.violation is not None and not self._heard

    @property
    def ran_over(self) -> bool:
        """True when enough was said, or the answer went on to speak for the player."""
        return self._parser.done

    @property
    def is_enough(self) -> bool:
        """True when nothing more of the answer is to be heard."""
        return self._parser.done or self.violation is not None

    @property
    def ended_whole(self) -> bool:
        """True when what was read ends at the end of a sentence."""
        return self._parser.ended_whole
