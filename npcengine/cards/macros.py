"""Macros in the texts of a card's author: `{{char}}`, `{{user}}` and their like.

They are looked for once, so what a name brings in is never taken for a macro.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from npcengine.cards.language import words

_CALL = re.compile(r"\{\{([^{}]*)\}\}|<(user|bot|char)>", re.IGNORECASE)
_NAME = re.compile(r"\{\{\s*([./#!?~>$]*\s*[\w-]*)")
_REMOVED = ("noop", "trim", "original")
_COMMENTS = ("//", "comment:")
_LONGEST_NAME = 24

_USER = r"(?:\{\{\s*user\s*\}\}|<user>)"
_START = r"(?:\A|[\n\"“«*(]|[.!?…][\"”'’*)]*\s+)"
_SENTENCE_START = re.compile(rf"{_START}\s*\Z")
_CALLED_LAST = re.compile(rf",\s*{_USER}(?=\s*(?:[.!?…~\"”*\n]|\Z))", re.IGNORECASE)
_CALLED_FIRST = re.compile(rf"({_START}){_USER}\s*,\s*(\w)", re.IGNORECASE)
_VERB = re.compile(rf"({_USER}) (is|was|has|does)\b", re.IGNORECASE)
_LINKS = "after|and|as|because|before|if|once|since|that|until|when|where|while"
# Only where a sentence or its part begins: `gives {{user}} news` has no verb after the macro.
_ACTS = re.compile(
    rf"({_START}|\b(?:{_LINKS})\s)({_USER}) (\w+?)(ies|(?<=sh|ch|ss)es|(?<=o)es|(?<![su])s)\b",
    re.IGNORECASE,
)
_NO_VERBS = ("alway", "perhap", "sometime", "afterward", "toward", "this")
_OWN = re.compile(rf"{_USER}['’]s\b", re.IGNORECASE)
_VERBS = {"is": "are", "was": "were", "has": "have", "does": "do"}


@dataclass(frozen=True, slots=True)
class Names:
    """Who `{{char}}` is, and in which language `{{user}}` is called something."""

    char: str
    locale: str

    def told(self, text: str) -> str:
        """Expand a text about the character, in which the player is somebody else."""
        return self._expanded(text, words(self.locale).player)

    def spoken(self, text: str) -> str:
        """Expand what the character says, in which the player is spoken to."""
        if self.locale == "en":
            text = _CALLED_LAST.sub("", text)
            text = _CALLED_FIRST.sub(lambda found: found[1] + found[2].upper(), text)
            text = _VERB.sub(lambda found: f"{found[1]} {_VERBS[found[2].lower()]}", text)
            text = _ACTS.sub(_second_person, text)
            text = _OWN.sub(lambda found: _capital("your", found), text)
        return self._expanded(text, words(self.locale).you)

    def _expanded(self, text: str, player: str) -> str:
        def value(found: re.Match[str]) -> str:
            name = (found[1] if found[1] is not None else found[2]).strip()
            kind = name.lower()
            if kind == "user":
                return _capital(player, found)
            if kind in ("char", "bot"):
                return self.char
            if kind == "newline":
                return "\n"
            return "" if kind in _REMOVED or kind.startswith(_COMMENTS) else found[0]

        return _CALL.sub(value, text)


def left(text: str) -> tuple[str, ...]:
    """Return the names of the macros in a text, each once."""
    found = (each[1].strip().lower()[:_LONGEST_NAME] or "?" for each in _NAME.finditer(text))
    return tuple(dict.fromkeys(found))


def names_player(text: str) -> bool:
    """Tell whether a text has the macro of the player in it."""
    return re.search(_USER, text, re.IGNORECASE) is not None


def _second_person(found: re.Match[str]) -> str:
    before, user, stem, end = found.groups()
    if stem.lower() in _NO_VERBS:
        return found[0]
    return f"{before}{user} {stem}{'y' if end == 'ies' else ''}"


def _capital(word: str, found: re.Match[str]) -> str:
    """Return a word as it is written where a macro stands."""
    before = found.string[max(0, found.start() - 8) : found.start()]
    starts = _SENTENCE_START.search(before) if before else True
    return word[:1].upper() + word[1:] if starts else word
