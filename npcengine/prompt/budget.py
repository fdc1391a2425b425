"""How many tokens a text takes, estimated from its words, marks and scripts.

The weights are those of o200k, the tokenizer of gpt-oss and of OpenAI's models since gpt-4o. A real
tokenizer is not asked even where one is installed: it has to fetch its vocabulary first, and what
is estimated here decides what stands in a prompt, which must not hang on the machine.
"""

from __future__ import annotations

from math import ceil
from string import ascii_letters

CHARS_PER_TOKEN = 3.6
"""For an upper bound where only the length is known. An estimate comes nearer."""

_MOST, _MOST_MORE = 0.75, 1.65
"""So much is estimated at most for a character, and so much more for one that ASCII lacks."""
ROUNDED = 2
"""By so much an estimate may be more, for a text that is short."""
_WORD, _MARKS, _LETTER = 0.65, 1.42, 0.08
"""Tokens of a word's start, of up to two digits or marks in a row, of an ASCII letter."""
_ACCENTED = 160
"""Hundredths of a token that a Latin letter takes which ASCII lacks."""
_WIDE = 84
"""The same of a character of any script that is not in the table."""
_SCRIPTS = (
    # The same again, and the scripts' pages: which 256 characters of Unicode each is among.
    (20, (0x04, 0x1E)),  # Cyrillic, and most accents of Vietnamese
    (25, tuple(range(0x09, 0x0E))),  # Devanagari and others of India
    (27, (0x03, 0x05, 0x06, 0x07, 0x08, *range(0xFB, 0xFF))),  # Greek, Hebrew, Arabic
    (45, (0x0E, 0x10)),  # Thai, Burmese
    (64, (0x11, 0x17, *range(0xAC, 0xD8))),  # Hangul, Khmer
)


def _shapes() -> bytes:
    """Return for each byte of UTF-8 whether it is of a word, a space or a mark."""
    shapes = bytearray(b"." * 128 + b"a" * 128)
    for char in ascii_letters:
        shapes[ord(char)] = ord("a")
    for char in " \t\r":
        shapes[ord(char)] = ord(" ")
    return bytes(shapes)


def _weights() -> bytes:
    """Return what a character of each page weighs; the first page is counted apart."""
    weights = bytearray([0, _ACCENTED, _ACCENTED] + [_WIDE] * 253)
    for weight, pages in _SCRIPTS:
        for page in pages:
            weights[page] = weight
    return bytes(weights)


_SHAPES, _WEIGHTS = _shapes(), _weights()


def estimate_tokens(text: str) -> int:
    """Estimate the tokens of `text`: as a rule within 15 % for a paragraph of prose.

    Many texts together come nearer. Invented names take more tokens than estimated, and keys,
    tables and long numbers may be off by more.
    """
    shapes = text.encode("utf-8", "replace").translate(_SHAPES)
    words, marks = shapes.count(b" a"), shapes.count(b".")
    tokens = words * _WORD + (marks - shapes.count(b"..")) * _MARKS
    if text.isascii():
        return ceil(tokens + (len(shapes) - words - marks) * _LETTER)
    ascii_chars = len(text.encode("ascii", "ignore"))
    tokens += (ascii_chars - words - marks) * _LETTER
    # Every other byte of UTF-16 is a character's page; no loop in Python looks at each character.
    pages = text.encode("utf-16-be", "surrogatepass")[::2]
    accented = pages.count(0) - ascii_chars
    return ceil(tokens + (sum(pages.translate(_WEIGHTS)) + accented * _ACCENTED) / 100)


def most_tokens(text: str) -> float:
    """Return a bound of the estimate for `text`, but for `ROUNDED`, without a look at words."""
    most = len(text) * _MOST
    if not text.isascii():
        most += (len(text) - len(text.encode("ascii", "ignore"))) * _MOST_MORE
    return most
