"""Whether a name that stands in a text is meant there, or is a word like any other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from npcengine.lore.fold import fold
from npcengine.world.index import Index

_BEFORE_NOUNS = frozenset(
    "a an the my your his its our their some no every each one two three few many "
    "der die das den dem des am ans beim im ins vom zum zur ein eine einen einem einer "
    "mein dein sein unser euer ihr kein "
    "le la les l du d au aux un une ce cette ces mon ma mes ton ta tes son sa ses notre votre leur "
    "el los las lo del al unos unas mi tu su sus este esta nuestro nuestra "
    "il gli dello della nel nella um uma o os do da no na ao het een de".split()
)
"""Words after which a noun comes, in the languages that are written in Latin letters."""
_WHERE = frozenset("at from near to".split())
"""Words after which even in a title a capital is that of a name."""
_SMALL = frozenset("a an and as at but by for from in of on or the to with".split())
"""Words without a capital in a title in which all others have one."""

_WORD = re.compile(r"([^\W_]+)(?:['’](?:s|t|d|m|ll|re|ve)\b)?")
"""A word, without what English hangs on it with an apostrophe."""
_OTHER_SCRIPT = re.compile(r"[\u0370-\u1dff\u2e80-\uffef]")
"""Letters of scripts in which a word in Latin letters is nothing but a name."""
_JOINS = re.compile(r"[\s'’-]{1,3}")
"""What stands between two words of one sentence, if nothing else does."""


class _Place(NamedTuple):
    word: str
    before: str
    """The word before it; empty where a sentence or part of one begins."""


def is_meant(name: str, id: str, index: Index, text: str) -> bool:
    """Tell whether a name in a text means somebody or something of the world.

    A word may be one of every day as well. A person is meant where it has a capital: not Will in
    "I will pay". What has no name but its id is meant where that stands as a noun, after an
    article or the like, or with a capital within a sentence: not the `well` in "Well, then" or
    "you did well". In a text of capitals throughout, as titles are, a capital says nothing.
    """
    if _WORD.fullmatch(name) is None or name.upper() == name.lower():
        return True
    some = [each for each in _places(text) if fold(each.word) == fold(name)]
    if index.kinds[id] == "person" and any(each.word[0].isupper() for each in some):
        return True
    if index.entities[id].name is None:
        return bool(_OTHER_SCRIPT.search(text)) or any(_is_noun(each, text) for each in some)
    return index.kinds[id] != "person" or name[0].islower()


def _is_noun(place: _Place, text: str) -> bool:
    before = fold(place.before)
    if before in _BEFORE_NOUNS:
        return True
    if not before or not place.word[0].isupper():
        return False
    return before in _WHERE or any(
        word.islower() and word not in _SMALL for word in _WORD.findall(text)
    )


def _places(text: str) -> Iterator[_Place]:
    before, end = "", 0
    for found in _WORD.finditer(text):
        joined = _JOINS.fullmatch(text, end, found.start())
        yield _Place(found[1], before if joined else "")
        before, end = found[1], found.end()
