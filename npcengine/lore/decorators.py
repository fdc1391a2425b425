"""Decorators of Character Card V3: lines such as `@@scan_depth 2` at the head of a content.

Those that say what a field says become that field. The others are kept as they stand, so that
an export has them again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

MOST = 1_000_000
"""The largest number that a decorator may give."""
LONGEST_KEY = 1000

_LINE = re.compile(r"@@@?(?P<name>[A-Za-z_]+)(?:[ \t]+(?P<value>.*))?")
_DIGITS = re.compile(r"[0-9]{1,7}")
_KEPT = frozenset(("depth", "position", "role"))
"""Known, and without effect: lore always stands after the history."""
_REPEATED = "additional_keys"

Fields = Mapping[str, object]


class Parsed(NamedTuple):
    """The content of an entry, taken apart."""

    fields: Fields
    """What the decorators set, by the names of the fields of `Entry`."""
    kept: tuple[str, ...]
    """The lines that set no field."""
    text: str


def parse(content: str) -> Parsed:
    """Take the decorators off the head of `content`. What cannot be read is kept, not refused."""
    head, text = _split(content)
    fields: dict[str, object] = {}
    kept: list[str] = []
    names: set[str] = set()
    for links in _chains(head):
        name, found = _first_known(links, names)
        names.add(name)
        if found is None or len(links) > 1 or name in _NATIVE:
            kept += links
        for field, value in (found or {}).items():
            fields[field] = _joined(fields.get(field), value)
    if "constant" in fields:
        fields.pop("enabled", None)  # `activate` wins over `dont_activate`
    return Parsed(fields, tuple(kept), text)


def write(fields: Fields, kept: Sequence[str], text: str) -> str:
    """Put before `text` the decorators that say what `fields` say: what `parse` takes apart."""
    lines = [*_written(fields, "\n".join(kept)), *kept]
    return "\n".join([*lines, "", text]) if lines else text


def _split(content: str) -> tuple[list[str], str]:
    head: list[str] = []
    lines = content.split("\n")
    for number, line in enumerate(lines):
        line = line.strip()
        if line.startswith("@@"):
            head.append(line)
        elif line:
            return head, "\n".join(lines[number:]).strip()
    return head, ""


def _chains(head: Iterable[str]) -> Iterator[list[str]]:
    """Give each decorator with the fallbacks that follow it."""
    links: list[str] = []
    for line in head:
        if links and not line.startswith("@@@"):
            yield links
            links = []
        links.append(line)
    if links:
        yield links


def _first_known(links: list[str], names: set[str]) -> tuple[str, Fields | None]:
    """Give the first link that is understood; None for one that sets no field."""
    for link in () if links[0].startswith("@@@") else links:  # what would it fall back from?
        line = _LINE.fullmatch(link)
        name = line["name"] if line else ""
        if name in _KEPT:
            return name, None
        if line and name in _READERS:
            found = _READERS[name]((line["value"] or "").strip())
            if found is not None and name in names and name != _REPEATED:
                break  # only the first of its name counts
            if found is not None:
                return name, found
    return "", None


def _joined(before: object, value: object) -> object:
    """Add to what an earlier decorator of the same name said."""
    return (*before, *value) if isinstance(before, tuple) and isinstance(value, tuple) else value


def _flag(field: str, value: bool = True) -> Callable[[str], Fields | None]:
    return lambda _: {field: value}


def _number(field: str, least: int = 0) -> Callable[[str], Fields | None]:
    def read(value: str) -> Fields | None:
        number = int(value) if _DIGITS.fullmatch(value) else -1
        return {field: number} if least <= number <= MOST else None

    return read


def _keys(field: str, group: Callable[[tuple[str, ...]], object]) -> Callable[[str], Fields | None]:
    def read(value: str) -> Fields | None:
        keys = tuple(key for part in value.split(",") if (key := part.strip()))
        fits = keys and all(len(key) <= LONGEST_KEY for key in keys)
        return {field: group(keys)} if fits else None

    return read


_NATIVE = frozenset(("activate", "dont_activate"))
"""What they say is a field of a card too, so that `write` does not write them."""
_READERS: Mapping[str, Callable[[str], Fields | None]] = {
    "activate": _flag("constant"),
    "dont_activate": _flag("enabled", False),
    "activate_only_after": _number("after"),
    "activate_only_every": _number("every", least=1),
    "keep_activate_after_match": _flag("lasting"),
    "dont_activate_after_match": _flag("once"),
    "scan_depth": _number("scan_depth"),
    "is_greeting": _number("greeting"),
    "ignore_on_max_context": _flag("expendable"),
    _REPEATED: _keys("additional", lambda keys: (keys,)),
    "exclude_keys": _keys("exclude", lambda keys: keys),
}


_USUAL: Mapping[str, tuple[str, object]] = {
    "after": ("activate_only_after", 0),
    "every": ("activate_only_every", 1),
    "scan_depth": ("scan_depth", None),
    "greeting": ("is_greeting", None),
    "lasting": ("keep_activate_after_match", False),
    "once": ("dont_activate_after_match", False),
    "expendable": ("ignore_on_max_context", False),
    "additional": (_REPEATED, ()),
    "exclude": ("exclude_keys", ()),
}
"""The decorator that says what a field does, and what the field is without one."""
FIELDS = tuple(_USUAL)
"""The fields that `write` writes."""


def _written(fields: Fields, kept: str) -> Iterator[str]:
    """Give the lines of what is set and what the kept lines do not say already."""
    said = parse(kept).fields
    for field, (name, usual) in _USUAL.items():
        value, before = fields[field], said.get(field)
        if value in (usual, before):
            continue
        if not isinstance(value, tuple):
            yield f"@@{name}" if value is True else f"@@{name} {value}"
        elif name == _REPEATED:
            groups = before if isinstance(before, tuple) else ()
            yield from (f"@@{name} {','.join(keys)}" for keys in value if keys not in groups)
        else:
            yield f"@@{name} {','.join(value)}"
