"""What gives way when a prompt is larger than a model's context."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

LAST_TURNS = 2
"""So many turns of the history always stay: without them an answer answers nothing."""


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of a prompt: a section, an example, a lore entry, a memory or a turn."""

    section: str
    text: str
    tokens: int
    priority: int = 0
    """Within its section, what has less goes first."""
    kept_always: bool = False


class Way(NamedTuple):
    """A section that gives way, and why it may."""

    section: str
    why: str


_EXTRA = "the character can speak without it"
GIVES_WAY = (
    Way("examples", "one is enough to show the voice"),
    Way("recursed_lore", "only other lore had called for it"),
    Way("lore", "the least important goes first"),
    Way("memories", "the least important goes first"),
    Way("history", "the oldest goes first"),
    Way("world", _EXTRA),
    Way("appearance", _EXTRA),
    Way("greetings", _EXTRA),
    Way("backstory", _EXTRA),
    Way("flaws", _EXTRA),
    Way("values", _EXTRA),
)
"""In this order. What stands in any other section always stays."""


class Cut(NamedTuple):
    """An item that was left out."""

    item: Item
    why: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a prompt takes, and what was left out for that."""

    limit: int
    tokens: int
    """What is kept takes so many, even when that is more than `limit`."""
    cuts: tuple[Cut, ...]
    """In the order in which they were left out."""

    @property
    def excess(self) -> int:
        """The tokens by which even what has to stay is too large; 0 when it fits."""
        return max(self.tokens - self.limit, 0)

    def lines(self) -> tuple[str, ...]:
        """Return the report in words, a line for each section that gave way."""
        lines = [f"The prompt takes {self.tokens:,} tokens of at most {self.limit:,}."]
        for section, why in dict.fromkeys((cut.item.section, cut.why) for cut in self.cuts):
            gone = [cut.item.tokens for cut in self.cuts if cut.item.section == section]
            name = section.replace("_", " ")
            lines.append(f"Left out: {len(gone)} of {name}, {sum(gone):,} tokens ({why}).")
        if self.excess:
            lines.append(
                f"That is {self.excess:,} too many, and all the rest has to stay: shorten the "
                "persona, or choose a model with a larger context."
            )
        return tuple(lines)


class Fitted(NamedTuple):
    """The items that stay, in the order in which they were given, and what became of the rest."""

    kept: tuple[Item, ...]
    report: Report


def fit(items: Sequence[Item], limit: int) -> Fitted:
    """Leave out whole items, in the order of `GIVES_WAY`, until the rest takes `limit` tokens.

    The items of a section stand in the order of the prompt: the history from its oldest turn, an
    item a turn. The first example, the last turns, and what is `kept_always` stay: when they are
    too large by themselves, the report's `excess` says by how much, and the caller has to refuse.

    A larger limit keeps all that a smaller one keeps: nothing small comes back in for something
    large that went, or the prompt's beginning would change from turn to turn.
    """
    tokens = sum(item.tokens for item in items)
    gone: dict[int, Cut] = {}
    for at, why in _giving_way(items) if tokens > limit else ():
        if tokens <= limit:
            break
        gone[at] = Cut(items[at], why)
        tokens -= items[at].tokens
    kept = tuple(item for at, item in enumerate(items) if at not in gone)
    return Fitted(kept, Report(limit, tokens, tuple(gone.values())))


def _giving_way(items: Sequence[Item]) -> Iterator[tuple[int, str]]:
    """Yield where the items stand that may go, the first to go first, and why."""
    places: dict[str, list[int]] = {}
    for at, item in enumerate(items):
        places.setdefault(item.section, []).append(at)
    for section, why in GIVES_WAY:
        own = places.get(section, [])
        if section == "history":
            own = own[:-LAST_TURNS]
        else:
            own = own[1 if section == "examples" else 0 :][::-1]
        for at in sorted(own, key=lambda at: items[at].priority):
            if not items[at].kept_always:
                yield at, why
