"""`npcengine batch`: many lines from a file, and their answers as they come."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from npcengine.cli.counted import counted
from npcengine.cli.exits import NO_MODEL
from npcengine.cli.notes import Notes
from npcengine.cli.replies import dollars
from npcengine.cli.results import Results
from npcengine.cli.sayings import Entry, read_sayings
from npcengine.cli.screen import Screen
from npcengine.cli.terms import Personas, cast_of, engine_of, is_offline, opened_store
from npcengine.configuration import Budgets
from npcengine.engine import NPCEngine
from npcengine.errors import NoRoute
from npcengine.messages import Origin
from npcengine.settings import Settings
from npcengine.stores.base import Store
from npcengine.stores.inmemory import InMemoryStore
from npcengine.turns import Reply

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE.jsonl",
        help='Lines such as {"npc": "mage", "line": "Hello.", "player": "ayla"}; `id`, `scene` and '
        "`realm` may be there too.",
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Where the results go, and where a second run goes on.  [default: standard output]",
    ),
]
INTERRUPTED = 130
MOST_TOLD = 10
"""So many lines without an answer are told one by one."""
_CUT = ("broken", "deadline", "closed")


def batch(file: File, out: Out = None, personas: Personas = None) -> None:
    """Have the lines of a file answered.

    Each reply is written as it comes; run again with the same --out, it goes on where it ended.
    Lines of the same player to the same character are one conversation, which is kept nowhere
    else.
    """
    screen, notes, settings = Screen(), Notes(), Settings.from_env()
    cast = cast_of(personas)
    checking = NPCEngine(personas=cast, facts=settings.configuration.facts)
    entries = read_sayings(file, lambda saying: checking.say_all([saying]))
    results = Results(out)
    budgeted = settings.configuration.budgets != Budgets()
    store = Aside(opened_store(None, screen) if budgeted else InMemoryStore())
    engine = engine_of(cast, store)
    if is_offline(engine):
        raise NoRoute
    run = Run(engine, entries, results, screen, str(file))
    try:
        with results:
            asyncio.run(run.answer(store))
    except KeyboardInterrupt:
        screen.warn(f"Stopped: {run.summary()}")
        again = "run it again with the same --out" if out else "give it --out FILE the next time"
        screen.warn(f"To go on from here, {again}.")
        raise typer.Exit(INTERRUPTED) from None
    for note in notes.take():
        screen.warn(note)
    screen.warn(run.summary())
    if run.failed:
        raise typer.Exit(NO_MODEL)


class Run:
    """One run through the file, and what came of it so far."""

    def __init__(
        self,
        engine: NPCEngine,
        entries: Sequence[Entry],
        results: Results,
        screen: Screen,
        name: str,
    ) -> None:
        self._engine = engine
        self._results = results
        self._screen = screen
        self._name = name
        self._total = len(entries)
        self._left = [each for each in entries if each.key not in results.there]
        self._began = monotonic()
        self._answered = 0
        self._cost = 0.0
        self._unpriced = 0
        self.failed = 0

    async def answer(self, store: Aside) -> None:
        """Have every line answered that has no result yet."""
        going_on = {(each.saying.realm, each.saying.npc, each.saying.player) for each in self._left}
        for origin, turn in self._results.conversations():
            if (origin.realm, origin.npc, origin.player) in going_on:
                await store.append(origin, turn)
        with self._bar() as bar:
            done = self._total - len(self._left)
            task = bar.add_task("", total=self._total, completed=done, told="")
            async with self._engine:
                sayings = [each.saying for each in self._left]
                async with aclosing(self._engine.say_all(sayings)) as replies:
                    async for place, reply in replies:
                        self._take(self._left[place], reply)
                        bar.update(task, advance=1, told=f"{self._rate()} · {self._costs()}")

    def _bar(self) -> Progress:
        return self._screen.bar(
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            "{task.fields[told]}",
            TimeRemainingColumn(compact=True),
            "left",
        )

    def _take(self, entry: Entry, reply: Reply) -> None:
        self._cost += reply.cost or 0.0
        self._unpriced += reply.cost is None and reply.usage is not None
        if reply.source != "authored" and reply.finish not in _CUT:
            self._answered += 1
            self._results.add(entry, reply)
            return
        self.failed += 1
        why = f"{reply.reason or reply.finish}: {reply.error or 'it broke off'}"
        if self.failed <= MOST_TOLD:
            self._screen.complain(f"{self._name}:{entry.number}: no answer, {why}")
        if self.failed == MOST_TOLD:
            self._screen.complain("more lines without an answer are only counted")

    def summary(self) -> str:
        """Return what came of it, in one line."""
        before = self._total - len(self._left)
        told = [f"{self._answered:,} of {counted(self._total, 'line')} answered"]
        if before:
            told.append(f"{before:,} were there already")
        if self.failed:
            told.append(f"{self.failed:,} without an answer, to be had by running it again")
        return f"{', '.join(told)}; {self._costs()}, {monotonic() - self._began:.1f} s"

    def _rate(self) -> str:
        return f"{(self._answered + self.failed) / max(0.001, monotonic() - self._began):.1f}/s"

    def _costs(self) -> str:
        unknown = f" and {self._unpriced:,} of unknown price" if self._unpriced else ""
        return f"{dollars(self._cost)}{unknown}"


class Aside(InMemoryStore):
    """Keeps the conversations of this run to itself, and what is spent in the game's store."""

    def __init__(self, values: Store) -> None:
        super().__init__()
        self._elsewhere = values

    async def value(self, origin: Origin, name: str) -> str | None:
        """Return a value of the game's store."""
        return await self._elsewhere.value(origin, name)

    async def put(self, origin: Origin, name: str, value: str, until: float) -> None:
        """Keep a value in the game's store."""
        await self._elsewhere.put(origin, name, value, until)

    async def add(self, origin: Origin, name: str, amount: float, until: float) -> float:
        """Add to a counter of the game's store."""
        return await self._elsewhere.add(origin, name, amount, until)

    async def aclose(self) -> None:
        """Close the game's store."""
        await self._elsewhere.aclose()
