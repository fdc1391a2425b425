"""Broken JSON, mended by json_repair within bounds.

It recurses for each bracket and may look through all that follows from each quotation mark, so
the brackets, and the marks times the length, are bounded before it is called.
"""

from __future__ import annotations

import re
from typing import Any

MAX_CHARS = 8 * 1024
MAX_BRACKETS = 96
MAX_WORK = 400_000
"""Marks times characters: 250 marks in 1,600 characters."""

_BRACKET = re.compile(r"[{\[(]")
_MARK = re.compile("[\"'`“”,:{\\[(]")


def mend(text: str, notes: list[str]) -> Any:
    """Return what broken JSON says as well as can be told; None where nothing can."""
    if len(text) > MAX_CHARS or _is_laborious(text):
        notes.append("broken JSON was too large or too deep to be mended")
        return None
    from json_repair import repair_json  # slow to load, and most answers are whole

    try:
        return repair_json(text, return_objects=True, skip_json_loads=True)
    except Exception:  # whatever a foreign reader meets in hostile text, here it found nothing
        notes.append("broken JSON could not be mended")
        return None


def _is_laborious(text: str) -> bool:
    marks = len(_MARK.findall(text))
    return marks * len(text) > MAX_WORK or len(_BRACKET.findall(text)) > MAX_BRACKETS
