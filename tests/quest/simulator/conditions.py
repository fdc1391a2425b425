"""Conditions, read and answered by a few lines of their own."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Fact: TypeAlias = bool | int | float | str
Look: TypeAlias = Callable[[str], Fact | None]

_TOKEN = re.compile(
    r"""\s*(?:(?P<sign>==|!=|<=|>=|<|>)|(?P<bracket>[()])|(?P<number>-?\d+(?:\.\d+)?)
    |'(?P<single>[^']*)'|"(?P<double>[^"]*)"|(?P<word>[A-Za-z_][\w.]*))""",
    re.VERBOSE,
)
_SIGNS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt,
    "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True)
class Is:
    """Whether a fact compares so with a value."""

    fact: str
    sign: str
    value: Fact


@dataclass(frozen=True)
class Not:
    """The contrary."""

    part: Asked


@dataclass(frozen=True)
class Some:
    """Whether at least one of these is so."""

    parts: tuple[Asked, ...]


@dataclass(frozen=True)
class Every:
    """Whether all of these are so."""

    parts: tuple[Asked, ...]


Asked: TypeAlias = Is | Not | Some | Every
ALWAYS = Every(())


def read(text: str | None) -> Asked:
    """Read a condition; without one, nothing is asked."""
    if not text:
        return ALWAYS
    tokens = [(found.lastgroup or "", found[found.lastgroup or 0]) for found in _tokens(text)]
    reader = _Reader(tokens)
    asked = reader.some()
    if reader.left:
        raise ValueError(f"this is no condition: {text!r}")
    return asked


def _tokens(text: str) -> Iterator[re.Match[str]]:
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            raise ValueError(f"this is no condition: {text!r}")
        yield found
        at = found.end()


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.left = tokens[::-1]

    def _next(self, word: str) -> bool:
        if self.left and self.left[-1][0] in ("word", "bracket"):
            return self.left[-1][1].lower() == word
        return False

    def some(self) -> Asked:
        parts = [self._every()]
        while self._next("or"):
            self.left.pop()
            parts.append(self._every())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _every(self) -> Asked:
        parts = [self._one()]
        while self._next("and"):
            self.left.pop()
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _one(self) -> Asked:
        if self._next("not"):
            self.left.pop()
            return Not(self._one())
        if self._next("("):
            self.left.pop()
            inner = self.some()
            self.left.pop()
            return inner
        return self._leaf()

    def _leaf(self) -> Asked:
        first = self.left.pop()
        if not self.left or self.left[-1][0] != "sign":
            return Is(first[1], "==", True)
        sign = self.left.pop()[1]
        second = self.left.pop()
        if first[0] == "word" and first[1].lower() not in ("true", "false"):
            return Is(first[1], sign, _value(second))
        return Is(second[1], _TURNED.get(sign, sign), _value(first))


def _value(token: tuple[str, str]) -> Fact:
    kind, text = token
    if kind == "number":
        return float(text)
    return text.lower() == "true" if kind == "word" else text


def answer(asked: Asked, look: Look) -> bool | None:
    """Say whether it is so; None where that hangs on what nobody told."""
    match asked:
        case Is(fact, sign, value):
            now = look(fact)
            comparable = now is not None and _type(now) is _type(value)
            return _SIGNS[sign](now, value) if comparable else None
        case Not(part):
            inner = answer(part, look)
            return None if inner is None else not inner
        case Some(parts):
            found = [answer(each, look) for each in parts]
            return True if True in found else None if None in found else False
        case Every(parts):
            found = [answer(each, look) for each in parts]
            return False if False in found else None if None in found else True


def _type(value: Fact) -> type:
    return type(value) if isinstance(value, bool | str) else float


def leaves(asked: Asked, *, so: bool = True) -> Iterator[tuple[Is, bool]]:
    """Give each question about a fact, and whether it helps when the answer is yes."""
    match asked:
        case Is():
            yield asked, so
        case Not(part):
            yield from leaves(part, so=not so)
        case Some(parts) | Every(parts):
            for part in parts:
                yield from leaves(part, so=so)
