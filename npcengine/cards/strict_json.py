"""The JSON of cards, with limits that are checked before anything is built."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn, TypeAlias

from npcengine.cards.limits import MAX_CARD, MAX_DEPTH, MAX_VALUES, MIB, Unreadable

JsonObject: TypeAlias = dict[str, Any]

# A string that never ends is matched to the end of the text, and not looked through again.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[][{},]', re.DOTALL)


def read_object(raw: bytes) -> JsonObject:
    """Read one JSON object. Raises `Unreadable`."""
    if len(raw) > MAX_CARD:
        raise Unreadable(f"the card is larger than {MAX_CARD // MIB} MiB; take its assets out")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("the card is not UTF-8 text; save or export it again") from error
    _check_size(text)
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_number)
    except (ValueError, RecursionError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"the JSON is broken ({error}); save or export it again") from error
    if not isinstance(value, dict):
        raise Unreadable("the JSON is not an object, so it is no card; check the file")
    return value


def write_object(value: JsonObject, *, indent: int | None = None) -> bytes:
    """Write a JSON object as UTF-8; what UTF-8 cannot hold is escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can escape
        return json.dumps(value, indent=indent).encode("ascii")


def _check_size(text: str) -> None:
    """Count levels and values without building them. Broken JSON is left to the parser."""
    depth = values = 0
    for token in _TOKEN.finditer(text):
        first = token[0][0]
        if first in "[{":
            depth += 1
        elif first in "]}":
            depth -= 1
        values += first in "[{,"
        if depth > MAX_DEPTH:
            raise Unreadable(f"the JSON has more than {MAX_DEPTH} levels; this is no usual card")
        if values > MAX_VALUES:
            raise Unreadable(f"the JSON has more than {MAX_VALUES:,} values; split its lorebook")


def _refuse(word: str) -> NoReturn:
    raise Unreadable(f"the JSON has {word}, which is no number; write a number in its place")


def _number(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise Unreadable(f"the number {text[:40]} is too large; write a smaller one")
    return number
