"""JSON, whole or broken, to plain values: what opens and closes where, and what it says."""

from __future__ import annotations

import json
import re
from typing import Any

MAX_DEPTH = 100
MAX_DIGITS = 18
"""No count or id that a model writes has more."""
MOST_SPANS = 32

# Possessive, and content with a closing quote missing: each character is looked at once.
_STRING = r'"(?:[^"\\]++|\\.?)*+"?'
_TOKEN = re.compile(rf"{_STRING}|[\[\]{{}}]", re.DOTALL)
_BRACE = re.compile(rf"{_STRING}|[{{}}]", re.DOTALL)
_WIDE = re.compile(
    rf"{_STRING}|(?P<quoted>[“”„＂][^“”„＂]*+[“”＂]?)|(?P<mark>[｛｝［］：，、])", re.DOTALL
)
_MARKS = dict(zip("｛｝［］：，、", "{}[]:,,", strict=True))
_QUOTE = re.compile(r'\\.|"', re.DOTALL)


def decode(text: str, notes: list[str]) -> Any:
    """Return what JSON says; a number that cannot be is None, of equal names the last holds.

    Raises `ValueError` for anything that is not JSON, or is nested more than `MAX_DEPTH` deep.
    """

    def impossible(name: str) -> None:
        notes.append(f"{name} was left out")

    def integer(digits: str) -> int | None:
        if len(digits) <= MAX_DIGITS:
            return int(digits)
        notes.append(f"a number of {len(digits):,} digits was left out")
        return None

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            notes.append("a field stood there twice, and the last one holds")
        return made

    if _is_deep(text):
        raise ValueError("nested too deep")
    try:
        return json.loads(
            text, object_pairs_hook=members, parse_constant=impossible, parse_int=integer
        )
    except RecursionError:  # the caller's own stack was nearly full
        raise ValueError("nested too deep") from None


def spans(text: str) -> tuple[list[str], str]:
    """Return the first balanced `{...}` of a text, and what begins with one never closed."""
    found: list[str] = []
    at = text.find("{")
    while at >= 0 and len(found) < MOST_SPANS:
        end = _closing(text, at)
        if end is None:
            return found, text[at:]
        found.append(text[at:end])
        at = text.find("{", end)
    return found, ""


def narrowed(text: str) -> str:
    """Return broken JSON with wide brackets, colons, commas and curly quotes made plain ones.

    What stands inside strings is left as it is.
    """
    return _WIDE.sub(_narrow, text)


def _narrow(found: re.Match[str]) -> str:
    if found["mark"]:
        return _MARKS[found["mark"]]
    if found["quoted"]:
        inside = found["quoted"].strip("“”„＂")
        return '"' + _QUOTE.sub(lambda each: each[0] if each[0] != '"' else '\\"', inside) + '"'
    return found[0]


def _closing(text: str, start: int) -> int | None:
    depth = 0
    for token in _BRACE.finditer(text, start):
        if token[0] == "{":
            depth += 1
        elif token[0] == "}":
            depth -= 1
            if not depth:
                return token.end()
    return None


def _is_deep(text: str) -> bool:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += 1 if token[0] in "[{" else -1 if token[0] in "]}" else 0
        if depth > MAX_DEPTH:
            return True
    return False
