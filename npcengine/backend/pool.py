"""Connections that are kept, so that few requests have to wait for a new one."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import time
from collections import deque
from typing import NamedTuple
from urllib.parse import urlsplit

from npcengine.backend.connection import Connection
from npcengine.backend.dial import dialled
from npcengine.backend.failures import clean
from npcengine.backend.pace import Pace
from npcengine.errors import Unreachable

KEEP_ALIVE = 90.0
"""Seconds that an idle connection is kept: players pause longer than the usual five."""
HANDSHAKES = 16
"""How many connections are made at once. A handshake of TLS holds up the loop for a moment."""
READ = 1 << 16
"""Bytes that one network read may bring."""


class Host(NamedTuple):
    """Whom to connect to."""

    name: str
    port: int
    tls: bool

    @classmethod
    def of(cls, url: str) -> Host:
        """Return the host of a URL. Raises `Unreachable` when it cannot be one."""
        try:
            parts = urlsplit(url)
            name, port = parts.hostname, parts.port
            if parts.scheme not in ("http", "https") or not name or not url.isprintable():
                raise ValueError(f"{url!r} is no URL of HTTP")
            name.encode("idna")
        except ValueError as error:  # of which errors of encoding are one kind
            raise Unreachable(f"{clean(str(error))}; check the base URL") from error
        tls = parts.scheme == "https"
        return cls(name, port or (443 if tls else 80), tls)


class Pool:
    """Idle connections by host, of which the one that was used last is used first."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._idle: dict[Host, deque[tuple[float, Connection]]] = {}
        self._handshakes = asyncio.Semaphore(HANDSHAKES)
        self._busy: set[Connection] = set()
        self._buffer = memoryview(bytearray(READ))
        self._closed = False

    async def take(
        self, host: Host, seconds: float | None, tls: ssl.SSLContext | None
    ) -> Connection:
        """Return a connection for one exchange; a new one may take so many `seconds`.

        Raises:
            Unreachable: There is no connection.
        """
        idle = self._idle.get(host)
        while idle:
            kept, connection = idle.pop()
            if connection.usable and time.monotonic() - kept < KEEP_ALIVE:
                self._busy.add(connection)
                return connection
            connection.close()
        connection = await self._connect(host, seconds, tls)
        if self._closed:
            connection.close()
            raise Unreachable("the connections were closed, with the engine")
        self._busy.add(connection)
        return connection

    def give_back(self, host: Host, connection: Connection) -> None:
        """End an exchange, and keep the connection if it is of more use."""
        self._busy.discard(connection)
        if connection.leave():
            idle = self._idle.setdefault(host, deque())
            idle.append((time.monotonic(), connection))
            while time.monotonic() - idle[0][0] > KEEP_ALIVE:
                idle.popleft()[1].close()

    def keep(self, host: Host, connection: Connection) -> None:
        """Keep a connection that has not been used."""
        self._busy.discard(connection)
        self._idle.setdefault(host, deque()).append((time.monotonic(), connection))

    def close(self) -> None:
        """Cut every connection, and make no more."""
        self._closed = True
        for idle in self._idle.values():
            for _, connection in idle:
                connection.close()
        self._idle.clear()
        for connection in self._busy:
            connection.close()
        self._busy.clear()

    async def _connect(
        self, host: Host, seconds: float | None, tls: ssl.SSLContext | None
    ) -> Connection:
        where = f"{host.name}:{host.port}"
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds), self._handshakes:
                sock = await dialled(host.name, host.port)
                _, connection = await loop.create_connection(
                    lambda: Connection(self._buffer, self._pace),
                    sock=sock,
                    ssl=tls,
                    server_hostname=host.name if tls else None,
                )
        except TimeoutError as error:
            remedy = "look at the network, or allow it more seconds"
            raise Unreachable(f"no connection to {where} in time: {remedy}") from error
        except socket.gaierror as error:
            raise Unreachable(f"no host is called {host.name!r}; check the base URL") from error
        except (OSError, OverflowError, UnicodeError) as error:
            if tls and isinstance(error, ssl.SSLError | ConnectionResetError):
                raise Unreachable(f"TLS with {where} failed: {clean(str(error))}") from error
            raise Unreachable(f"cannot connect to {where}: {_reason(error)}") from error
        return connection


def _reason(error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    return os.strerror(number) if number else clean(str(error))
