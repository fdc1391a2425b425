"""The only HTTP client: requests go out and answers come in here, whatever lies between."""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import Mapping
from math import inf
from typing import Protocol
from urllib.parse import quote, urlsplit

import certifi

from npcengine.backend.connection import Connection
from npcengine.backend.failures import clean
from npcengine.backend.pace import Pace
from npcengine.backend.pool import Host, Pool
from npcengine.backend.proxied import ProxiedClient
from npcengine.errors import BackendError, BadAnswer, Unreachable
from npcengine.version import __version__

Header = tuple[bytes, bytes]

COMMON_HEADERS: tuple[Header, ...] = (
    (b"user-agent", f"npcengine/{__version__}".encode()),
    (b"accept", b"*/*"),
    (b"accept-encoding", b"identity"),
    (b"content-type", b"application/json"),
)


class Exchange(Protocol):
    """An answer whose head has arrived, and what is still to come of its body."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """By lower-case name."""

    async def read(self) -> bytes:
        """Return what has come of the body, as it was sent; empty at its end."""

    async def aclose(self) -> None:
        """Give the connection back, or cut it when the body was not read to its end."""


class HttpAnswer:
    """A response whose head has arrived; its body is read as it comes, or as a whole."""

    def __init__(self, exchange: Exchange) -> None:
        self.status = exchange.status
        self.headers = exchange.headers
        """By lower-case name."""
        self._exchange = exchange
        encoding = exchange.headers.get("content-encoding", "identity").lower()
        if encoding == "identity":
            self.read = exchange.read  # type: ignore[method-assign] # nothing stands between
        elif encoding in ("gzip", "deflate"):
            self._decoder = zlib.decompressobj(zlib.MAX_WBITS | 32)
        else:
            self.read = self._refuse  # type: ignore[method-assign]

    async def read(self) -> bytes:
        """Return what has come of the body; empty at its end.

        Raises:
            StreamBroken: The connection was lost before the body's end.
            BadAnswer: The body is not what its headers say.
        """
        body = b""
        while not body and not self._decoder.eof:
            came = await self._exchange.read()
            try:
                body = self._decoder.decompress(came) if came else self._decoder.flush()
            except zlib.error as error:
                raise BadAnswer(f"the body is not encoded as its headers say: {error}") from error
            if not came:
                break
        return body

    async def _refuse(self) -> bytes:
        encoding = clean(self.headers["content-encoding"])
        raise BadAnswer(f"nobody asked for a body compressed as {encoding!r}")

    async def body(self, limit: int) -> bytes:
        """Read the body to its end, or to `limit` bytes if it has more, and close.

        Raises what `read` raises.
        """
        parts: list[bytes] = []
        size = 0
        try:
            while size <= limit and (part := await self.read()):
                parts.append(part)
                size += len(part)
        finally:
            await self.aclose()
        return b"".join(parts)[:limit]

    async def aclose(self) -> None:
        """Give the connection back, or cut it when the body was not read to its end."""
        await self._exchange.aclose()


class _Direct:
    """The `Exchange` over a connection of our own."""

    def __init__(self, connection: Connection, host: Host, pool: Pool) -> None:
        self.status = connection.status
        self.headers = connection.headers
        self.read = connection.read
        self._connection: Connection | None = connection
        self._host = host
        self._pool = pool

    async def aclose(self) -> None:
        if self._connection is not None:
            self._pool.give_back(self._host, self._connection)
            self._connection = None


class HttpClient:
    """Connections to any number of hosts, directly or through one proxy."""

    def __init__(
        self,
        *,
        proxy: str | None = None,
        tls: ssl.SSLContext | None = None,
        pace: Pace | None = None,
    ) -> None:
        """Hand on what comes at a `pace`; at once without one."""
        self._proxied = ProxiedClient(proxy) if proxy else None
        self._tls = tls
        self._loading: asyncio.Future[ssl.SSLContext] | None = None
        self._pool = Pool(pace or Pace(inf))
        self._closed = False
        self._known: dict[tuple[str, str, tuple[Header, ...]], tuple[Host, bytes]] = {}

    async def send(
        self,
        method: str,
        url: str,
        headers: tuple[Header, ...] = (),
        body: bytes = b"",
        connect: float | None = None,
    ) -> HttpAnswer:
        """Send a GET or POST and return once the answer's head has arrived.

        A new connection may take `connect` seconds.

        Raises:
            Unreachable: There was no connection, or it was lost before an answer came.
            BadAnswer: What came back is not HTTP.
        """
        if self._closed:
            raise Unreachable("the connections were closed, with the engine")
        if self._proxied is not None:
            context = await self._loaded()
            sent = (*COMMON_HEADERS, *headers)
            return HttpAnswer(await self._proxied.send(method, url, sent, body, connect, context))
        host, head = self._known.get((method, url, headers)) or self._parse(method, url, headers)
        tls = await self._loaded() if host.tls else None
        connection = await self._pool.take(host, connect, tls)
        try:
            await connection.ask(b"%bcontent-length: %d\r\n\r\n%b" % (head, len(body), body))
        except BaseException:
            self._pool.give_back(host, connection)
            raise
        return HttpAnswer(_Direct(connection, host, self._pool))

    def _parse(self, method: str, url: str, headers: tuple[Header, ...]) -> tuple[Host, bytes]:
        host, parts = Host.of(url), urlsplit(url)
        path = quote(
            f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}", safe="/?&=%:@,+~"
        )
        name = parts.netloc.rpartition("@")[2].encode("idna").decode()
        lines = [f"{method} {path} HTTP/1.1".encode(), b"host: " + name.encode()]
        lines += [name + b": " + value for name, value in (*COMMON_HEADERS, *headers)]
        known = self._known[method, url, headers] = host, b"\r\n".join(lines) + b"\r\n"
        return known

    async def warm(self, url: str) -> None:
        """Connect to a URL's host ahead of the first request; a failure shows itself then."""
        try:
            host = Host.of(url)
            tls = await self._loaded() if host.tls else None
            if self._proxied is None:
                self._pool.keep(host, await self._pool.take(host, None, tls))
        except BackendError:
            return

    async def _loaded(self) -> ssl.SSLContext:
        if self._closed:
            raise Unreachable("the connections were closed, with the engine")
        if self._loading is None:
            # In a thread: the game's loop would stand still for some frames.
            self._loading = asyncio.ensure_future(asyncio.to_thread(self._load))
        if not self._loading.done():
            await asyncio.wait([self._loading])
        return self._loading.result()

    def _load(self) -> ssl.SSLContext:
        if self._tls is not None:
            return self._tls
        try:
            tls = ssl.create_default_context()  # knows SSL_CERT_FILE, which may name more
            tls.load_verify_locations(certifi.where())
        except (OSError, ValueError) as error:
            problem = f"TLS cannot be set up: {clean(str(error))}"
            raise Unreachable(f"{problem}; check SSL_CERT_FILE") from error
        return tls

    async def aclose(self) -> None:
        """Close every connection, for good."""
        self._closed = True
        if self._loading is not None:
            await asyncio.wait([self._loading])
        self._pool.close()
        if self._proxied is not None:
            await self._proxied.aclose()
