"""Quests that are half done when a part of the world is killed, moved or removed."""

from collections.abc import Iterable
from itertools import islice
from random import Random

import pytest

from npcengine.quest.events import events_of
from npcengine.quest.model import Proof, Task
from npcengine.quest.planning.strategy import default_strategies
from npcengine.quest.proving.rest import prove_rest
from npcengine.quest.record.entry import Entry
from npcengine.quest.record.journal import Journal
from npcengine.stores.inmemory import InMemoryStore
from npcengine.turns import Fact
from npcengine.world.index import Index
from npcengine.world.state import State
from npcengine.world.verbs import Done, perform
from tests.quest.journal.harm import harmed
from tests.quest.trials import Made, quests_in

REALM = "main"


async def play(kept: Journal, player: str, state: State, tasks: Iterable[Task]) -> State:
    """Do something, and tell the journal of all that happens."""
    for task in tasks:
        done = perform(state, task.step)
        assert isinstance(done, Done), (task, done)
        for event in events_of(state, done.action):
            await kept.advance(event, (player,), REALM)
        state = done.state
    return state


async def entry_of(kept: Journal, player: str) -> Entry:
    [entry] = await kept.of(player, REALM)
    return entry


def who_leaves(made: Made, random: Random) -> dict[str, Fact]:
    """Let one of those who play a part be nowhere any more."""
    world = made.world
    some = [id for id in made.quest.roles.values() if id in world.people or id in world.creatures]
    return {f"{random.choice(some)}.at": ""} if some else {}


@pytest.mark.parametrize("seed", [31, 32])
async def test_what_stays_active_can_be_finished_from_where_the_player_is(seed: int) -> None:
    some: list[Made] = list(islice(quests_in(seed, 150), 80))
    index, random = Index.of(some[0].world), Random(seed)
    kept = Journal(index, InMemoryStore(), default_strategies())
    finished = recast = 0
    for number, made in enumerate(some):
        player = f"player-{number}"
        await kept.offer(made.quest, player, REALM)
        if (await kept.accept(made.quest.id, player, made.told, REALM)).status != "active":
            continue  # the giver is held somewhere
        assert made.quest.proof is not None
        steps = made.quest.proof.plans[0].steps
        start = State.of(index, made.told)
        state = await play(kept, player, start, steps[: random.randrange(len(steps))])
        harm = {**harmed(made.world, random), **who_leaves(made, random)}
        told: dict[str, Fact] = {**made.told, **state.changed, **harm}
        before = await entry_of(kept, player)
        changed = await kept.recheck(player, told, REALM)
        recast += any(each.change == "recast" for each in changed)
        entry = await entry_of(kept, player)
        assert set(before.progress.done) <= set(entry.progress.done)
        if entry.status == "active":
            now = State.of(index, told)
            proof = prove_rest(entry.quest, entry.progress, now)
            assert isinstance(proof, Proof)
            await play(kept, player, now, proof.plans[0].steps)
            entry = await entry_of(kept, player)
            assert entry.outcome is not None
            assert entry.outcome.id == proof.plans[0].outcome
            finished += 1
    assert finished > 50
    assert recast > 5
