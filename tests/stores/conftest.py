from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from npcengine.stores.base import ConversationStore
from npcengine.stores.inmemory import InMemoryConversations
from npcengine.stores.sqlite import SqliteConversations


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ConversationStore]:
    """Give each kind of store to the tests of what every store does."""
    made: ConversationStore = InMemoryConversations()
    if request.param == "sqlite":
        made = SqliteConversations(tmp_path / "store.db")
    yield made
    await made.aclose()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a test may begin a file."""
    return tmp_path / "oakvale.db"
