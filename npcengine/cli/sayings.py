"""The file of lines that `npcengine batch` reads, one JSON object on a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from npcengine.content.model import Content
from npcengine.dialogue.crowd import Saying
from npcengine.dialogue.terms import REALM
from npcengine.errors import UsageError
from npcengine.turns import Fact, Scene

_WANTED = {
    "string_type": "text",
    "tuple_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
}
MOST_SHOWN = 20
"""So many mistakes are shown of a file that has more."""


class _Scene(Content):
    place: str = ""
    time: str = ""
    present: tuple[str, ...] = ()
    notes: str = ""
    facts: Mapping[str, Fact] = {}


class _Line(Content):
    npc: str
    line: str
    player: str
    id: str | None = None
    scene: _Scene = _Scene()
    realm: str = REALM

    def saying(self) -> Saying:
        scene = self.scene
        where = Scene(scene.place, scene.time, scene.present, scene.notes, scene.facts)
        return Saying(self.npc, self.line, self.player, where, self.realm)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the file."""

    number: int
    """1 is the first line."""
    id: str | None
    saying: Saying
    key: str
    """By which its result is found again: its id, or else its number, and what it says."""


def read_sayings(path: Path, check: Callable[[Saying], object]) -> list[Entry]:
    """Read the file; `check` raises `UsageError` for what cannot be said.

    Raises:
        UsageError: Lines have mistakes. It tells all of them, with file and line.
    """
    entries: list[Entry] = []
    problems: list[str] = []
    ids: dict[str, int] = {}
    for number, text in _lines(path):
        try:
            line = _Line.model_validate_json(text)
            first = ids.setdefault(line.id, number) if line.id is not None else number
            if first != number:
                raise UsageError(f"id: {line.id!r:.80} is that of line {first} already")
            saying = line.saying()
            check(saying)
        except ValidationError as error:
            told = error.errors(include_url=False)
            problems += [f"{path}:{number}: {_problem(each)}" for each in told]
        except UsageError as error:
            problems.append(f"{path}:{number}: {error}")
        else:
            entries.append(Entry(number, line.id, saying, _key(number, line)))
    if problems:
        more = len(problems) - MOST_SHOWN
        shown = problems[:MOST_SHOWN] + ([f"and {more} more"] if more > 0 else [])
        raise UsageError("\n".join(shown))
    return entries


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                if text.strip():
                    yield number, text
    except OSError as error:
        raise UsageError(f"{path}: it cannot be read: {error.strerror}") from error


def _key(number: int, line: _Line) -> str:
    said = json.dumps(line.model_dump(exclude={"id"}), sort_keys=True)
    return f"{number if line.id is None else line.id}:{sha256(said.encode()).hexdigest()[:16]}"


def _problem(error: ErrorDetails) -> str:
    where = ".".join(map(str, error["loc"]))
    if error["type"] == "json_invalid":
        return f"this is not JSON: {error['ctx']['error']}"
    if error["type"] == "missing":
        return f"{where}: this field is missing"
    if error["type"] == "extra_forbidden":
        known = _Scene if where.startswith("scene.") else _Line
        return f"{where}: there is no such field; known are {', '.join(known.model_fields)}"
    wanted = _WANTED.get(error["type"])
    message = f"this has to be {wanted}" if wanted else error["msg"]
    return f"{where}: {message}" if where else message
