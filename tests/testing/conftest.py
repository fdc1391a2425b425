from collections.abc import AsyncIterator

import httpx
import pytest


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    # Uncompressed, so that `aiter_raw` gives what a test wants to read.
    headers = {"authorization": "Bearer test-key", "accept-encoding": "identity"}
    async with httpx.AsyncClient(headers=headers, trust_env=False, timeout=20) as client:
        yield client
