"""What a rule of the catalogue is, and what it may look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

from npcengine.content.yaml_tree import Loc, dotted
from npcengine.diagnostics import Severity
from npcengine.quest.model import Quest
from npcengine.quest.progress import Tracker
from npcengine.quest.proving.prove import Verdict, prove
from npcengine.world.model import World
from npcengine.world.state import State


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a quest, with all that it takes to mend it."""

    code: str
    """Stable, explained in docs/quest-rules.md: `QST121`."""
    severity: Severity
    path: str
    """Where in the quest, as `objectives[2].with.item`; empty for the quest as a whole."""
    message: str
    suggestion: str

    def __str__(self) -> str:
        path = f"{self.path}: " if self.path else ""
        return f"{self.code} {path}{self.message} ({self.suggestion})"


class Found(NamedTuple):
    """One place that a rule does not like."""

    loc: Loc
    message: str
    suggestion: str


@dataclass(frozen=True)
class Case:
    """All that a rule may look at. What takes long is worked out once, when it is asked for."""

    quest: Quest
    told: World | State

    @cached_property
    def state(self) -> State:
        """The world as it is. Raises ValueError for one that no loader would let pass."""
        return self.told if isinstance(self.told, State) else State.of(self.told)

    @cached_property
    def tracker(self) -> Tracker:
        """Follows the quest; only for one whose references hold."""
        return Tracker(self.quest, self.state.world)

    @cached_property
    def verdict(self) -> Verdict:
        """Whether it can be finished; only for a quest with which nothing else is wrong."""
        return prove(self.quest, self.state)


Check: TypeAlias = Callable[[Case], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class Rule:
    """What is looked for, and what it means to a designer. A code never changes its meaning."""

    code: str
    title: str
    explanation: str
    find: Check
    example: str
    """What earns the code: fields of a quest that has all others in order."""
    mend: str
    """The same as it should be, which earns nothing."""
    world: str = ""
    """Fields of the world in which it earns the code, where they are not those of the sample."""
    severity: Severity = "error"

    def apply(self, case: Case) -> Iterator[Finding]:
        """Give what the rule finds."""
        for loc, message, suggestion in self.find(case):
            yield Finding(self.code, self.severity, dotted(loc), message, suggestion)
