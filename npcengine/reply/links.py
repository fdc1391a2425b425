"""Addresses of the web in a model's text."""

from __future__ import annotations

import re

# A scheme that is not known leaves its name behind, never an address: `://` is in no text.
# At the end of what has come, the first letters of an address may be `open`.
_ADDRESS = re.compile(
    r"(?<![^\W_])(?:https?://|www\.)|://"
    r"|(?P<open>(?:(?<![^\W_])(?:h(?:t(?:t(?:p(?:s?(?::/?)?)?)?)?)?|ww?w?)|:/?)\Z)",
    re.IGNORECASE | re.ASCII,
)
_OPENINGS = ("h", "ht", "htt", "http", "https", ":", "/", "w")
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
        if not self._inside and not self._held and _is_clear(text):
            self.last = text[-1:] or self.last
            return text
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
            found = _ADDRESS.search(text, at)
            if found is None or (final and found["open"]):
                kept.append(text[at:])
                break
            kept.append(text[at : found.start()])
            if found["open"]:
                self._held = found[0]
                break
            at, self._inside = found.end(), True
        passed = "".join(kept)
        self.last = passed[-1:] or self.last
        return passed


def _is_clear(text: str) -> bool:
    """Tell quickly of most texts that no address is in them or may begin at their end."""
    low = text.lower()
    return not low.endswith(_OPENINGS) and "//" not in low and "ww" not in low


def without_links(text: str) -> str:
    """Return the text without addresses."""
    return Links().feed(text, final=True)
