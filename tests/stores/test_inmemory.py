"""What only the store in memory does: it is bounded in the number of what it keeps."""

from math import inf

from npcengine.messages import Origin
from npcengine.stores.inmemory import MAX_CONVERSATIONS, MAX_VALUES, InMemoryStore
from npcengine.testing.manual_clock import ManualClock
from npcengine.turns import Turn

AYLA = Origin("main", "mira", "ayla")


async def test_the_quietest_conversation_goes_when_there_are_too_many() -> None:
    store = InMemoryStore()
    for n in range(MAX_CONVERSATIONS + 1):
        await store.append(Origin("main", "mira", str(n)), Turn("Hi.", "Hm.", 0.0))
    assert await store.read(Origin("main", "mira", "0")) == ()
    assert await store.read(Origin("main", "mira", "1"))


async def test_the_value_not_asked_for_for_longest_goes_when_there_are_too_many() -> None:
    store = InMemoryStore()
    for n in range(MAX_VALUES):
        await store.put(AYLA, str(n), "", inf)
    assert await store.value(AYLA, "0") == ""
    await store.put(AYLA, "one more", "", inf)
    assert await store.value(AYLA, "0") == ""
    assert await store.value(AYLA, "1") is None


async def test_values_whose_time_is_over_make_room_before_others_go() -> None:
    clock = ManualClock()
    store = InMemoryStore(clock)
    await store.put(AYLA, "lasting", "", inf)
    for n in range(MAX_VALUES - 1):
        await store.put(AYLA, str(n), "", clock.wall() + 1)
    await clock.advance(1)
    for n in range(MAX_VALUES - 1):
        await store.put(AYLA, f"new {n}", "", inf)
    assert await store.value(AYLA, "lasting") == ""
