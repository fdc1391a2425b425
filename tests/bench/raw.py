"""Clients that post the bytes of a turn, and read the answer without a look at what it says."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import httpx

from tests.bench.asking import KEY, LONG, Place, body_of_a_turn


class RawHttpx:
    def __init__(self, client: httpx.AsyncClient, url: str, body: dict[str, Any]) -> None:
        self._client = client
        self._url = url
        self._bodies = {
            flag: json.dumps(body | {"stream": flag}).encode() for flag in (True, False)
        }
        self._headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}

    @classmethod
    async def made(cls, place: Place) -> RawHttpx:
        limits = httpx.Limits(max_connections=None)
        client = httpx.AsyncClient(timeout=LONG, limits=limits)
        return cls(client, f"{place.first}/chat/completions", await body_of_a_turn())

    async def prepare(self, turns: int) -> None:
        pass

    async def turn(self, *, streamed: bool) -> float | None:
        body = self._bodies[streamed]
        if not streamed:
            answer = await self._client.post(self._url, content=body, headers=self._headers)
            answer.raise_for_status()
            return 0.0
        asking = self._client.stream("POST", self._url, content=body, headers=self._headers)
        async with asking as response:
            response.raise_for_status()
            async for _ in response.aiter_lines():
                pass
        return 0.0

    async def aclose(self) -> None:
        await self._client.aclose()


class RawAiohttp:
    def __init__(self, session: aiohttp.ClientSession, url: str, body: dict[str, Any]) -> None:
        self._session = session
        self._url = url
        self._bodies = {
            flag: json.dumps(body | {"stream": flag}).encode() for flag in (True, False)
        }
        self._headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}

    @classmethod
    async def made(cls, place: Place) -> RawAiohttp:
        session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return cls(session, f"{place.first}/chat/completions", await body_of_a_turn())

    async def prepare(self, turns: int) -> None:
        pass

    async def turn(self, *, streamed: bool) -> float | None:
        asking = self._session.post(self._url, data=self._bodies[streamed], headers=self._headers)
        async with asking as response:
            response.raise_for_status()
            if not streamed:
                await response.read()
            else:
                async for _ in response.content:
                    pass
        return 0.0

    async def aclose(self) -> None:
        await self._session.close()
