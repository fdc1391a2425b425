"""`npcengine quest --count`: a pool of quests, for all givers and for players of any level."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from math import ceil
from pathlib import Path
from time import monotonic

from rich.progress import BarColumn, MofNCompleteColumn, TimeRemainingColumn

from npcengine.cli.counted import counted
from npcengine.cli.screen import Screen
from npcengine.engine import NPCEngine
from npcengine.errors import UsageError
from npcengine.quest.brief import QuestBrief
from npcengine.quest.maker import Made, check_brief
from npcengine.quest.pooling.pool import LEVELS, Pool
from npcengine.turns import Fact
from npcengine.world.state import State

LEVEL = "player.level"


class Filling:
    """A pool in a file that is filled, and what came of it so far."""

    def __init__(
        self, engine: NPCEngine, path: Path, told: Mapping[str, Fact], screen: Screen
    ) -> None:
        """Go on with the file, if it is there.

        Raises:
            UsageError: The file holds something else. It is not changed.
            StoreError: It cannot be read.
        """
        self._engine = engine
        self._path = path
        self._told = told
        self._screen = screen
        self._pool = Pool(engine.quests.index, self._make)
        broken = self._pool.load(path) if path.exists() else ()
        if broken:
            line, problem = broken[0]
            raise UsageError(
                f"{path}:{line}: this is no quest of a pool in this world: {problem}; choose "
                "another --out, or take the line out; nothing has been changed"
            )
        self._before = len(self._pool)
        self._began = monotonic()

    async def fill(self, count: int, briefs: Sequence[QuestBrief]) -> None:
        """Fill the pool up to `count`, as far as there are new quests, and save it in any case.

        Raises `UsageError` for a brief that makes no sense in the world.
        """
        for brief in briefs:
            check_brief(brief, self._engine.quests.index)
        levels = levels_in(State.of(self._engine.quests.index, self._told), self._told)
        columns = (MofNCompleteColumn(), "{task.fields[rate]}", TimeRemainingColumn(compact=True))
        try:
            async with self._engine:
                with self._screen.bar(BarColumn(bar_width=None), *columns, "left") as bar:
                    task = bar.add_task("", total=count, completed=self._before, rate="")
                    for bands, level in zip(range(len(levels), 0, -1), levels, strict=True):
                        self._told = {**self._told, LEVEL: level}
                        wanted = ceil((count - len(self._pool)) / bands)
                        async for _ in self._pool.fill(wanted, briefs):
                            bar.update(task, completed=len(self._pool), rate=self._rate())
        finally:
            self._pool.save(self._path)

    def __len__(self) -> int:
        return len(self._pool)

    @property
    def made(self) -> int:
        """How many quests are new."""
        return len(self._pool) - self._before

    def summary(self) -> str:
        """Return what came of it, in one line."""
        givers = len({each.giver for each in self._pool})
        before = f", {self._before:,} were there already" if self._before else ""
        return (
            f"{counted(len(self._pool), 'quest')} of {counted(givers, 'giver')} in {self._path}"
            f"{before}; {monotonic() - self._began:.1f} s"
        )

    def plain(self) -> dict[str, object]:
        """Return what came of it, as data for JSON."""
        return {"file": str(self._path), "quests": len(self._pool), "made": self.made}

    def _make(self, brief: QuestBrief) -> AsyncGenerator[Made, None]:
        return self._engine.quests.versions(brief, self._told, lane="background")

    def _rate(self) -> str:
        return f"{self.made / max(0.001, monotonic() - self._began):.1f}/s"


def levels_in(state: State, told: Mapping[str, Fact]) -> list[int]:
    """Return levels of players, such that a pool serves all between the lowest and the highest.

    The lowest is the player's at the start, the highest that of the strongest who is there. It is
    only that which was told, if one was.
    """
    lowest = max(1, int(state.number(LEVEL)))
    if LEVEL in told:
        return [lowest]
    world = state.world
    strongest = max(
        (each.level for each in (*world.people.values(), *world.creatures.values())), default=lowest
    )
    return list(range(lowest, max(lowest, strongest) + 1, 2 * LEVELS + 1))
