"""Keys that are regular expressions.

They are searched by RE2, whose time grows with the length of the text and the size of the
expression and with nothing else. A limit of time would let the load of the machine decide what a
character knows; Python's own `re` cannot be stopped at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Protocol, cast

MAX_STEPS = 5000
"""The size of all expressions together, in instructions; `mill|forge` has about 15."""
_MOST = 500
"""How many expressions are looked at, as it takes some time to see that one is too large."""
_MEMORY = 1 << 18
"""Bytes that one expression may take; one that wants more is refused."""
_LONGEST_TEXT = 1000
"""Characters at the end of a text that are searched."""


def _library() -> ModuleType | None:
    try:
        found = import_module("re2")
    except ImportError:
        return None
    return found if hasattr(found, "Options") else None  # other libraries have its name too


_RE2 = _library()
_JAVASCRIPT = re.compile(r"/(?P<pattern>.+)/(?P<flags>[dgimsuvy]*)", re.DOTALL)
_ESCAPE = re.compile(
    r"\\(?:u\{(?P<long>[0-9A-Fa-f]{1,6})\}|u(?P<short>[0-9A-Fa-f]{4})|.)", re.DOTALL
)


class _Pattern(Protocol):
    programsize: int

    def search(self, text: str) -> object: ...


class PatternError(ValueError):
    """An expression cannot be used; the text says why."""


class NoPatterns(ImportError):
    """The library that searches regular expressions is not installed."""


def is_pattern(key: str) -> bool:
    """Tell whether a key is written as a regular expression: `/mills?/i`."""
    return _JAVASCRIPT.fullmatch(key) is not None


def can_search() -> bool:
    """Tell whether the library is installed."""
    return _RE2 is not None


def compile_pattern(key: str, *, cased: bool) -> _Pattern:
    """Make a regular expression of a key, as `/mills?/i` or without slashes.

    `cased` is for one without slashes; with them, its flags say it.

    Raises:
        PatternError: It is none, or uses what RE2 has not, such as `(?=`.
        NoPatterns: RE2 is not installed.
    """
    if _RE2 is None:
        raise NoPatterns("regular expressions are an extra: pip install 'npcengine[regex]'")
    written = _JAVASCRIPT.fullmatch(key)
    pattern = written["pattern"] if written else key
    flags = written["flags"] if written else "" if cased else "i"
    options = _RE2.Options()
    options.max_mem, options.log_errors, options.never_capture = _MEMORY, False, True
    options.case_sensitive, options.dot_nl = "i" not in flags, "s" in flags
    try:
        made = _RE2.compile(("(?m)" if "m" in flags else "") + _translated(pattern), options)
    except _RE2.error as error:
        raise PatternError(_reason(error)) from None
    if made.programsize > MAX_STEPS:
        raise PatternError("it is too large")
    return cast("_Pattern", made)


class Patterns:
    """Regular expressions by their numbers, searched one after the other."""

    __slots__ = ("_left", "_patterns", "_tried")

    def __init__(self) -> None:
        self._patterns: list[tuple[int, _Pattern]] = []
        self._left = MAX_STEPS
        self._tried = 0

    def add(self, number: int, key: str, *, cased: bool) -> None:
        """Take one more. Raises `PatternError` if it cannot be used, or there are too many."""
        self._tried += 1
        if self._tried > _MOST:
            raise PatternError("there are too many regular expressions before this one")
        pattern = compile_pattern(key, cased=cased)
        if pattern.programsize > self._left:
            raise PatternError("with it, the regular expressions are too large together")
        self._left -= pattern.programsize
        self._patterns.append((number, pattern))

    def found(self, text: str) -> Iterator[int]:
        """Give the numbers of those that occur in the text."""
        if not self._patterns:
            return iter(())
        text = text[-_LONGEST_TEXT:].encode("utf-8", "replace").decode()  # no half characters
        return (number for number, pattern in self._patterns if pattern.search(text))


def _translated(pattern: str) -> str:
    r"""Write what JavaScript writes otherwise: `\u0041`."""

    def escape(found: re.Match[str]) -> str:
        code = found["long"] or found["short"]
        return rf"\x{{{code}}}" if code else found[0]

    return _ESCAPE.sub(escape, pattern)


def _reason(error: Exception) -> str:
    reason = error.args[0] if error.args else ""
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
