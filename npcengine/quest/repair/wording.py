"""What a step means that was written in other words than the engine's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from npcengine.quest.repair.naming import Names, words
from npcengine.spelling import nearest
from npcengine.world.actions import Argument, Step
from npcengine.world.builtin import BUILTIN
from npcengine.world.state import State
from npcengine.world.verbs import MOST, parameters, verb_names

MAX_FIELDS = 24
"""So many fields of a step are read."""
MAX_TEXT = 120
"""Characters of the longest word of a step."""

_Kinds = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Meant:
    """The step that was meant."""

    step: Step
    changed: str = ""
    """What was written otherwise; empty for a step that stands there word for word."""


class Unclear(ValueError):
    """Nobody can tell what a step means. Its message says why."""


class Wording:
    """Reads steps as they are meant, in one world."""

    def __init__(self, state: State) -> None:
        self._state, self._names = state, Names(state)

    def read(self, given: object) -> Meant:
        """Return the step that was meant, which makes sense in the world. Raises `Unclear`."""
        if not isinstance(given, Mapping):
            raise Unclear("a step is a verb and what it is done with: {do: …, with: {…}}")
        do, using = _fields(given)
        verb = self._verb(do, using)
        wanted = parameters(self._state.world, verb)
        left = dict(using)
        found = self._matched(wanted, left)
        for name in wanted:
            if name not in found and name not in _optional(verb):
                raise Unclear(f"{verb} needs a parameter {name!r}, and nothing here fits")
        if given in ({"do": verb, "with": found}, {"do": verb} if not found else None):
            return Meant(Step(verb, tuple(found.items())))
        step = Step(verb, tuple((name, found[name]) for name in wanted if name in found))
        ignored = ", ".join(repr(key[:40]) for key in left)
        return Meant(step, f"nothing fits {ignored}" if left else "it was written in other words")

    def _verb(self, do: str, using: Mapping[str, object]) -> str:
        known = verb_names(self._state.world)
        if do in known:
            return do
        written = "".join(words(do))
        by_letters = {"".join(words(each)): each for each in known}
        others = {each: verb for each, verb in _table("verbs").items() if verb in known}
        found = by_letters.get(written) or others.get(written)
        if found is None:
            near = nearest(written, {**others, **by_letters})
            found = {**others, **by_letters}.get(near) if near else None
        if found is None:
            raise Unclear(f"there is no verb {do[:60]!r}, nor one that means the same")
        about = any("".join(words(name)) in ("about", "topic") for name in using)
        return "ask" if found == "talk" and about else found

    def _matched(self, wanted: _Kinds, left: dict[str, object]) -> dict[str, Argument]:
        """Take what was written for each parameter: by its name, a synonym, or its kind."""
        keys, found = list(left), dict[str, Argument]()
        for fits in (_is_same, _is_synonym, _is_any):
            for name, kinds in wanted.items():
                for key in left if name not in found else ():
                    value = self._value(left[key], kinds) if fits(name, key) else None
                    if value is not None:
                        found[name] = value
                        del left[key]
                        break
        order = [name for key in keys for name in found if _is_same(name, key)]
        return {name: found[name] for name in dict.fromkeys([*order, *found])}

    def _value(self, given: object, kinds: tuple[str, ...]) -> Argument | None:
        if isinstance(given, list | tuple) and len(given) == 1:
            given = given[0]
        if kinds == ("number",):
            return _number(given)
        if not isinstance(given, str) or not 0 < len(given) <= MAX_TEXT:
            return None
        if kinds == ("text",):
            return given
        if self._state.kind(given) in kinds:
            return given
        return self._names.meant(given, kinds)


def _optional(verb: str) -> frozenset[str]:
    return BUILTIN[verb].optional if verb in BUILTIN else frozenset()


def _fields(given: Mapping[Any, object]) -> tuple[str, dict[str, object]]:
    """Return the verb and what stands beside it, in `with` or not."""
    do, using = "", dict[str, object]()
    known = _table("fields")
    for key, value in list(given.items())[:MAX_FIELDS]:
        if not isinstance(key, str) or len(key) > MAX_TEXT:
            continue
        field = key if key in ("do", "with") else known.get("".join(words(key)), key)
        if field == "do" and not do and isinstance(value, str) and len(value) <= MAX_TEXT:
            do = value
        elif isinstance(value, Mapping):
            using |= _named(value)
        else:
            using.setdefault(key, value)
    if not do.strip():
        raise Unclear("it has no verb under 'do'")
    return do, using


def _named(given: Mapping[Any, object]) -> Iterator[tuple[str, object]]:
    pairs = list(given.items())[:MAX_FIELDS]
    return ((key, value) for key, value in pairs if isinstance(key, str) and len(key) <= MAX_TEXT)


def _number(given: object) -> int | None:
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        return None
    if isinstance(given, str):
        given = given.strip(" x×")
        given = int(given) if len(given) <= 6 and given.isdecimal() else 0
    return int(given) if 1 <= given <= MOST and given == int(given) else None


def _is_same(name: str, key: str) -> bool:
    return words(key) == words(name)


def _is_synonym(name: str, key: str) -> bool:
    return "".join(words(key)) in _synonyms().get(name, ())


def _is_any(name: str, _key: str) -> bool:
    return name != "count"


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    text = (files("npcengine.quest.repair") / "synonyms.yaml").read_text("utf-8")
    tables: Mapping[str, Mapping[str, str]] = yaml.safe_load(text)
    return tables


@cache
def _synonyms() -> Mapping[str, frozenset[str]]:
    return {
        name: frozenset("".join(words(each)) for each in listed.split(","))
        for name, listed in _tables()["parameters"].items()
    }


@cache
def _table(which: str) -> Mapping[str, str]:
    """Return what is meant by each other word, folded."""
    listed = ((meant, each) for meant, some in _tables()[which].items() for each in some.split(","))
    return {"".join(words(each)): meant for meant, each in listed}
