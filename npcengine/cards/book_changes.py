"""What a writer has changed in a lorebook since its card was imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from npcengine.cards.book import LOGIC, Book
from npcengine.cards.changes import open_to_all
from npcengine.cards.keys import FIELDS, unusable
from npcengine.cards.strict_json import JsonObject

_BOOK = {
    "name": "name",
    "scan_depth": "scan_depth",
    "budget": "token_budget",
    "recursive": "recursive_scanning",
}
_ENTRY = {
    "keys": "keys",
    "text": "content",
    "secondary": "secondary_keys",
    "regex": "use_regex",
    "case_sensitive": "case_sensitive",
    "constant": "constant",
    "enabled": "enabled",
    "order": "insertion_order",
    "priority": "priority",
}
_INSIDE = {
    "logic": "selectiveLogic",
    "probability": "probability",
    "whole_words": "match_whole_words",
    "scan_depth": "scan_depth",
    "fires_others": "prevent_recursion",
    "fired_by_others": "exclude_recursion",
}
_REVERSED = ("fires_others", "fired_by_others")
_DEFAULTS: Mapping[str, Any] = {
    "keys": [],
    "text": "",
    "secondary": [],
    "order": 100,
    "priority": 0,
    "logic": "and_any",
    "probability": 1.0,
    **dict.fromkeys(("regex", "case_sensitive", "constant", "recursive"), False),
    **dict.fromkeys(("enabled", "whole_words", *_REVERSED), True),
}
_EMPTY: JsonObject = {
    "keys": [],
    "content": "",
    "extensions": {},
    "enabled": True,
    "insertion_order": 100,
    "use_regex": False,
    "constant": False,
}


def changed_book(raw: JsonObject, made: Book, now: Mapping[str, Any]) -> JsonObject | None:
    """Return the book for the card; None where nothing has changed.

    Entries that are as the import made them stay as the card has them. Entries with a condition
    are left out, as a card would show them to everybody.
    """
    entries = open_to_all(now.get("entries"))
    book = _book_fields(raw, made.content, now)
    same = [_comparable(each) for each in entries]
    if book == raw and same == [_comparable(each) for each in made.content["entries"]]:
        return None
    before = {each["id"]: each for each in made.content["entries"]}
    book["entries"] = []
    for number, each in enumerate(entries):
        name = str(each.get("id", ""))
        if name in before:
            book["entries"].append(_changed(each, before[name], made.raw[name]))
        else:
            empty = {**_EMPTY, "id": number, "name": name}
            book["entries"].append(_changed(each, {}, empty))
    return book


def idle_fields(now: Mapping[str, Any]) -> list[str]:
    """Name what of a book a card does not get."""
    entries: Sequence[Mapping[str, Any]] = now.get("entries") or ()
    known = {"id", "extensions", "when", "since", *_ENTRY, *_INSIDE}
    others = sorted({name for each in open_to_all(entries) for name in each} - known)
    gated = ["with a condition"] if len(open_to_all(entries)) < len(entries) else []
    return [f"lore entries {each}" for each in gated] + [f"{each} of lore" for each in others]


def new_book(now: Mapping[str, Any]) -> JsonObject:
    """Return a lorebook for a card that had none."""
    empty: JsonObject = {"extensions": {}, "entries": []}
    return changed_book(empty, Book({"entries": []}, {}), now) or empty


def _book_fields(raw: JsonObject, before: Mapping[str, Any], now: Mapping[str, Any]) -> JsonObject:
    book = dict(raw)
    for place, name in _BOOK.items():
        if _value(place, now) != _value(place, before):
            book[name] = _value(place, now)
    return {name: value for name, value in book.items() if value is not None or name in raw}


def _changed(now: Mapping[str, Any], before: Mapping[str, Any], raw: JsonObject) -> JsonObject:
    """Return an entry of the card with what differs written anew."""
    one, other = _comparable(now), _comparable(before)
    if one == other:
        return raw
    changed = {place for place in one if one[place] != other[place]}
    entry = dict(raw)
    for place, name in _ENTRY.items():
        if place in changed:
            entry[name] = _value(place, now)
            if place in FIELDS:
                entry[name] += unusable(now, place)
    if "secondary" in changed:
        entry["selective"] = bool(entry["secondary_keys"])
    found = raw.get("extensions")
    inside = dict(found) if isinstance(found, dict) else {}
    for place, name in _INSIDE.items():
        if place in changed:
            inside[name] = _inside(place, _value(place, now))
    return entry | ({"extensions": inside} if inside or "extensions" in raw else {})


def _comparable(entry: Mapping[str, Any]) -> JsonObject:
    """Return an entry as it is on every machine, whether RE2 is installed there or not."""
    values = {place: _value(place, entry) for place in (*_ENTRY, *_INSIDE)}
    keys = {place: sorted([*values[place], *unusable(entry, place)]) for place in FIELDS}
    return {**values, **keys, "id": str(entry.get("id", ""))}


def _inside(place: str, value: Any) -> object:
    if place == "logic":
        return LOGIC.index(value) if value in LOGIC else 0
    if place == "probability":
        return round(value * 100)
    return not value if place in _REVERSED else value


def _value(place: str, entry: Mapping[str, Any]) -> Any:
    return _plain(entry.get(place, _DEFAULTS.get(place)))


def _plain(value: Any) -> Any:
    """Return data as JSON has it, texts without space around."""
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.strip() if isinstance(value, str) else value
