"""Which entity of a world was meant by a name that somebody wrote."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from npcengine.persona.rules.texts import words_of
from npcengine.world.index import Index
from npcengine.world.state import State

MAX_SOUGHT = 60
"""So many names are compared with all others, which takes long in a large world."""
_LONGEST = 100
"""Characters of the longest name that is looked for."""
_ALIKE, _LEAD = 0.78, 0.06
"""How much alike two names must be, and by how much more than the next best."""

ARTICLES = frozenset(
    "the a an some my your his her their our der die das den dem ein eine einen le la les un une "
    "des el los las una unos unas il lo gli uno o os as um uma de het een".split()
)
"""Words before a name that are no part of it."""


@lru_cache(maxsize=32_768)
def words(name: str) -> tuple[str, ...]:
    """Return the folded words of a name, without articles before it."""
    found = words_of(name[:_LONGEST])
    while len(found) > 1 and found[0] in ARTICLES:
        del found[0]
    return tuple(found)


class _Called(NamedTuple):
    id: str
    kind: str
    words: frozenset[str]
    letters: str


class Names:
    """What everything in a world is called: its id, and its name in every language."""

    def __init__(self, state: State) -> None:
        self._all = _all(state.index)
        self._by_letters = _by_letters(state.index)
        self._left = MAX_SOUGHT

    def meant(self, name: str, kinds: Collection[str]) -> str | None:
        """Return the id that was meant, of one of these kinds; None where that is not clear.

        Case, spaces, articles, punctuation and accents make no difference; of names that are
        nearly the same, one must be clearly the nearest.
        """
        if len(name) > _LONGEST:
            return None
        given = words(name)
        exact = {each.id for each in self._by_letters.get("".join(given), ()) if each.kind in kinds}
        if exact or not given:
            return exact.pop() if len(exact) == 1 else None
        if self._left <= 0:
            return None
        self._left -= 1
        some = [each for each in self._all if each.kind in kinds]
        return _within(frozenset(given), some) or _nearest("".join(given), some)


@lru_cache(maxsize=8)
def _all(index: Index) -> tuple[_Called, ...]:
    return tuple(
        _Called(id, index.kinds[id], frozenset(each), "".join(each))
        for id, entity in index.entities.items()
        for each in dict.fromkeys(map(words, (id, *_names(entity.name))))
    )


def _names(name: str | Mapping[str, str] | None) -> Collection[str]:
    if name is None:
        return ()
    return (name,) if isinstance(name, str) else name.values()


@lru_cache(maxsize=8)
def _by_letters(index: Index) -> Mapping[str, list[_Called]]:
    found: dict[str, list[_Called]] = {}
    for each in _all(index):
        found.setdefault(each.letters, []).append(each)
    return found


def _within(given: frozenset[str], some: Sequence[_Called]) -> str | None:
    """Return the only one whose name has all of these words, or has no others."""
    found = {each.id for each in some if each.words and each.words <= given}
    found = found or {each.id for each in some if given <= each.words}
    return found.pop() if len(found) == 1 else None


def _nearest(given: str, some: Sequence[_Called]) -> str | None:
    best: dict[str, float] = {}
    matcher = SequenceMatcher(b=given, autojunk=False)
    for each in some:
        if abs(len(each.letters) - len(given)) > 2 + len(given) // 5:
            continue
        matcher.set_seq1(each.letters)
        if matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE:
            best[each.id] = max(best.get(each.id, 0.0), matcher.ratio())
    ranked = sorted(best.items(), key=lambda each: -each[1])[:2]
    if not ranked or ranked[0][1] < _ALIKE:
        return None
    return ranked[0][0] if len(ranked) == 1 or ranked[0][1] - ranked[1][1] >= _LEAD else None
