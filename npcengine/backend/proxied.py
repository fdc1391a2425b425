"""Requests through a proxy, by httpx, which knows how to ask one."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from npcengine.backend.failures import clean
from npcengine.errors import BackendError, BadAnswer, StreamBroken, Unreachable

if TYPE_CHECKING:
    import httpx


class ProxiedClient:
    """Connections through one proxy."""

    def __init__(self, proxy: str) -> None:
        self._proxy = proxy
        self._loading: asyncio.Future[httpx.AsyncHTTPTransport] | None = None

    async def send(
        self,
        method: str,
        url: str,
        headers: tuple[tuple[bytes, bytes], ...],
        body: bytes,
        connect: float | None,
        tls: ssl.SSLContext,
    ) -> ProxiedExchange:
        """Send a request and return once the answer's head has arrived.

        Raises:
            Unreachable: There was no connection, or it was lost before an answer came.
            BadAnswer: What came back is not HTTP.
        """
        try:
            if self._loading is None:
                self._loading = asyncio.ensure_future(asyncio.to_thread(self._open, tls))
            transport = await asyncio.shield(self._loading)
            request = self._httpx.Request(method, url, headers=headers, content=body)
            request.extensions = {"timeout": {"connect": connect}}
            return ProxiedExchange(await transport.handle_async_request(request))
        except Exception as error:
            raise _translated(error, Unreachable) from error

    def _open(self, tls: ssl.SSLContext) -> httpx.AsyncHTTPTransport:
        # It takes longer to import than all the rest of the engine, and few have a proxy.
        import httpx

        self._httpx = httpx
        try:
            return httpx.AsyncHTTPTransport(
                verify=tls,
                proxy=httpx.Proxy(self._proxy),
                limits=httpx.Limits(keepalive_expiry=90.0),
            )
        except (ValueError, httpx.InvalidURL) as error:
            problem = f"the proxy cannot be used: {clean(str(error))}"
            raise Unreachable(f"{problem}; check HTTPS_PROXY") from error

    async def aclose(self) -> None:
        """Close every connection."""
        if self._loading is not None:
            await asyncio.wait([self._loading])
            if self._loading.exception() is None:
                await self._loading.result().aclose()


class ProxiedExchange:
    """An answer that came through the proxy; see `http.Exchange`."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in response.headers.raw
        }
        self._response = response
        self._body: AsyncIterator[bytes] = response.stream.__aiter__()  # type: ignore[union-attr]

    async def read(self) -> bytes:
        """Return what has come of the body; empty at its end."""
        try:
            return await anext(self._body, b"")
        except Exception as error:
            raise _translated(error, StreamBroken) from error

    async def aclose(self) -> None:
        """Give the connection back, or cut it when the body was not read to its end."""
        await self._response.aclose()


def _translated(error: Exception, otherwise: type[BackendError]) -> BackendError:
    """Return our error for one of httpx; anything else is re-raised."""
    import httpx

    said = clean(str(error)) or type(error).__name__
    if isinstance(error, BackendError):
        return error
    if isinstance(error, httpx.ProxyError):
        return Unreachable(f"the proxy said {said}; check its URL")
    if isinstance(error, httpx.ConnectTimeout):
        return Unreachable("no connection in time: look at the network, or allow it more seconds")
    if isinstance(error, httpx.ConnectError):
        return Unreachable(f"cannot connect to the proxy or through it: {said}")
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol | ValueError):
        return Unreachable(f"{said}; check the base URL")
    if isinstance(error, httpx.RemoteProtocolError):
        lost = "disconnected" in said or "closed" in said
        if not lost:
            return BadAnswer(f"what answers there does not speak HTTP: {said}")
    if isinstance(error, httpx.TransportError | OSError):
        return otherwise(f"the connection failed: {said}")
    raise error
