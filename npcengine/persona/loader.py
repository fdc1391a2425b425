"""Load personas from files. Every complaint of every file is told at once."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import NamedTuple, TypeAlias

from npcengine.content.fields import check
from npcengine.content.source import Source, decode_source, read_source
from npcengine.content.yaml_tree import Tree, read_tree
from npcengine.diagnostics import Diagnostic
from npcengine.errors import ContentError
from npcengine.persona.cast import Cast
from npcengine.persona.model import Persona

StrPath: TypeAlias = str | PathLike[str]

_SUFFIXES = (".yaml", ".yml")


class Sheet(NamedTuple):
    """A persona and the document that it was read from."""

    persona: Persona
    tree: Tree


def load_persona(path: StrPath) -> Persona:
    """Load the persona in one file. Raises `ContentError` with everything that is wrong."""
    return _sheet(read_source(Path(path))).persona


def load_cast(path: StrPath) -> Cast:
    """Load one file, or every `.yaml` and `.yml` file of a folder.

    Folders inside the folder, and files whose names begin with `.` or `_`, are left alone.
    Raises `ContentError` with everything that is wrong in all files.
    """
    sheets, complaints = read_sheets(path)
    if complaints:
        raise ContentError(complaints)
    return Cast(sheet.persona for sheet in sheets)


def parse_persona(text: str, path: str) -> Persona:
    """Make a persona of YAML text; `path` is what complaints call it.

    Raises `ContentError` with everything that is wrong.
    """
    return _sheet(decode_source(text.encode("utf-8", "surrogatepass"), path)).persona


def read_sheets(path: StrPath) -> tuple[list[Sheet], list[Diagnostic]]:
    """Read what `load_cast` loads: the personas that are in order, and all complaints."""
    sheets: dict[str, Sheet] = {}
    complaints: list[Diagnostic] = []
    try:
        files = _files(Path(path))
    except ContentError as error:
        return [], list(error.diagnostics)
    for file in files:
        try:
            sheet = _sheet(read_source(file))
        except ContentError as error:
            complaints += error.diagnostics
            continue
        first = sheets.setdefault(sheet.persona.id, sheet)
        if first is not sheet:
            complaints.append(_taken(sheet.tree, first.tree))
    return list(sheets.values()), complaints


def _sheet(source: Source) -> Sheet:
    tree = read_tree(source)
    return Sheet(check(tree, Persona), tree)


def _files(path: Path) -> Sequence[Path]:
    try:
        if not path.is_dir():
            return [path]
        files = sorted(file for file in path.iterdir() if _is_persona_file(file))
    except OSError as error:
        raise _useless("NPC101", path, f"the path cannot be read: {error.strerror}") from None
    if not files:
        raise _useless("NPC102", path, "there is no .yaml or .yml file in this folder")
    return files


def _is_persona_file(file: Path) -> bool:
    return file.suffix.lower() in _SUFFIXES and file.name[0] not in "._" and file.is_file()


def _useless(code: str, folder: Path, problem: str) -> ContentError:
    suggestion = "name the folder that holds the personas"
    return ContentError([Source(str(folder), "").complain(code, 0, problem, suggestion)])


def _taken(tree: Tree, first: Tree) -> Diagnostic:
    line, _ = first.source.place(first.spots["id",].start)
    message = f"this id is taken: {first.source.path}:{line} has it too"
    return tree.complain("NPC111", ("id",), message, "give one of them another id")
