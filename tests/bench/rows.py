"""A row of the table that `scripts/bench` prints: what was measured, and what was promised."""

from __future__ import annotations

import sys
from dataclasses import dataclass


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

    def tell(self) -> bool:
        """Print the row; return whether the limit is kept."""
        kept = self._reaches(self.limit)
        aim = "" if self.aim is None else f", aim {self.aim:g}"
        sign = "≥" if self.more_is_better else "≤"
        told = f"{sign} {self.limit:g}{aim}" + ("" if kept else "  MISSED")
        digits = 0 if self.value >= 100 or self.value.is_integer() else 1
        sys.stdout.write(
            f"{self.name:18} {self.value:7,.{digits}f} {self.unit:5}  {told:21} {self.rest}\n"
        )
        sys.stdout.flush()
        return kept

    def _reaches(self, mark: float) -> bool:
        return self.value >= mark if self.more_is_better else self.value <= mark


def within(values: list[float], share: float) -> float:
    """Return the value that so large a share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def finish(kept: list[bool]) -> None:
    """End the program: with 1 when a limit was missed."""
    sys.exit(0 if all(kept) else 1)
