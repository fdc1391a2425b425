"""One line of a written quest: its bullet or number, its heading, and what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from npcengine.quest.reading.headings import LONGEST, Heading, heading, tables

_LONGEST_LINE = 8_000
_MOST_SEPARATORS = 4
_MOST_PREFIXES = 4

_EMPHASIS = re.compile(r"\*\*+|(?<!\w)__+|__+(?!\w)|`+|~~+")
_EDGES = re.compile(r"\A[\s*_]+|[\s*_]+\Z")
_MARKED = re.compile(r"\s*(?:#{1,6}\s|\*\*|__)")
_RULE = re.compile(r"[\W_]*\Z")
_SEMICOLON = re.compile("[;；؛]")
_SLASH = re.compile(r"、|\s/\s|／")
_NUMBERED = re.compile(r"(?:(?<=\s)|(?<=[;；。.，,、])|\A)[(（]?(\d{1,2})[.)、．）](?!\d)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line taken apart."""

    raw: str
    """The line without bold type and the space around it."""
    text: str
    """The line without bullets, numbers and Markdown."""
    indent: int
    is_entry: bool
    """True where it begins with a bullet or a number."""
    is_marked: bool
    """True where Markdown makes it a heading or bold."""
    heading: Heading | None
    """None where it has no heading that is known."""
    value: str
    """What stands after the heading."""

    @property
    def is_blank(self) -> bool:
        """True where nothing is said: an empty line, or one drawn across the page."""
        return not self.text


def read_line(raw: str) -> Line:
    """Take a line apart. Of a very long one, the end is cut off."""
    raw = raw[:_LONGEST_LINE].expandtabs(4) if raw[:1] in " \t" else raw[:_LONGEST_LINE]
    inner = raw.strip()
    indent = len(raw) - len(raw.lstrip())
    body, is_entry = _without_prefix(_EMPHASIS.sub("", inner).strip())
    if _RULE.match(body):
        return Line(inner, "", indent, False, False, None, "")
    known, value = _split(body)
    is_marked = _MARKED.match(raw) is not None
    return Line(bare(inner), bare(body), indent, is_entry, is_marked, known, bare(value))


def split_list(value: str) -> Iterator[str]:
    """Give the entries of a list that stands on one line."""
    if bare(value)[-1:] in tuple(_marks()["colons"]):
        return iter(())  # it only announces the list below
    numbered = _numbered(value)
    parts = numbered or _SEMICOLON.split(value)
    if len(parts) == 1:
        parts = _SLASH.split(value)
    return filter(None, map(unmarked, parts))


def unmarked(text: str) -> str:
    """Return an entry of a list without its bullet or number, and bare."""
    return bare(_without_prefix(_EMPHASIS.sub("", text).strip())[0])


def _numbered(value: str) -> list[str]:
    """Split at `1.`, `2.` and so on, or at circled numbers; empty where there are none."""
    circled = re.split(f"[{_marks()['circled']}]", value)
    if len(circled) > 2 and not circled[0].strip():
        return circled[1:]
    starts: list[re.Match[str]] = []
    for found in _NUMBERED.finditer(value):
        if int(found[1]) == len(starts) + 1:
            starts.append(found)
    if len(starts) < 2 or starts[0].start():
        return []
    ends = [*(each.start() for each in starts[1:]), len(value)]
    return [value[each.end() : end] for each, end in zip(starts, ends, strict=True)]


def unquoted(value: str) -> str:
    """Take away the quotation marks that stand around a whole value."""
    for marks in _marks()["quotes"]:
        opening, closing = marks
        inside = value[1:-1]
        if len(value) > 2 and value[0] == opening and value[-1] == closing:
            return value if opening in inside or closing in inside else inside.strip()
    return value


def _split(text: str) -> tuple[Heading | None, str]:
    """Return the heading that a line begins with, the longest there is, and what follows it."""
    begin = text[: LONGEST + 4]
    for found in reversed(list(islice(_separator().finditer(begin), _MOST_SEPARATORS))):
        known = heading(begin[: found.start()])
        if known:
            return known, _closed(begin[: found.start()], text[found.end() :])
    bracketed = _bracketed().match(text)
    known = heading(bracketed[1]) if bracketed else None
    if bracketed and known:
        return known, text[bracketed.end() :]
    return heading(text), ""


def _closed(head: str, value: str) -> str:
    """Take the bracket off a value's end that was opened before its heading."""
    value = value.strip(" |")
    for opening, closing in _marks()["brackets"]:
        if opening in head and closing not in head and value.endswith(closing):
            return value[:-1]
    return value


def bare(text: str) -> str:
    """Return a text without bold type and without emphasis around the whole of it."""
    return _EDGES.sub("", _EMPHASIS.sub("", text))


def _without_prefix(text: str) -> tuple[str, bool]:
    """Return a line without what makes it a heading, a quotation or an entry, and if the last."""
    is_entry = False
    for _ in range(_MOST_PREFIXES):
        found = _prefix().match(text)
        if not found:
            break
        is_entry = is_entry or found["entry"] is not None
        text = text[found.end() :]
    return text, is_entry


@cache
def _marks() -> Mapping[str, Any]:
    marks: Mapping[str, Any] = tables()["marks"]
    return marks


@cache
def _separator() -> re.Pattern[str]:
    marks = _marks()
    single, dashes = re.escape(marks["colons"] + marks["joints"]), re.escape(marks["dashes"])
    return re.compile(rf"[{single}]|(?<=\s)[{dashes}]{{1,2}}(?=\s)")


@cache
def _bracketed() -> re.Pattern[str]:
    opening, closing = ("".join(each) for each in zip(*_marks()["brackets"], strict=True))
    inside = rf"[^{re.escape(opening + closing)}]"
    return re.compile(rf"[{re.escape(opening)}]({inside}{{1,{LONGEST}}})[{re.escape(closing)}]")


@cache
def _prefix() -> re.Pattern[str]:
    marks = _marks()
    numerals, after = marks["numerals"], r"[.)、．。）]"
    entries = (
        rf"[{re.escape(marks['spaced'])}](?=\s)",
        rf"[{re.escape(marks['dashes'])}](?!\d)|[{re.escape(marks['bullets'])}]",
        rf"(?:\d{{1,3}}|[{numerals}]{{1,3}}){after}(?!\d)",
        rf"[(（](?:\d{{1,3}}|[{numerals}]{{1,3}})[)）]",
        rf"[{marks['circled']}]",
        r"\d\ufe0f?\u20e3",
        r"[a-zA-Z][.)](?=\s)|[ivxIVX]{1,4}[.)](?=\s)",
        r"\[[ xX✓✔]?\](?=\s)",
    )
    return re.compile(rf"(?:#{{1,6}}(?=\s|\w)|>|\||(?P<entry>{'|'.join(entries)}))\s*")
