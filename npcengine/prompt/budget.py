"""How many tokens a text takes, estimated: no tokenizer fits every provider."""

from __future__ import annotations

from math import ceil

CHARS_PER_TOKEN = 3.6
TOKENS_PER_WIDE_CHAR = 1.2
"""For scripts that are written without spaces, such as Chinese."""


def estimate_tokens(text: str) -> int:
    """Estimate the tokens of `text`, rather too many than too few for prose."""
    if text.isascii():
        return ceil(len(text) / CHARS_PER_TOKEN)
    wide = sum(char >= "\u2e80" for char in text)
    return ceil((len(text) - wide) / CHARS_PER_TOKEN + wide * TOKENS_PER_WIDE_CHAR)
