"""The only HTTP client: httpx's transport interface over aiohttp's connection pool.

The traps of that transport are met here, and nowhere else is an exception of theirs seen.
It hands back compressed bodies raw, so compression is declined, and undone when it comes
all the same. It reports refused, unresolved and dead connections alike as a time-out, so
the cause behind is looked at. What is not HTTP leaks aiohttp's own exception.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import TYPE_CHECKING

from npcengine.backend.failures import clean
from npcengine.errors import BackendError, BadAnswer, StreamBroken, Unreachable
from npcengine.version import __version__

if TYPE_CHECKING:
    import ssl

    import aiohttp
    import httpx

Header = tuple[bytes, bytes]

KEEP_ALIVE = 90.0
"""Seconds that an idle connection is kept: players pause longer than the usual five."""

COMMON_HEADERS: Sequence[Header] = (
    (b"user-agent", f"npcengine/{__version__}".encode()),
    (b"accept-encoding", b"identity"),
    (b"content-type", b"application/json"),
)


class HttpAnswer:
    """A response whose head has arrived; iterate over it for its body, a read at a time."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers: Mapping[str, str] = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in response.headers.raw
        }

    async def chunks(self) -> AsyncGenerator[bytes]:
        """Give what each network read brings.

        Raises:
            StreamBroken: The connection was lost before the body's end.
            BadAnswer: The body is not what its headers say.
        """
        encoding = self.headers.get("content-encoding", "identity").lower()
        if encoding not in ("identity", "gzip", "deflate"):
            raise BadAnswer(f"nobody asked for a body compressed as {clean(encoding)!r}")
        body = self._response.stream if encoding == "identity" else self._response.aiter_bytes()
        try:
            async for chunk in body:  # type: ignore[union-attr]
                yield chunk
        except Exception as error:
            raise _translated(error, StreamBroken) from error

    async def body(self, limit: int) -> bytes:
        """Read the body to its end, or to `limit` bytes if it has more, and close.

        Raises:
            StreamBroken: The connection was lost before the body's end.
        """
        parts: list[bytes] = []
        size = 0
        chunks = self.chunks()
        try:
            async for chunk in chunks:
                parts.append(chunk)
                size += len(chunk)
                if size > limit:
                    break
        finally:
            await chunks.aclose()
            await self.aclose()
        return b"".join(parts)[:limit]

    async def aclose(self) -> None:
        """Give the connection back, or close it when the body was not read to its end."""
        try:
            await self._response.aclose()
        except Exception as error:
            raise _translated(error, StreamBroken) from error


class HttpClient:
    """One connection pool, made at the first request and bound to its event loop."""

    def __init__(self, *, proxy: str | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._proxy = proxy
        self._tls = tls
        self._loading: asyncio.Future[httpx.AsyncBaseTransport] | None = None
        self._closed = False
        self._parsed: dict[tuple[str, tuple[Header, ...]], tuple[httpx.URL, httpx.Headers]] = {}

    def _open(self) -> httpx.AsyncBaseTransport:
        # These three take longer to import than all the rest of the engine together, and a
        # program that only lints, or never gets online, should not wait for them.
        import aiohttp
        import httpx
        import httpx_aiohttp

        self._httpx = httpx
        try:
            tls = self._tls or httpx.create_ssl_context()
            proxy = httpx.Proxy(self._proxy) if self._proxy else None
        except (OSError, ValueError, httpx.InvalidURL) as error:
            problem = f"TLS or the proxy cannot be set up: {clean(str(error))}"
            raise Unreachable(f"{problem}; check SSL_CERT_FILE and HTTPS_PROXY") from error

        def session() -> aiohttp.ClientSession:
            return aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=0, keepalive_timeout=KEEP_ALIVE, ssl=tls, enable_cleanup_closed=False
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
            )

        return httpx_aiohttp.AiohttpTransport(verify=tls, proxy=proxy, client=session)

    async def _ready(self) -> httpx.AsyncBaseTransport:
        if self._closed:
            raise Unreachable("the connections were closed, with the engine")
        if self._loading is None:
            # In a thread: the game's loop would stand still for a quarter of a second.
            self._loading = asyncio.ensure_future(asyncio.to_thread(self._open))
        if not self._loading.done():
            await asyncio.wait([self._loading])
        return self._loading.result()

    async def send(
        self,
        method: str,
        url: str,
        headers: tuple[Header, ...] = (),
        body: bytes = b"",
        connect: float | None = None,
    ) -> HttpAnswer:
        """Send a request and return once the answer's head has arrived.

        A new connection may take `connect` seconds.

        Raises:
            Unreachable: There was no connection, or it was lost before an answer came.
            BadAnswer: What came back is not HTTP.
        """
        try:
            transport = await self._ready()
            request = self._request(method, url, headers, body, connect)
            return HttpAnswer(await transport.handle_async_request(request))
        except Exception as error:
            raise _translated(error, Unreachable) from error

    def _request(
        self,
        method: str,
        url: str,
        headers: tuple[Header, ...],
        body: bytes,
        connect: float | None,
    ) -> httpx.Request:
        # A URL and headers cost more to parse than to send, and there are few of them. Given
        # as a stream, the body leaves the headers that depend on it to aiohttp.
        known = self._parsed.get((url, headers))
        if known is None:
            parsed = self._httpx.URL(url), self._httpx.Headers([*COMMON_HEADERS, *headers])
            known = self._parsed[url, headers] = parsed
        request = self._httpx.Request(
            method,
            known[0],
            headers=known[1],
            stream=self._httpx.ByteStream(body),
            extensions={"timeout": {"connect": connect}},
        )
        request.read()
        return request

    async def warm(self, url: str) -> None:
        """Connect to `url`'s host ahead of the first request; a failure shows itself then."""
        try:
            answer = await self.send("HEAD", url)
            await answer.body(1 << 16)
        except BackendError:
            return

    async def aclose(self) -> None:
        """Close every connection, for good."""
        self._closed = True
        if self._loading is not None:
            await asyncio.wait([self._loading])
            if self._loading.exception() is None:
                await self._loading.result().aclose()


def _translated(error: Exception, otherwise: type[BackendError]) -> BackendError:
    """Return our error for one of httpx, aiohttp or the socket; anything else is re-raised."""
    import aiohttp
    import httpx

    if isinstance(error, BackendError):
        return error
    cause = error.__cause__ if isinstance(error, httpx.TransportError) else error
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol | ValueError):
        # A ValueError is what aiohttp and the codecs below it make of a host that cannot be one.
        return Unreachable(f"{clean(str(error))}; check the base URL")
    if isinstance(error, httpx.DecodingError):
        return BadAnswer(f"the body is not encoded as its headers say: {error}")
    if isinstance(cause, aiohttp.ClientConnectorError):
        return _not_connected(cause)
    if isinstance(cause, aiohttp.ServerTimeoutError):
        return Unreachable("no connection in time: look at the network, or allow it more seconds")
    if isinstance(cause, aiohttp.ClientHttpProxyError):
        return Unreachable(f"the proxy said {cause.status} {clean(cause.message)}; check its URL")
    if isinstance(cause, aiohttp.ClientResponseError):
        return BadAnswer(f"what answers there does not speak HTTP: {clean(cause.message)}")
    if isinstance(cause, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError):
        # Most often a kept connection that the server had closed meanwhile: try again at once.
        return otherwise("the connection was closed before an answer came", retry_after=0.0)
    if isinstance(error, httpx.TransportError | aiohttp.ClientError | OSError):
        return otherwise(f"the connection failed: {clean(str(error)) or type(error).__name__}")
    raise error


def _not_connected(error: aiohttp.ClientConnectorError) -> Unreachable:
    import aiohttp

    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Unreachable(f"no host is called {error.host!r}; check the base URL")
    where = f"{error.host}:{error.port}"
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return Unreachable(f"TLS with {where} failed: {error}")
    return Unreachable(f"cannot connect to {where}: {error.os_error.strerror or error}")
