"""One request being answered, at the level of bytes."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Never

from aiohttp import web

from npcengine.testing.fake_provider.answers import Answer, Page, Raw


class Exchange:
    """Sends one answer. Its task is cancelled when the connection is lost, by either side."""

    def __init__(self, request: web.BaseRequest) -> None:
        self._request = request
        self.headers: Mapping[str, str] = {}
        """Those of the provider, for every answer."""
        self.hung_up = False
        """True once the server itself ended the connection."""

    def page(self, page: Page, *, gzip: bool | None = None) -> web.Response:
        """Answer with one document."""
        body, headers = page.body, {**self.headers, **dict(page.headers)}
        if self._compresses(gzip):
            body = zlib.compress(body, wbits=31)
            headers["content-encoding"] = "gzip"
        headers["content-type"] = page.content_type
        return web.Response(body=body, status=page.status, headers=headers)

    async def parts(
        self, answer: Answer, content_type: str, parts: Sequence[bytes]
    ) -> web.StreamResponse:
        """Answer part by part, in the rhythm of `answer`, and end as it says."""
        response = web.StreamResponse(headers={**self.headers, "content-type": content_type})
        squeeze = zlib.compressobj(wbits=31) if self._compresses(answer.gzip) else None
        if squeeze:
            response.headers["content-encoding"] = "gzip"
        try:
            await response.prepare(self._request)
            for wait, data in _rhythm(answer, parts):
                await _pause(wait, apart=answer.split > 0)
                if squeeze:
                    data = squeeze.compress(data) + squeeze.flush(zlib.Z_SYNC_FLUSH)
                await response.write(data)
            if answer.ending == "stall":
                await _cancellation()
            if answer.ending == "drop":
                await self._hang_up(abort=True)
            await response.write_eof(squeeze.flush() if squeeze else b"")
        except ConnectionError:
            # The client left while we wrote; the cancellation that says so is on its way.
            await _cancellation()
        return response

    async def raw(self, raw: Raw) -> Never:
        """Write bytes on the socket in place of an HTTP answer."""
        if self._request.transport is not None:
            self._request.transport.write(raw.data)
        if raw.ending != "stall":
            await self._hang_up(abort=raw.ending == "drop")
        await _cancellation()

    async def _hang_up(self, *, abort: bool) -> Never:
        self.hung_up = True
        if (transport := self._request.transport) is not None:
            if abort:
                transport.abort()
            else:
                transport.close()
        await _cancellation()

    def _compresses(self, wanted: bool | None) -> bool:
        if wanted is not None:
            return wanted
        accepted = self._request.headers.get("accept-encoding", "")
        return "gzip" in [each.partition(";")[0].strip().lower() for each in accepted.split(",")]


def _rhythm(answer: Answer, parts: Sequence[bytes]) -> Iterator[tuple[float, bytes]]:
    """Yield the seconds to wait and the bytes to write then."""
    for wait, group in ((0.0, parts[:1]), (answer.delay, parts[1:])):
        for number, data in enumerate(_cut(group, answer)):
            yield answer.pace if number else wait, data


def _cut(parts: Sequence[bytes], answer: Answer) -> Iterator[bytes]:
    if answer.split:
        body = b"".join(parts)
        for start in range(0, len(body), answer.split):
            yield body[start : start + answer.split]
    else:
        for start in range(0, len(parts), answer.batch):
            yield b"".join(parts[start : start + answer.batch])


async def _pause(seconds: float, *, apart: bool) -> None:
    if seconds:
        await asyncio.sleep(seconds)
    elif apart:
        # One round for the client's socket to be seen as readable, one for it to be read.
        await asyncio.sleep(0)
        await asyncio.sleep(0)


async def _cancellation() -> Never:
    while True:
        await asyncio.Event().wait()
