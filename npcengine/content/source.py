"""The text of one content file, and where in it something stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from npcengine.diagnostics import Diagnostic, Severity
from npcengine.errors import ContentError

MAX_BYTES = 256 * 1024
"""How large a file may be, unless whoever reads it says otherwise."""
_LONGEST_LINE = 400
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Source:
    """One content file as text, without a byte order mark."""

    path: str
    text: str

    @cached_property
    def starts(self) -> list[int]:
        """Where each line begins."""
        return [0, *(found.end() for found in _LINE_BREAK.finditer(self.text))]

    @cached_property
    def _end(self) -> int:
        return len(self.text.rstrip("\r\n"))

    def place(self, index: int) -> tuple[int, int]:
        """Give the line and column, both from 1, of the character at `index`.

        The end of the file counts as the end of its last line that holds something.
        """
        index = min(index, self._end)
        line = bisect_right(self.starts, index)
        return line, index - self.starts[line - 1] + 1

    def line_at(self, index: int) -> str:
        """Give the beginning of the line in which the character at `index` stands."""
        line, _ = self.place(index)
        start = self.starts[line - 1]
        return _LINE_BREAK.split(self.text[start : start + _LONGEST_LINE], maxsplit=1)[0]

    def complain(
        self,
        code: str,
        index: int,
        message: str,
        suggestion: str = "",
        *,
        field: str = "",
        severity: Severity = "error",
    ) -> Diagnostic:
        """Say what is wrong with what stands at `index`."""
        line, column = self.place(index)
        return Diagnostic(self.path, line, column, field, code, message, suggestion, severity)


def read_source(path: Path, most: int = MAX_BYTES) -> Source:
    """Read a content file of at most so many bytes.

    Raises `ContentError` if it cannot be read as UTF-8 text.
    """
    return decode_source(_read_bytes(path, most), str(path), most)


def decode_source(raw: bytes, path: str, most: int = MAX_BYTES) -> Source:
    """Read the bytes of a content file, at most so many.

    Raises `ContentError` if they are not UTF-8 text.
    """
    if len(raw) > most:
        raise _unreadable(
            path,
            "NPC103",
            f"the file is larger than {most // 1024:,} KiB",
            "check that this is the right file",
        )
    try:
        return Source(path, raw.decode("utf-8").removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        before = len(raw[: error.start].decode("utf-8"))
        complaint = Source(path, raw.decode("utf-8", "replace")).complain(
            "NPC104",
            before,
            f"the byte 0x{raw[error.start]:02x} is not UTF-8 text",
            "save the file with the encoding UTF-8",
        )
        raise ContentError([complaint]) from None


def _read_bytes(path: Path, most: int) -> bytes:
    try:
        if path.is_file():
            with path.open("rb") as file:
                return file.read(most + 1)
        problem = "this is not a file" if path.exists() else "there is no such file"
    except OSError as error:
        problem = f"the file cannot be opened: {error.strerror}"
    raise _unreadable(str(path), "NPC101", problem, "check the path and its spelling")


def _unreadable(path: str, code: str, problem: str, suggestion: str) -> ContentError:
    return ContentError([Source(path, "").complain(code, 0, problem, suggestion)])
