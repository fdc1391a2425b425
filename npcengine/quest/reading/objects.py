"""The object in a model's answer, by a ladder of readers from strict to lenient."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from npcengine.quest.reading.json_text import decode, narrowed, spans
from npcengine.quest.reading.mended import mend
from npcengine.quest.reading.settled import settled
from npcengine.quest.reading.wrapping import bodies, plain
from npcengine.quest.reading.yaml_text import read_yaml

Rung: TypeAlias = Literal[
    "strict", "fenced", "mended", "tool_call", "yaml", "headed", "salvaged", "nothing"
]

MAX_CHARS = 256 * 1024
"""Characters of an answer that are looked at."""

_MAX_LEVELS = 4
_MAX_PIECES = 2
"""Broken objects that are mended, the longest first: the others are most likely names in braces."""
_MEMBER = re.compile(r'\s*["“＂][^"”＂\n]{1,64}["”＂]\s*[:：]')
_BROKEN = re.compile(r"\s*[\[{]\s*[\[{\"'“]")
"""JSON that could not be read is no prose: its fields would be taken for headings."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in an answer.

    `fields` holds plain data: texts without control or bidi characters, whole and finite numbers,
    truth values, None, tuples and dicts of such. It is None where no object was found, and then
    `rung` is `nothing`. `notes` say in English what was mended, cut or left out.
    """

    fields: Mapping[str, Any] | None
    rung: Rung
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prose:
    """An answer, or a text inside one, as lines to be read when no object in it will do."""

    text: str
    rung: Rung
    notes: tuple[str, ...]


def read_object(text: str) -> Found:
    """Return the first object in a model's answer, and on which rung it was found.

    `strict` is JSON as it should be, `fenced` JSON with a code fence, thoughts or prose around it,
    `mended` broken JSON, `tool_call` JSON inside a string or a call's arguments, `yaml` lines of
    `key: value`, `salvaged` any of these in the `failed_generation` of a provider's error body.
    Never raises, whatever the text; of more than 256 Ki characters the rest is not looked at.
    """
    notes: tuple[str, ...] = ()
    for reading in readings(text):
        if isinstance(reading, Found):
            return reading
        notes = reading.notes
    return Found(None, "nothing", notes)


def readings(text: str) -> Iterator[Found | Prose]:
    """Give one after the other all that an answer may be read as, the surest first."""
    notes: tuple[str, ...] = ()
    if len(text) > MAX_CHARS:
        notes = (f"only the first {MAX_CHARS:,} of {len(text):,} characters were read",)
    yield from _read(text[:MAX_CHARS], None, notes, _MAX_LEVELS)


def _read(
    text: str, outer: Rung | None, before: tuple[str, ...], levels: int
) -> Iterator[Found | Prose]:
    notes = list(before)
    for value, rung in _values(text, notes):
        inside, wrapping = _unwrapped(value, notes)
        if isinstance(inside, str):
            if levels > 1:
                yield from _read(inside, outer or wrapping, tuple(notes), levels - 1)
        elif isinstance(inside, dict) and inside:
            fields = MappingProxyType(settled(inside, notes))
            yield Found(fields, outer or wrapping or rung, tuple(dict.fromkeys(notes)))
    lines = "" if _BROKEN.match(text) else plain(text)
    yield Prose(lines, outer or "headed", tuple(dict.fromkeys(notes)))


def _values(text: str, notes: list[str]) -> Iterator[tuple[Any, Rung]]:
    try:
        whole = decode(text.removeprefix("\ufeff"), notes)
    except ValueError:
        pass
    else:
        yield whole, "strict"
        return
    parts = bodies(text)
    broken: list[str] = []
    for part in parts:
        found, rest = spans(part)
        for span in found:
            try:
                yield decode(span, notes), "fenced"
            except ValueError:
                broken.append(span)
        broken += _begun(part, rest, bool(found))
    for piece in sorted(broken, key=len, reverse=True)[:_MAX_PIECES]:
        yield _mended(piece, notes), "mended"
    for part in parts:
        yield read_yaml(part), "yaml"


def _begun(part: str, rest: str, has_objects: bool) -> list[str]:
    """Give what may be an object without its end, with wide braces, or without its first brace."""
    if rest or has_objects:
        return [rest] if rest else []
    wide = part.find("｛")
    if wide >= 0:
        found, rest = spans(narrowed(part[wide:]))
        return [*found, rest] if rest else found
    return ["{" + part] if _MEMBER.match(part) else []


def _mended(piece: str, notes: list[str]) -> Any:
    piece = narrowed(piece)
    try:
        return decode(piece, notes)
    except ValueError:
        return mend(piece, notes)


def _unwrapped(value: Any, notes: list[str]) -> tuple[Any, Rung | None]:
    """Return what is inside a list, a call or an error body, and what sort of wrapping it had."""
    wrapping: Rung | None = None
    for _ in range(_MAX_LEVELS):
        if isinstance(value, list):
            value = next((each for each in value if isinstance(each, dict)), None)
        if isinstance(value, str):
            notes.append("the answer stood inside a string")
            return value, wrapping or "tool_call"
        if not isinstance(value, dict):
            return None, wrapping
        failed, arguments = _failed_generation(value), _arguments(value)
        if failed is not None:
            notes.append("read from failed_generation of the provider's error")
            return failed, "salvaged"
        if arguments is None:
            return value, wrapping
        value, wrapping = arguments, "tool_call"
    return None, wrapping


def _failed_generation(value: dict[Any, Any]) -> str | None:
    error = value.get("error")
    failed = (error if isinstance(error, dict) else value).get("failed_generation")
    return failed if isinstance(failed, str) else None


def _arguments(value: dict[Any, Any]) -> Any:
    """Return what a call was given; None where this is no call."""
    calls = value.get("tool_calls")
    if isinstance(calls, list):
        return calls
    function = value.get("function")
    if isinstance(function, dict):
        return function
    if "name" not in value:
        return None
    given = (value.get(key) for key in ("arguments", "parameters", "input"))
    return next((each for each in given if isinstance(each, str | dict)), None)
