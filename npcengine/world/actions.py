"""One thing that a player can do, with everything filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from npcengine.world.needs import Change, Need

Argument = str | int


class Step(NamedTuple):
    """What is done, and with what: `give`, `{"item": "bread", "to": "mira"}`."""

    do: str
    using: tuple[tuple[str, Argument], ...] = ()
    """Names of parameters and what they are, in the order of the verb."""

    @classmethod
    def of(cls, do: str, /, **using: Argument) -> Step:
        """Make a step; parameters stand in the order in which they are given."""
        return cls(do, tuple(using.items()))

    def get(self, name: str) -> Argument | None:
        """Return what a parameter is; None if it is not there."""
        return next((value for key, value in self.using if key == name), None)

    def as_data(self) -> dict[str, object]:
        """Return it as it is written in files: `{"do": …, "with": {…}}`."""
        return {"do": self.do, "with": dict(self.using)}

    def __str__(self) -> str:
        return f"{self.do}({', '.join(f'{name}={value}' for name, value in self.using)})"


@dataclass(frozen=True, slots=True)
class Action:
    """A step in a state of the world: what it needs, and what it changes."""

    step: Step
    needs: tuple[Need, ...]
    """In the order in which it is best to see to them: where one must be comes last."""
    changes: tuple[Change, ...]
    minutes: float = 1.0
    danger: float = 0.0
    assumes: tuple[str, ...] = ()
    """Facts that nobody told, and that must be so for a way to be open."""
