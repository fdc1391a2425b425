"""Connecting to a host of several addresses, and being given up at any moment of it."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from npcengine.backend.dial import dialled

OWN = Path("/proc/self/fd")


@asynccontextmanager
async def server() -> AsyncIterator[int]:
    """Serve on 127.0.0.1 alone, so that `localhost` may have an address that refuses."""
    writers: list[asyncio.StreamWriter] = []
    listening = await asyncio.start_server(lambda _, writer: writers.append(writer), "127.0.0.1", 0)
    port: int = listening.sockets[0].getsockname()[1]
    async with listening:
        yield port
        for writer in writers:
            writer.close()


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
async def test_the_address_that_answers_is_taken(name: str) -> None:
    async with server() as port:
        sock = await dialled(name, port)
        assert sock.getpeername() == ("127.0.0.1", port)
        sock.close()


async def test_no_address_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        await dialled("127.0.0.1", port)


async def test_no_such_host() -> None:
    with pytest.raises(OSError, match=r"\d"):
        await dialled("no-such-host.invalid", 80)


@pytest.mark.skipif(not OWN.exists(), reason="this platform does not tell what is open")
@pytest.mark.parametrize("passes", range(12))
async def test_given_up_at_any_moment_it_leaves_nothing_open(passes: int) -> None:
    async with server() as port:
        for _ in range(20):
            dialling = asyncio.ensure_future(dialled_and_closed(port))
            for _ in range(passes):
                await asyncio.sleep(0)
            dialling.cancel()
            await asyncio.wait([dialling])
        if given_up := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(given_up)
        await asyncio.sleep(0)
        assert not clients_of(port)


async def dialled_and_closed(port: int) -> None:
    (await dialled("127.0.0.1", port)).close()


def clients_of(port: int) -> list[str]:
    """Return the descriptors of this process that are connected to that port."""
    return [each.name for each in OWN.iterdir() if peer_port(int(each.name)) == port]


def peer_port(descriptor: int) -> object:
    try:
        copy = os.dup(descriptor)
    except OSError:
        return None
    try:
        sock = socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        return None
    with sock, suppress(OSError):
        peer = sock.getpeername()
        return peer[1] if isinstance(peer, tuple) else None  # one of another kind has no port
    return None
