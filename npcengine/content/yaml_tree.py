"""YAML to plain data, remembering where everything stands.

Scalars follow YAML 1.2: only `true` and `false` are truth values, so `no`, `on` and `18:00`
stay text. Tags, anchors and aliases are refused: nobody needs them here, nothing can be built or
multiplied through them, and a line of dialogue that begins with `!`, `&` or `*` is a mistake
worth telling.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import yaml

from npcengine.content.source import Source
from npcengine.content.syntax import explain, quoted, value_in
from npcengine.diagnostics import Diagnostic, Severity
from npcengine.errors import ContentError

Loc: TypeAlias = tuple[str | int, ...]
Scalar: TypeAlias = bool | int | float | str | None
Data: TypeAlias = Scalar | tuple["Data", ...] | dict[str, "Data"]
Loader: TypeAlias = "type[yaml.SafeLoader | yaml.CSafeLoader]"

MAX_DEPTH = 12
MAX_NODES = 10_000
"""How many entries a document may have, unless whoever reads it says otherwise."""

LOADER: Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_UNPRINTABLE = re.compile(  # as YAML has it
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"
)
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_LONGEST_KEY = 40


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a node stands, and in which file."""

    source: Source
    key: int
    """Where the name of the field begins; as `start` for an entry of a list."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tree:
    """A document, of one file or merged from several: its data, and where each part stands."""

    source: Source
    """The file itself, and not one that it inherits from."""
    data: dict[str, Data]
    spots: dict[Loc, Spot]
    complaints: tuple[Diagnostic, ...]
    """What is wrong with its YAML."""
    blamed: frozenset[Loc]
    """Places that are complained about already."""

    def written(self, loc: Loc) -> Loc:
        """Give the place itself, or the group or entry for which a model put it there."""
        return loc if loc in self.spots else self.written(loc[:-1])

    def raw(self, loc: Loc) -> str:
        """Give what the writer typed at this place."""
        spot = self.spots[loc]
        return spot.source.text[spot.start : spot.end].rstrip()

    def place(self, loc: Loc) -> tuple[str, int]:
        """Give the path and the line, from 1, of what stands at `loc`."""
        spot = self.spots[loc]
        return spot.source.path, spot.source.place(spot.start)[0]

    def complain(
        self,
        code: str,
        loc: Loc,
        message: str,
        suggestion: str = "",
        *,
        at: Loc | None = None,
        on_key: bool = False,
        severity: Severity = "error",
    ) -> Diagnostic:
        """Say what is wrong with the field `loc`, pointing at it or at the place `at`."""
        spot = self.spots[loc if at is None else at]
        return spot.source.complain(
            code,
            spot.key if on_key else spot.start,
            message,
            suggestion,
            field=dotted(loc),
            severity=severity,
        )


def dotted(loc: Loc) -> str:
    """Write a place as a writer reads it: `examples[2].npc`."""
    parts = (
        f"[{part}]" if isinstance(part, int) else f".{part if part.isidentifier() else repr(part)}"
        for part in loc
    )
    return "".join(parts).removeprefix(".")


def read_tree(source: Source, loader: Loader = LOADER, most: int = MAX_NODES) -> Tree:
    """Read one document whose top is a group of fields, with at most so many entries.

    Raises `ContentError` when the YAML cannot be read to its end. Findings that reading can go
    on after are in `complaints`.
    """
    builder = _Builder(source, loader, most)
    try:
        data = builder.document()
    except yaml.MarkedYAMLError as error:
        raise builder.broken(explain(builder.source, error, builder.last_text)) from None
    except (ValueError, OverflowError):  # PyYAML without libyaml, on impossible numbers
        complaint = builder.source.complain(
            "NPC105", 0, "a number in an escape or a directive is too large", "take it out"
        )
        raise builder.broken(complaint) from None
    return Tree(
        builder.source,
        data,
        builder.spots,
        tuple(builder.complaints),
        frozenset(builder.blamed),
    )


class _Builder:
    def __init__(self, source: Source, loader: Loader, most: int) -> None:
        self.source = source
        self._most = most
        self.complaints: list[Diagnostic] = []
        self.blamed: set[Loc] = set()
        self.spots: dict[Loc, Spot] = {}
        self.last_text: slice | None = None
        self._nodes = 0
        self._replace_unprintable()
        self._events: Iterator[yaml.Event] = yaml.parse(self.source.text, Loader=loader)

    def document(self) -> dict[str, Data]:
        next(self._events)  # the stream starts
        self.spots[()] = Spot(self.source, 0, 0, 0)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return {}
        top = next(self._events)
        self._refuse_decoration(top, ())
        data: dict[str, Data] = {}
        if isinstance(top, yaml.MappingStartEvent):
            data = self._mapping(top, (), _start(top))
        elif not isinstance(top, yaml.ScalarEvent) or top.value:
            message = "a file is fields, one below the other; this is something else"
            raise self._stop("NPC110", _start(top), message, _FIELDS)
        next(self._events)  # the document ends
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            message = "a second document begins here"
            raise self._stop("NPC110", _start(after), message, "give it a file of its own")
        return data

    def broken(self, last: Diagnostic) -> ContentError:
        """Give all complaints; of one line, only the first tells what is wrong with it."""
        is_told = any(each.line == last.line for each in self.complaints)
        return ContentError(self.complaints if is_told else [*self.complaints, last])

    def _replace_unprintable(self) -> None:
        first = _UNPRINTABLE.search(self.source.text)
        if first:
            self._complain_unprintable(first.group(), first.start(), ())
            text = _UNPRINTABLE.sub("\ufffd", self.source.text)
            self.source = Source(self.source.path, text)

    def _complain_unprintable(self, character: str, index: int, loc: Loc) -> None:
        message = f"the character U+{ord(character):04X} cannot be shown or said"
        suggestion = "delete it and its like, and type the text again"
        self._complain("NPC112", index, message, suggestion, loc)

    def _node(self, event: yaml.Event, loc: Loc, key: int) -> Data:
        self._nodes += 1
        start = _start(event)
        if self._nodes > self._most:
            raise self._stop("NPC109", start, f"there are more than {self._most:,} entries", _PAGE)
        if len(loc) > MAX_DEPTH:
            raise self._stop("NPC109", start, f"more than {MAX_DEPTH} levels of nesting", _PAGE)
        self._refuse_decoration(event, loc)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, loc, key)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, loc, key)
        self.spots[loc] = Spot(self.source, key, start, _end(event))
        return self._scalar(event, loc)

    def _mapping(self, event: yaml.Event, loc: Loc, key: int) -> dict[str, Data]:
        data: dict[str, Data] = {}
        while not isinstance(name := next(self._events), yaml.MappingEndEvent):
            start = _start(name)
            if not isinstance(name, yaml.ScalarEvent):
                suggestion = f"take them out; {self._quote_line(start)}"
                raise self._stop("NPC105", start, _BRACKETS, suggestion)
            self._refuse_decoration(name, loc)
            inner = (*loc, name.value)
            if name.value in data:
                self._complain_again(inner, start)
            data[name.value] = self._node(next(self._events), inner, start)
        self.spots[loc] = Spot(self.source, key, _start(event), _end(name))
        return data

    def _sequence(self, event: yaml.Event, loc: Loc, key: int) -> tuple[Data, ...]:
        data: list[Data] = []
        while not isinstance(entry := next(self._events), yaml.SequenceEndEvent):
            data.append(self._node(entry, (*loc, len(data)), _start(entry)))
        self.spots[loc] = Spot(self.source, key, _start(event), _end(entry))
        return tuple(data)

    def _scalar(self, event: yaml.Event, loc: Loc) -> Scalar:
        span = slice(_start(event), _end(event))
        if not isinstance(event, yaml.ScalarEvent):
            return self.source.text[span]
        self.last_text = span
        if hidden := _UNPRINTABLE.search(event.value):
            self._complain_unprintable(hidden.group(), span.start, loc)
        is_plain, _ = event.implicit
        return _plain(event.value) if is_plain else event.value

    def _refuse_decoration(self, event: yaml.Event, loc: Loc) -> None:
        anchor: str | None = getattr(event, "anchor", None)
        tag: str | None = getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent):
            code, what = "NPC108", f"'*{_short(anchor or '')}' is an alias of YAML"
        elif anchor:
            code, what = "NPC108", f"'&{_short(anchor)}' is an anchor of YAML"
        elif tag:
            code, what = "NPC107", f"{_short(tag)!r} is a tag of YAML"
        else:
            return
        index = _start(event)
        suggestion = f"take it out; {self._quote_line(index)}"
        self._complain(code, index, f"{what}, which cannot be used here", suggestion, loc)

    def _complain_again(self, loc: Loc, index: int) -> None:
        line, _ = self.source.place(self.spots[loc].key)
        message = f"{_short(str(loc[-1]))!r} stands here again; it is already on line {line}"
        self._complain("NPC106", index, message, "keep one of them", loc)

    def _complain(self, code: str, index: int, message: str, suggestion: str, loc: Loc) -> None:
        complaint = self.source.complain(code, index, message, suggestion, field=dotted(loc))
        self.complaints.append(complaint)
        self.blamed.add(loc)

    def _quote_line(self, index: int) -> str:
        value = value_in(self.source.line_at(index))
        return f"or, if it is part of a text, put the text in quotes: {quoted(value)}"

    def _stop(self, code: str, index: int, message: str, suggestion: str) -> ContentError:
        return self.broken(self.source.complain(code, index, message, suggestion))


_FIELDS = "write each field on a line of its own: its name, a narrow colon, a space, its value"
_PAGE = "check that this is the right file"
_BRACKETS = "brackets or an alias stand where the name of a field is expected"


def _start(event: yaml.Event) -> int:
    return event.start_mark.index if event.start_mark else 0


def _end(event: yaml.Event) -> int:
    return event.end_mark.index if event.end_mark else 0


def _plain(text: str) -> Scalar:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_KEY else f"{text[: _LONGEST_KEY - 1]}…"
