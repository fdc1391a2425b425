"""Character Card V1, V2 and V3: which one an object is, and from one to another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from npcengine.cards.limits import Unreadable
from npcengine.cards.strict_json import JsonObject

Version = Literal[1, 2, 3]

V1_FIELDS = ("name", "description", "personality", "scenario", "first_mes", "mes_example")
_SPECS: Mapping[str, Version] = MappingProxyType({"chara_card_v2": 2, "chara_card_v3": 3})
_NEWEST: Mapping[Version, float] = MappingProxyType({2: 2.0, 3: 3.0})
_V2_DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        **dict.fromkeys(
            (*V1_FIELDS, "creator_notes", "system_prompt", "post_history_instructions"), ""
        ),
        "alternate_greetings": [],
        "tags": [],
        "creator": "",
        "character_version": "",
        "extensions": {},
    }
)
_MIRRORS = MappingProxyType({"creatorcomment": "creator_notes"})
"""Fields at the root that repeat one of `data` under another name."""
_DECORATORS = re.compile(r"\A\s*(?:@@[^\n]*(?:\n|\Z)\s*)+")


@dataclass(frozen=True, slots=True)
class Card:
    """A card: the whole JSON object, known and unknown fields alike."""

    root: JsonObject
    version: Version

    @property
    def data(self) -> JsonObject:
        """Where the fields of the character stand."""
        return self.root if self.version == 1 else self.root["data"]

    def text(self, field: str) -> str:
        """Return a field that should be text; an empty one where it is not."""
        value = self.data.get(field)
        return value if isinstance(value, str) else ""

    def texts(self, field: str) -> list[str]:
        """Return the texts of a field that should be a list of them."""
        value = self.data.get(field)
        return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def as_card(root: JsonObject) -> tuple[Card, tuple[str, ...]]:
    """Return a JSON object as a card, and what is odd about it. Raises `Unreadable`."""
    data = root.get("data")
    if isinstance(data, dict) and ("spec" in root or isinstance(data.get("name"), str)):
        version = _SPECS.get(str(root.get("spec")), 3 if _is_later(root) else 2)
        return _named(Card(root, version)), tuple(_oddities(root, version))
    if "spec" not in root and any(isinstance(root.get(each), str) for each in V1_FIELDS[1:]):
        return _named(Card(root, 1)), ()
    raise Unreadable("the JSON is neither a character card nor a lorebook; check the file")


def with_fields(card: Card, fields: Mapping[str, object]) -> Card:
    """Return a card with other values of some fields; None takes a field out.

    Copies of a field at the root, which some tools write for readers of V1, follow it.
    """
    data, root = dict(card.data), dict(card.root)
    for field, value in fields.items():
        mirrors = [field, *(own for own, copied in _MIRRORS.items() if copied == field)]
        follow = [each for each in mirrors if each in root and root[each] == data.get(field)]
        for target, names in ((data, [field]), (root, follow if card.version > 1 else [])):
            for name in names:
                if value is None:
                    target.pop(name, None)
                else:
                    target[name] = value
    return Card(data, 1) if card.version == 1 else Card({**root, "data": data}, card.version)


def upgraded(card: Card) -> Card:
    """Return a card as one of V3, with every field that it has."""
    if card.version == 3:
        return card
    data = {**_V2_DEFAULTS, "group_only_greetings": [], **card.data}
    outside = {} if card.version == 1 else card.root
    return Card({**outside, "spec": "chara_card_v3", "spec_version": "3.0", "data": data}, 3)


def backfilled(card: Card) -> Card:
    """Return a card of V3 as one of V2; older ones stay as they are.

    Fields of V3 stay too, as readers of V2 keep what they do not know. Only the decorators of
    lore go, which they would put into the prompt.
    """
    if card.version < 3:
        return card
    data = dict(card.data)
    book = data.get("character_book")
    if isinstance(book, dict) and isinstance(book.get("entries"), list):
        entries = [_undecorated(each) for each in book["entries"]]
        data["character_book"] = {**book, "entries": entries}
    root = {**card.root, "spec": "chara_card_v2", "spec_version": "2.0", "data": data}
    return Card(root, 2)


def new_card() -> Card:
    """Return an empty card of V3."""
    return upgraded(Card({}, 1))


def _named(card: Card) -> Card:
    if not (card.text("name") or card.text("nickname")).strip():
        raise Unreadable("the card has no name; write one into it")
    return card


def _is_later(root: JsonObject) -> bool:
    return re.fullmatch(r"chara_card_v[4-9]", str(root.get("spec"))) is not None


def _oddities(root: JsonObject, version: Version) -> list[str]:
    spec, told = root.get("spec"), root.get("spec_version", "0")
    if str(spec) not in _SPECS:
        return [f"spec is {spec!r:.40}; the card is read as V{version}"]
    try:
        newer = float(told) > _NEWEST[version]
    except (TypeError, ValueError, OverflowError):
        return [f"spec_version is {told!r:.40}; the card is read as V{version}"]
    if newer:
        return [f"spec_version {told!s:.40} is newer; what is new in it is only kept"]
    return []


def _undecorated(entry: object) -> object:
    if not isinstance(entry, dict) or not isinstance(entry.get("content"), str):
        return entry
    return {**entry, "content": _DECORATORS.sub("", entry["content"])}
