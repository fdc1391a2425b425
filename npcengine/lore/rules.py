"""The entries of some books, made ready for matching."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from npcengine.errors import UsageError
from npcengine.lore.keys import KeyTable
from npcengine.lore.model import Entry, Logic, Lorebook
from npcengine.lore.patterns import NoPatterns, PatternError, Patterns, is_pattern

_FAR = 1 << 40
_NEVER = -1
"""The number of a key that cannot be looked for."""

Near = Mapping[int, int]
"""How many messages ago a key was said, by its number: 0 is the last one, -1 the text of lore."""


class Problem(NamedTuple):
    """A key that will never be found."""

    book: str
    entry: str
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry and the numbers of its keys."""

    id: str
    """`BOOK/ENTRY`."""
    entry: Entry
    book: Lorebook
    depth: int
    keys: tuple[int, ...]
    groups: tuple[tuple[Logic, tuple[int, ...]], ...]

    @property
    def spreads(self) -> bool:
        """Whether its text is read for keys."""
        return self.book.recursive and self.entry.fires_others

    def cause(self, near: Near) -> str | None:
        """Return the key by which it fires; None if it does not."""
        depth = self.depth
        for position, key in enumerate(self.keys):
            if near.get(key, _FAR) < depth:
                fits = all(self._holds(logic, keys, near) for logic, keys in self.groups)
                return self.entry.keys[position] if fits else None
        return None

    def _holds(self, logic: Logic, keys: tuple[int, ...], near: Near) -> bool:
        said = sum(near.get(key, _FAR) < self.depth for key in keys)
        match logic:
            case "and_any":
                return said > 0
            case "and_all":
                return said == len(keys)
            case "not_any":
                return said == 0
            case "not_all":
                return said < len(keys)


class _Keys:
    """Numbers for keys: the same one for keys that are looked for in the same way."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[str, bool, bool, bool], int] = {}
        self.patterns = Patterns()
        self.problems: list[Problem] = []

    def number(self, key: str, rule_id: tuple[str, str], entry: Entry) -> int:
        regex = entry.regex or is_pattern(key)
        identity = (key, regex, entry.case_sensitive, entry.whole_words)
        if identity in self.numbers:
            return self.numbers[identity]
        number = len(self.numbers)
        if regex:
            try:
                self.patterns.add(number, key, cased=entry.case_sensitive)
            except NoPatterns as error:
                book, name = rule_id
                raise UsageError(f"the key {key!r:.80} of {book}/{name}: {error}") from error
            except PatternError as error:
                self.problems.append(Problem(*rule_id, key, str(error)))
                return _NEVER
        self.numbers[identity] = number
        return number

    def tables(self) -> tuple[KeyTable, ...]:
        """Make one table of the keys for which capitals make no difference, one of the others."""
        tables = []
        for cased in (False, True):
            keys = {
                number: (key, whole)
                for (key, regex, sensitive, whole), number in self.numbers.items()
                if not regex and sensitive is cased
            }
            tables += [KeyTable(keys, cased=cased)] if keys else []
        return tuple(tables)


class Rules(NamedTuple):
    """What a text is read for, and what then fires."""

    rules: tuple[Rule, ...]
    tables: tuple[KeyTable, ...]
    patterns: Patterns
    problems: tuple[Problem, ...]


def compile_rules(books: Sequence[Lorebook]) -> Rules:
    """Make the rules of all entries that could ever fire, in an order of their own.

    Raises `UsageError` when two books or two entries of one book share a name, or RE2 is missing.
    """
    keys = _Keys()
    _refuse_shared_names(books)
    rules = tuple(
        _rule(book, entry, keys)
        for book in sorted(books, key=lambda each: each.name)
        for entry in sorted(book.entries, key=lambda each: each.id)
        if entry.enabled and entry.text
    )
    return Rules(rules, keys.tables(), keys.patterns, tuple(keys.problems))


def _rule(book: Lorebook, entry: Entry, keys: _Keys) -> Rule:
    def numbers(written: tuple[str, ...]) -> tuple[int, ...]:
        return tuple(keys.number(key, (book.name, entry.id), entry) for key in written)

    groups: list[tuple[Logic, tuple[str, ...]]] = [
        (entry.logic, entry.secondary),
        *(("and_any", group) for group in entry.additional),
        ("not_any", entry.exclude),
    ]
    return Rule(
        f"{book.name}/{entry.id}",
        entry,
        book,
        book.scan_depth if entry.scan_depth is None else entry.scan_depth,
        numbers(entry.keys),
        tuple((logic, numbers(group)) for logic, group in groups if group),
    )


def _refuse_shared_names(books: Sequence[Lorebook]) -> None:
    names: set[str] = set()
    for book in books:
        for name in (book.name, *(f"{book.name}/{entry.id}" for entry in book.entries)):
            if name in names:
                raise UsageError(f"two books or entries are called {name!r:.120}: rename one")
            names.add(name)
