"""A quest as lines of plain text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from npcengine.quest.model import Quest
from npcengine.quest.show.fit import cells, seen, wrapped
from npcengine.quest.show.words import about, labels, led, listed, marks_of, noted, reward_in_words
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
        line = noted(shown.objectives[each.id], marks_of(each, locale), locale)
        yield from _fitted(line, "item", width, f"{number:>3}. ")
    yield Row("")
    yield Row(words.reward, "heading")
    for at, outcome in enumerate(quest.outcomes):
        reward = listed(reward_in_words(outcome.reward, world, locale), locale)
        line = led(words.or_, reward, locale) if at else reward
        yield from _fitted(line, "item", width, "     ")


def _fitted(text: str, style: Style, width: int, indent: str = "") -> Iterator[Row]:
    first = indent
    for line in wrapped(seen(text), width - len(indent), cells):
        yield Row(first + line, style)
        first = " " * len(indent)
