"""One HTTP/1.1 connection: a request at a time, and its answer as the bytes come in."""

from __future__ import annotations

import asyncio

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from npcengine.backend.failures import clean
from npcengine.backend.pace import Pace
from npcengine.errors import BackendError, BadAnswer, StreamBroken, Unreachable

MAX_HEAD = 1 << 16
"""Bytes of an answer's head that are read."""
MAX_WAITING = 1 << 18
"""Bytes that may wait for a reader before the server is made to wait."""


class Connection(asyncio.BufferedProtocol):
    """A connection that an event loop has made.

    What several network reads bring before the reader's turn comes is one piece for it, and the
    reader's turn comes when a pass of the loop has time for it.
    """

    def __init__(self, buffer: memoryview, pace: Pace) -> None:
        """Read through `buffer`, and at a `pace`, which all of one event loop may share."""
        self._buffer = buffer
        self._pace = pace
        self.status = 0
        self.headers: dict[str, str] = {}
        """By lower-case name."""
        self.whole = False
        """True when the answer is here to its end, though perhaps not read."""
        self._transport: asyncio.Transport
        self._parser = HttpResponseParser(self)
        self._head_size = 0
        self._has_head = self._asked = self._lasts = self._paused = False
        self._surplus = False
        """True while an answer comes that nobody has asked for."""
        self._parts: list[bytes] = []
        self._waiting = 0
        self._error: BackendError | None = None
        self._closed = False
        self._news: asyncio.Future[None] | None = None

    @property
    def usable(self) -> bool:
        """True when another request may be sent: nothing is open, and the server stays."""
        return not (self._asked or self._closed or self._transport.is_closing())

    async def ask(self, request: bytes) -> None:
        """Send a whole request and return once the answer's head is here.

        Raises:
            Unreachable: The connection was lost before that.
            BadAnswer: What came is not HTTP.
        """
        self.status, self.headers, self.whole = 0, {}, False
        self._asked, self._has_head, self._head_size = True, False, 0
        self._parts.clear()
        self._waiting = 0
        self._transport.write(request)
        while not self._has_head:
            await self._wait()

    async def read(self) -> bytes:
        """Return what has come of the answer's body; empty at its end.

        Raises:
            StreamBroken: The connection was lost before that.
            BadAnswer: What came is not HTTP.
        """
        while not self._parts:
            if self.whole:
                return b""
            await self._wait()
        body = b"".join(self._parts) if len(self._parts) > 1 else self._parts[0]
        self._parts.clear()
        self._waiting = 0
        if self._paused:
            self._paused = False
            self._transport.resume_reading()
        return body

    def leave(self) -> bool:
        """End the exchange; return True when the connection may be used again."""
        self._asked = not (self.whole and self._lasts)
        self._parts.clear()
        if self.usable and not self._paused:
            return True
        self.close()
        return False

    def close(self) -> None:
        """Cut the connection."""
        self._transport.abort()

    async def _wait(self) -> None:
        if self._error is not None:
            raise self._error
        self._news = asyncio.get_running_loop().create_future()
        try:
            await self._news
        finally:
            self._news = None
        if not self._pace.free:
            await self._pace.begin()

    def _tell(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what writes."""
        self._transport = transport  # type: ignore[assignment]

    def get_buffer(self, sizehint: int) -> memoryview:
        """Lend the buffer for one read; what it brought is taken out at once."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take in what one network read brought."""
        data = self._buffer[:nbytes]
        if not self._asked or self.whole:
            # Nobody has asked for it: the connection is of no more use.
            self._lasts = False
            self._transport.abort()
            return
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            said = clean(f"{error} {bytes(data[:100])!r}")
            self._fail(BadAnswer(f"what answers there does not speak HTTP: {said}"))
            return
        if not self._has_head:
            self._head_size += nbytes
            if self._head_size > MAX_HEAD:
                self._fail(BadAnswer("what answers there does not speak HTTP: a head without end"))
        else:
            self._waiting += nbytes
            if self._waiting > MAX_WAITING and self._parts and not self._paused:
                self._paused = True
                self._transport.pause_reading()
        self._tell()

    def connection_lost(self, error: Exception | None) -> None:
        """Note that the server, or we, have hung up."""
        self._closed = True
        length_told = "content-length" in self.headers or "transfer-encoding" in self.headers
        if self._has_head and error is None and not length_told:
            self.whole = True  # such a body ends with the connection
        elif not self.whole and self._error is None:
            self._error = self._lost(error)
        self._tell()

    def _lost(self, error: Exception | None) -> BackendError:
        said = clean(str(error)) if error is not None else ""
        if self._has_head:
            return StreamBroken(
                f"the connection was lost before the answer's end{said and ': '}{said}"
            )
        # Most often a kept connection that the server had closed meanwhile: try again at once.
        return Unreachable("the connection was closed before an answer came", retry_after=0.0)

    def _fail(self, error: BackendError) -> None:
        self._error = self._error or error
        self._transport.abort()
        self._tell()

    # What the parser calls.

    def on_message_begin(self) -> None:
        """Begin an answer; one of status 1xx may have come before it."""
        self._surplus = self.whole
        if not self._surplus:
            self.headers = {}

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header, its name in lower case."""
        if not self._surplus:
            self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """Note that the head is whole."""
        if not self._surplus:
            self.status = self._parser.get_status_code()
            self._has_head = self.status >= 200

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body."""
        if not self._surplus:
            self._parts.append(body)

    def on_message_complete(self) -> None:
        """Note that the answer is here to its end."""
        if self._has_head:
            self.whole = True
            self._lasts = not self._surplus and self._parser.should_keep_alive()
