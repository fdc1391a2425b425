"""Whatever happens in whatever order, a store has what a plain dictionary has."""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from npcengine.messages import Origin
from npcengine.stores.base import MAX_TURNS, Store
from npcengine.stores.inmemory import InMemoryStore
from npcengine.stores.sqlite import SqliteStore
from npcengine.testing.manual_clock import ManualClock
from npcengine.turns import Turn

REALMS, NPCS, PLAYERS = ("main", "二"), ("mira", "bo"), ("ayla", "ÅKE\x00'", "")
origins = st.builds(Origin, *(st.sampled_from(each) for each in (REALMS, NPCS, PLAYERS)))
talking = origins.filter(lambda origin: origin.player)
lines = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
turns = st.builds(Turn, lines, lines, st.floats(0, 1e10), st.booleans())

names = st.sampled_from(("spent", "花费"))
amounts = st.integers(-100, 100).map(float)
seconds = st.integers(0, 100)


@dataclass
class Kept:
    """A value as the model has it."""

    what: str
    begun: float
    until: float

    def counts(self, now: float) -> bool:
        return self.begun - (self.until - self.begun) <= now < self.until


class Talks(RuleBasedStateMachine):
    """A store beside its model; each kind of store says how it is opened and left."""

    make: Callable[[Path, ManualClock], Store]
    lasting: bool

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.clock = ManualClock()
        self.store = self.open()
        self.model: dict[Origin, list[Turn]] = {}
        self.values: dict[tuple[Origin, str], Kept] = {}
        self.saves: list[tuple[bytes, dict[Origin, list[Turn]]]] = []

    def open(self) -> Store:
        return type(self).make(Path(self.folder.name) / "store.db", self.clock)

    @rule(origin=talking, said=st.lists(turns, min_size=1, max_size=50))
    def talk(self, origin: Origin, said: list[Turn]) -> None:
        async def at_once() -> None:
            await asyncio.gather(*(self.store.append(origin, turn) for turn in said))

        self.runner.run(at_once())
        for turn in said:
            kept = self.model.setdefault(origin, [])
            kept.append(turn)
            if len(kept) > MAX_TURNS:
                del kept[: MAX_TURNS // 2]

    @rule(origin=origins, name=names, what=lines, lasting=seconds)
    def put(self, origin: Origin, name: str, what: str, lasting: int) -> None:
        now = self.clock.wall()
        self.runner.run(self.store.put(origin, name, what, now + lasting))
        self.values[origin, name] = Kept(what, now, now + lasting)

    @rule(origin=origins, name=names, some=st.lists(amounts, min_size=1), lasting=seconds)
    def add(self, origin: Origin, name: str, some: list[float], lasting: int) -> None:
        now = self.clock.wall()
        kept = self.values.get((origin, name))
        if kept is not None and kept.counts(now):
            try:
                float(kept.what)
            except ValueError:
                return
        else:
            kept = Kept("0.0", now, now + lasting)

        async def at_once() -> list[float]:
            adding = (self.store.add(origin, name, each, now + lasting) for each in some)
            return await asyncio.gather(*adding)

        totals = self.runner.run(at_once())
        if lasting or kept.until > now:
            begin = float(kept.what)
            assert totals == list(accumulate(some, initial=begin))[1:]
            self.values[origin, name] = Kept(str(totals[-1]), kept.begun, kept.until)

    @rule(by=seconds)
    def time_passes(self, by: int) -> None:
        self.runner.run(self.clock.advance(by))

    @rule(by=seconds)
    def the_calendar_is_set_back(self, by: int) -> None:
        now = self.clock.wall()
        # What was over already may have been thrown out, or not.
        for (origin, name), kept in self.values.items():
            if not kept.counts(now):
                self.runner.run(self.store.put(origin, name, "", now + 1))
                kept.what, kept.begun, kept.until = "", now, now + 1
        self.clock.set_wall(now - by)

    @rule(player=st.sampled_from(PLAYERS))
    def forget(self, player: str) -> None:
        theirs = [origin for origin in self.model if origin.player == player]
        for key in [each for each in self.values if each[0].player == player]:
            del self.values[key]
        forgotten = sum(len(self.model.pop(origin)) for origin in theirs)
        assert self.runner.run(self.store.forget(player)) == forgotten

    @rule(realm=st.sampled_from(REALMS))
    def export(self, realm: str) -> None:
        save = self.runner.run(self.store.export(realm))
        kept = {o: list(turns) for o, turns in self.model.items() if o.realm == realm}
        self.saves.append((save, kept))

    @rule(which=st.integers(0, 3), realm=st.sampled_from(REALMS))
    def restore(self, which: int, realm: str) -> None:
        if which < len(self.saves):
            save, kept = self.saves[which]
            self.runner.run(self.store.restore(realm, save))
            for origin in [each for each in self.model if each.realm == realm]:
                del self.model[origin]
            for origin, turns in kept.items():
                self.model[Origin(realm, origin.npc, origin.player)] = list(turns)

    @rule()
    def leave_and_return(self) -> None:
        if self.lasting:
            self.runner.run(self.store.aclose())
            self.store = self.open()

    @invariant()
    def is_what_the_model_has(self) -> None:
        async def everything() -> dict[Origin, list[Turn]]:
            every = [Origin(r, n, p) for r in REALMS for n in NPCS for p in PLAYERS]
            return {each: list(kept) for each in every if (kept := await self.store.read(each))}

        assert self.runner.run(everything()) == self.model

    @invariant()
    def values_are_what_the_model_has(self) -> None:
        async def everything() -> list[str | None]:
            return [await self.store.value(origin, name) for origin, name in self.values]

        now = self.clock.wall()
        counting = [kept.what if kept.counts(now) else None for kept in self.values.values()]
        assert self.runner.run(everything()) == counting

    def teardown(self) -> None:
        self.runner.run(self.store.aclose())
        self.runner.close()
        self.folder.cleanup()


class InMemory(Talks):
    make = staticmethod(lambda _, clock: InMemoryStore(clock))
    lasting = False


class InAFile(Talks):
    make = SqliteStore
    lasting = True


@pytest.mark.parametrize("kind", [InMemory, InAFile])
def test_a_store_has_what_a_dictionary_has(kind: type[Talks]) -> None:
    run_state_machine_as_test(
        kind, settings=settings(max_examples=25, stateful_step_count=20, deadline=None)
    )
