"""The file of results that `npcengine batch` writes: one JSON object on a line, as they come."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import ExitStack, closing
from os import SEEK_END
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from npcengine.cli.replies import plain
from npcengine.cli.sayings import Entry
from npcengine.errors import UsageError
from npcengine.messages import Origin
from npcengine.stores.database import lock_of
from npcengine.turns import Reply, Turn

_BEGINNING = b'{"key": "'
_FIELDS = ("key", "realm", "npc", "player", "line", "text", "source")


class Results:
    """Results that are written one by one, each of them whole before the next.

    With a path they go on after those that are there already; a last line that was torn off by
    a kill is dropped. Two runs cannot write to one file. Without one they go to standard output.
    """

    def __init__(self, path: Path | None) -> None:
        """Look at what is there; nothing is changed yet.

        Raises:
            UsageError: The file cannot be used, or holds something else.
        """
        self._path = path
        self._open = ExitStack()
        self._whole = self._size = 0
        """Bytes of whole lines, and in all."""
        self.there: dict[str, dict[str, Any]] = {}
        """The results that are there already, by their keys, in the order in which they came."""
        if path is not None and path.exists():
            self._read(path)

    def _read(self, path: Path) -> None:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise UsageError(f"{path}: it cannot be read: {error.strerror}") from error
        *lines, torn = content.split(b"\n")
        for number, line in enumerate(lines, 1):
            result = _result(line)
            if result is None:
                raise _something_else(path, number)
            self.there[result["key"]] = result
        if not (torn.startswith(_BEGINNING) or _BEGINNING.startswith(torn)):
            raise _something_else(path, len(lines) + 1)
        self._size = len(content)
        self._whole = self._size - len(torn)

    def __enter__(self) -> Self:
        if self._path is None:
            self._file: TextIO = sys.stdout
            return self
        with ExitStack() as opened:
            try:
                file = opened.enter_context(self._path.open("a", encoding="utf-8", newline="\n"))
                opened.enter_context(closing(lock_of(self._path)))
                if file.seek(0, SEEK_END) != self._size:
                    raise _busy(self._path)
                file.truncate(self._whole)
            except sqlite3.Error as error:
                raise _busy(self._path) from error
            except OSError as error:
                raise UsageError(f"{self._path}: it cannot be written: {error.strerror}") from error
            self._open = opened.pop_all()
        self._file = file
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.close()

    def add(self, entry: Entry, reply: Reply) -> None:
        """Write the result of one line."""
        who = {"key": entry.key} | ({"id": entry.id} if entry.id is not None else {})
        said = {"realm": entry.saying.realm, "line": entry.saying.line}
        self._file.write(f"{json.dumps(who | said | plain(reply))}\n")
        self._file.flush()

    def conversations(self) -> list[tuple[Origin, Turn]]:
        """Return what was said in the results that are there already, oldest first."""
        return [
            (
                Origin(each["realm"], each["npc"], each["player"]),
                Turn(each["line"], each["text"], 0.0, stock=each["source"] == "authored"),
            )
            for each in self.there.values()
        ]


def _result(line: bytes) -> dict[str, Any] | None:
    try:
        result = json.loads(line)
    except ValueError:
        return None
    if not isinstance(result, dict) or not all(isinstance(result.get(n), str) for n in _FIELDS):
        return None
    return result


def _busy(path: Path) -> UsageError:
    return UsageError(
        f"{path}: another batch writes to it, or has just done so: run this one when that has "
        "ended, or choose another --out"
    )


def _something_else(path: Path, number: int) -> UsageError:
    return UsageError(
        f"{path}:{number}: this is no result of npcengine batch: choose another --out; nothing "
        "has been changed"
    )
