"""Server-sent events without I/O: bytes in, the data of whole events out.

The rules are those of the WHATWG event stream, with one leniency: an event that the end of
the body left without its blank line still counts.
"""

from __future__ import annotations

MAX_EVENT = 1 << 18
"""Bytes that one event may have before the stream is given up."""

_NEXT = b"\n\ndata: "


class EventTooLarge(ValueError):
    """An event grew past `MAX_EVENT` bytes."""


class EventDecoder:
    """Collects bytes as they come and gives back each event's data.

    Lines end at CR, LF or CRLF only. `str.splitlines` would also split at U+2028 and its
    like, which are legal inside JSON.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._skip_lf = False
        self._started = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """Take what one read brought and return the data of every event it completed.

        Raises:
            EventTooLarge: No event's end has come for more than `MAX_EVENT` bytes.
        """
        if self._skip_lf and chunk:
            # The read before ended in CR: if this one begins with LF, that was one line end.
            chunk = chunk.removeprefix(b"\n")
            self._skip_lf = False
        buffer = self._rest + chunk if self._rest else chunk
        if not self._started and buffer:
            if b"\xef\xbb\xbf".startswith(buffer[:3]) and len(buffer) < 3:
                self._rest = buffer
                return []
            buffer = buffer.removeprefix(b"\xef\xbb\xbf")
            self._started = True
        if b"\r" in buffer:
            self._skip_lf = buffer.endswith(b"\r")
            buffer = buffer.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if len(buffer) > MAX_EVENT and max(map(len, buffer.split(b"\n\n"))) > MAX_EVENT:
            raise EventTooLarge(f"no event's end within {MAX_EVENT} bytes")
        whole, _, self._rest = buffer.rpartition(b"\n\n")
        if not whole:
            return []
        if whole.startswith(b"data: "):
            events = whole[6:].split(_NEXT)
            if whole.count(b"\n") == 2 * (len(events) - 1):
                return events  # each is one line of data, as nearly always
        return [data for part in whole.split(b"\n\n") if (data := _data(part)) is not None]

    def close(self) -> list[bytes]:
        """Return the data of an event that the end of the body left open."""
        data = _data(self._rest)
        self._rest = b""
        return [] if data is None else [data]


def _data(event: bytes) -> bytes | None:
    """Return the data of an event; None when it has none, as a comment or a lone `event:`."""
    lines = [line for line in event.split(b"\n") if line == b"data" or line.startswith(b"data:")]
    return b"\n".join([line[5:].removeprefix(b" ") for line in lines]) if lines else None
