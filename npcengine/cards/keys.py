"""The keys of a lorebook's entry: words and regular expressions, of which some cannot be used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from npcengine.cards.macros import Names
from npcengine.cards.prose import cleaned
from npcengine.lore.patterns import PatternError, can_search, compile_pattern, is_pattern

FIELDS: Final = ("keys", "secondary")
UNUSABLE: Final = "unusable"
"""The field of an entry's extensions with the keys that cannot be used."""
_MAX_KEY: Final = 1000


def read_keys(value: object, names: Names | None) -> list[str]:
    """Return the keys in a field of a card, with macros expanded."""
    texts = [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
    cleanly = (cleaned(names.told(each) if names else each) for each in texts)
    return [each for each in cleanly if 0 < len(each) <= _MAX_KEY]


def set_unusable_aside(entry: dict[str, Any]) -> None:
    """Move regular expressions that cannot be used to the extensions: they match nothing.

    Which ones these are is known only where RE2 is installed.
    """
    if not can_search():
        return
    aside: dict[str, list[str]] = {}
    for field in FIELDS:
        bad = {key: None for key in _patterns(entry, field) if not _is_usable(key, entry)}
        if bad:
            aside[field] = [key for key in entry[field] if key in bad]
            entry[field] = [key for key in entry[field] if key not in bad]
    if aside:
        entry["extensions"] = {UNUSABLE: aside}


def unusable(entry: Mapping[str, Any], field: str) -> list[str]:
    """Return the keys of a field that were set aside."""
    extensions = entry.get("extensions")
    aside = extensions.get(UNUSABLE) if isinstance(extensions, Mapping) else None
    return list(aside.get(field, ())) if isinstance(aside, Mapping) else []


def has_patterns(entries: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether one of the keys is a regular expression."""
    return any(True for entry in entries for field in FIELDS for _ in _patterns(entry, field))


def _patterns(entry: Mapping[str, Any], field: str) -> Iterator[str]:
    return (key for key in entry.get(field, ()) if entry.get("regex") or is_pattern(key))


def _is_usable(key: str, entry: Mapping[str, Any]) -> bool:
    try:
        compile_pattern(key, cased=bool(entry.get("case_sensitive")))
    except PatternError:
        return False
    return True
