"""The facts that there are in a world, the type of each, and what is wrong with asking for one."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

from npcengine.conditions.condition import Condition
from npcengine.conditions.parser import parse
from npcengine.conditions.tree import Comparison, leaves
from npcengine.configuration import FactType
from npcengine.spelling import nearest
from npcengine.turns import Fact
from npcengine.world.model import Kind

PLAYER = "player"

_OWN: Mapping[str, tuple[FactType, frozenset[str]]] = {
    "at": ("text", frozenset({PLAYER, "person", "creature", "thing"})),
    "level": ("number", frozenset({PLAYER})),
    "alive": ("bool", frozenset({"person", "creature"})),
    "captive": ("bool", frozenset({"person", "creature"})),
    "guarded": ("bool", frozenset({"place", "thing", "person"})),
    "locked": ("bool", frozenset({"thing"})),
    "broken": ("bool", frozenset({"thing"})),
}
"""`wolf.alive`: the type of the fact, and of what it is one."""
_TOWARDS: Mapping[str, tuple[FactType, Kind, frozenset[str]]] = {
    "has": ("number", "item", frozenset({PLAYER, "place", "person", "creature", "thing"})),
    "knows": ("bool", "information", frozenset({PLAYER, "person"})),
    "standing": ("number", "faction", frozenset({PLAYER})),
}
"""`player.has.bread`: the type, what stands at its end, and of what it is one."""


MOST_HINTS = 30
"""To look for the nearest of 10,000 ids takes 50 ms; who has more to mend begins with these."""


class Hints:
    """Tells which known word was meant, as often as there is time for."""

    def __init__(self, most: int = MOST_HINTS) -> None:
        self._left = most

    def nearest(self, word: str, known: Iterable[str]) -> str | None:
        """Return the known word that is most like another; None if none is."""
        self._left -= 1
        return nearest(word, known) if self._left >= 0 else None

    def ask(self, word: str, known: Iterable[str]) -> str:
        """Ask whether the nearest known word was meant; empty if none is."""
        near = self.nearest(word, known)
        return "" if near is None else f"did you mean {near!r:.80}?"


class Flaw(NamedTuple):
    """What is wrong with a text that asks for facts, and where in it."""

    message: str
    suggestion: str
    position: int = 0


class Pattern(NamedTuple):
    """Facts that a verb changes, as `{lamp}.lit` does for every lamp."""

    name: re.Pattern[str]
    kinds: tuple[str, ...]
    """What each group of the pattern has to be."""
    type: FactType


V = TypeVar("V")


def _joined(first: Mapping[str, V], second: Mapping[str, V]) -> Mapping[str, V]:
    """Look things up in two mappings, without copying the larger."""
    return ChainMap(first, second)  # type: ignore[arg-type]  # nobody writes into it


@dataclass(frozen=True, slots=True)
class Declared:
    """All facts of a world. Knows those of every entity without listing them."""

    kinds: Mapping[str, str]
    """What kind of entity each id is; the player is one of its own."""
    named: Mapping[str, FactType]
    """What the game declares, or a verb changes by its whole name."""
    patterns: Mapping[str, tuple[Pattern, ...]]
    """What verbs change, by how the names of these facts end."""
    of_some: Mapping[tuple[str, str], FactType]
    """What the game declares of any entity of a kind, as of a place `mill.haunted`."""
    hints: Hints

    def with_stand_ins(self, kinds: Mapping[str, str]) -> Declared:
        """Return the same with ids that stand for any entity of a kind, as parameters do."""
        named = {
            f"{id}.{rest}": type_
            for (kind, rest), type_ in self.of_some.items()
            for id, each in kinds.items()
            if each == kind
        }
        known, declared = _joined(kinds, self.kinds), _joined(named, self.named)
        return replace(self, kinds=known, named=declared)

    def type_of(self, fact: str) -> FactType | None:
        """Return the type of a fact; None when there is none of that name."""
        return self.built_in(fact) or self.named.get(fact) or self._changed(fact)

    def built_in(self, fact: str) -> FactType | None:
        """Return the type of a fact that every game has; None when it is none of these."""
        subject, _, rest = fact.partition(".")
        kind = self.kinds.get(subject, "")
        if rest in _OWN:
            type_, of = _OWN[rest]
            return type_ if kind in of else None
        word, _, id = rest.partition(".")
        if word not in _TOWARDS:
            return None
        type_, wanted, of = _TOWARDS[word]
        return type_ if kind in of and self.kinds.get(id) == wanted else None

    def misnamed(self, fact: str) -> Flaw | None:
        """Say what is wrong with a name such as `player.has.irn`; None if it is no such name."""
        subject, _, rest = fact.partition(".")
        word, _, id = rest.partition(".")
        if word not in _TOWARDS or not id:
            return None
        _, wanted, of = _TOWARDS[word]
        if self.kinds.get(subject, "") not in of or self.kinds.get(id) == wanted:
            return None
        ids = [each for each, kind in self.kinds.items() if kind == wanted]
        hint = self.hints.ask(id, ids) or f"after '{word}.' stands the id of one that there is"
        return Flaw(f"there is no {wanted} {id!r:.70}", hint)

    def unknown(self, fact: str) -> Flaw:
        """Say that there is no fact of this name, and which was meant."""
        return self.misnamed(fact) or Flaw(
            f"no fact is called {fact!r:.80}", self._meant(fact) or self._declare(fact)
        )

    def _declare(self, fact: str) -> str:
        if fact.partition(".")[0] in self.kinds:
            return f"if your game tells it, declare it: 'facts: {{{fact}: bool}}'"
        return f"declare it: 'facts: {{{fact}: bool}}', or number, or text"

    def _meant(self, fact: str) -> str:
        subject, _, rest = fact.partition(".")
        kind = self.kinds.get(subject)
        if kind is not None:
            own = [f"{subject}.{each}" for each, (_, of) in _OWN.items() if kind in of]
            return self.hints.ask(fact, [*own, *self.named])
        near = self.hints.nearest(subject, self.kinds) if rest else None
        if near is not None and self.type_of(f"{near}.{rest}") is not None:
            return f"did you mean '{near}.{rest}'?"
        return self.hints.ask(fact, self.named)

    def _changed(self, fact: str) -> FactType | None:
        for start in range(len(fact) + 1 if self.patterns else 0):
            for name, kinds, type_ in self.patterns.get(fact[start:], ()):
                found = name.fullmatch(fact)
                if found and all(map(self._is, found.groups(), kinds)):
                    return type_
        return None

    def _is(self, id: str, kind: str) -> bool:
        return self.kinds.get(id) == kind


def flaws(text: str, declared: Declared) -> Iterator[Flaw]:
    """Give what is wrong with the facts that a condition asks for. Raises `ConditionError`."""
    for leaf in leaves(parse(text)):
        type_ = declared.type_of(leaf.name)
        if type_ is None:
            message, hint, _ = declared.unknown(leaf.name)
            yield Flaw(message, hint, leaf.position)
            continue
        for each in Condition.parse(leaf.text).problems({leaf.name: type_}):
            yield Flaw(each.message, each.suggestion, leaf.position)
            break
        else:
            if isinstance(leaf, Comparison):
                elsewhere = no_place(leaf.name, leaf.value, declared)
                yield from (
                    () if elsewhere is None else (elsewhere._replace(position=leaf.position),)
                )


def no_place(fact: str, value: Fact, declared: Declared) -> Flaw | None:
    """Say that a fact such as `player.at` cannot be this, unless it is a place or nowhere."""
    is_place = isinstance(value, str) and (not value or declared.kinds.get(value) == "place")
    if is_place or not fact.endswith(".at") or declared.built_in(fact) is None:
        return None
    places = [id for id, kind in declared.kinds.items() if kind == "place"]
    hint = (
        declared.hints.ask(str(value), places) or "write the id of one that stands under 'places'"
    )
    return Flaw(f"there is no place {str(value)!r:.70}", hint)
