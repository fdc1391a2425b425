"""The condition: parsed once, asked on every turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from npcengine.conditions.parser import parse
from npcengine.conditions.problems import Problem, problems_of, type_asked
from npcengine.conditions.tree import Facts, Node, leaves
from npcengine.conditions.truth import Test, compiled
from npcengine.configuration import FactType
from npcengine.turns import Fact

REMEMBERED = 4096
"""So many conditions are not read again."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one question of a condition came to."""

    text: str
    """The question, as `trust >= 40`."""
    name: str
    """The fact it asks about."""
    told: Fact | None
    """What the fact is now; None when nobody told it."""
    value: bool | None
    """None for unknown: nobody told it, or not as what it is compared with."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A question about facts. Two are equal when their texts are."""

    text: str
    """As the writer wrote it."""
    names: frozenset[str] = field(compare=False, repr=False)
    """The facts it asks about."""
    _tree: Node = field(compare=False, repr=False)
    _test: Test = field(compare=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Read a condition.

        Raises `ConditionError` unless `text` is one, of at most 500 characters and 20 levels.
        """
        return _parsed(text)

    @property
    def types(self) -> Mapping[str, FactType]:
        """The facts it asks about, and of which type each has to be for that."""
        return {leaf.name: type_asked(leaf) for leaf in leaves(self._tree)}

    def value(self, facts: Facts) -> bool | None:
        """Return whether it is true; None where that hangs on a fact that is not told.

        A fact of another type than what it is compared with, and NaN, count as not told.
        """
        return self._test(facts)

    def problems(self, declared: Mapping[str, FactType]) -> tuple[Problem, ...]:
        """Give what is wrong with it, in a game that declares these facts beside the engine's.

        Whether it can be true, and can be false, is looked into when nothing else is wrong, and
        told only where it is certain.
        """
        return problems_of(self._tree, self._test, declared)

    def explain(self, facts: Facts) -> tuple[Part, ...]:
        """Tell for each question in it, in the order of the text, what it comes to."""
        return tuple(
            Part(leaf.text, leaf.name, facts.get(leaf.name), compiled(leaf)(facts))
            for leaf in leaves(self._tree)
        )

    def __str__(self) -> str:
        return self.text

    def __reduce__(self) -> tuple[object, ...]:  # a function cannot be pickled, a text can
        return Condition.parse, (self.text,)


@lru_cache(maxsize=REMEMBERED)
def _parsed(text: str) -> Condition:
    """Read a condition once, however many characters have it: a large cast has few of them."""
    tree = parse(text)
    return Condition(text, frozenset(leaf.name for leaf in leaves(tree)), tree, compiled(tree))
