"""Addresses of the web in a model's text."""

from __future__ import annotations

import re

# A scheme that is not known leaves its name behind, never an address: `://` is in no text.
_START = re.compile(r"(?<![^\W_])(?:https?://|www\.)|://", re.IGNORECASE)
_OPEN = re.compile(
    r"(?:(?<![^\W_])(?:h(?:t(?:t(?:p(?:s?(?::/?)?)?)?)?)?|ww?w?)|:/?)\Z", re.IGNORECASE
)
_OPEN_LENGTH = 7
_END = re.compile(r"[\s\"'“”‘’„«»「」『』()（）。，、；！？]")


class Links:
    """Drop addresses; hold back a word that may turn out to begin one."""

    def __init__(self) -> None:
        self.last = ""
        self._held = ""
        self._inside = False

    @property
    def idle(self) -> bool:
        """True when nothing is held back and no address is being dropped."""
        return not self._held and not self._inside

    def feed(self, text: str, *, final: bool = False) -> str:
        """Return what is certain; with `final`, all that is left."""
        text = self.last + self._held + text
        at = len(self.last)
        self._held = ""
        kept: list[str] = []
        while True:
            if self._inside:
                end = _END.search(text, at)
                if end is None:
                    break
                at, self._inside = end.start(), False
            start = _START.search(text, at)
            if start is None:
                kept.append(self._rest(text, at, final=final))
                break
            kept.append(text[at : start.start()])
            at, self._inside = start.end(), True
        passed = "".join(kept)
        self.last = passed[-1:] or self.last
        return passed

    def _rest(self, text: str, at: int, *, final: bool) -> str:
        opening = None if final else _OPEN.search(text, max(at, len(text) - _OPEN_LENGTH))
        if opening is None:
            return text[at:]
        self._held = text[opening.start() :]
        return text[at : opening.start()]


def without_links(text: str) -> str:
    """Return the text without addresses."""
    return Links().feed(text, final=True) if _START.search(text) else text
