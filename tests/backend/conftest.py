from collections.abc import AsyncIterator

import pytest

from npcengine.backend.chat import ChatBackend
from npcengine.backend.http import HttpClient
from npcengine.testing.fake_provider import FakeProvider
from npcengine.testing.manual_clock import ManualClock
from tests.backend.asking import SAID, backend_of


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    client = HttpClient()
    yield client
    await client.aclose()


@pytest.fixture
async def provider() -> AsyncIterator[FakeProvider]:
    async with FakeProvider(replies=SAID) as provider:
        yield provider


@pytest.fixture
def backend(provider: FakeProvider, client: HttpClient, clock: ManualClock) -> ChatBackend:
    return backend_of(provider, client, clock)
