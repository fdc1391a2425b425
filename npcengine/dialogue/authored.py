"""Authored lines: what a character says when no model does.

Everything here was written by the persona's author. Of examples and knowledge that line is
chosen whose words have most in common with what the player said; rare words count more than
common ones. Otherwise a stock line has to do.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from npcengine.persona.model import Persona
from npcengine.turns import Reason

GOOD_MATCH = 0.3
"""How much of what the player said must be met for a line to count as an answer, 0 to 1."""

# For a persona whose author wrote no stock lines at all. They say as little as possible.
LAST_RESORT: Mapping[str, tuple[str, ...]] = {
    "de": ("Hm.", "Tja."),
    "en": ("Hm.", "Well."),
    "es": ("Mm.", "Pues…"),
    "fr": ("Hm.", "Eh bien…"),
    "ja": ("うーん。", "そうか……"),
    "zh": ("嗯。", "这个嘛……"),
}
SILENCE = ("…", "Hm.")

_WORDS = re.compile(r"[^\W_]+")
_WIDE = re.compile(r"[\u2e80-\U0003ffff]")


@dataclass(frozen=True, slots=True)
class AuthoredLine:
    """A chosen line; a stock line is kept from the history that a model sees."""

    text: str
    stock: bool


@dataclass(frozen=True, slots=True)
class _Candidate:
    text: str
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Repertoire:
    """Everything a persona can answer with, and how rare each of its words is."""

    answers: tuple[_Candidate, ...]
    weights: Mapping[str, float]
    unknown: float
    """The weight of a word that no line has."""


def authored_line(
    persona: Persona,
    player_line: str,
    reason: Reason,
    *,
    said: Sequence[str],
    seed: str,
) -> AuthoredLine:
    """Choose a line of `persona` in answer to `player_line` (empty: speak first).

    The same arguments give the same line. `said` is what the character said to this player
    before, oldest first: its last line is never repeated, and earlier ones only when there
    is nothing else.
    """
    rng = random.Random(seed)
    stock = persona.stock_lines
    if not player_line:
        greeting = _fresh(persona.greetings or stock.fallback, said, rng)
        if greeting is not None:
            return AuthoredLine(greeting, stock=greeting not in persona.greetings)
    if reason == "guard":
        return _stock((stock.refuse, stock.fallback), persona, said, rng)
    answer = _best_answer(persona, player_line, said)
    if answer is not None:
        return AuthoredLine(answer, stock=False)
    if reason == "deadline":
        return _stock((stock.busy, stock.fallback), persona, said, rng)
    if player_line and not _WORDS.search(player_line):
        return _stock((stock.confused, stock.fallback), persona, said, rng)
    return _stock((stock.fallback, stock.confused), persona, said, rng)


def stock_ending(persona: Persona, said: Sequence[str], seed: str) -> str:
    """Choose a stock line to follow a line that broke off."""
    stock = persona.stock_lines
    return _stock((stock.busy, stock.fallback), persona, said, random.Random(seed)).text


def thinking_line(persona: Persona, said: Sequence[str], seed: str) -> str:
    """Choose what is shown while an answer is on its way: `scratches her chin`."""
    return _fresh(persona.stock_lines.thinking, said, random.Random(seed)) or "…"


def _stock(
    kinds: Sequence[Sequence[str]], persona: Persona, said: Sequence[str], rng: random.Random
) -> AuthoredLine:
    language = persona.locale.partition("-")[0]
    for lines in (*kinds, LAST_RESORT.get(language, SILENCE)):
        chosen = _fresh(lines, said, rng)
        if chosen is not None:
            return AuthoredLine(chosen, stock=True)
    raise AssertionError("there are two last resorts, and only one can be the last line said")


def _fresh(lines: Sequence[str], said: Collection[str], rng: random.Random) -> str | None:
    """Pick a line that was said least often; never the one that was said last."""
    recent = list(said)
    allowed = [line for line in lines if not recent or line != recent[-1]]
    if not allowed:
        return None
    times = Counter(recent)
    fewest = min(times[line] for line in allowed)
    return rng.choice([line for line in allowed if times[line] == fewest])


def _best_answer(persona: Persona, player_line: str, said: Sequence[str]) -> str | None:
    repertoire = _repertoire(persona)
    asked = _words_of(player_line)
    total = sum(repertoire.weights.get(word, repertoire.unknown) for word in asked)
    if not total:
        return None
    best, best_score = None, GOOD_MATCH
    for candidate in repertoire.answers:
        if candidate.text in said:
            continue
        shared = asked & candidate.words
        score = sum(repertoire.weights[word] for word in shared) / total
        if score > best_score:
            best, best_score = candidate.text, score
    return best


@lru_cache(maxsize=256)
def _repertoire(persona: Persona) -> _Repertoire:
    pairs = [(each.npc, f"{each.player} {each.npc}") for each in persona.examples]
    pairs += [(fact, fact) for fact in persona.knowledge]
    answers = tuple(_Candidate(text, _words_of(words)) for text, words in pairs)
    spread = Counter(word for answer in answers for word in answer.words)
    return _Repertoire(
        answers,
        {word: _rarity(count, len(answers)) for word, count in spread.items()},
        _rarity(1, len(answers)) / 2,
    )


def _rarity(count: int, answers: int) -> float:
    return math.log(1 + answers / count)


def _words_of(text: str) -> frozenset[str]:
    """Return the words of `text`, folded; pairs of characters where words have no spaces."""
    found: set[str] = set()
    for word in _WORDS.findall(text.casefold()):
        if _WIDE.search(word):
            found.update(word[at : at + 2] for at in range(max(1, len(word) - 1)))
        elif len(word) > 1:
            # The crudest stemming there is: enough to bring `swords` and `sword` together.
            found.add(word[:-1] if len(word) > 3 and word.endswith("s") else word)
    return frozenset(found)
