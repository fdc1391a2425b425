"""Conversations in memory: bounded, and apart from one another."""

from npcengine.messages import Origin
from npcengine.stores.inmemory import MAX_CONVERSATIONS, MAX_TURNS, InMemoryConversations
from npcengine.turns import Turn

AYLA = Origin("main", "mira", "ayla")


async def test_turns_come_back_in_order() -> None:
    store = InMemoryConversations()
    turns = tuple(Turn(str(n), "Hm.", float(n)) for n in range(5))
    for turn in turns:
        await store.append(AYLA, turn)
    assert await store.read(AYLA) == turns


async def test_realms_characters_and_players_are_kept_apart() -> None:
    store = InMemoryConversations()
    await store.append(AYLA, Turn("Hello.", "Hm.", 0.0))
    for other in (Origin("two", "mira", "ayla"), Origin("main", "tom", "ayla")):
        assert await store.read(other) == ()


async def test_a_long_conversation_drops_its_older_half() -> None:
    store = InMemoryConversations()
    for n in range(MAX_TURNS + 1):
        await store.append(AYLA, Turn(str(n), "Hm.", float(n)))
    kept = await store.read(AYLA)
    assert len(kept) == MAX_TURNS // 2 + 1
    assert kept[-1].player_line == str(MAX_TURNS)


async def test_the_quietest_conversation_goes_when_there_are_too_many() -> None:
    store = InMemoryConversations()
    for n in range(MAX_CONVERSATIONS + 1):
        await store.append(Origin("main", "mira", str(n)), Turn("Hi.", "Hm.", 0.0))
    assert await store.read(Origin("main", "mira", "0")) == ()
    assert await store.read(Origin("main", "mira", "1"))


async def test_forgetting_a_player_spares_the_others() -> None:
    store = InMemoryConversations()
    tom = Origin("main", "mira", "tom")
    for origin in (AYLA, Origin("two", "mira", "ayla"), tom):
        await store.append(origin, Turn("Hi.", "Hm.", 0.0))
    assert await store.forget("ayla") == 2
    assert await store.read(AYLA) == ()
    assert await store.read(tom)
