"""A quest out of whatever a model answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from npcengine.quest.reading.counts import bounded, read_count
from npcengine.quest.reading.fields import Entry, Parts, read_fields
from npcengine.quest.reading.headed import read_headed
from npcengine.quest.reading.objects import Found, Prose, Rung, readings
from npcengine.quest.reading.settled import clean

MAX_TITLE = 200
MAX_DESCRIPTION = 4_000
MAX_ENTRY = 400
MAX_ENTRIES = 40


@dataclass(frozen=True, slots=True)
class ParsedObjective:
    """What a player is asked to do."""

    text: str
    count: int | None
    """How many of it, from 1 to 9,999; None where the answer does not say it clearly."""


@dataclass(frozen=True, slots=True)
class ParsedQuest:
    """What a text says about a quest: words only, neither linked to a world nor proved.

    A part that was not found is empty. `rung` is `nothing` exactly when all parts are.
    """

    title: str
    description: str
    objectives: tuple[ParsedObjective, ...]
    rewards: tuple[str, ...]
    rung: Rung
    """How the quest was read; see `parse_quest`."""
    notes: tuple[str, ...]
    """In English, what was mended, cut or left out."""


def parse_quest(text: str) -> ParsedQuest:
    """Read a quest out of a model's answer, in any of some thirty languages.

    Tried in this order, and told by `rung`: JSON (`strict`, with prose or fences around it
    `fenced`, broken `mended`, inside a call or a string `tool_call`), `yaml`, text under headings
    (`headed`), and any of these inside a provider's error body (`salvaged`). Never raises,
    whatever the text; where it holds no quest, `rung` is `nothing`. At most 256 Ki characters are
    read; a title has at most 200 characters, the description 4,000, an objective or a reward 400,
    and there are at most 40 of each.
    """
    best = ParsedQuest("", "", (), (), "nothing", ())
    for reading in readings(text):
        quest = _quest(reading)
        if _told(quest) > _told(best):
            best = quest
        elif best.rung == "nothing":
            best = replace(best, notes=quest.notes)
        if best.title and best.objectives:
            break
    return best


def _told(quest: ParsedQuest) -> int:
    """Return how much of a quest is there; its objectives count more than all the rest."""
    rest = bool(quest.title) * 2 + bool(quest.description or quest.rewards)
    return bool(quest.objectives) * 4 + rest


def _quest(reading: Found | Prose) -> ParsedQuest:
    notes = list(reading.notes)
    rung = reading.rung
    if isinstance(reading, Prose):
        parts = _from_text(reading.text, notes)
    else:
        parts = read_fields(reading.fields or {})
        if not parts.title and not parts.objectives:
            parts, rung = _from_texts_in(reading, parts, notes)
    objectives = tuple(map(_objective, _bounded(parts.objectives, "objectives", notes)))
    rewards = (each.text for each in _bounded(parts.rewards, "rewards", notes))
    quest = ParsedQuest(
        title=_line(parts.title, MAX_TITLE, "the title", notes),
        description=_cut(clean(parts.description), MAX_DESCRIPTION, "the description", notes),
        objectives=objectives,
        rewards=tuple(rewards),
        rung=rung,
        notes=(),
    )
    is_empty = not (quest.title or quest.description or objectives or quest.rewards)
    return replace(quest, rung="nothing" if is_empty else rung, notes=tuple(dict.fromkeys(notes)))


def _from_text(text: str, notes: list[str]) -> Parts:
    headed = read_headed(text)
    notes += headed.notes
    return Parts(
        headed.title,
        "\n".join(headed.description),
        tuple(map(Entry, headed.objectives)),
        tuple(map(Entry, headed.rewards)),
    )


def _from_texts_in(found: Found, parts: Parts, notes: list[str]) -> tuple[Parts, Rung]:
    """Read the text under headings that an object holds whose own fields tell no quest."""
    for value in (found.fields or {}).values():
        if isinstance(value, str) and "\n" in value:
            inside = _from_text(value, notes)
            if inside.title or inside.objectives:
                notes.append("the quest stood as text in a field")
                return inside, "salvaged"
    return parts, found.rung


def _objective(entry: Entry) -> ParsedObjective:
    count = read_count(entry.text) if entry.count is None else bounded(entry.count)
    return ParsedObjective(entry.text, count)


def _bounded(entries: Iterable[Entry], what: str, notes: list[str]) -> list[Entry]:
    kept: list[Entry] = []
    for entry in entries:
        if len(kept) == MAX_ENTRIES:
            notes.append(f"only the first {MAX_ENTRIES} {what} were read")
            break
        text = _line(entry.text, MAX_ENTRY, f"one of the {what}", notes)
        if text:
            kept.append(replace(entry, text=text))
    return kept


def _line(text: str, most: int, what: str, notes: list[str]) -> str:
    return _cut(" ".join(clean(text).split()), most, what, notes)


def _cut(text: str, most: int, what: str, notes: list[str]) -> str:
    if len(text) > most:
        notes.append(f"{what} was cut at {most:,} characters")
    return clean(text[:most])
