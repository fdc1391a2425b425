"""A text to a tree, or what is wrong with the text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, cast

from npcengine.conditions.tokens import ConditionError, Token, read_tokens
from npcengine.conditions.tree import And, Comparison, Flag, Leaf, Node, Not, Or, Sign

MAX_DEPTH = 20
"""Levels of brackets and of `not`."""

_MIRRORED: dict[Sign, Sign] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_EQUALITY = ("==", "!=")
_EQUAL_WORDS = ("is", "equals", "equal", "eq")
_EXAMPLE = "as in: met and trust >= 40"


def parse(text: str) -> Node:
    """Return the tree of a condition.

    Raises `ConditionError`.
    """
    parser = _Parser(read_tokens(text))
    node = parser.either()
    if parser.next.kind != "end":
        raise parser.misplaced()
    return node


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._index = 0
        self._depth = 0

    @property
    def next(self) -> Token:
        return self._tokens[self._index]

    def either(self) -> Node:
        parts = self._joined("or", self._both)
        return parts[0] if len(parts) == 1 else Or(parts)

    def _both(self) -> Node:
        parts = self._joined("and", self._one)
        return parts[0] if len(parts) == 1 else And(parts)

    def _joined(self, word: Literal["and", "or"], part: Callable[[], Node]) -> tuple[Node, ...]:
        parts = [part()]
        while self.next.kind == word:
            self._take()
            parts.append(part())
        return tuple(parts)

    def _one(self) -> Node:
        token = self._take()
        match token.kind:
            case "not":
                return Not(self._deeper(token, self._one))
            case "(":
                node = self._deeper(token, self.either)
                self._close(token)
                return node
            case "name" | "value":
                return self._leaf(token)
        self._index -= 1
        raise self._missing("the name of a fact", _EXAMPLE)

    def _leaf(self, left: Token) -> Leaf:
        if self.next.kind != "sign":
            if left.kind == "name":
                return Flag(left.text, left.position)
            raise ConditionError(f"{left} asks about no fact", left.position, _completion(left))
        sign = self._take()
        right = self.next
        if right.kind not in ("name", "value"):
            raise self._missing("a value", "a number, true, false, or a text in quotes")
        self._take()
        return _comparison(left, sign, right)

    def _take(self) -> Token:
        token = self.next
        self._index += 1
        return token

    def _deeper(self, token: Token, part: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            message = f"more than {MAX_DEPTH} levels of brackets and 'not'"
            raise ConditionError(message, token.position, "take out those that change nothing")
        node = part()
        self._depth -= 1
        return node

    def _close(self, bracket: Token) -> None:
        if self.next.kind == "end":
            raise ConditionError("this '(' is not closed", bracket.position, "add a ')'")
        if self.next.kind != ")":
            raise self.misplaced()
        self._take()

    def _missing(self, what: str, suggestion: str) -> ConditionError:
        if len(self._tokens) == 1:
            return ConditionError("there is no condition here", 0, f"write one, {_EXAMPLE}")
        where = f"after {self._tokens[self._index - 1]}" if self._index else "at the start"
        return ConditionError(f"{where}, {what} is missing", self.next.position, suggestion)

    def misplaced(self) -> ConditionError:
        """Say why the next token cannot follow a condition that is whole."""
        token, before = self.next, self._tokens[self._index - 1]
        if token.kind == "sign":
            return self._chained()
        if token.kind == ")":
            message, hint = "this ')' closes nothing", "take it out, or add a '(' before it"
        elif token.text in _EQUAL_WORDS:
            sign = "!=" if self._tokens[self._index + 1].kind == "not" else "=="
            message, hint = f"{token} is not used here", f"write '{sign}'"
        elif token.text == "in":
            message = "'in' is not used here"
            hint = f"compare one by one: {before.text} == 'a' or {before.text} == 'b'"
        elif token.kind == "(" and before.kind == "name":
            message, hint = "there is nothing that calculates", "name a fact by itself"
        else:
            message = f"between {before} and {token}, 'and' or 'or' is missing"
            hint = "or '==', to compare them" if token.kind == "value" else ""
        return ConditionError(message, token.position, hint)

    def _chained(self) -> ConditionError:
        position, at = self.next.position, self._index
        if self._tokens[at - 1].kind == ")":
            hint = "write the comparison inside the brackets"
            return ConditionError("what is in brackets cannot be compared", position, hint)
        left, sign, middle = self._tokens[at - 3 : at]
        second, right = self._tokens[at], self._tokens[at + 1]
        fact = middle if middle.kind == "name" else left
        first = f"{left.text} {sign.text} {middle.text}"
        hint = f"write: {first} and {fact.text} {second.text} {right.text or '…'}"
        return ConditionError("a comparison has two sides, and this has three", position, hint)


def _completion(value: Token) -> str:
    if isinstance(value.value, bool):
        return "leave the condition out, or name a fact"
    if isinstance(value.value, str):
        return "take off its quotes if it is the name of a fact, or compare one with it"
    return f"compare a fact with it: trust >= {value.text}"


def _comparison(left: Token, sign: Token, right: Token) -> Comparison:
    text = f"{left.text} {sign.text} {right.text}"
    if left.kind == right.kind == "name":
        message = f"{right} is the name of a fact, and a fact is compared with a value"
        hint = f"put it in quotes if it is a text: {left.text} {sign.text} '{right.text}'"
        raise ConditionError(message, right.position, hint)
    if left.kind == right.kind:
        message = f"{left} and {right} are two values, and neither is a fact"
        raise ConditionError(message, left.position, "name a fact on one side, without quotes")
    name, value = (left, right) if left.kind == "name" else (right, left)
    if sign.text not in _EQUALITY and isinstance(value.value, bool | str):
        raise _unordered(sign, value)
    written = cast("Sign", sign.text)
    direction = written if name is left else _MIRRORED.get(written, written)
    return Comparison(name.text, direction, value.value, left.position, text)


def _unordered(sign: Token, value: Token) -> ConditionError:
    bare = value.text.strip("'\"")
    is_number = bare.removeprefix("-").replace(".", "", 1).isdecimal()
    return ConditionError(
        f"{sign} is for numbers, and {value} is none",
        sign.position,
        f"write the number without quotes: {bare}" if is_number else "use '==' or '!='",
    )
