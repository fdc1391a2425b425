"""What only the store in memory does: it is bounded in the number of conversations."""

from npcengine.messages import Origin
from npcengine.stores.inmemory import MAX_CONVERSATIONS, InMemoryConversations
from npcengine.turns import Turn


async def test_the_quietest_conversation_goes_when_there_are_too_many() -> None:
    store = InMemoryConversations()
    for n in range(MAX_CONVERSATIONS + 1):
        await store.append(Origin("main", "mira", str(n)), Turn("Hi.", "Hm.", 0.0))
    assert await store.read(Origin("main", "mira", "0")) == ()
    assert await store.read(Origin("main", "mira", "1"))
