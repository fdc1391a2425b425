"""The guard for a reply's pieces: text and emotes, in the order in which they came."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from npcengine.guard.said import OutputGuard, Watch
from npcengine.guard.terms import Violation
from npcengine.turns import Piece


class GuardedPieces:
    """Lets pieces pass that may be shown, until something comes that must not be said."""

    def __init__(self, watch: Watch, player_names: Sequence[str]) -> None:
        self._watch = watch
        self._names = player_names
        self._guard = OutputGuard(watch, player_names)
        self._waiting: deque[Piece] = deque()
        self._safe = 0  # characters of those that wait which may be shown
        self.violation: Violation | None = None
        """What must not be said; once it is set, nothing more passes."""

    def feed(self, pieces: Iterable[Piece]) -> list[Piece]:
        """Return the pieces that may be shown now."""
        shown: list[Piece] = []
        for piece in pieces:
            if self.violation:
                break
            if piece.kind == "text":
                safe, self.violation = self._guard.feed(piece.text)
                if not self._waiting and len(safe) == len(piece.text):
                    shown.append(piece)
                    continue
                self._safe += len(safe)
            elif piece.kind == "emote" and (in_emote := self._in_emote(piece.text)):
                self.violation = in_emote
                break
            self._waiting.append(piece)
            self._pass(shown)
        return shown

    def close(self) -> list[Piece]:
        """Return what was held back: no more pieces come."""
        shown: list[Piece] = []
        if self.violation is None:
            safe, self.violation = self._guard.close()
            self._safe += len(safe)
            self._pass(shown)
        return shown

    def _in_emote(self, emote: str) -> Violation | None:
        guard = OutputGuard(self._watch, self._names)
        _, violation = guard.feed(emote)
        return violation or guard.close()[1]

    def _pass(self, shown: list[Piece]) -> None:
        """Show what waits, up to the first text that is not safe yet."""
        while self._waiting:
            piece = self._waiting[0]
            if piece.kind == "text" and len(piece.text) > self._safe:
                break
            if piece.kind == "text":
                self._safe -= len(piece.text)
            shown.append(self._waiting.popleft())
        if self._safe:
            text, safe = self._waiting[0].text, self._safe
            self._waiting[0] = Piece("text", text[safe:])
            self._safe = 0
            shown.append(Piece("text", text[:safe]))
