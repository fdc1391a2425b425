"""Lorebooks of cards, alone or in a card, as lorebooks of npcengine, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from types import MappingProxyType
from typing import Any, Final

from npcengine.cards.keys import has_patterns, read_keys, set_unusable_aside, unusable
from npcengine.cards.limits import Unreadable
from npcengine.cards.macros import Names, left
from npcengine.cards.persona import Note, slug
from npcengine.cards.prose import cleaned, one_line, shortened
from npcengine.cards.strict_json import JsonObject
from npcengine.cards.versions import Card
from npcengine.lore.patterns import can_search, is_pattern

LOGIC: Final = ("and_any", "not_all", "not_any", "and_all")
"""As SillyTavern numbers them."""
_MAX_TEXT: Final = 20_000
_MAX_COUNT: Final = 1_000_000
_MAX_RANK: Final = 1_000_000_000
_MAX_NAME: Final = 120
_WORLD_INFO: Mapping[str, str] = MappingProxyType(
    {
        "key": "keys",
        "keysecondary": "secondary_keys",
        "order": "insertion_order",
        "caseSensitive": "case_sensitive",
    }
)
_WORLD_INFO_INSIDE: Mapping[str, str] = MappingProxyType(
    {
        "selectiveLogic": "selectiveLogic",
        "useProbability": "useProbability",
        "probability": "probability",
        "matchWholeWords": "match_whole_words",
        "scanDepth": "scan_depth",
        "excludeRecursion": "exclude_recursion",
        "preventRecursion": "prevent_recursion",
        "sticky": "sticky",
        "cooldown": "cooldown",
        "delay": "delay",
        "group": "group",
        "vectorized": "vectorized",
        "delayUntilRecursion": "delay_until_recursion",
    }
)
_WITHOUT_EFFECT = (
    *("sticky", "cooldown", "delay", "group", "vectorized", "delay_until_recursion"),
    *("automation_id", "triggers", "outlet_name"),
)
"""Fields of other tools' entries that nothing here does, for a note."""


@dataclass(frozen=True, slots=True)
class Book:
    """A lorebook, and the entries of the card that its entries were made of, by their ids."""

    content: dict[str, Any]
    raw: Mapping[str, JsonObject]
    notes: list[Note] = field(default_factory=list)


def is_book(content: JsonObject) -> bool:
    """Tell whether an object is a lorebook that stands alone."""
    if content.get("spec") == "lorebook_v3":
        return True
    return "spec" not in content and isinstance(content.get("entries"), dict | list)


def standalone(content: JsonObject) -> tuple[JsonObject, str, str]:
    """Return a lorebook in the form of cards, of which kind it is, and its name.

    Raises `Unreadable` if it has no entries.
    """
    kind, book = "SillyTavern World Info", content
    if content.get("spec") == "lorebook_v3":
        found = content.get("data")
        kind, book = "lorebook V3", found if isinstance(found, dict) else {}
    entries = book.get("entries")
    if not isinstance(entries, dict | list):
        raise Unreadable("the lorebook has no entries; check the file")
    listed = entries.values() if isinstance(entries, dict) else entries
    plain = [_as_in_cards(each) for each in listed if isinstance(each, dict)]
    name = book.get("name")
    return {**book, "entries": plain}, kind, name if isinstance(name, str) else ""


def character_book(card: Card) -> JsonObject | None:
    """Return the lorebook in a card, if it has one with entries."""
    book = card.data.get("character_book")
    if card.version > 1 and isinstance(book, dict) and isinstance(book.get("entries"), list):
        return book if any(isinstance(each, dict) for each in book["entries"]) else None
    return None


def book_of(book: JsonObject, names: Names | None = None) -> Book:
    """Make a lorebook; macros are expanded where it is known whose book it is."""
    content: dict[str, Any] = {}
    if isinstance(book.get("name"), str) and (name := one_line(book["name"], _MAX_NAME)):
        content["name"] = name
    for source, place in (("scan_depth", "scan_depth"), ("token_budget", "budget")):
        if (number := _whole(book.get(source), 0, _MAX_COUNT)) is not None:
            content[place] = number
    if book.get("recursive_scanning") is True:
        content["recursive"] = True
    content["entries"] = []
    raw: dict[str, JsonObject] = {}
    made = Book(content, raw)
    for each in book["entries"]:
        if isinstance(each, dict):
            entry = _entry(each, len(raw) + 1, raw, names)
            raw[entry["id"]] = each
            content["entries"].append(entry)
            _look_over(made, entry, each)
    idle = sorted({name for each in raw.values() for name in _idle(each)})
    if idle:
        made.notes.append(Note("lorebooks", f"without effect here: {', '.join(idle)}"))
    if has_patterns(content["entries"]) and not can_search():
        install = "some keys are regular expressions: pip install 'npcengine[regex]'"
        made.notes.append(Note("lorebooks", install))
    return made


def _look_over(made: Book, entry: dict[str, Any], raw: JsonObject) -> None:
    place = f"lorebooks, {entry['id']}"
    if macros := left(entry["text"]):
        listed = ", ".join("{{" + each + "}}" for each in macros[:4])
        made.notes.append(Note(place, f"{listed} stands there as in the card; write it out"))
    if len(_text(raw.get("content"))) > _MAX_TEXT:
        made.notes.append(Note(place, f"{_MAX_TEXT:,} characters fit; the original keeps the rest"))
    bad = unusable(entry, "keys")
    for key in (*bad, *unusable(entry, "secondary")):
        made.notes.append(Note(place, f"{key!r:.60} is no regular expression that can be used"))
    if not entry["keys"] and not bad and not entry.get("constant"):
        made.notes.append(Note(place, "it has no keys, so it never fires"))


def _entry(
    raw: JsonObject, number: int, taken: Mapping[str, object], names: Names | None
) -> dict[str, Any]:
    inside = _inside(raw)
    text = _text(raw.get("content"))
    keys = read_keys(raw.get("keys"), names)
    made: dict[str, Any] = {
        "id": _id(raw, keys, number, taken),
        "keys": keys,
        "text": shortened(cleaned(names.told(text) if names else text), _MAX_TEXT),
    }
    secondary = read_keys(raw.get("secondary_keys"), names)
    only_patterns = raw.get("use_regex") is True
    if secondary and raw.get("selective") is True and not only_patterns:
        made["secondary"] = secondary
        logic = _whole(inside.get("selectiveLogic"), 0, len(LOGIC) - 1)
        if logic:
            made["logic"] = LOGIC[logic]
    if only_patterns and not all(map(is_pattern, keys)):
        made["regex"] = True
    for place, found in (
        ("case_sensitive", raw.get("case_sensitive") is True),
        ("constant", raw.get("constant") is True),
    ):
        if found:
            made[place] = True
    for place, off in (
        ("whole_words", inside.get("match_whole_words") is False),
        ("fires_others", inside.get("prevent_recursion") is True),
        ("fired_by_others", inside.get("exclude_recursion") is True),
        ("enabled", raw.get("enabled") is False),
    ):
        if off:
            made[place] = False
    set_unusable_aside(made)
    return made | _numbers(raw, inside)


def _numbers(raw: JsonObject, inside: JsonObject) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for place, given, least, most in (
        ("scan_depth", inside.get("scan_depth"), 0, _MAX_COUNT),
        ("order", raw.get("insertion_order"), -_MAX_RANK, _MAX_RANK),
        ("priority", raw.get("priority"), -_MAX_RANK, _MAX_RANK),
    ):
        if (number := _whole(given, least, most)) is not None:
            made[place] = number
    chance = _whole(inside.get("probability"), 0, 100)
    if chance is not None and chance < 100 and inside.get("useProbability") is not False:
        made["probability"] = chance / 100
    return made


def _id(raw: JsonObject, keys: Sequence[str], number: int, taken: Mapping[str, object]) -> str:
    named = [_text(raw.get("name")), _text(raw.get("comment")), *keys[:1]]
    name = next((made for each in named if (made := slug(each))), "entry")
    numbered = (f"{name}_{each}" for each in count(number))
    return next(id for id in chain((name,), numbered) if id not in taken)


def _as_in_cards(entry: JsonObject) -> JsonObject:
    """Return an entry of World Info as one of a card; one of a card as it is."""
    if "keys" in entry:
        return entry
    made = {_WORLD_INFO.get(name, name): value for name, value in entry.items()}
    inside = {to: entry[name] for name, to in _WORLD_INFO_INSIDE.items() if name in entry}
    return {**made, "enabled": entry.get("disable") is not True, "extensions": inside}


def _idle(raw: JsonObject) -> list[str]:
    inside = _inside(raw)
    return [name for name in _WITHOUT_EFFECT if inside.get(name)]


def _inside(raw: JsonObject) -> JsonObject:
    found = raw.get("extensions")
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: object, least: int, most: int) -> int | None:
    """Return a number as a whole one within its limits; None if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(max(least, min(most, value)))
