"""Quests in worlds that are made up, of which a part is killed, moved or removed."""

from itertools import islice
from random import Random

import pytest

from npcengine.quest.model import Proof
from npcengine.quest.planning.strategy import default_strategies
from npcengine.quest.proving.prove import NoProof, prove
from npcengine.quest.record.journal import Journal
from npcengine.quest.record.recast import recast
from npcengine.stores.inmemory import InMemoryStore
from npcengine.world.index import Index
from npcengine.world.state import State
from tests.quest.journal.harm import can_be_met, harmed, holds_up
from tests.quest.trials import Made, quests_in

SIZE, QUESTS = 200, 120
STRATEGIES = default_strategies()


def made_in(seed: int, count: int = QUESTS) -> list[Made]:
    return list(islice(quests_in(seed, SIZE), count))


@pytest.mark.parametrize("seed", [11, 12, 13])
async def test_nothing_impossible_is_accepted_and_nearly_all_else_is_recast(seed: int) -> None:
    some = made_in(seed)
    world, index = some[0].world, Index.of(some[0].world)
    broken = recast_ = 0
    for number in range(5):
        harm = harmed(world, Random(f"{seed}/{number}"))
        kept = Journal(index, InMemoryStore(), STRATEGIES)
        for n, made in enumerate(some):
            # Each in a realm of its own, in which nobody else has what there is only one of.
            told, quest, realm = {**made.told, **harm}, made.quest, f"realm-{n}"
            await kept.offer(quest, "ayla", realm)
            entry = await kept.accept(quest.id, "ayla", told, realm)
            assert entry.status in ("active", "failed")
            if entry.status == "active":
                assert holds_up(made.setting, told, entry.quest), (quest, entry.quest)
            state = State.of(index, told)
            if isinstance(prove(quest, state), NoProof) and can_be_met(quest, state):
                broken += 1
                recast_ += entry.status == "active"
    assert broken > 10
    assert recast_ / broken >= 0.9


async def test_a_quest_that_is_recast_keeps_all_who_are_not_gone() -> None:
    some = made_in(14)
    index, found = Index.of(some[0].world), 0
    for made in some:
        quest = made.quest
        for role, id in quest.roles.items():
            if id not in made.world.people:
                continue
            state = State.of(index, {**made.told, f"{id}.at": ""})
            again = await recast(quest, state, STRATEGIES)
            if again is None or isinstance(prove(quest, state), Proof):
                continue
            found += 1
            changed = {name for name in quest.roles if again.roles[name] != quest.roles[name]}
            assert role in changed
            assert list(again.roles) == list(quest.roles)
            assert len(set(again.roles.values())) == len(again.roles)
            assert quest.giver not in again.roles.values()
            assert again.outcomes == quest.outcomes
            assert again.texts == quest.texts
            assert [each.id for each in again.objectives] == [each.id for each in quest.objectives]
            assert id not in {each for one in again.objectives for each in one.using.values()}
            assert await recast(quest, state, STRATEGIES) == again
    assert found > 20


async def test_a_quest_that_can_be_done_is_proved_as_it_is() -> None:
    for made in made_in(15, 20):
        again = await recast(made.quest, State.of(made.world, made.told), STRATEGIES)
        assert again is not None
        assert again.model_copy(update={"proof": made.quest.proof}) == made.quest
