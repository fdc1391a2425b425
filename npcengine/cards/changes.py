"""What a writer has changed in a persona since its card was imported, as fields of the card.

The card is imported once more, in memory. What the file has as that import has it is unchanged,
and the card keeps its own text for it, with its macros; only what differs is written anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from npcengine.cards.dialogue import Exchange, as_personality, as_talks
from npcengine.cards.persona import ASIDE, MAX_PROSE, SWITCHES, Made, prompt_text
from npcengine.cards.versions import V1_FIELDS, Card

T = TypeVar("T")
Plain = Mapping[str, Any]
"""A persona or a lorebook as plain data: of YAML, or of an import."""

_TEXTS = {"name": "name", "description": "description", "backstory": "scenario"}
_FACTS = ("role", "pronouns", "species", "age", "faction", "home", "appearance")
_LISTS = ("values", "flaws", "goals", "knowledge")
_EXPORTED = {*_TEXTS, *SWITCHES, "traits", "greetings", "examples", "aka", "lorebooks"}
_OF_THE_ENGINE = {"schema", "id", "extends", "mixins", "abstract", "locale", "model", "cache"}


@dataclass(frozen=True, slots=True)
class Changes:
    """Fields that get other values in the card, and what of the persona it has no place for."""

    fields: dict[str, Any] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    def put(self, card: Card, name: str, value: object, place: str) -> None:
        """Give a field another value, or say that the card has no such field."""
        known = card.version == 3 or name != "nickname"
        if name in V1_FIELDS or (card.version > 1 and known):
            self.fields[name] = value
        else:
            self.left_out.append(place)


def changes(card: Card, made: Made, now: Plain) -> Changes:
    """Compare a persona with what its card makes."""
    found, before = Changes(), made.persona
    for place, name in _TEXTS.items():
        if _text(now.get(place)) != _text(before.get(place)):
            found.put(card, name, _text(now.get(place)), place)
            if len(card.text(name)) > MAX_PROSE:
                found.left_out.append(f"what did not fit of the {name}")
    if _list(now.get("traits")) != _list(before.get("traits")):
        text = as_personality(_list(now.get("traits")), card.text("personality"))
        found.put(card, "personality", text, "traits")
    if _list(now.get("aka")) != _list(before.get("aka")):
        found.put(card, "nickname", next(iter(_list(now.get("aka"))), None), "aka")
    _greetings(card, made, now, found)
    _examples(card, made, now, found)
    _prompts(card, made, now, found)
    others = set(now) - _EXPORTED - _OF_THE_ENGINE - {"extensions"}
    found.left_out.extend(sorted(name for name in others if now[name]))
    return found


def described(persona: Plain, found: Changes) -> None:
    """Tell in the description what no other field of a card is for. Secrets stay secret."""
    facts = [f"{name.capitalize()}: {_text(persona[name])}" for name in _FACTS if persona.get(name)]
    parts = [_text(persona.get("description")), "\n".join(facts)]
    for name in _LISTS:
        listed = [f"- {_text(each)}" for each in open_to_all(persona.get(name))]
        parts.append("\n".join([f"{name.capitalize()}:", *listed]) if listed else "")
    found.fields["description"] = "\n\n".join(part for part in parts if part)
    told = {*_FACTS, *_LISTS}
    found.left_out[:] = [name for name in found.left_out if name not in told]
    found.left_out.extend(
        f"{name} with a condition"
        for name in _LISTS
        if len(open_to_all(persona.get(name))) < len(persona.get(name) or ())
    )


def open_to_all(items: object) -> list[Any]:
    """Return the entries of a list that hang on no condition: a card would show all of them."""
    listed = items if isinstance(items, list | tuple) else ()
    return [each for each in listed if not (isinstance(each, Mapping) and _is_gated(each))]


def _is_gated(item: Mapping[str, Any]) -> bool:
    return any(item.get(name) is not None for name in ("when", "since"))


def _greetings(card: Card, made: Made, now: Plain, found: Changes) -> None:
    shown = open_to_all(now.get("greetings"))
    if len(shown) < len(now.get("greetings") or ()):
        found.left_out.append("greetings with a condition")
    texts = _list(shown)
    if texts == _list(made.persona.get("greetings")):
        return
    # A greeting that is still there keeps the text that the card had for it.
    given = [made.greetings.get(each, each) for each in texts]
    first, *others = given + _not_shown(made.greetings, made.persona.get("greetings")) or [""]
    if first != card.text("first_mes"):
        found.put(card, "first_mes", first, "greetings")
    if others != card.texts("alternate_greetings"):
        found.put(card, "alternate_greetings", others, "greetings after the first")


def _examples(card: Card, made: Made, now: Plain, found: Changes) -> None:
    shown = open_to_all(now.get("examples"))
    if len(shown) < len(now.get("examples") or ()):
        found.left_out.append("examples with a condition")
    pairs = [(_text(each.get("player")), _text(each.get("npc"))) for each in shown]
    before = [(each["player"], each["npc"]) for each in made.persona.get("examples", ())]
    if pairs != before:
        given = [made.examples.get(each, each) for each in pairs]
        talks = given + _not_shown(made.examples, before)
        found.put(card, "mes_example", as_talks([Exchange(*each) for each in talks]), "examples")


def _not_shown(all_: Mapping[T, T], shown: Sequence[T] | None) -> list[T]:
    """Return what the card has of a list beyond what fitted into the persona."""
    return [raw for each, raw in all_.items() if each not in (shown or ())]


def _prompts(card: Card, made: Made, now: Plain, found: Changes) -> None:
    aside = _aside(now)
    before = _aside(made.persona)
    for name in ASIDE if before or aside else ():
        if name == "tags":
            if _list(aside.get(name)) != _list(before.get(name)):
                found.put(card, name, _list(aside.get(name)), "extensions.card.tags")
        elif _text(aside.get(name)) != _text(before.get(name)):
            found.put(card, name, _text(aside.get(name)), f"extensions.card.{name}")
    for place, name in SWITCHES.items():
        text = _text(now.get(place))
        if text and text not in (prompt_text(made, card, name), card.text(name).strip()):
            found.put(card, name, text, place)


def _aside(persona: Plain) -> Mapping[str, Any]:
    extensions = persona.get("extensions")
    card = extensions.get("card") if isinstance(extensions, Mapping) else None
    return card if isinstance(card, Mapping) else {}


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return _text(value.get("text"))
    return "" if value is None else str(value).strip()


def _list(values: object) -> Sequence[str]:
    return [_text(each) for each in values] if isinstance(values, list | tuple) else []
