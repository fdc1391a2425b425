"""Which entries fire: the same words in the same moment always fire the same ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from npcengine.lore.gate import Moment, is_time, lock
from npcengine.lore.model import Entry, Lorebook
from npcengine.lore.rules import Near, Problem, Rule, compile_rules

MAX_STEPS = 3
"""From what is said over the texts of how many entries another one may come to fire."""
_TOLD = -1
"""How near a key is that stands in the text of lore: nearer than all that is said."""
_REMEMBERED = 2048
"""Texts whose keys are kept: each message is read once, though it is looked at for some turns."""


class Fired(NamedTuple):
    """An entry that fires, and why."""

    id: str
    """`BOOK/ENTRY`."""
    book: str
    entry: Entry
    tokens: int
    """Estimated."""
    cause: str
    """The key that was found; empty for one that needs none."""
    step: int
    """0 when it was said; else over how many texts of entries it came."""


class Found(NamedTuple):
    """What matching came to."""

    fired: tuple[Fired, ...]
    """What the model is told, in the order in which it stands."""
    cut: tuple[Fired, ...]
    """What fired too and did not fit."""


class Index:
    """Books that are matched together. Made once; safe to use from several threads."""

    def __init__(self, books: Sequence[Lorebook], estimate: Callable[[str], int]) -> None:
        """Take books of different names; `estimate` counts the tokens of a text.

        Raises `UsageError` when two books or two entries of one book share a name, or when a key
        is a regular expression and RE2 is not installed.
        """
        self._rules, self._tables, self._patterns, self._problems = compile_rules(books)
        self._unasked = tuple(rule for rule in self._rules if rule.entry.constant)
        self._lasting = tuple(rule for rule in self._rules if rule.entry.lasting)
        self._by_key: dict[int, list[Rule]] = {}
        for rule in self._rules:
            for key in rule.keys:
                self._by_key.setdefault(key, []).append(rule)
        self._by_id = {rule.id: rule for rule in self._rules}
        self._budgets = {book.name: book.budget for book in books}
        self._depth = max((rule.depth for rule in self._rules), default=0)
        self._keys_in = lru_cache(_REMEMBERED)(self._read)
        self._keys_told = lru_cache(None)(self._read)
        self._tokens_of = lru_cache(None)(estimate)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The keys that will never be found, for one that reports them."""
        return self._problems

    def told(self, ids: Iterable[str], moment: Moment) -> tuple[str, ...]:
        """Return the texts of entries that fired before, but for those that are gone or locked."""
        rules = (self._by_id.get(id) for id in ids)
        return tuple(rule.entry.text for rule in rules if rule and lock(rule.entry, moment) is None)

    def forget(self) -> None:
        """Forget what was said: of each text that was looked at, its keys are kept for a while."""
        self._keys_in.cache_clear()

    def find(self, texts: Sequence[str], moment: Moment, budget: int) -> Found:
        """Return what fires when `texts` were said, the last one last, in at most `budget` tokens.

        What is locked neither fires nor is read for keys of others.
        """
        fired: dict[str, Fired] = {}
        near = self._near(texts)
        asked = [*self._unasked, *self._again(moment), *self._with(near)]
        last = self._fire(asked, near, moment, fired, 0)
        for step in range(1, MAX_STEPS + 1):
            told = frozenset().union(*map(self._keys_told, _texts_of(last)))
            if not told:
                break
            near.update(dict.fromkeys(told, _TOLD))
            waiting = (rule for rule in asked if rule.groups)
            asked = [rule for rule in (*waiting, *self._with(told)) if rule.entry.fired_by_others]
            last = self._fire(asked, near, moment, fired, step)
        return self._fit(fired.values(), budget)

    def _read(self, text: str) -> frozenset[int]:
        found = (table.found(text) for table in self._tables)
        return frozenset(self._patterns.found(text)).union(*found)

    def _near(self, texts: Sequence[str]) -> dict[int, int]:
        near: dict[int, int] = {}
        for ago, text in enumerate(islice(reversed(texts), self._depth)):
            for key in self._keys_in(text):
                near.setdefault(key, ago)
        return near

    def _with(self, keys: Iterable[int]) -> Iterable[Rule]:
        return (rule for key in keys for rule in self._by_key.get(key, ()))

    def _again(self, moment: Moment) -> Iterable[Rule]:
        return (rule for rule in self._lasting if rule.id in moment.before)

    def _fire(
        self,
        rules: Iterable[Rule],
        near: Near,
        moment: Moment,
        fired: dict[str, Fired],
        step: int,
    ) -> list[Rule]:
        """Add to `fired` those of `rules` that fire now, and return them."""
        new = []
        for rule in rules:
            id, entry = rule.id, rule.entry
            if id in fired or id in moment.standing:
                continue
            cause = rule.cause(near)
            if cause is None and (entry.constant or (entry.lasting and id in moment.before)):
                cause = ""
            if cause is None or not is_time(id, entry, moment) or lock(entry, moment):
                continue
            fired[id] = Fired(id, rule.book.name, entry, self._tokens_of(entry.text), cause, step)
            new.append(rule)
        return new

    def _fit(self, fired: Iterable[Fired], budget: int) -> Found:
        """Keep whole entries: one that is too large is passed over, and the next is tried."""
        kept, cut = [], []
        left = dict(self._budgets)
        for each in sorted(fired, key=_worth):
            if each.tokens <= min(budget, left[each.book]):
                budget -= each.tokens
                left[each.book] -= each.tokens
                kept.append(each)
            else:
                cut.append(each)
        return Found(tuple(sorted(kept, key=_place)), tuple(cut))


def _texts_of(rules: Iterable[Rule]) -> Iterable[str]:
    return (rule.entry.text for rule in rules if rule.spreads)


def _worth(fired: Fired) -> tuple[bool, bool, int, int, int, str]:
    entry = fired.entry
    return (
        entry.expendable,
        not entry.constant,
        -entry.priority,
        fired.step,
        -entry.order,
        fired.id,
    )


def _place(fired: Fired) -> tuple[int, str]:
    return fired.entry.order, fired.id
