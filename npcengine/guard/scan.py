"""Finds terms in a text that comes in parts, however they are spelled, without looking twice."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import accumulate, count
from typing import NamedTuple

from npcengine.guard.folding import LEET, STOP, is_wide
from npcengine.guard.terms import Node, Violation

MAX_GAP = 4
"""Spaces and marks that may stand between two letters of a term."""

# How the letters of a term's word have come so far: none yet, one, as a word, or each apart. One
# alone may become either: `s` of `secret` or of `s e c r e t`.
_NEW, _ONE, _WHOLE, _APART = range(4)
_STOPPED = -1
# By what stands before a letter, nothing, marks or spaces: from the shape so far to the next one.
# Marks without a space, as in `se.cret`, part nothing.
_TOUCHING, _MARKED, _SPACED = range(3)
_SHAPES = (
    (_ONE, _WHOLE, _WHOLE, _STOPPED),
    (_ONE, _WHOLE, _WHOLE, _APART),
    (_ONE, _APART, _STOPPED, _APART),
)
_OPENING = 4
"""Letters of a word that tell whether any term begins with it."""

BETWEEN, WITHIN = 0, -2
"""Situations in which no term has begun: between words, and within a word."""
MAX_STEPS = 2_000
"""Words, each in one situation, that are remembered; when there are more, they are read anew."""
MAX_SITUATIONS = 2_000
"""Situations that have a number; any other is treated as one in a word."""
MAX_PART = 40
"""Letters of the longest that is remembered: nobody says a longer one twice."""

_State = tuple[Node, int, int, str, int]
"""A term of which the beginning was found: the node, where the term starts, the shape, letters that
followed a word of it, and how many of its letters are letters less those that are signs.
"""


class Finding(NamedTuple):
    """What was found, and where its first character stands."""

    violation: Violation
    start: int
    read: int = 0
    """Letters of the word that were read until then."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Trees of terms, ready to be looked for."""

    roots: tuple[Node, ...]
    openings: frozenset[str]
    """The first letters of all terms, in every length up to `_OPENING`."""
    first: frozenset[str]
    """The letters and signs that any of them may begin with."""
    allowed: Set[Violation]
    """What is in the trees and may be said nevertheless."""
    steps: dict[tuple[str, int], int] = field(default_factory=dict, compare=False)
    """By what stands before a space, and in which situation: the situation that it leads to."""
    ends: dict[tuple[str, int], int] = field(default_factory=dict, compare=False)
    """The same where no space follows, or none yet."""
    situations: dict[object, int] = field(default_factory=dict, compare=False)
    numbers: Iterator[int] = field(default_factory=lambda: count(1), compare=False)
    """Of situations. Threads share all of these, and no number is given twice."""

    @classmethod
    def of(cls, root: Node) -> Terms:
        """Return the terms of one tree."""
        openings = frozenset(_openings(root, ""))
        return cls((root,), openings, frozenset((*root.next, *LEET)), frozenset())

    def joined(self, other: Terms, allowed: Set[Violation]) -> Terms:
        """Return the terms of both, but for those that are allowed."""
        return Terms(
            self.roots + other.roots,
            self.openings | other.openings,
            self.first | other.first,
            allowed,
        )


class Scan:
    """Reads folded words and what stands between them, and follows every term that may come."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._roots = terms.roots
        self._allowed = terms.allowed
        self._openings = terms.openings
        self._first = terms.first
        self._states: list[_State] = []
        self._gap = _TOUCHING
        self._gap_length = 0
        self._sentence_ended = False
        self._in_word = False

    @property
    def start(self) -> int | None:
        """Where the first term begins that may still come; None when none may."""
        return self._states[0][1] if self._states else None

    @property
    def situation(self) -> int:
        """A number for where it stands: where it is the same, the same texts lead to the same.

        It is `BETWEEN` or `WITHIN` where no term has begun, and -1 where it has no number.
        """
        if self._in_word:
            return -1 if self._states else WITHIN
        if not self._states:
            return BETWEEN
        begun = [(id(node), shape, ending, plain) for node, _, shape, ending, plain in self._states]
        stands = self._gap, self._gap_length, self._sentence_ended, tuple(begun)
        known = self._terms.situations
        number = known.get(stands, -1)
        if number < 0 and len(known) < MAX_SITUATIONS:
            number = known.setdefault(stands, next(self._terms.numbers))
        return number

    def skip(self, parts: Sequence[str], first: int) -> int:
        """Return how many of a text's `parts` need not be read from `first` on, and pass them.

        The parts have a space after them, but for the last. Nearly all talk is made of words that
        were read before, in which nothing was found and from which no term goes on.
        """
        situation = leads = self.situation
        clear, steps = first, self._terms.steps
        for place, part in enumerate(parts[first:-1], first + 1):
            found = steps.get((part, situation))
            if found is None:
                break
            situation = found
            if situation == BETWEEN:
                clear, leads = place, BETWEEN
        else:
            found = self._terms.ends.get((parts[-1], situation))
            if found in (BETWEEN, WITHIN):
                clear, leads = len(parts), found
        if clear > first:
            self._states, self._in_word = [], leads == WITHIN
        return clear - first

    def learn(self, part: str, before: int, *, spaced: bool) -> None:
        """Note where `part`, `spaced` if there was a space after it, has led to now."""
        steps = self._terms.steps if spaced else self._terms.ends
        if before != -1 and len(part) <= MAX_PART and len(steps) < MAX_STEPS:
            steps[part, before] = self.situation

    def word(self, word: str, places: Sequence[int]) -> Finding | None:
        """Read letters, each with its place in the text."""
        if not self._states and self._is_clear(word):
            self._in_word = True
            return None
        for read, letter in enumerate(word):
            wide = letter > "\u0dff" and is_wide(letter)
            if wide and self._in_word and (found := self._end_words()):
                return found._replace(read=read)
            begins = wide or not self._in_word
            self._in_word = not wide
            if self._states:
                self._states = self._followed(letter, wide)
            if begins and letter in self._first:
                self._begin(letter, places[read], _NEW if wide else _ONE)
            self._gap, self._gap_length, self._sentence_ended = _TOUCHING, 0, False
            if wide and self._states and (found := self._complete()):
                return found._replace(read=read + 1)
        return None

    def between(self, joints: str, *, spaced: bool) -> Finding | None:
        """Read what stands between words; `spaced` when there is a space in it."""
        in_word, self._in_word = self._in_word, False
        if not self._states:
            return None
        if in_word and (found := self._end_words()):
            return found
        self._gap = max(self._gap, _SPACED if spaced else _MARKED)
        self._gap_length += len(joints)
        self._sentence_ended = self._sentence_ended or STOP in joints
        if self._gap == _SPACED:
            # No word goes on after a space, and no phrase in another sentence.
            ended = (_WHOLE, _NEW) if self._sentence_ended else (_WHOLE,)
            self._states = [state for state in self._states if state[2] not in ended]
        if self._gap_length > MAX_GAP:
            self._states = []
        return None

    def close(self) -> Finding | None:
        """End the text."""
        return self._end_words() if self._in_word else None

    def _is_clear(self, word: str) -> bool:
        """Tell quickly of most words that no term begins in them."""
        if self._in_word:
            return word.isascii() or not any(map(is_wide, word))
        opening = word[:_OPENING]
        return (
            opening not in self._openings
            and ((opening.isascii() and opening.isalpha()) or _SIGNS.isdisjoint(opening))
            and (word.isascii() or not any(map(is_wide, word)))
        )

    def _begin(self, letter: str, place: int, shape: int) -> None:
        for root in self._roots:
            for child, plain in _children(root, letter):
                self._states.append((child, place, shape, "", plain))

    def _followed(self, letter: str, wide: bool) -> list[_State]:
        """Return where the states lead with one more letter."""
        followed: list[_State] = []
        for state in self._states:
            node, start, shape, ending, plain = state
            touching = self._gap == _TOUCHING and not wide
            if not ending:
                after = _NEW if wide else _SHAPES[self._gap][shape]
                if after != _STOPPED:
                    for child, more in _children(node, letter):
                        followed.append((child, start, after, "", plain + more))
            if node.ends and touching and _may_end(node.ends, ending + letter):
                followed.append((node, start, shape, ending + letter, plain))
        return followed

    def _end_words(self) -> Finding | None:
        """Let the words end here that may; return what ends with one of them."""
        going: list[_State] = []
        for state in self._states:
            node, start, shape, ending, plain = state
            if not ending:
                going.append(state)
            if shape != _NEW:
                for endings, after in node.ends.items():
                    if ending in endings:
                        going.append((after, start, _NEW, "", plain))
        self._states = going
        return self._complete()

    def _complete(self) -> Finding | None:
        for node, start, shape, _, plain in self._states:
            found = node.found
            if found and shape == _NEW and plain >= 0 and found not in self._allowed:
                return Finding(found, start)
        return None


_SIGNS = frozenset(LEET)


def _openings(node: Node, letters: str) -> Iterator[str]:
    yield letters
    if len(letters) < _OPENING:
        for endings in node.ends:
            for ending in endings:
                yield from accumulate(ending[: _OPENING - len(letters)], initial=letters)
        for letter, child in node.next.items():
            yield from _openings(child, letters + letter)


def _children(node: Node, letter: str) -> list[tuple[Node, int]]:
    """Return where a letter leads, as itself or as what it may stand for."""
    child = node.next.get(letter)
    children = [(child, 1)] if child else []
    if letter in LEET:
        others = (node.next.get(other) for other in LEET[letter])
        children += [(other, 1 if letter.isalpha() else -1) for other in others if other]
    return children


def _may_end(ends: Collection[frozenset[str]], ending: str) -> bool:
    return any(each.startswith(ending) for endings in ends for each in endings)
