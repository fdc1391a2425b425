"""Characters that cannot be told apart by what they say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from math import ceil
from typing import NamedTuple

from npcengine.content.yaml_tree import Loc, Spot, dotted
from npcengine.persona.loader import Sheet
from npcengine.persona.rules.rule import Found, Rule, Stage
from npcengine.persona.rules.texts import words_of

FEWEST = 4
"""Different words of the shortest line that is compared: shorter ones are everybody's."""
ALIKE = 0.8
"""Two lines are alike that have so much of their words in common."""
_MOST = 64
"""Lines with a rare word in common that are compared with one another."""


class _Said(NamedTuple):
    """One line of a character."""

    sheet: int
    loc: Loc
    spot: Spot
    origin: tuple[str, int]
    """Where it was written: it is the same for all who take it over."""
    words: frozenset[str]


def _alike(stage: Stage) -> Iterator[Found]:
    lines = list(_lines(stage.sheets))
    near = dict(_nearest(lines))
    told: Counter[int] = Counter(lines[number].sheet for number in near)
    for number, other in near.items():
        line, first = lines[number], lines[other]
        if not told[line.sheet]:
            continue
        more = told.pop(line.sheet) - 1
        tree, npc = stage.sheets[line.sheet].tree, stage.sheets[first.sheet].persona.id
        path, at = first.spot.source.path, first.spot.source.place(first.spot.start)[0]
        rest = f", and {more} more of these lines have their like" if more else ""
        message = f"{npc} says nearly the same ({dotted(first.loc)}, {path}:{at}){rest}"
        yield Found(tree, line.loc, message, "write what only this character would say")


def _nearest(lines: list[_Said]) -> Iterator[tuple[int, int]]:
    """Give each line that is like an earlier one of another character, and that one.

    Lines that are alike have one of their rarest words in common: only by these they are looked
    up, so that not every line has to be compared with every other.
    """
    counts = Counter(word for line in lines for word in line.words)
    by_word: dict[tuple[str, int], list[int]] = {}  # lines alike are of about the same length
    for number, line in enumerate(lines):
        size = len(line.words)
        rarest = sorted(line.words, key=lambda word: (counts[word], word))
        words = rarest[: size - ceil(ALIKE * size) + 1]
        sizes = range(ceil(ALIKE * size), int(size / ALIKE) + 1)
        near = (by_word.get((word, each), ()) for word in words for each in sizes)
        others = chain.from_iterable(near)
        found = next((each for each in others if _are_alike(line, lines[each])), None)
        if found is not None:
            yield number, found
        for word in words:
            same = by_word.setdefault((word, size), [])
            if found is None and len(same) < _MOST:  # for its like, the earlier line stands
                same.append(number)


def _are_alike(one: _Said, other: _Said) -> bool:
    common = len(one.words & other.words)
    if common < ALIKE * (len(one.words) + len(other.words) - common):
        return False
    return one.sheet != other.sheet and one.origin != other.origin


def _lines(sheets: Iterable[Sheet]) -> Iterator[_Said]:
    for number, (persona, tree) in enumerate(sheets):
        for loc, text in _spoken(Sheet(persona, tree)):
            words = frozenset(words_of(text))
            if len(words) >= FEWEST:
                spot = tree.spots[tree.written(loc)]
                yield _Said(number, loc, spot, (spot.source.path, spot.start), words)


def _spoken(sheet: Sheet) -> Iterator[tuple[Loc, str]]:
    """Give the lines that a writer put into a character's mouth."""
    persona = sheet.persona
    for index, example in enumerate(persona.examples):
        yield ("examples", index, "npc"), example.npc
    for index, line in enumerate(persona.greetings):
        yield ("greetings", index), line.text
    for index, phrase in enumerate(persona.speech.catchphrases):
        yield ("speech", "catchphrases", index), phrase
    stock = persona.stock_lines
    for kind in ("fallback", "confused", "refuse", "busy"):
        for index, line in enumerate(getattr(stock, kind)):
            yield ("stock_lines", kind, index), line.text


RULES = (
    Rule(
        "NPC307",
        "Two characters say nearly the same",
        "Cover the name: if a line fits two characters, it is the voice of neither. Lines of less "
        "than four words are not compared, nor lines that both take over from the same file.",
        _alike,
        "greetings:\n  - Good day to you, traveller!\n",
        "greetings:\n  - Mind the sparks, and the dog.\n",
        beside={"aldric.yaml": "greetings:\n  - Good day to you too, traveller.\n"},
    ),
)
