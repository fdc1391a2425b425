"""A tree to a function that tells whether it is true: Kleene's three-valued logic."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from npcengine.conditions.tree import And, Comparison, Facts, Flag, Node, Not, Or, Sign
from npcengine.turns import Fact

Test: TypeAlias = Callable[[Facts], bool | None]
"""True, False, or None where that hangs on a fact that is not told."""

COMPARED: Mapping[Sign, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compiled(node: Node) -> Test:
    """Make the function once that is called on every turn."""
    match node:
        case Flag(name):
            return _flag(name)
        case Comparison(name, sign, value):
            return _comparison(name, sign, value)
        case Not(part):
            return _not(compiled(part))
        case And(parts):
            return _decided_by(False, tuple(map(compiled, parts)))
        case Or(parts):
            return _decided_by(True, tuple(map(compiled, parts)))


def _flag(name: str) -> Test:
    def test(facts: Facts) -> bool | None:
        value = facts.get(name)
        return value if isinstance(value, bool) else None

    return test


def _comparison(name: str, sign: Sign, wanted: Fact) -> Test:
    compared = COMPARED[sign]
    is_bool = isinstance(wanted, bool)
    kinds = str if isinstance(wanted, str) else (int, float)  # in Python, a bool is an int

    def test(facts: Facts) -> bool | None:
        value = facts.get(name)
        if not isinstance(value, kinds) or isinstance(value, bool) is not is_bool:
            return None
        return compared(value, wanted) if value == value else None  # NaN is not itself

    return test


def _not(part: Test) -> Test:
    def test(facts: Facts) -> bool | None:
        value = part(facts)
        return None if value is None else not value

    return test


def _decided_by(decisive: bool, parts: tuple[Test, ...]) -> Test:
    """Join parts: one that is `decisive` decides; without one, what is unknown leaves it open."""

    def test(facts: Facts) -> bool | None:
        value: bool | None = not decisive
        for part in parts:
            each = part(facts)
            if each is decisive:
                return decisive
            if each is None:
                value = None
        return value

    return test
