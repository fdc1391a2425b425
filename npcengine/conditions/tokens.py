"""The words and signs of a condition, and what is told of those that it cannot have."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from npcengine.turns import Fact

MAX_LENGTH = 500
"""Characters. There is no room in them for more than a hundred questions about facts."""

_MAX_DIGITS = 15
"""So many are kept exactly."""

Kind = Literal["name", "value", "sign", "and", "or", "not", "(", ")", "end"]


class ConditionError(ValueError):
    """A text that is not a condition, told to who wrote it.

    Carries the `message`, the `position` (0 is the first character) and a `suggestion`, empty
    when the message says what to do.
    """

    def __init__(self, message: str, position: int, suggestion: str = "") -> None:
        self.message = message
        self.position = position
        self.suggestion = suggestion
        super().__init__(message, position, suggestion)

    def __str__(self) -> str:
        return f"{self.message} ({self.suggestion})" if self.suggestion else self.message


@dataclass(frozen=True, slots=True)
class Token:
    """One word, value or sign."""

    kind: Kind
    text: str
    position: int
    value: Fact = ""
    """What a value is."""

    def __str__(self) -> str:
        return self.text if self.text[:1] in ("'", '"') else f"'{self.text}'"


_MEANT = {
    "=": "==",
    "===": "==",
    "!==": "!=",
    "<>": "!=",
    "≠": "!=",
    "=>": ">=",
    "≥": ">=",
    "=<": "<=",
    "≤": "<=",
    "&": "and",
    "&&": "and",
    "|": "or",
    "||": "or",
    "!": "not",
}
"""Signs of other languages."""
_SIGNS = ("==", "!=", "<=", ">=", "<", ">")
_BRACKETS: tuple[Literal["(", ")"], ...] = ("(", ")")
_KEYWORDS: tuple[Literal["and", "or", "not"], ...] = ("and", "or", "not")
_TRUTHS = {"true": True, "false": False}
_NOTHING = ("none", "null")
"""A fact that nobody told has no value, so asking for it would quietly never be true."""

_ANY_SIGN = "|".join(
    re.escape(sign) for sign in sorted((*_MEANT, *_SIGNS, *_BRACKETS), key=len, reverse=True)
)
_TOKEN = re.compile(
    rf"""(?P<space> \s+)
    | (?P<number> -?\.?[0-9][\w.]*)
    | (?P<text> '[^']*' | "[^"]*")
    | (?P<word> [^\W\d]\w*(?:\.\w+)*)
    | (?P<sign> {_ANY_SIGN})
    | (?P<stray> .)""",
    re.VERBOSE | re.DOTALL,
)
_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")

_QUOTES = "“”„‟‘’‚‛«»‹›`´「」『』＂＇"
_NAMES = "a name has lower case letters, digits and '_', in parts that '.' joins"
_HINTS = {
    **dict.fromkeys(_QUOTES, "write straight quotes, as in 'done'"),
    **dict.fromkeys("'\"", "close it; a text that has ' in it stands between \""),
    **dict.fromkeys("+*/^", "a condition cannot calculate: let the game tell the result"),
    "-": "a name has '_' in its place, and a condition cannot calculate",
    "%": "write the number alone",
    **dict.fromkeys("[]", "compare with one value after the other: x == 'a' or x == 'b'"),
    **dict.fromkeys(",;", "write 'and' or 'or' between two conditions, and numbers as 1000"),
}


def read_tokens(text: str) -> list[Token]:
    """Take a text apart; after its last token comes one of kind `end`.

    Raises `ConditionError`.
    """
    if len(text) > MAX_LENGTH:
        message = f"this is {len(text):,} characters long, and at most {MAX_LENGTH} are allowed"
        raise ConditionError(message, MAX_LENGTH, "let the game tell one fact for several of them")
    return [*_tokens(text), Token("end", "", len(text))]


def _tokens(text: str) -> Iterator[Token]:
    for found in _TOKEN.finditer(text):
        written, position = found.group(), found.start()
        match found.lastgroup:
            case "word":
                yield _word(written, position)
            case "number":
                yield Token("value", written, position, _number(written, position))
            case "text":
                yield Token("value", written, position, written[1:-1])
            case "sign":
                yield _sign(written, position)
            case "stray":
                raise _stray(written, position)


def _word(word: str, position: int) -> Token:
    lower = word.lower()
    for keyword in _KEYWORDS:
        if lower == keyword:
            return Token(keyword, word, position)
    if lower in _TRUTHS:
        return Token("value", word, position, _TRUTHS[lower])
    if lower in _NOTHING:
        hint = "leave it out: what hangs on a fact that nobody told is never true"
        raise ConditionError("whether a fact was told cannot be asked", position, hint)
    if _NAME.fullmatch(word):
        return Token("name", word, position)
    hint = f"write '{lower}'" if _NAME.fullmatch(lower) else _NAMES
    raise ConditionError(f"{word!r:.80} cannot be the name of a fact", position, hint)


def _number(text: str, position: int) -> float:
    if not _NUMBER.fullmatch(text):
        message = f"{text!r:.80} is neither a number nor the name of a fact"
        raise ConditionError(message, position, "write a number as 40, -40 or 2.5")
    if sum(map(str.isdigit, text)) > _MAX_DIGITS:
        message = f"{text!r:.80} has more than {_MAX_DIGITS} digits"
        raise ConditionError(message, position, "write fewer, or put it in quotes if it is a text")
    return float(text)


def _sign(sign: str, position: int) -> Token:
    if sign in _MEANT:
        raise ConditionError(f"{sign!r} is not used here", position, f"write {_MEANT[sign]!r}")
    for bracket in _BRACKETS:
        if sign == bracket:
            return Token(bracket, sign, position)
    return Token("sign", sign, position)


def _stray(character: str, position: int) -> ConditionError:
    narrow = unicodedata.normalize("NFKC", character)
    if character in "'\"":
        message = f"the text that begins with this {character} does not end"
    elif character.isprintable():
        message = f"{character!r} cannot be used here"
    else:
        return ConditionError(
            f"there is an invisible character, U+{ord(character):04X}",
            position,
            "delete it, and type the words around it again",
        )
    if character not in _HINTS and narrow != character and narrow.isascii():
        return ConditionError(message, position, f"write {_MEANT.get(narrow, narrow)!r}")
    return ConditionError(message, position, _HINTS.get(character, _NAMES))
