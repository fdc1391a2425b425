"""Slips of typing in YAML that can be mended without knowing what was meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from npcengine.content.source import Source
from npcengine.content.syntax import CURLY_QUOTES, uncurled
from npcengine.content.yaml_tree import Tree, read_tree
from npcengine.errors import ContentError

_MOST = 500
"""Lines of a file that are mended."""
_INDENTED = re.compile(r"^( +)\S", re.MULTILINE)
_TABS = re.compile(r"[ \t]*\t[ \t]*")
_WIDE_COLON = re.compile(r"(\s*(?:-[ ])?[a-z_0-9]+)：[ \t]*")
_FIELD = re.compile(r"(\s*(?:-[ ]+)*(?:[a-z_0-9]+:[ ]+)?)(.*?)([ \t]*)")


class Change(NamedTuple):
    """One thing that was mended."""

    line: int
    what: str


_Mend: TypeAlias = Callable[[str, str], "tuple[str, str] | None"]
"""From a line and the spaces of one level: the line as it should be, and what was done."""


def mended(source: Source) -> tuple[str, tuple[Change, ...]]:
    """Return the text with all that can be mended, and what was changed.

    Tabs before a line become spaces, a wide colon after the name of a field a narrow one, curly
    quotes around a whole text straight ones. A line is touched only where it stands in the way,
    and only if reading then comes further; what is inside a text is never touched.
    """
    changes: list[Change] = []
    for _ in range(_MOST):
        tree, stuck = _read(source)
        if tree is not None:
            return _straightened(source, tree, changes)
        step = _step(source, stuck) or _below(source, stuck)
        if step is None:
            break
        source = step.source
        changes += step.changes
    return source.text, tuple(changes)


class _Step(NamedTuple):
    """A text in which something was mended."""

    source: Source
    changes: tuple[Change, ...]


def _read(source: Source) -> tuple[Tree | None, int]:
    """Return the document, or the number of the line at which reading it stops."""
    try:
        return read_tree(source), 0
    except ContentError as error:
        return None, error.diagnostics[-1].line


def _step(source: Source, line: int) -> _Step | None:
    """Mend the line at which reading stops, if that helps."""
    for mend in _MENDS:
        done = _with(source, line, mend)
        if done and _helps(done, line):
            return done
    return None


def _below(source: Source, line: int) -> _Step | None:
    """Mend the tabs below the line at which reading stops: a long text may begin there."""
    step = _Step(source, ())
    for below in range(line + 1, len(source.starts) + 1):
        done = _with(step.source, below, _without_tabs)
        if done is None:
            break
        step = _Step(done.source, step.changes + done.changes)
    return step if step.changes and _helps(step, line) else None


def _with(source: Source, line: int, mend: _Mend) -> _Step | None:
    start = source.starts[line - 1]
    if not source.text[start:].strip("\r\n"):  # below the last line that holds something
        return None
    text = source.line_at(start)
    done = mend(text, _level(source.text))
    if done is None:
        return None
    new, what = done
    changed = f"{source.text[:start]}{new}{source.text[start + len(text) :]}"
    return _Step(Source(source.path, changed), (Change(line, what),))


def _helps(step: _Step, line: int) -> bool:
    tree, stuck = _read(step.source)
    return tree is not None or stuck > line


def _without_tabs(line: str, level: str) -> tuple[str, str] | None:
    found = _TABS.match(line)
    if found is None:
        return None
    return found[0].replace("\t", level) + line[found.end() :], "tabs became spaces"


def _narrow_colon(line: str, level: str) -> tuple[str, str] | None:
    found = _WIDE_COLON.match(line)
    if found is None:
        return None
    return f"{found[1]}: {line[found.end() :]}", "the wide colon became a narrow one"


def _straight_quotes(line: str, level: str) -> tuple[str, str] | None:
    found = _FIELD.fullmatch(line)
    quoted = found and _straight(found[2])
    return (f"{found[1]}{quoted}{found[3]}", _QUOTES) if found and quoted else None


_QUOTES = "curly quotes became straight ones"
_MENDS: tuple[_Mend, ...] = (_without_tabs, _narrow_colon, _straight_quotes)


def _straight(text: str) -> str | None:
    """Return a text in straight quotes; None unless curly ones stand around all of it."""
    inner = uncurled(text)
    if inner == text or not inner or any(each in inner for each in '"\\\n\r'):
        return None
    return f'"{inner}"'


def _straightened(
    source: Source, tree: Tree, changes: list[Change]
) -> tuple[str, tuple[Change, ...]]:
    text = source.text
    for spot in sorted(tree.spots.values(), key=lambda each: each.start, reverse=True):
        raw = text[spot.start : spot.end].rstrip()
        quoted = _straight(raw) if raw[:1] in CURLY_QUOTES else None
        if quoted:
            text = text[: spot.start] + quoted + text[spot.start + len(raw) :]
            changes.append(Change(source.place(spot.start)[0], _QUOTES))
    return text, tuple(sorted(changes))


def _level(text: str) -> str:
    """Return the spaces by which the file is indented, which are two unless it shows others."""
    found = _INDENTED.search(text)
    return found[1] if found and len(found[1]) in (2, 3, 4) else "  "
