"""What is wrong with a condition in the light of the facts that a game declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import prod
from typing import Literal

from npcengine.conditions.tree import ENGINE_FACTS, Comparison, Flag, Leaf, Node, leaves
from npcengine.conditions.truth import Test
from npcengine.configuration import FactType
from npcengine.spelling import did_you_mean, nearest
from npcengine.turns import Fact

MAX_CASES = 4096
"""Combinations of facts that are tried; twelve truth values have as many."""

_A = {"bool": "a truth value", "number": "a number", "text": "a text"}


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding in a condition."""

    message: str
    suggestion: str
    """What to do about it; empty when the message says it."""
    position: int
    """Where in the text; 0 is the first character."""
    severity: Literal["error", "advice"]


def problems_of(node: Node, test: Test, declared: Mapping[str, FactType]) -> tuple[Problem, ...]:
    """Give what is wrong with a tree and its function; `declared` has all facts there are."""
    known = {**declared, **ENGINE_FACTS}
    asked = list(leaves(node))
    return (*_misnamed(asked, known), *_mistyped(asked, known)) or tuple(
        _undecisive(asked, test, known)
    )


def _misnamed(asked: Sequence[Leaf], known: Mapping[str, FactType]) -> Iterator[Problem]:
    first = {leaf.name: leaf for leaf in reversed(asked) if leaf.name not in known}
    for leaf in sorted(first.values(), key=lambda each: each.position):
        yield Problem(
            f"no fact is called {leaf.name!r}", _named(leaf.name, known), leaf.position, "error"
        )


def _named(name: str, known: Mapping[str, FactType]) -> str:
    """Say what may have been meant; what only the engine's own facts are like may be new."""
    declare = "declare it under 'facts' in npcengine.yaml"
    near = nearest(name, known)
    if near in ENGINE_FACTS:
        return f"did you mean {near!r}? Else {declare}"
    return did_you_mean(name, known) or declare


def _mistyped(asked: Sequence[Leaf], known: Mapping[str, FactType]) -> Iterator[Problem]:
    for leaf in asked:
        declared = known.get(leaf.name)
        if declared is None or declared == type_asked(leaf):
            continue
        what = f"{leaf.name!r} is {_A[declared]}"
        if isinstance(leaf, Flag):
            message = f"{what}, and by itself neither true nor false"
        else:
            message = f"{what}, and is compared with {_A[type_asked(leaf)]}"
        yield Problem(message, _retyped(leaf, declared), leaf.position, "error")


def type_asked(leaf: Leaf) -> FactType:
    """Return of which type a fact has to be for a question to make sense."""
    if isinstance(leaf, Flag) or isinstance(leaf.value, bool):
        return "bool"
    return "text" if isinstance(leaf.value, str) else "number"


def _retyped(leaf: Leaf, declared: FactType) -> str:
    if declared == "bool":
        return f"write '{leaf.name}' or 'not {leaf.name}'"
    sign = "==" if isinstance(leaf, Flag) else leaf.sign
    if declared == "number":
        return f"compare it with a number, without quotes: {leaf.name} {sign} 1"
    equality = sign if sign == "!=" else "=="
    return f"compare it with a text, in quotes: {leaf.name} {equality} '…'"


def _undecisive(
    asked: Sequence[Leaf], test: Test, known: Mapping[str, FactType]
) -> Iterator[Problem]:
    """Find out whether it is ever true and ever false, by trying every case that there is."""
    cases = _cases(asked, known)
    if prod(map(len, cases.values())) > MAX_CASES:
        return
    outcomes = set()
    for values in product(*cases.values()):
        outcomes.add(test(dict(zip(cases, values, strict=True))))
        if len(outcomes) > 1:
            return
    if outcomes == {False}:
        hint = "two parts of it exclude each other: look for an 'and' that should be an 'or'"
        yield Problem("this can never be true", hint, 0, "error")
    else:
        hint = "leave it out, or look for an 'or' that should be an 'and'"
        yield Problem("this is true whatever the facts are", hint, 0, "advice")


def _cases(asked: Sequence[Leaf], known: Mapping[str, FactType]) -> dict[str, list[Fact]]:
    """Give one value for each way in which a fact can fall among what it is compared with."""
    against: dict[str, set[Fact]] = {leaf.name: set() for leaf in asked}
    for leaf in asked:
        if isinstance(leaf, Comparison):
            against[leaf.name].add(leaf.value)
    return {name: _spread(values, known[name]) for name, values in against.items()}


def _spread(values: set[Fact], declared: FactType) -> list[Fact]:
    if declared == "bool":
        return [False, True]
    if declared == "text":
        texts = sorted(each for each in values if isinstance(each, str))
        return [*texts, texts[-1] + "…"]
    numbers = sorted(each for each in values if not isinstance(each, str))
    between = [(low + high) / 2 for low, high in pairwise(numbers)]
    return [*numbers, *between, numbers[0] - 1, numbers[-1] + 1]
