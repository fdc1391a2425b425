"""The file of a pool: JSON, with a quest a line, or the mark of one that was served."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import IO, Annotated, NamedTuple, TypeAlias

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from npcengine.errors import SaveTooNew, SaveTooOld, StoreUnavailable
from npcengine.quest.model import Quest
from npcengine.stores.base import check_version

VERSION = 1
OLDEST_LOADABLE = 1
# What each version added. 1: `quest`, or `served`.

MAX_LINE = 500_000
"""Bytes of a line that is read; a quest with all its texts has some 10,000."""
MAX_LINES = 200_000
"""So many lines are read."""

StrPath: TypeAlias = str | PathLike[str]


class BrokenLine(NamedTuple):
    """A line that could not be read."""

    line: int
    """Counted from 1."""
    problem: str


class Kept(NamedTuple):
    """What a file holds."""

    quests: tuple[tuple[int, Quest], ...]
    """Each with the number of its line."""
    served: tuple[str, ...]
    broken: tuple[BrokenLine, ...]


class _Head(BaseModel):
    model_config = ConfigDict(strict=True)

    npcengine_pool: int


class _Line(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    npcengine_pool: int = VERSION
    quest: Quest | None = None
    served: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None


def read_pool(path: Path) -> Kept:
    """Read a file. Raises `StoreUnavailable` where that is not possible at all."""
    quests: list[tuple[int, Quest]] = []
    served: list[str] = []
    broken: list[BrokenLine] = []
    try:
        with path.open("rb") as file:
            for number, line in islice(_lines(file), MAX_LINES):
                found = _read(line) if line.strip() else None
                if isinstance(found, str):
                    broken.append(BrokenLine(number, found))
                elif found is not None and found.quest is not None:
                    quests.append((number, found.quest))
                elif found is not None and found.served is not None:
                    served.append(found.served)
    except OSError as error:
        raise _unavailable(path, error) from error
    return Kept(tuple(quests), tuple(served), tuple(broken))


def write_pool(path: Path, quests: Iterable[Quest], served: Iterable[str]) -> None:
    """Write a file in place of what was there. Raises `StoreUnavailable`; nothing changes then."""
    lines = [_Line(served=each) for each in served]
    lines += (_Line.model_construct(npcengine_pool=VERSION, quest=each) for each in quests)
    beside = path.with_name(f".{path.name}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            file.writelines(_written(each) for each in lines)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise _unavailable(path, error) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def note_served(path: Path, mark: str) -> None:
    """Note in a file that a quest was served. Raises OSError."""
    with path.open("ab") as file:
        # What a crash left of another note ends here.
        file.write(b"\n" + _written(_Line(served=mark)))


def _written(line: _Line) -> bytes:
    text = line.model_dump_json(by_alias=True, exclude_none=True, warnings=False)
    return f"{text}\n".encode()


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Give each line and its number; of one that is too long only so much that this is seen."""
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        yield number, line
        while len(line) > MAX_LINE and not line.endswith(b"\n"):
            line = file.readline(MAX_LINE + 1)


def _read(line: bytes) -> _Line | str:
    """Return what stands in a line, or what is wrong with it."""
    if len(line) > MAX_LINE:
        return f"it has more than {MAX_LINE:,} bytes"
    try:
        version = _Head.model_validate_json(line).npcengine_pool
        check_version("it", version, oldest=OLDEST_LOADABLE, newest=VERSION)
        found = _Line.model_validate_json(line)
    except (SaveTooOld, SaveTooNew) as error:
        return str(error)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        return f"{place}: {first['msg']}" if place else first["msg"]
    if (found.quest is None) is (found.served is None):
        return "it has neither a quest nor what was served, or both"
    return found


def _unavailable(path: Path, error: OSError) -> StoreUnavailable:
    return StoreUnavailable(str(path), f"{error.strerror}: look at the disk and its rights")
