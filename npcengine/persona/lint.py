"""What a writer should know about personas and their lore before they are played."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from npcengine.configuration import FactType
from npcengine.diagnostics import Diagnostic
from npcengine.errors import ContentError
from npcengine.lore.loader import Volume, read_volume
from npcengine.persona.loader import (
    Sheet,
    StrPath,
    Track,
    folder_of,
    is_persona_file,
    read_parts,
    read_sheets,
    read_strays,
)
from npcengine.persona.parents import LORE, Parents
from npcengine.persona.rules.rule import Gauges, Stage
from npcengine.persona.rules.table import RULES

_NO_FACTS: Mapping[str, FactType] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a look at a file or a folder."""

    findings: tuple[Diagnostic, ...]
    """In order of place."""
    sheets: tuple[Sheet, ...] = field(repr=False)
    """The personas that load."""


def lint(path: StrPath, facts: Mapping[str, FactType] = _NO_FACTS) -> list[Diagnostic]:
    """Give every error and warning of a file or a folder, in order of place."""
    return list(examine(path, facts).findings)


def examine(
    path: StrPath,
    facts: Mapping[str, FactType] = _NO_FACTS,
    gauges: Gauges | None = None,
    track: Track = iter,
) -> Report:
    """Find every error and warning in a file or a folder, and in the lorebooks beside it.

    `facts` are those that the game declares. Without `gauges`, what would have to be measured is
    not looked at. `track` is given the files, and gives them back as they are looked at.
    """
    sheets, findings = read_sheets(path, track)
    folder, is_whole = folder_of(path), Path(path).is_dir()
    files = _books(folder, None if is_whole else {n for s in sheets for n in s.persona.lorebooks})
    books, wrong = _read(files)
    ids = Parents(folder).ids if folder.is_dir() else ()
    strays, unread = read_strays(path)
    stage = Stage(sheets, frozenset(ids), books, frozenset(files), facts, gauges, is_whole, strays)
    found = (each for rule in RULES.values() for each in rule.apply(stage))
    told = dict.fromkeys([*findings, *read_parts(path), *unread, *wrong, *found])  # each once
    in_order = sorted(told, key=lambda each: (each.path, each.line, each.column))
    return Report(tuple(in_order), tuple(sheets))


def _books(folder: Path, wanted: set[str] | None) -> dict[str, Path]:
    """Return the files of lorebooks by their names, all of them or those that are wanted."""
    try:
        files = sorted((folder / LORE).iterdir())
    except OSError:
        return {}
    named = {file.stem: file for file in files if is_persona_file(file)}
    return {name: file for name, file in named.items() if wanted is None or name in wanted}


def _read(files: Mapping[str, Path]) -> tuple[dict[str, Volume], Iterable[Diagnostic]]:
    books: dict[str, Volume] = {}
    wrong: list[Diagnostic] = []
    for name, file in files.items():
        try:
            books[name] = read_volume(file)
        except ContentError as error:
            wrong += error.diagnostics
    return books, wrong
