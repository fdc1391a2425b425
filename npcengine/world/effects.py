"""What a game's own verbs change, as designers write it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from npcengine.turns import Fact
from npcengine.world.model import Verb
from npcengine.world.needs import Change, Need

_BRACES = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_EFFECT = re.compile(
    r"(?P<not>not )?(?P<fact>[a-z][a-z0-9_.]*)(?: *(?P<sign>\+=|-=|=) *(?P<value>.+))?"
)
_GIVEN = re.compile(r"given__([a-z][a-z0-9_]*?)__")
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")


def filled(text: str, using: Mapping[str, str | int]) -> str:
    """Put what parameters are in the place of their names in braces."""
    return _BRACES.sub(lambda found: str(using.get(found[1], found[0])), text)


@lru_cache(maxsize=4096)
def change_of(text: str) -> Change:
    """Read what a verb changes: `lit`, `not lit`, `colour = red`, `oil -= 1`.

    Raises ValueError for anything else.
    """
    found = _EFFECT.fullmatch(text.strip())
    if found is None or (found["not"] and found["sign"]):
        raise ValueError(f"{text!r:.80} is no change: write 'fact', 'not fact' or 'fact = value'")
    if found["sign"] is None:
        return Change(found["fact"], not found["not"])
    value = _value(found["value"])
    if found["sign"] == "=":
        return Change(found["fact"], value)
    if isinstance(value, bool | str):
        raise ValueError(f"{found['value']!r:.80} is no number to add")
    return Change(found["fact"], value if found["sign"] == "+=" else -value, adds=True)


def _value(text: str) -> Fact:
    text = text.strip().strip("'\"")
    if text in ("true", "false"):
        return text == "true"
    if text.startswith("="):
        raise ValueError(f"'={text[:60]}' compares: what changes is written 'fact = value'")
    return float(text) if _NUMBER.fullmatch(text) else text


def undefined(verb: Verb) -> list[str]:
    """Return the names in braces that are no parameters of a verb."""
    texts = (verb.needs, *verb.then)
    named = (name for text in texts for name in _BRACES.findall(text))
    return [name for name in dict.fromkeys(named) if name not in verb.parameters]


class Effect(NamedTuple):
    """One thing that a verb changes, made ready to be looked for."""

    do: str
    verb: Verb
    fact: re.Pattern[str]
    """Finds the facts that it may be about; its groups are the verb's parameters."""
    value: str
    """What the fact then is, with parameters in braces; empty for what is added or a truth."""
    change: Change

    def using(self, need: Need) -> dict[str, str] | None:
        """Return what parameters must be for it to help to meet a need; None if it cannot."""
        found = self.fact.fullmatch(need.fact)
        if found is None:
            return None
        using = found.groupdict()
        if self.change.adds:
            grows = isinstance(self.change.value, float) and self.change.value > 0
            return using if grows is (need.sign in (">", ">=")) else None
        name = _BRACES.fullmatch(self.value)
        if name is not None and isinstance(need.value, str) and need.sign == "==":
            return {**using, name[1]: need.value}
        then = Need(need.fact, need.sign, need.value)
        return using if then.met(lambda _: self.change.value) else None


def effects_of(verbs: Mapping[str, Verb]) -> Iterator[Effect]:
    """Give everything that verbs change."""
    for do, verb in verbs.items():
        for text in verb.then:
            marked = _BRACES.sub(r"given__\1__", text)
            found = _EFFECT.fullmatch(marked)
            if found is None:  # a loader has told the designer before
                continue
            value = _GIVEN.sub(r"{\1}", found["value"] or "")
            adds = found["sign"] in ("+=", "-=")  # how much, a parameter may tell
            change = change_of(f"fact {found['sign']} 1" if adds else marked)
            yield Effect(do, verb, _pattern(found["fact"]), value, change)


def _pattern(fact: str) -> re.Pattern[str]:
    """Return what finds a fact whatever its parameters are."""
    pattern, seen = "", set[str]()
    for at, part in enumerate(_GIVEN.split(fact)):
        if at % 2 == 0:
            pattern += re.escape(part)
        elif part in seen:
            pattern += f"(?P={part})"
        else:
            seen.add(part)
            pattern += f"(?P<{part}>[a-z][a-z0-9_]*)"
    return re.compile(pattern)
