"""A row of the table that `scripts/bench` prints: what was measured, and what was promised."""

from __future__ import annotations

import sys
from dataclasses import dataclass

NAME = 28
"""Cells that a row's name gets."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure beside its limit, and the aim beyond that; `rest` is for the reader alone."""

    name: str
    value: float
    unit: str
    limit: float
    aim: float | None = None
    rest: str = ""
    more_is_better: bool = False

    @property
    def kept(self) -> bool:
        """True when the limit is kept."""
        return self.value >= self.limit if self.more_is_better else self.value <= self.limit

    @property
    def figure(self) -> str:
        """The value, as exact as it is worth."""
        digits = 0 if self.value >= 100 or float(self.value).is_integer() else 1 if self.unit else 2
        return f"{self.value:,.{digits}f}"

    def tell(self) -> bool:
        """Print the row; return whether the limit is kept."""
        aim = "" if self.aim is None else f", aim {self.aim:g}"
        sign = "≥" if self.more_is_better else "≤"
        told = f"{sign} {self.limit:g}{aim}" + ("" if self.kept else "  MISSED")
        sys.stdout.write(
            f"{self.name:{NAME}} {self.figure:>7} {self.unit:5}  {told:22} {self.rest}\n"
        )
        sys.stdout.flush()
        return self.kept


def shown(value: float) -> str:
    """Return a value as exact as it is worth."""
    digits = 0 if value >= 100 or float(value).is_integer() else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}"


def within(values: list[float], share: float) -> float:
    """Return the value that so large a share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def finish(kept: list[bool]) -> None:
    """End the program: with 1 when a limit was missed."""
    sys.exit(0 if all(kept) else 1)
