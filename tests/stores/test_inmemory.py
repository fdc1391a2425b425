"""What only the store in memory does: it is bounded in the number of what it keeps."""

from math import inf

import pytest

from npcengine.errors import StoreUnavailable
from npcengine.messages import Origin
from npcengine.stores.inmemory import MAX_CONVERSATIONS, MAX_VALUES, InMemoryStore
from npcengine.stores.save import dump
from npcengine.testing.manual_clock import ManualClock
from npcengine.turns import Turn

AYLA = Origin("main", "mira", "ayla")
HELLO = Turn("Hi.", "Hm.", 0.0)


async def test_the_quietest_conversation_goes_when_there_are_too_many() -> None:
    store = InMemoryStore()
    for n in range(MAX_CONVERSATIONS + 1):
        await store.append(Origin("main", "mira", str(n)), Turn("Hi.", "Hm.", 0.0))
    assert await store.read(Origin("main", "mira", "0")) == ()
    assert await store.read(Origin("main", "mira", "1"))


async def test_a_save_for_which_there_is_no_room_changes_nothing() -> None:
    store = InMemoryStore()
    await store.append(AYLA, HELLO)
    await store.append(Origin("two", "mira", "ayla"), HELLO)
    save = dump({("mira", str(n)): (HELLO,) for n in range(MAX_CONVERSATIONS)})
    with pytest.raises(StoreUnavailable, match="room for 9,999: keep them in a file"):
        await store.restore("main", save)
    assert await store.read(AYLA) == (HELLO,)
    await store.forget("ayla")
    await store.restore("main", save)
    await store.restore("main", save)
    assert await store.read(Origin("main", "mira", "0")) == (HELLO,)


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
