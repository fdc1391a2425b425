"""What a writer did when YAML cannot be read, in a writer's words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import yaml

from npcengine.content.source import Source
from npcengine.diagnostics import Diagnostic

CURLY_QUOTES = {"“": "”", "„": "“", "‘": "’", "”": "”"}
"""Quotes that word processors put in the place of straight ones, and how they end."""

_LONGEST_QUOTE = 60

# Where the trouble began is more use than where the parser gave up.
_BEGAN_EARLIER = re.compile(
    r"while (?:scanning an? (?:quoted|simple|alias|anchor|tag|block)|parsing a flow)"
)
_IN_BLOCK = re.compile(r"while parsing a block|None mapping values")
_GROUP = re.compile(r"\[.*\]|\{.*\}")
_VALUE = re.compile(r"\s*(?:-[ \t]+)*(?:[a-z_]+:[ \t]+)?(?P<value>.*)")


@dataclass(frozen=True, slots=True)
class _Trap:
    """A common mistake, known by what is found in the line, its value or the parser's words."""

    look_in: Literal["line", "value", "problem"]
    pattern: re.Pattern[str]
    message: str
    suggestion: str


def _trap(
    look_in: Literal["line", "value", "problem"], pattern: str, message: str, suggestion: str
) -> _Trap:
    return _Trap(look_in, re.compile(pattern), message, suggestion)


# The first that fits is told.
_TRAPS = (
    _trap(
        "problem",
        r"escape",
        "in double quotes a backslash has a meaning of its own",
        "use single quotes: {quoted}",
    ),
    _trap(
        "problem",
        r"quoted scalar",
        "the quote that opens here is never closed",
        "close it, or put the whole text in quotes: {quoted}",
    ),
    _trap(
        "line",
        r"^ *\t",
        "the line is indented with a tab",
        "indent with spaces only",
    ),
    _trap(
        "line",
        r"^[ -]*-\t",
        "a tab stands after the '-'",
        "write a space there",
    ),
    _trap(
        "value",
        f"^[{''.join(CURLY_QUOTES)}]",
        "curly quotes are no quotes to YAML, and part of the text",
        "put the whole text in straight quotes: {quoted}",
    ),
    _trap(
        "value",
        r"^[\"']",
        "the text goes on after its closing quote",
        "put the whole text in quotes: {quoted}",
    ),
    _trap(
        "value",
        r"^[\[{]",
        "in YAML a bracket at the start of a text opens a list or a group",
        "close the bracket; or, if it is part of the text, put the text in quotes: {quoted}",
    ),
    _trap(
        "value",
        r"^[*&!@`%|>?]",
        "a text cannot begin with {first}, which has a meaning of its own in YAML",
        "put the whole text in quotes: {quoted}",
    ),
    _trap(
        "line",
        r"^[^:]*：",
        "the wide colon '：' does not make a field",
        "use the narrow colon and a space: 'name: …'",
    ),
    _trap(
        "line",
        r"^\s*[a-z_]+:\S",
        "there is no space after the colon",
        "write a space after it: 'name: …'",
    ),
    _trap(
        "problem",
        r"mapping values are not allowed",
        "there is a ': ' in a text, or a field is indented further than the one above it",
        "put the whole text in quotes: {quoted}; or indent the field like its neighbours",
    ),
    _trap(
        "problem",
        r"could not find expected ':'",
        "the line is neither a field ('name: …') nor an entry of a list ('- …')",
        "to go on with the text of the line above, indent it further than the field's name",
    ),
    _trap(
        "problem",
        r"",
        "the line does not fit the lines above it",
        "begin the fields of one group, and the entries of one list, in the same column",
    ),
)


def explain(source: Source, error: yaml.MarkedYAMLError, last_text: slice | None) -> Diagnostic:
    """Turn a parser's error into one complaint.

    `last_text` is where the last text before the error stands, if one was read.
    """
    index = _index(error)
    if last_text is not None and _swallowed_lines(source, last_text, index):
        return source.complain(
            "NPC105",
            last_text.start,
            "the quote that opens here is closed only some lines below",
            "close it where its text ends",
        )
    line = source.line_at(index)
    value = value_in(line)
    texts = {"line": line, "value": value, "problem": f"{error.context} {error.problem}"}
    if _IN_BLOCK.match(texts["problem"]) and _is_closed(value):
        texts |= {"value": "", "problem": ""}  # its brackets are right: it is where it stands
    trap = next(each for each in _TRAPS if each.pattern.search(texts[each.look_in]))
    return source.complain(
        "NPC105",
        index,
        trap.message.format(first=repr(value[:1])),
        trap.suggestion.format(quoted=quoted(uncurled(value))),
    )


def _is_closed(value: str) -> bool:
    return bool(_GROUP.fullmatch(value)) and all(
        value.count(begin) == value.count(end) for begin, end in ("[]", "{}")
    )


def value_in(line: str) -> str:
    """Give what a line says, without `- ` and `field: ` before it."""
    found = _VALUE.match(line)
    return found["value"].strip() if found else ""


def quoted(text: str) -> str:
    """Put a text in the quotes that it needs, shortened if it is long."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1]
    if len(text) > _LONGEST_QUOTE:
        text = f"{text[: _LONGEST_QUOTE - 1]}…"
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def uncurled(text: str) -> str:
    """Take away curly quotes that stand around a whole text."""
    inner, end = text[1:-1], CURLY_QUOTES.get(text[:1])
    return inner if end and text[-1] == end and end not in inner else text


def _index(error: yaml.MarkedYAMLError) -> int:
    marks = [error.problem_mark, error.context_mark]
    if _BEGAN_EARLIER.match(error.context or ""):
        marks.reverse()
    return next((mark.index for mark in marks if mark is not None), 0)


def _swallowed_lines(source: Source, text: slice, index: int) -> bool:
    """Tell whether a quoted text of several lines ends on the line of the error."""
    return (
        source.text[text.start : text.start + 1] in ("'", '"')
        and "\n" in source.text[text]
        and "\n" not in source.text[text.stop : index]
    )
