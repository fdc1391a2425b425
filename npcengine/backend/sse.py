"""Server-sent events without I/O: bytes in, the data of whole events out.

The rules are those of the WHATWG event stream, with one leniency: an event that the end of
the body left without its blank line still counts.
"""

from __future__ import annotations

MAX_EVENT = 1 << 18
"""Bytes that one event may have before the stream is given up."""


class EventTooLarge(ValueError):
    """An event grew past `MAX_EVENT` bytes."""


class EventDecoder:
    """Collects bytes as they come and gives back each event's data.

    Lines end at CR, LF or CRLF only. `str.splitlines` would also split at U+2028 and its
    like, which are legal inside JSON.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self._size = 0
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
        *lines, self._rest = buffer.split(b"\n")
        if len(self._rest) > MAX_EVENT:
            raise EventTooLarge(f"no event's end within {MAX_EVENT} bytes")
        return [data for line in lines if (data := self._line(line)) is not None]

    def close(self) -> list[bytes]:
        """Return the data of an event that the end of the body left open."""
        lines = [self._rest, b""] if self._rest else [b""]
        self._rest = b""
        return [data for line in lines if (data := self._line(line)) is not None]

    def _line(self, line: bytes) -> bytes | None:
        if not line:
            if not self._data:
                return None
            data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
            self._data.clear()
            self._size = 0
            return data
        # Comments and the fields `event`, `id` and `retry` say nothing that the data does not.
        if line.startswith(b"data:"):
            self._data.append(line[6:] if line[5:6] == b" " else line[5:])
            self._size += len(line)
            if self._size > MAX_EVENT:
                raise EventTooLarge(f"an event has more than {MAX_EVENT} bytes")
        elif line == b"data":
            self._data.append(b"")
        return None
