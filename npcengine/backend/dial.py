"""A socket to the first of a host's addresses that answers.

The event loop can race them too, but loses a socket whenever whoever waits for it is cancelled in
the moment in which it connects.
"""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Sequence
from typing import Any

SECOND_ADDRESS = 0.25
"""Seconds after which a host's next address is tried as well."""

Address = tuple[int, int, int, str, tuple[Any, ...]]


async def dialled(name: str, port: int) -> socket.socket:
    """Return a socket that is connected. Raises `OSError`, that of the address tried first."""
    loop = asyncio.get_running_loop()
    addresses = _mixed(await loop.getaddrinfo(name, port, type=socket.SOCK_STREAM))
    tries: list[asyncio.Task[socket.socket]] = []
    taken: asyncio.Task[socket.socket] | None = None
    try:
        for number, address in enumerate(addresses, 1):
            tries.append(asyncio.ensure_future(_connected(address)))
            patience = SECOND_ADDRESS if number < len(addresses) else None
            taken = await _first(tries, patience)
            if taken is not None:
                return taken.result()
        return tries[0].result()
    finally:
        for each in tries:
            if each is not taken:
                each.cancel()
                each.add_done_callback(_discard)


async def _first(
    tries: list[asyncio.Task[socket.socket]], patience: float | None
) -> asyncio.Task[socket.socket] | None:
    """Return a try that has succeeded; None when the last has failed, or `patience` is over."""
    over = None if patience is None else asyncio.get_running_loop().time() + patience
    while True:
        for each in tries:
            if each.done() and each.exception() is None:
                return each
        waiting = [each for each in tries if not each.done()]
        left = None if over is None else over - asyncio.get_running_loop().time()
        last_failed = patience is not None and tries[-1].done()
        if not waiting or last_failed or (left is not None and left <= 0):
            return None
        await asyncio.wait(waiting, timeout=left, return_when=asyncio.FIRST_COMPLETED)


async def _connected(address: Address) -> socket.socket:
    family, kind, protocol, _, where = address
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, where)
    except BaseException:
        sock.close()
        raise
    return sock


def _discard(tried: asyncio.Task[socket.socket]) -> None:
    if not tried.cancelled() and tried.exception() is None:
        tried.result().close()


def _mixed(addresses: Sequence[Address]) -> list[Address]:
    """Return the addresses with the families in turns: one of them may not get through at all."""
    seen: Counter[int] = Counter()

    def rank(address: Address) -> int:
        seen[address[0]] += 1
        return seen[address[0]]

    return sorted(addresses, key=rank)
