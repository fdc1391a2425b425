"""Which catchphrases were said so lately that they are not to be said again now."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from npcengine.guard.folding import fold, is_wide
from npcengine.persona.spoken import Speech
from npcengine.turns import Turn

_BETWEEN = re.compile(r"[\W_]+")
_PLAIN = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
"""What it comes to for ASCII, at a quarter of the cost."""


def resting(speech: Speech, turns: Sequence[Turn]) -> str:
    """Return what tells a model to leave out the catchphrases of the last turns; often nothing.

    Capitals, accents and marks make no difference.
    """
    rest = speech.catchphrase_rest
    if not rest or not turns or not speech.catchphrases:
        return ""
    said = "".join(_words(turn.npc_line) for turn in turns[-rest:])
    found = [phrase for phrase in speech.catchphrases if _sought(phrase) in said]
    return f"Just said, so not again now: {' / '.join(found)}" if found else ""


@lru_cache(maxsize=4096)
def _sought(phrase: str) -> str:
    words = _words(phrase)
    if not words.strip():
        return "\n"  # a phrase without words is never found
    # Where words have no spaces around them, others may stand right beside.
    return words.strip() if any(map(is_wide, words)) else words


def _words(line: str) -> str:
    """Return the words of a line, folded, with one space around each."""
    if line.isascii():
        return f" {' '.join(line.translate(_PLAIN).split())} "
    return f" {_BETWEEN.sub(' ', fold(line)).strip()} "
