"""Texts and conditions of a document, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import get_args

from npcengine.conditions.condition import Condition
from npcengine.content.model import Content
from npcengine.content.yaml_tree import Data, Loc
from npcengine.guard.folding import JOINTS, fold, is_wide
from npcengine.persona.loader import Sheet

_NO_PROSE = (
    "schema", "id", "extends", "mixins", "abstract", "scope", "lorebooks", "locale", "model",
    "cache", "extensions", "when", "reveal_when",
)  # fmt: skip
_WORDS = re.compile(f"[^{re.escape(''.join(JOINTS))}]+")


def texts_of(data: Data, loc: Loc = ()) -> Iterator[tuple[Loc, str]]:
    """Give every text of a document that is prose, and no name or setting."""
    if isinstance(data, str):
        yield loc, data
    elif isinstance(data, dict):
        for name, inner in data.items():
            if name not in _NO_PROSE:
                yield from texts_of(inner, (*loc, name))
    elif isinstance(data, tuple):
        for index, inner in enumerate(data):
            yield from texts_of(inner, (*loc, index))


def open_texts_of(sheet: Sheet) -> Iterator[tuple[Loc, str]]:
    """Give the texts that hang on no condition, in all languages, and what hides a secret."""
    data = sheet.tree.data
    gated = {(name, entry["id"]) for name, entry in _entries(data) if "when" in entry}
    for loc, text in texts_of(data):
        if ("secrets" not in loc[:3] or loc[-1] == "deflect") and not _is_gated(data, loc, gated):
            yield loc, text


def _entries(data: dict[str, Data]) -> Iterator[tuple[str, dict[str, Data]]]:
    for name in ("goals", "knowledge"):
        listed = data.get(name)
        for entry in listed if isinstance(listed, tuple) else ():
            if isinstance(entry, dict) and "id" in entry:
                yield name, entry


def _is_gated(data: Data, loc: Loc, gated: set[tuple[str, Data]]) -> bool:
    """Tell whether a text stands in an entry that has a condition, here or in its own language."""
    name = ""
    for part in loc:
        if isinstance(data, dict):
            data, name = data[str(part)], str(part)
        elif isinstance(data, tuple) and isinstance(part, int):
            data = data[part]
        if isinstance(data, dict) and ("when" in data or (name, data.get("id")) in gated):
            return True
    return False


def conditions_in(content: object, loc: Loc = ()) -> Iterator[tuple[Loc, Condition]]:
    """Give every condition of a model, and where it stands."""
    if isinstance(content, Condition):
        yield loc, content
    elif isinstance(content, Content):
        for name, field in _may_hold(type(content)):
            yield from conditions_in(getattr(content, name), (*loc, field))
    elif isinstance(content, tuple):
        for index, inner in enumerate(content):
            if not isinstance(inner, str):
                yield from conditions_in(inner, (*loc, index))
    elif isinstance(content, dict):
        for name, inner in content.items():
            yield from conditions_in(inner, (*loc, name))


@lru_cache(maxsize=64)
def _may_hold(model: type[Content]) -> tuple[tuple[str, str], ...]:
    """Return the fields of a model in which a condition may stand, with the names in its file."""
    return tuple(
        (name, field.alias or name)
        for name, field in model.model_fields.items()
        if _holds(field.annotation)
    )


def _holds(annotation: object) -> bool:
    if isinstance(annotation, type) and not get_args(annotation):
        is_model = issubclass(annotation, Content) and bool(_may_hold(annotation))
        return is_model or annotation is Condition
    return any(map(_holds, get_args(annotation)))


def words_of(text: str) -> list[str]:
    """Return the folded words of a text; in scripts without spaces, every letter is one."""
    words: list[str] = []
    for word in _WORDS.findall(fold(text)):
        if word.isascii() or not any(map(is_wide, word)):
            words.append(word)
        else:
            words += _split(word)
    return words


def _split(word: str) -> Iterator[str]:
    other = ""
    for letter in word:
        if is_wide(letter):
            yield from (other, letter) if other else (letter,)
            other = ""
        else:
            other += letter
    if other:
        yield other
