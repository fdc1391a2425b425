"""The fake provider as a program of its own."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

BODY = {"model": "openai/gpt-oss-20b", "messages": [{"role": "user", "content": "Hello."}]}


@asynccontextmanager
async def program(*arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "npcengine.testing.fake_provider",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield process, (await process.stdout.readline()).decode().strip()
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_prints_its_address_and_serves_until_it_is_stopped(
    client: httpx.AsyncClient, number: signal.Signals
) -> None:
    async with program("--reply", "Aye.", "--reply", "Nay.", "--seed", "7") as (process, url):
        answers = [
            await client.post(f"{url}/openai/v1/chat/completions", json=BODY) for _ in range(3)
        ]
        process.send_signal(number)
        printed, complaints = await process.communicate()
    said = [each.json()["choices"][0]["message"]["content"] for each in answers]
    assert said == ["Aye.", "Nay.", "Aye."]
    assert (process.returncode, printed, complaints) == (0, b"", b"")


async def test_it_answers_with_a_status_in_another_style(client: httpx.AsyncClient) -> None:
    options = ("--style", "openai", "--status", "503", "--delay", "0.001", "--port", "0")
    async with program(*options) as (_, url):
        assert url.endswith("/v1")
        answer = await client.post(f"{url}/chat/completions", json=BODY)
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "server_is_overloaded"


async def test_some_requests_may_fail(client: httpx.AsyncClient) -> None:
    async with program("--style", "local", "--share-of-503", "1") as (_, url):
        answer = await client.post(f"{url}/chat/completions", json=BODY)
    assert answer.status_code == 503


async def test_a_wrong_option_is_explained() -> None:
    async with program("--style", "grok") as (process, url):
        _, complaints = await process.communicate()
    assert (process.returncode, url) == (2, "")
    assert b"choose from" in complaints
