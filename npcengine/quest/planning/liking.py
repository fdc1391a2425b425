"""What a giver likes better: what fits the theme, and what was not asked for lately."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from npcengine.quest.brief import QuestBrief
from npcengine.quest.model import Quest
from npcengine.world.state import State

_WORDS = re.compile(r"[^\W_]{3,}")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{2,}")
"""Chinese and Japanese, which do not part their words: these are compared by pairs of signs."""


class Mark(NamedTuple):
    """What is remembered of a quest, so that the next ones are different."""

    strategy: str
    named: tuple[str, ...]

    @classmethod
    def of(cls, quest: Quest) -> Mark:
        """Make the mark of a quest."""
        return cls(quest.strategy, tuple(sorted(set(quest.named()) - {quest.giver})))


def likes(state: State, brief: QuestBrief, recent: Sequence[Mark]) -> Liking:
    """Return how well anything fits a brief."""
    used = Counter(id for mark in recent for id in mark.named)
    return Liking(state, words_of(brief.theme), used)


class Liking:
    """How well something fits the theme and how little it was used: about -1 to 1."""

    def __init__(self, state: State, theme: set[str], used: Counter[str]) -> None:
        self._state, self._theme, self._used = state, theme, used
        self._known: dict[str, float] = {}

    def __call__(self, id: str) -> float:
        """Return it for something of the world."""
        liking = self._known.get(id)
        if liking is None:
            liking = self._known[id] = self._liking(id)
        return liking

    def _liking(self, id: str) -> float:
        liking = -0.3 * min(3, self._used.get(id, 0))
        if self._theme:
            entity = self._state.entity(id)
            names = entity.name.values() if isinstance(entity.name, Mapping) else [entity.name]
            texts = (id.replace("_", " "), *entity.tags, entity.about, *filter(None, names))
            liking += 0.8 * bool(self._theme & words_of(" ".join(texts)))
        return liking


def words_of(text: str) -> set[str]:
    """Return the words of a text by which themes are compared."""
    text = text.casefold()[:400]
    words = {word.removesuffix("s") for word in _WORDS.findall(text)}
    return words | {
        run[at : at + 2] for run in _UNSPACED.findall(text) for at in range(len(run) - 1)
    }
