"""What a card says, as the fields of a persona."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from npcengine.cards.dialogue import exchanges, traits
from npcengine.cards.language import guess
from npcengine.cards.macros import Names, left, names_player
from npcengine.cards.prose import cleaned, one_line, shortened
from npcengine.cards.versions import V1_FIELDS, Card

MAX_NAME: Final = 80
MAX_PROSE: Final = 4000
MAX_LINE: Final = 600
MAX_EXAMPLES: Final = 12
MAX_LIST: Final = 60
ASIDE = (
    "system_prompt",
    "post_history_instructions",
    "creator",
    "creator_notes",
    "character_version",
    "tags",
)
"""Fields that stand in `extensions.card` for people to read: nothing of them is in play."""
SWITCHES = {"instructions": "system_prompt", "reminder": "post_history_instructions"}
"""The fields of a persona that a person fills to turn a card's own prompts on."""
_MAX_ID = 64


class Note(NamedTuple):
    """Something that a person should look at: a field of the persona, and what about it."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Made:
    """A persona that a card makes, and the texts of the card that its lists were made of."""

    persona: dict[str, Any]
    names: Names
    notes: list[Note] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)
    """Fields of the card, and where in the persona they are."""
    greetings: dict[str, str] = field(default_factory=dict)
    """The greetings of the persona, and what the card has for each."""
    examples: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """The same for exchanges."""


def slug(text: str, joint: str = "_") -> str:
    """Return a text as an id: lower case letters, digits and joints; empty if it has none."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", joint, plain.lower())[:_MAX_ID].strip(joint)


def made_of(card: Card, otherwise: str = "") -> Made:
    """Make a persona of a card. `otherwise` is its id where its name cannot be made one.

    The same card always makes the same persona: export finds by that what a writer has changed.
    """
    name = one_line(card.text("name") or card.text("nickname"), MAX_NAME) or "Nameless"
    nickname = one_line(card.text("nickname"), MAX_NAME)
    text = " ".join(card.text(each) for each in V1_FIELDS)
    locale = guess(text)
    npc = slug(name) or slug(otherwise) or "character"
    made = Made({"id": npc, "name": name}, Names(nickname or name, locale))
    made.taken["name"] = "name"
    if nickname and nickname != name:
        made.persona["aka"] = [nickname]
        made.taken["nickname"] = "aka"
    if locale != "en":
        made.persona["locale"] = locale
        made.notes.append(Note("locale", f"{locale} is guessed from the script"))
    _put_prose(made, card)
    _put_speech(made, card)
    _put_aside(made, card)
    for place, value in list(made.persona.items()):
        kept = left(str(value))
        if kept and place not in ("id", "extensions"):
            listed = ", ".join("{{" + each + "}}" for each in kept[:4])
            made.notes.append(Note(place, f"{listed} stands there as in the card; write it out"))
    return made


def _put_prose(made: Made, card: Card) -> None:
    told = {"description": "description", "scenario": "backstory"}
    for source, place in told.items():
        whole = cleaned(made.names.told(card.text(source)))
        if place == "description":
            whole = whole or made.persona["name"]
        if whole:
            made.persona[place] = _fitting(made, place, whole, MAX_PROSE)
            made.taken[source] = place
        if place == "description" and card.text("personality").strip():
            _put_traits(made, card)


def _put_traits(made: Made, card: Card) -> None:
    found = traits(cleaned(made.names.told(card.text("personality"))))
    short = [_fitting(made, "traits", each, MAX_LINE) for each in found]
    if short:
        made.persona["traits"] = _few(made, "traits", short, MAX_LIST)
        made.taken["personality"] = "traits"


def _put_speech(made: Made, card: Card) -> None:
    said = [
        card.text("first_mes"),
        *(card.texts("alternate_greetings") if card.version > 1 else []),
    ]
    for raw in said:
        text = cleaned(made.names.spoken(raw))
        if text:
            made.greetings.setdefault(_fitting(made, "greetings", text, MAX_LINE), raw)
    if made.greetings:
        made.persona["greetings"] = _few(made, "greetings", list(made.greetings), MAX_LIST)
        made.taken["first_mes"] = "greetings"
    if card.version > 1 and card.texts("alternate_greetings"):
        made.taken["alternate_greetings"] = "greetings"
    talks = card.text("mes_example")
    for each in exchanges(talks, [card.text("name"), card.text("nickname")]):
        player = _fitting(made, "examples", cleaned(made.names.told(each.player)), MAX_LINE)
        npc = _fitting(made, "examples", cleaned(made.names.spoken(each.npc)), MAX_LINE)
        if player and npc:
            made.examples.setdefault((player, npc), (each.player, each.npc))
    if made.examples:
        pairs = [{"player": player, "npc": npc} for player, npc in made.examples]
        made.persona["examples"] = _few(made, "examples", pairs, MAX_EXAMPLES)
        made.taken["mes_example"] = "examples"
    elif talks.strip():
        made.notes.append(Note("examples", "mes_example has no line of a player and an answer"))
    if any(map(names_player, (*said, talks))):
        made.notes.append(
            Note("greetings", "{{user}} became a word for the player; read them once")
        )


def _put_aside(made: Made, card: Card) -> None:
    aside: dict[str, Any] = {}
    for source in ASIDE if card.version > 1 else ():
        value: Any = [one_line(each, MAX_NAME) for each in card.texts(source)][:MAX_LIST]
        if source != "tags":
            value = prompt_text(made, card, source)
        if value:
            aside[source] = value
    made.persona["extensions"] = {"card": aside}


def prompt_text(made: Made, card: Card, source: str) -> str:
    """Return a text of a card that stands aside; its prompts as they would be in play."""
    text = card.text(source)
    expanded = made.names.told(text) if source in SWITCHES.values() else text
    return shortened(cleaned(expanded), MAX_PROSE)


def _fitting(made: Made, place: str, text: str, limit: int) -> str:
    short = shortened(text, limit)
    if short != text:
        note = f"{len(short):,} of {len(text):,} characters fit; the original keeps the rest"
        made.notes.append(Note(place, note))
    return short


def _few(made: Made, place: str, values: list[Any], most: int) -> list[Any]:
    if len(values) > most:
        made.notes.append(Note(place, f"{most} of {len(values)} fit; the original keeps the rest"))
    return values[:most]
