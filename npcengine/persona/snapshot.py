"""A cast as it was read last, in a file: reading that takes a fifth of reading all the YAML."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from npcengine.content.model import fixed
from npcengine.errors import UsageError
from npcengine.hooks import logger
from npcengine.lore.model import Lorebook
from npcengine.lore.patterns import can_search
from npcengine.persona.cast import Cast
from npcengine.persona.model import Persona
from npcengine.persona.parents import SUFFIXES
from npcengine.version import __version__

FORMAT = 1
MAX_BYTES = 256 * 1024 * 1024
"""How large the file may be: ten times what a cast of 10,000 takes."""


class Snapshot:
    """The cast of one folder or file of personas, in a folder for casts.

    It is JSON, checked against the same models as YAML is, and serves only while every file of the
    personas has the bytes that it had. Each folder of personas has one, which is replaced.
    """

    def __init__(self, folder: Path, personas: Path) -> None:
        """Look for it in `folder`, for the file or folder `personas`."""
        self._personas = personas
        self._file = folder / f"{sha256(bytes(personas.resolve())).hexdigest()[:32]}.jsonl"
        self._before = self._marks()

    def cast(self) -> Cast | None:
        """Return the cast; None where there is none of these files, or it cannot be used."""
        try:
            with self._file.open("rb") as file:
                raw = file.read(MAX_BYTES + 1)
        except OSError:
            return None
        head, _, rest = raw.partition(b"\n")
        if head != self._head(rest):
            return None
        try:
            with _no_collection():
                return Cast(*_parsed(rest))
        except (ValueError, TypeError, RecursionError, UsageError):
            return None  # made by a program that was not yet as this one is, or by somebody's hand

    def keep(self, cast: Cast) -> None:
        """Write the cast down, unless its files have changed since. It is no harm if that fails."""
        rest = b"".join(_lines(cast))
        if self._marks() != self._before or len(rest) > MAX_BYTES // 2:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            _write_whole(self._file, b"%s\n%s" % (self._head(rest), rest))
        except OSError as error:
            logger.warning("the cast is not kept in %s: %s", self._file, error.strerror)

    def _head(self, rest: bytes) -> bytes:
        return f"{self._before} {sha256(rest).hexdigest()}".encode()

    def _marks(self) -> str:
        """Return what is another for other files, or another program that reads them."""
        found = sha256(f"{FORMAT} {__version__} {can_search()} {self._personas.name}".encode())
        folder = self._personas if self._personas.is_dir() else self._personas.parent
        for path in sorted(_files(folder)):
            with suppress(OSError), open(path, "rb") as file:  # noqa: PTH123
                content = file.read()
                name = path.removeprefix(str(folder))
                found.update(f"\0{name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
                found.update(content)
        return found.hexdigest()


def _files(folder: Path) -> Iterator[str]:
    """Give the files that a cast may be made of, and none that could not be read to its end."""
    for where, folders, names in os.walk(folder):
        folders[:] = [each for each in folders if each[0] not in "._"]
        for name in names:
            path = os.path.join(where, name)  # noqa: PTH118 - there are thousands
            if name.lower().endswith(SUFFIXES) and os.path.isfile(path):  # noqa: PTH113
                yield path


def _lines(cast: Cast) -> Iterator[bytes]:
    """Give the names of the lorebooks; then these and the personas, one on a line."""
    yield json.dumps(list(cast.shelf)).encode() + b"\n"
    for each in (*cast.shelf.values(), *cast):
        yield each.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n"


def _parsed(rest: bytes) -> tuple[list[Persona], dict[str, Lorebook]]:
    first, *lines = rest.splitlines()
    names = json.loads(first)
    # What is validated before it is a model is not told that it was JSON, where lists are tuples.
    books = (Lorebook.model_validate(fixed(json.loads(line))) for line in lines[: len(names)])
    personas = [Persona.model_validate_json(line) for line in lines[len(names) :]]
    return personas, dict(zip(names, books, strict=True))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Let the garbage collector rest, that takes a third of the time to find that all is in use."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _write_whole(file: Path, content: bytes) -> None:
    """Write a file beside its place, so that nobody ever reads half of it."""
    with NamedTemporaryFile(dir=file.parent, delete=False) as new:
        try:
            new.write(content)
            new.close()
            Path(new.name).replace(file)
        except BaseException:
            Path(new.name).unlink(missing_ok=True)
            raise
