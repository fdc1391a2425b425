import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from npcengine.stores.base import Store
from npcengine.stores.inmemory import InMemoryStore
from npcengine.stores.sqlite import SqliteStore
from npcengine.testing.manual_clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    """Return the clock of `store`."""
    return ManualClock()


@pytest.fixture(params=["memory", "sqlite"])
async def store(
    request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock
) -> AsyncIterator[Store]:
    """Give each kind of store to the tests of what every store does."""
    made: Store = InMemoryStore(clock)
    if request.param == "sqlite":
        made = SqliteStore(tmp_path / "store.db", clock)
    yield made
    await made.aclose()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a test may begin a file."""
    return tmp_path / "oakvale.db"


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Make a folder that a user who is not root can reach; those of pytest are root's alone."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)
