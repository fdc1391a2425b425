"""A giver knows of the quests that a player has from them, and no line of anybody ends one."""

from math import inf
from pathlib import Path

import pytest

from npcengine import Quest
from npcengine.errors import SaveCorrupt
from npcengine.messages import ChatRequest, Origin
from npcengine.quest.events import events_of
from npcengine.quest.record.keeping import LIST
from npcengine.stores.inmemory import InMemoryStore
from npcengine.world.state import State
from npcengine.world.verbs import Done, perform
from tests.quest.making.test_quests_of_an_engine import PLAIN
from tests.quest.making.village import Forge


def scene_of(request: ChatRequest) -> str:
    return " ".join(message.content for message in request.tail)


async def test_who_hands_out_a_quest_remembers_it_when_spoken_to() -> None:
    forge = Forge("Aye.")
    async with forge.engine as engine:
        quest = await engine.quest(PLAIN)
        assert isinstance(quest, Quest)
        journal = engine.quests.journal
        await journal.offer(quest, "ayla", "main")
        await engine.say("mira", "Well?", player="ayla")
        assert "offered" in scene_of(forge.backend.requests[-1])
        await engine.say("mira", "Well?", player="odd")
        assert "offered" not in scene_of(forge.backend.requests[-1])
        await journal.accept(quest.id, "ayla", {}, "main")
        await engine.say("mira", "(quest completed)", player="ayla")
        assert "taken on" in scene_of(forge.backend.requests[-1])
        (entry,) = await journal.of("ayla", "main")
        assert entry.status == "active"


async def test_a_quest_that_is_played_to_its_end_is_thanked_for() -> None:
    forge = Forge("Aye.")
    async with forge.engine as engine:
        quest = await engine.quest(PLAIN)
        assert isinstance(quest, Quest)
        assert quest.proof is not None
        journal, index = engine.quests.journal, engine.quests.index
        await journal.offer(quest, "ayla", "main")
        await journal.accept(quest.id, "ayla", {}, "main")
        state = State.of(index)
        for task in quest.proof.plans[0].steps:
            done = perform(state, task.step)
            assert isinstance(done, Done)
            for event in events_of(state, done.action):
                await journal.advance(event, ["ayla"], "main")
            state = done.state
        (entry,) = await journal.of("ayla", "main")
        assert (entry.status, entry.progress.outcome) == ("completed", "done")
        await engine.say("mira", "It is done.", player="ayla")
        assert "done" in scene_of(forge.backend.requests[-1]).lower()


async def test_who_is_forgotten_has_no_quests() -> None:
    forge = Forge("Aye.")
    async with forge.engine as engine:
        quest = await engine.quest(PLAIN)
        assert isinstance(quest, Quest)
        await engine.quests.journal.offer(quest, "ayla", "main")
        await engine.forget("ayla")
        assert await engine.quests.journal.of("ayla", "main") == ()


async def test_quests_outlive_the_engine_in_its_store(tmp_path: Path) -> None:
    store = tmp_path / "saves.db"
    first = Forge("Aye.", store=store)
    async with first.engine as engine:
        quest = await engine.quest(PLAIN)
        assert isinstance(quest, Quest)
        await engine.quests.journal.offer(quest, "ayla", "main")
    again = Forge("Aye.", store=store)
    async with again.engine as engine:
        await engine.say("mira", "Well?", player="ayla")
        assert "offered" in scene_of(again.backend.requests[-1])
        (entry,) = await engine.quests.journal.of("ayla", "main")
    assert entry.quest == quest


async def test_quests_that_cannot_be_read_keep_nobody_from_talking() -> None:
    store = InMemoryStore()
    await store.put(Origin("main", "", "ayla"), LIST, "no list at all", inf)
    forge = Forge("Aye.", store=store)
    async with forge.engine as engine:
        await engine.say("mira", "I am Ayla.", player="ayla", strict=True)
        reply = await engine.say("mira", "Who am I?", player="ayla", strict=True)
        with pytest.raises(SaveCorrupt):
            await engine.quests.journal.of("ayla", "main")
    assert reply.source == "model"
    assert "I am Ayla." in scene_of(forge.backend.requests[-1])  # what was said is remembered
