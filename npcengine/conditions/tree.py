"""What a condition is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias

from npcengine.configuration import FactType
from npcengine.turns import Fact

Facts: TypeAlias = Mapping[str, Fact]
Sign = Literal["==", "!=", "<", "<=", ">", ">="]

ENGINE_FACTS: Mapping[str, FactType] = MappingProxyType({"met": "bool", "turns": "number"})
"""What the engine knows itself, so that no game declares it: whether the character and the player
have talked before, and how many exchanges they have had."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A fact by itself, which is true or false."""

    name: str
    position: int = field(compare=False)
    """Where it stands in the text; 0 is the first character."""

    @property
    def text(self) -> str:
        """What the writer wrote."""
        return self.name


@dataclass(frozen=True, slots=True)
class Comparison:
    """A fact compared with a value; the fact is on the left, wherever the writer put it."""

    name: str
    sign: Sign
    value: Fact
    position: int = field(compare=False)
    """Where it begins in the text; 0 is the first character."""
    text: str = field(compare=False)
    """What the writer wrote, with one space around the sign."""


@dataclass(frozen=True, slots=True)
class Not:
    """True where its part is false."""

    part: Node


@dataclass(frozen=True, slots=True)
class And:
    """True where all of its parts are."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True where one of its parts is."""

    parts: tuple[Node, ...]


Leaf: TypeAlias = Flag | Comparison
Node: TypeAlias = "Leaf | Not | And | Or"


def leaves(node: Node) -> Iterator[Leaf]:
    """Give every question about a fact, in the order of the text."""
    match node:
        case Not(part):
            yield from leaves(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part)
        case _:
            yield node
