"""What must be so, and what changes: the two halves of everything that can be done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import NamedTuple, TypeAlias

from npcengine.conditions.parser import parse
from npcengine.conditions.tree import And, Comparison, Flag, Leaf, Node, Not, Or, Sign
from npcengine.conditions.truth import COMPARED
from npcengine.turns import Fact

MAX_WAYS = 32
"""In how many ways a condition may be met for it to be planned for."""

Look: TypeAlias = Callable[[str], Fact | None]
"""Tells what a fact is now; None when nobody told."""
Ways: TypeAlias = tuple[tuple["Need", ...], ...]
"""Lists of needs, of which one must be met whole."""

_OPPOSITE: Mapping[Sign, Sign] = {
    "==": "!=",
    "!=": "==",
    "<": ">=",
    "<=": ">",
    ">": "<=",
    ">=": "<",
}


class Need(NamedTuple):
    """One thing that must be so."""

    fact: str
    sign: Sign
    value: Fact

    def met(self, look: Look) -> bool | None:
        """Return whether it is so; None where nobody told, or not as a value of that type."""
        now, value = look(self.fact), self.value
        if type(now) is not type(value) and (now is None or _kind(now) is not _kind(value)):
            return None
        return COMPARED[self.sign](now, value)

    def __str__(self) -> str:
        if isinstance(self.value, bool) and self.sign in ("==", "!="):
            return self.fact if self.value is (self.sign == "==") else f"not {self.fact}"
        value = f"'{self.value}'" if isinstance(self.value, str) else f"{self.value:.15g}"
        return f"{self.fact} {self.sign} {value}"


def _kind(value: Fact) -> type:
    return type(value) if isinstance(value, bool | str) else float


class Change(NamedTuple):
    """One thing that is otherwise afterwards."""

    fact: str
    value: Fact
    adds: bool = False
    """True when `value` is added to the number that it was."""


class TooManyWays(ValueError):
    """A condition that can be met in too many ways to plan for."""


def both(one: Ways, other: Ways) -> Ways:
    """Return the ways in which two conditions can both be met."""
    return tuple((*first, *second) for first, second in product(one, other))


def ways_of(condition: str) -> Ways:
    """Return the ways in which a condition can be met.

    Raises `ConditionError` for what is no condition, and `TooManyWays` beyond `MAX_WAYS`.
    """
    return tuple(_ways(parse(condition), wanted=True)) if condition else ((),)


def _ways(node: Node, *, wanted: bool) -> Iterator[tuple[Need, ...]]:
    match node:
        case Not(part):
            return _ways(part, wanted=not wanted)
        case And(parts) | Or(parts):
            each = [list(_ways(part, wanted=wanted)) for part in parts]
            if isinstance(node, Or) is wanted:
                return _few(way for ways in each for way in ways)
            return _few(tuple(need for way in one for need in way) for one in product(*each))
        case _:
            return iter([(_need(node, wanted=wanted),)])


def _few(ways: Iterator[tuple[Need, ...]]) -> Iterator[tuple[Need, ...]]:
    for number, way in enumerate(ways):
        if number == MAX_WAYS:
            raise TooManyWays(f"this can be met in more than {MAX_WAYS} ways")
        yield way


def _need(leaf: Leaf, *, wanted: bool) -> Need:
    match leaf:
        case Flag(name):
            return Need(name, "==", wanted)
        case Comparison(name, sign, value):
            return Need(name, sign if wanted else _OPPOSITE[sign], value)
