"""A server with nothing but canned answers, quick enough not to be what is measured.

The first part of a request's path says how it is answered: `RHYTHMS`. `GET /requests` tells how
many were answered so. It serves HTTP and HTTPS until its standard input ends, and begins with
a line of JSON: the two base URLs and a file with the certificate that clients have to trust.
"""

from __future__ import annotations

import heapq
import itertools
import json
import random
import selectors
import socket
import ssl
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import trustme

from npcengine.testing.fake_provider import catalog
from npcengine.testing.fake_provider.answers import Answer, ApiError
from npcengine.testing.fake_provider.api_errors import render_error
from npcengine.testing.fake_provider.completions import Call, document, events
from npcengine.testing.fake_provider.limit import Limit, Meter
from tests.bench.turn_cost import REPLY

MODEL = "openai/gpt-oss-20b"
SLOW, FAILED, STALLED, DROPPED = 0.03, 0.03, 0.01, 0.01
"""Shares of the requests on a shaky path."""
SLOWER = 2.0
MIDDLE = 12
"""Tokens of an answer that is dropped."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When an answer begins, in seconds, and how long each token takes after the first."""

    first: float = 0.0
    pace: float = 0.0
    shaky: bool = False
    limited: bool = False


RHYTHMS = {
    "at-once": Rhythm(),
    "paced": Rhythm(0.06, 0.008),
    "lasting": Rhythm(0.06, 0.25),
    "shaky": Rhythm(0.05, shaky=True),
    "steady": Rhythm(0.2),
    "limited": Rhythm(limited=True),
}
LIMIT = Limit(5, 1.0)
"""What a limited path takes in all."""

CALL = Call("groq", MODEL, True, True, False, True, 700, "req_01canned")
ANSWER = Answer(f"{REPLY}.")


def head(status: str, kind: str, length: str, *more: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"content-type: {kind}", length, *more]
    return "\r\n".join([*lines, "", ""]).encode()


def page(status: str, body: bytes, *more: str) -> bytes:
    return head(status, "application/json", f"content-length: {len(body)}", *more) + body


def framed(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def stream_parts() -> list[bytes]:
    """Return what is written at a time: the head and the role, each token, and the end."""
    role, *rest = map(framed, events(ANSWER, CALL))
    tokens, end = rest[:-3], rest[-3:]
    begin = head("200 OK", "text/event-stream", "transfer-encoding: chunked")
    return [begin + role, *tokens, b"".join([*end, b"0\r\n\r\n"])]


STREAM = stream_parts()
SAID = document(ANSWER, replace(CALL, stream=False))
DOCUMENT = page("200 OK", SAID)
OVERLOADED = page("503 Service Unavailable", render_error(ApiError(503), "groq", MODEL).body)
TOO_MANY = render_error(ApiError(429), "openai", MODEL).body
NOTHING = page("404 Not Found", b"")


class Connection:
    """One client: what it has sent so far, of a request that is not whole yet."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.received = b""
        self.open = True

    def request(self) -> tuple[bytes, bytes] | None:
        """Take a whole request: its first line and its body."""
        top, found, rest = self.received.partition(b"\r\n\r\n")
        if not found:
            return None
        _, _, length = top.lower().partition(b"\r\ncontent-length:")
        size = int(length.partition(b"\r\n")[0] or 0)
        if len(rest) < size:
            return None
        self.received = rest[size:]
        return top.partition(b"\r\n")[0], rest[:size]


class Server:
    """All connections, and what is to be written to them when."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._selector = selectors.DefaultSelector()
        self._due: list[tuple[float, int, Connection, bytes]] = []
        self._order = itertools.count()
        self._random = random.Random(1)
        self._meter = Meter(LIMIT, time.perf_counter())
        self._count = 0
        self._tls = tls

    def listen(self, *, secure: bool) -> int:
        """Take connections on a free port; return it."""
        sock = socket.create_server(("127.0.0.1", 0), backlog=1024)
        sock.setblocking(False)
        self._selector.register(sock, selectors.EVENT_READ, self._tls if secure else None)
        return int(sock.getsockname()[1])

    def serve(self) -> None:
        """Serve until the standard input ends."""
        self._selector.register(sys.stdin, selectors.EVENT_READ, "end")
        while True:
            wait = max(0.0, self._due[0][0] - time.perf_counter()) if self._due else None
            for key, _ in self._selector.select(wait):
                if key.data == "end":
                    return
                if isinstance(key.data, Connection):
                    self._hear(key.data)
                else:
                    self._accept(key.fileobj, key.data)
            self._write_what_is_due()

    def _accept(self, listener: object, tls: ssl.SSLContext | None) -> None:
        assert isinstance(listener, socket.socket)
        sock, _ = listener.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        if tls is not None:
            sock = tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        self._selector.register(sock, selectors.EVENT_READ, Connection(sock))

    def _hear(self, connection: Connection) -> None:
        try:
            # Reading shakes hands first, where that is not done yet.
            while data := connection.sock.recv(65536):
                connection.received += data
                while request := connection.request():
                    self._answer(connection, *request)
            self._close(connection)
        except (BlockingIOError, ssl.SSLWantReadError):
            return
        except OSError:
            self._close(connection)

    def _close(self, connection: Connection) -> None:
        if connection.open:
            connection.open = False
            self._selector.unregister(connection.sock)
            connection.sock.close()

    def _answer(self, connection: Connection, line: bytes, body: bytes) -> None:
        path = line.split()[1].decode()
        rhythm = RHYTHMS.get(path.split("/")[1])
        now = time.perf_counter()
        if path == "/requests":
            self._put(now, connection, page("200 OK", b"%d" % self._count))
        elif rhythm is None or not line.startswith(b"POST"):
            self._put(now, connection, NOTHING)
        else:
            self._count += 1
            streamed = b'"stream":true' in body.replace(b" ", b"")
            parts = STREAM if streamed else [DOCUMENT]
            if rhythm.shaky:
                rhythm, parts = self._spoilt(rhythm, parts)
            elif rhythm.limited:
                parts = [self._measured(now)]
            self._plan(now, connection, rhythm, parts)
        self._write_what_is_due()

    def _spoilt(self, rhythm: Rhythm, parts: list[bytes]) -> tuple[Rhythm, list[bytes]]:
        draw = self._random.random()
        if (draw := draw - SLOW) < 0:
            return replace(rhythm, first=SLOWER), parts
        if (draw := draw - FAILED) < 0:
            return Rhythm(), [OVERLOADED]
        if (draw := draw - STALLED) < 0:
            return rhythm, parts[:1]
        return rhythm, parts if draw >= DROPPED else [*parts[:MIDDLE], b""]

    def _measured(self, now: float) -> bytes:
        early = self._meter.take(now)
        told = catalog.headers("openai", "req_01canned", tokens=0, requests=self._meter.told())
        lines = [f"{name}: {value}" for name, value in told.items()]
        if early:
            return page("429 Too Many Requests", TOO_MANY, f"retry-after: {early:g}", *lines)
        return page("200 OK", SAID, *lines)

    def _plan(self, now: float, to: Connection, rhythm: Rhythm, parts: list[bytes]) -> None:
        if len(parts) == 1:
            self._put(now + rhythm.first, to, parts[0])
            return
        self._put(now, to, parts[0])
        for number, part in enumerate(parts[1:]):
            self._put(now + rhythm.first + number * rhythm.pace, to, part)

    def _put(self, when: float, to: Connection, data: bytes) -> None:
        heapq.heappush(self._due, (when, next(self._order), to, data))

    def _write_what_is_due(self) -> None:
        now = time.perf_counter()
        while self._due and self._due[0][0] <= now:
            _, _, to, data = heapq.heappop(self._due)
            if not data:
                self._close(to)
            elif to.open:
                try:
                    to.sock.send(data)
                except OSError:
                    self._close(to)


def main() -> None:
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    server = Server(tls)
    with tempfile.TemporaryDirectory() as folder:
        trusted = Path(folder, "ca.pem")
        authority.cert_pem.write_to_path(str(trusted))
        told = {
            "http": f"http://127.0.0.1:{server.listen(secure=False)}",
            "https": f"https://127.0.0.1:{server.listen(secure=True)}",
            "trusted": str(trusted),
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        server.serve()


if __name__ == "__main__":
    main()
