from collections.abc import AsyncIterator

import pytest

from npcengine.backend.http import HttpClient
from npcengine.testing.manual_clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    client = HttpClient()
    yield client
    await client.aclose()
