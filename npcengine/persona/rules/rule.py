"""What a rule of the linter is, and what it may look at."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from npcengine.configuration import FactType
from npcengine.content.yaml_tree import Loc, Tree, dotted
from npcengine.diagnostics import Diagnostic, Severity
from npcengine.lore.loader import Volume
from npcengine.persona.loader import Sheet
from npcengine.persona.model import Persona


@dataclass(frozen=True, slots=True)
class Gauges:
    """What is measured by rooms that come after this one."""

    tokens: Callable[[Persona], int]
    """How many tokens a model reads of a persona before any talk."""
    sentences: Callable[[str], int]
    """How many sentences a text has."""


@dataclass(frozen=True, slots=True)
class Stage:
    """All that a rule may look at. Only what loads is here."""

    sheets: Sequence[Sheet]
    ids: Collection[str]
    """The ids of all personas there are, those that do not load among them."""
    books: Mapping[str, Volume]
    """Lorebooks, by the names by which personas call them."""
    shelf: Collection[str]
    """The names of all lorebooks there are, those that do not load among them."""
    facts: Mapping[str, FactType]
    """The facts that the game declares."""
    gauges: Gauges | None
    """None where nothing can be measured."""
    whole: bool
    """False when only one file is looked at, so that nothing can be missing."""
    strays: Sequence[Tree] = ()
    """Documents in inner folders that are not abstract, and are in no cast all the same."""

    def readers(self, book: str) -> list[Persona]:
        """Return who has a lorebook."""
        return [each.persona for each in self.sheets if book in each.persona.lorebooks]


class Found(NamedTuple):
    """One place that a rule does not like."""

    tree: Tree
    loc: Loc
    message: str
    suggestion: str = ""
    """What to do about it; empty when the message says it."""
    offset: int = 0
    """How many characters after the beginning of what stands at `loc`."""


Check: TypeAlias = Callable[[Stage], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class Rule:
    """What is looked for, and what it means to a writer. A code never changes its meaning."""

    code: str
    title: str
    explanation: str
    find: Check
    example: str
    """What earns the code: fields of a persona that has all others in order, or a whole file."""
    mend: str
    """The same as it should be, which earns nothing."""
    file: str = "mira.yaml"
    """The file that the example belongs to. Only lorebooks are shown whole."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """Other files that the example needs."""
    severity: Severity = "warning"

    def apply(self, stage: Stage) -> Iterator[Diagnostic]:
        """Give what the rule finds."""
        for each in self.find(stage):
            at = each.tree.written(each.loc)
            spot = each.tree.spots[at]
            yield spot.source.complain(
                self.code,
                spot.start + each.offset,
                each.message,
                each.suggestion,
                field=dotted(each.loc),
                severity=self.severity,
            )


def each_sheet(find: Callable[[Sheet, Stage], Iterable[Found]]) -> Check:
    """Make a rule's search of one that looks at a single persona."""

    def found(stage: Stage) -> Iterator[Found]:
        for sheet in stage.sheets:
            yield from find(sheet, stage)

    return found


def each_book(find: Callable[[str, Volume, Stage], Iterable[Found]]) -> Check:
    """Make a rule's search of one that looks at a single lorebook, which it gets with its name."""

    def found(stage: Stage) -> Iterator[Found]:
        for name, volume in stage.books.items():
            yield from find(name, volume, stage)

    return found
