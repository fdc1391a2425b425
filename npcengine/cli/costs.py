"""What the prompts of personas cost, section by section."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from npcengine.cli.visible import visible
from npcengine.persona.loader import Sheet
from npcengine.persona.opened import Opened
from npcengine.prompt.build import explain
from npcengine.turns import Scene

SHOWN = 5
"""Sections that have a column: the largest, taken together."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a model reads of one persona before each reply."""

    npc: str
    sections: Mapping[str, int]
    """Estimated tokens, by the names that `npcengine prompt --explain` has."""

    @property
    def all(self) -> int:
        """All of it."""
        return sum(self.sections.values())

    def plain(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return {"npc": self.npc, "sections": dict(self.sections), "all": self.all}


def costs_of(sheets: Iterable[Sheet]) -> list[Cost]:
    """Return the costs of personas, the largest first."""
    costs = [
        Cost(
            persona.id,
            {
                each.name: each.tokens
                for each in explain(persona, Opened(persona), (), Scene(), "")
                if each.static
            },
        )
        for persona, _ in sheets
    ]
    return sorted(costs, key=lambda each: (-each.all, each.npc))


def costs_table(costs: Sequence[Cost]) -> Table:
    """Return a table of tokens: a row for each persona, a column for each large section."""
    total: Counter[str] = Counter()
    for each in costs:
        total.update(each.sections)
    shown = [name for name, _ in total.most_common(SHOWN)]
    table = Table("tokens of", box=None, pad_edge=False, header_style="bold")
    for name in (*shown, "others", "all"):
        table.add_column(name, justify="right")
    for each in costs:
        columns = [each.sections.get(name, 0) for name in shown]
        others = each.all - sum(columns)
        cells = [f"{tokens:,}" for tokens in (*columns, others, each.all)]
        table.add_row(Text(visible(each.npc), no_wrap=True, overflow="ellipsis"), *cells)
    return table
