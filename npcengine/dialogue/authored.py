"""Authored lines: what a character says when no model does.

Everything here was written by the persona's author. Of examples and knowledge that line is
chosen whose words have most in common with what the player said; rare words count more than
common ones. Otherwise a stock line has to do.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from npcengine.dialogue.words import has_words, is_greeting, topics, words
from npcengine.persona.model import Persona
from npcengine.persona.said import Said, always
from npcengine.reply.parser import ReplyParser
from npcengine.turns import Piece, Reason

GOOD_MATCH = 0.3
"""How much of what a line asks about must be met for another to count as an answer, 0 to 1."""
SAME_QUESTION = 0.7
"""How much of the words of two questions must be shared for them to be the same, 0 to 1."""

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


@dataclass(frozen=True, slots=True)
class AuthoredLine:
    """A chosen line; a stock line is kept from the history that a model sees."""

    pieces: tuple[Piece, ...]
    stock: bool


@dataclass(frozen=True, slots=True)
class _Candidate:
    text: str
    topics: frozenset[str]
    asked: frozenset[str]
    """What the player asked about in the example; empty for a piece of knowledge."""


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
    instead: str | None = None,
) -> AuthoredLine:
    """Choose a line of `persona` in answer to `player_line` (empty: speak first).

    The same arguments give the same line. `said` is what the character said to this player
    before, oldest first: its last line is never repeated, and earlier ones only when there
    is nothing else. `instead` is what its author wrote for just this case.
    """
    if instead is not None:
        return AuthoredLine(pieces_of(instead), stock=True)
    rng = random.Random(seed)
    stock = persona.stock_lines
    if reason == "guard":
        return _stock((stock.refuse, stock.fallback), persona, said, rng)
    if not player_line or is_greeting(player_line):
        met = [each.npc for each in persona.shown if player_line and is_greeting(each.player)]
        answer = _fresh((*always(persona.greetings), *met), said, rng)
    else:
        answer = _same_question(persona, player_line, said) or _best_answer(
            persona, player_line, said
        )
    if answer is not None:
        return AuthoredLine(pieces_of(answer), stock=False)
    if reason in ("deadline", "too_fast"):
        return _stock((stock.busy, stock.fallback), persona, said, rng)
    if player_line and not has_words(player_line):
        return _stock((stock.confused, stock.fallback), persona, said, rng)
    return _stock((stock.fallback, stock.confused), persona, said, rng)


def stock_ending(persona: Persona, said: Sequence[str], seed: str) -> str:
    """Choose a stock line to follow a line that broke off."""
    stock = persona.stock_lines
    chosen = _stock((stock.busy, stock.fallback), persona, said, random.Random(seed))
    return spoken(chosen.pieces)


def thinking_line(persona: Persona, seed: str) -> str:
    """Choose what is shown while an answer is on its way: `scratches her chin`."""
    lines = always(persona.stock_lines.thinking)
    return random.Random(seed).choice(lines) if lines else "…"


@lru_cache(maxsize=4096)
def pieces_of(text: str) -> tuple[Piece, ...]:
    """Take an authored line apart as a model's would be: `*nods*` is a gesture there too."""
    parser = ReplyParser(npc_names=(), player_names=(), max_sentences=len(text) + 1)
    return (*parser.feed(text), *parser.close())


def spoken(pieces: Sequence[Piece]) -> str:
    """Return what of a line is said aloud."""
    return "".join(piece.text for piece in pieces if piece.kind == "text")


def _stock(
    kinds: Sequence[Sequence[Said]], persona: Persona, said: Sequence[str], rng: random.Random
) -> AuthoredLine:
    language = persona.locale.partition("-")[0]
    for lines in (*map(always, kinds), LAST_RESORT.get(language, SILENCE)):
        chosen = _fresh(lines, said, rng)
        if chosen is not None:
            return AuthoredLine(pieces_of(chosen), stock=True)
    raise AssertionError("there are two last resorts, and only one can be the last line said")


def _fresh(lines: Sequence[str], said: Sequence[str], rng: random.Random) -> str | None:
    """Pick a line that was said least often; never the one that was said last."""
    sayable = {line: words for line in lines if (words := spoken(pieces_of(line)))}
    allowed = [line for line, words in sayable.items() if not said or words != said[-1]]
    if not allowed:
        return None
    times = Counter(said)
    fewest = min(times[sayable[line]] for line in allowed)
    return rng.choice([line for line in allowed if times[sayable[line]] == fewest])


def _same_question(persona: Persona, player_line: str, said: Sequence[str]) -> str | None:
    """Return the answer of an example whose question is nearly the same, word for word."""
    asked = words(player_line)
    for example in persona.shown:
        theirs = words(example.player)
        alike = len(asked & theirs) / max(1, len(asked | theirs))
        if alike > SAME_QUESTION and spoken(pieces_of(example.npc)) not in ("", *said):
            return example.npc
    return None


def _best_answer(persona: Persona, player_line: str, said: Sequence[str]) -> str | None:
    repertoire = _repertoire(persona)
    asked = topics(player_line)
    total = sum(repertoire.weights.get(topic, repertoire.unknown) for topic in asked)
    if not total:
        return None
    best, best_score = None, GOOD_MATCH
    for candidate in repertoire.answers:
        shared = asked & candidate.topics
        score = sum(repertoire.weights[topic] for topic in shared) / total
        # Of two that fit, the one that was written for such a question.
        score += len(asked & candidate.asked) / len(asked) / 4
        if score > best_score and spoken(pieces_of(candidate.text)) not in said:
            best, best_score = candidate.text, score
    return best


@lru_cache(maxsize=256)
def _repertoire(persona: Persona) -> _Repertoire:
    lines = [(each.npc, each.player) for each in persona.shown]
    lines += [(fact, "") for fact in always(persona.known)]
    answers = tuple(
        _Candidate(text, topics(f"{asked} {text}"), topics(asked)) for text, asked in lines
    )
    spread = Counter(topic for answer in answers for topic in answer.topics)
    return _Repertoire(
        tuple(answer for answer in answers if spoken(pieces_of(answer.text))),
        {topic: _rarity(count, len(answers)) for topic, count in spread.items()},
        _rarity(1, len(answers)) / 2,
    )


def _rarity(count: int, answers: int) -> float:
    return math.log(1 + answers / count)
