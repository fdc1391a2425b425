"""A quest as lines of plain text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from npcengine.quest.model import Quest
from npcengine.quest.show.fit import cells, seen, wrapped
from npcengine.quest.show.words import about, labels, marks_of, reward_in_words
from npcengine.quest.telling.readable import readable
from npcengine.world.model import World

Style: TypeAlias = Literal["title", "note", "speech", "heading", "item", ""]


class Row(NamedTuple):
    """One line, and what it is, so that a terminal may colour it."""

    text: str
    style: Style = ""


def as_text(quest: Quest, world: World, locale: str, width: int = 80) -> tuple[Row, ...]:
    """Return a quest as lines of at most `width` cells, 20 or more: all that a player may read.

    What is hidden from players stands there too, and says so.
    """
    return tuple(_rows(quest, world, locale, max(20, width)))


def _rows(quest: Quest, world: World, locale: str, width: int) -> Iterator[Row]:
    words, shown = labels(locale), readable(quest, world, locale)
    yield from _fitted(shown.title, "title", width)
    yield from _fitted(about(quest, world, locale), "note", width)
    yield Row("")
    yield from _fitted(shown.offer, "speech", width)
    yield Row("")
    yield Row(words.objectives, "heading")
    for number, each in enumerate(quest.objectives, 1):
        marks = marks_of(each, locale)
        line = shown.objectives[each.id] + (f" ({marks})" if marks else "")
        yield from _fitted(line, "item", width, f"{number:>3}. ")
    yield Row("")
    yield Row(words.reward, "heading")
    for at, outcome in enumerate(quest.outcomes):
        reward = ", ".join(reward_in_words(outcome.reward, world, locale)) or "–"
        before = f"{words.or_}: " if at else ""
        yield from _fitted(before + reward, "item", width, "     ")


def _fitted(text: str, style: Style, width: int, indent: str = "") -> Iterator[Row]:
    first = indent
    for line in wrapped(seen(text), width - len(indent), cells):
        yield Row(first + line, style)
        first = " " * len(indent)
