"""A quest's parts out of an object whose fields a model named as it liked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from npcengine.quest.reading.counts import read_count
from npcengine.quest.reading.headings import Part, heading
from npcengine.quest.reading.lines import bare, split_list, unmarked

_MAX_DEPTH = 4
_MAX_ENTRIES = 64
_MAX_FIELDS = 64
_SAYING: tuple[Part, ...] = ("description", "objectives", "rewards", "title")
"""The fields of an objective or a reward that may say what it is, the fullest first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One objective or reward."""

    text: str
    count: int | None = None
    """What a field of its own said; None where there was none."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a quest; empty where there was none."""

    title: str = ""
    description: str = ""
    objectives: tuple[Entry, ...] = ()
    rewards: tuple[Entry, ...] = ()


def read_fields(fields: Mapping[str, Any], depth: int = 1) -> Parts:
    """Return the parts that an object's fields tell, or those of an object that it holds."""
    parts = Parts(
        title=bare(_first_text(fields, "title")),
        description=_first_text(fields, "description"),
        objectives=_first_entries(fields, "objectives"),
        rewards=_first_entries(fields, "rewards"),
    )
    if (parts.title and parts.objectives) or depth == _MAX_DEPTH:
        return parts
    for inner in _objects_in(fields):
        inside = read_fields(inner, depth + 1)
        if inside.objectives:
            return Parts(
                parts.title or inside.title,
                parts.description or inside.description,
                parts.objectives or inside.objectives,
                parts.rewards or inside.rewards,
            )
    return parts


def _means(key: str, part: Part) -> bool:
    known = heading(key)
    return known is not None and known.part == part


def _named(fields: Mapping[str, Any], part: Part) -> list[Any]:
    """Return the values of the fields that mean a part, the surest first."""
    ranked = []
    for key, value in list(fields.items())[:_MAX_FIELDS]:
        known = heading(key)
        if known and known.part == part:
            ranked.append((known.rank, value))
    return [value for _, value in sorted(ranked, key=lambda each: each[0])]


def _objects_in(fields: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for key, value in list(fields.items())[:_MAX_FIELDS]:
        known = heading(key)
        if known and known.part != "title":
            continue
        first = value[0] if isinstance(value, tuple) and value else value
        if isinstance(first, dict):
            yield first


def _first_text(fields: Mapping[str, Any], part: Part) -> str:
    return next(filter(None, map(_text, _named(fields, part))), "")


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return "\n".join(filter(None, map(_scalar, value[:_MAX_ENTRIES])))
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)


def _first_entries(fields: Mapping[str, Any], part: Part) -> tuple[Entry, ...]:
    for value in _named(fields, part):
        entries = tuple(_entries(value, 1))
        if entries:
            return entries
    return ()


def _entries(value: Any, depth: int) -> Iterator[Entry]:
    if isinstance(value, str):
        lines = value.splitlines()[:_MAX_ENTRIES]
        yield from (Entry(each) for line in lines for each in split_list(line))
    elif isinstance(value, tuple):
        for each in value[:_MAX_ENTRIES]:
            yield from _listed(each, depth)
    elif isinstance(value, dict):
        yield from _entries_of(value, depth)
    elif _scalar(value):
        yield Entry(_scalar(value))


def _listed(value: Any, depth: int) -> Iterator[Entry]:
    """Give what one place of a list holds; there `Kill: 3 wolves` is one text."""
    if isinstance(value, str):
        yield Entry(unmarked(value))
    elif isinstance(value, dict) and len(value) == 1 and not any(map(heading, value)):
        key, said = next(iter(value.items()))
        entry = _scalar(said)
        yield from [Entry(f"{key}: {entry}")] if entry else _entries(said, depth + 1)
    elif depth < _MAX_DEPTH:
        yield from _entries(value, depth + 1)


def _entries_of(fields: Mapping[str, Any], depth: int) -> Iterator[Entry]:
    entry = _entry(fields)
    if entry:
        yield entry
    elif depth < _MAX_DEPTH:
        for key, value in list(fields.items())[:_MAX_ENTRIES]:
            if isinstance(value, str):
                yield Entry(value)
            elif _scalar(value):
                yield Entry(f"{key}: {value}")
            else:
                yield from _entries(value, depth + 1)


def _entry(fields: Mapping[str, Any]) -> Entry | None:
    """Return the one entry that an object describes; None where it groups several."""
    texts = (_first_text(fields, part) for part in _SAYING)
    text = next(filter(None, texts), "")
    count = next((each for each in map(_count, _named(fields, "count")) if each), None)
    if text or count is None:
        return Entry(text, count) if text else None
    others = (value for key, value in fields.items() if not _means(key, "count"))
    return Entry(" ".join(value for value in others if isinstance(value, str)), count)


def _count(value: Any) -> int | None:
    if isinstance(value, str):
        return read_count(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value)
