"""Whatever happens in whatever order, a store has what a plain dictionary has."""

import asyncio
import tempfile
from collections.abc import Callable
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
from npcengine.stores.base import MAX_TURNS, ConversationStore
from npcengine.stores.inmemory import InMemoryConversations
from npcengine.stores.sqlite import SqliteConversations
from npcengine.turns import Turn

REALMS, NPCS, PLAYERS = ("main", "二"), ("mira", "bo"), ("ayla", "ÅKE\x00'", "")
origins = st.builds(Origin, *(st.sampled_from(each) for each in (REALMS, NPCS, PLAYERS)))
lines = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
turns = st.builds(Turn, lines, lines, st.floats(0, 1e10), st.booleans())


class Talks(RuleBasedStateMachine):
    """A store beside its model; each kind of store says how it is opened and left."""

    make: Callable[[Path], ConversationStore]
    lasting: bool

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.store = self.open()
        self.model: dict[Origin, list[Turn]] = {}
        self.saves: list[tuple[bytes, dict[Origin, list[Turn]]]] = []

    def open(self) -> ConversationStore:
        return type(self).make(Path(self.folder.name) / "store.db")

    @rule(origin=origins, said=st.lists(turns, min_size=1, max_size=50))
    def talk(self, origin: Origin, said: list[Turn]) -> None:
        async def at_once() -> None:
            await asyncio.gather(*(self.store.append(origin, turn) for turn in said))

        self.runner.run(at_once())
        for turn in said:
            kept = self.model.setdefault(origin, [])
            kept.append(turn)
            if len(kept) > MAX_TURNS:
                del kept[: MAX_TURNS // 2]

    @rule(player=st.sampled_from(PLAYERS))
    def forget(self, player: str) -> None:
        theirs = [origin for origin in self.model if origin.player == player]
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

    def teardown(self) -> None:
        self.runner.run(self.store.aclose())
        self.runner.close()
        self.folder.cleanup()


class InMemory(Talks):
    make = staticmethod(lambda _: InMemoryConversations())
    lasting = False


class InAFile(Talks):
    make = SqliteConversations
    lasting = True


@pytest.mark.parametrize("kind", [InMemory, InAFile])
def test_a_store_has_what_a_dictionary_has(kind: type[Talks]) -> None:
    run_state_machine_as_test(
        kind, settings=settings(max_examples=25, stateful_step_count=20, deadline=None)
    )
