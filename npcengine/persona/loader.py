"""Load personas from files. Every complaint of every file is told at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import NamedTuple, TypeAlias

from npcengine.content.fields import check
from npcengine.content.source import Source, decode_source, read_source
from npcengine.content.yaml_tree import Tree, read_tree
from npcengine.diagnostics import Diagnostic
from npcengine.errors import ContentError, UnknownNPC, UsageError
from npcengine.persona.cast import Cast
from npcengine.persona.ids import wrong_ids
from npcengine.persona.model import Persona
from npcengine.persona.parents import SUFFIXES, Parents, is_abstract, taken
from npcengine.spelling import nearest

StrPath: TypeAlias = str | PathLike[str]


class Sheet(NamedTuple):
    """A persona and the document that it was read from, with all that it takes over."""

    persona: Persona
    tree: Tree


def load_persona(path: StrPath) -> Persona:
    """Load the persona in one file. Raises `ContentError` with everything that is wrong.

    What it takes over is looked for in the folder of the file and the folders in it.
    """
    file = Path(path)
    return _character(read_source(file), Parents(file.parent))


def load_cast(path: StrPath) -> Cast:
    """Load one file, or every `.yaml` and `.yml` file of a folder, without those that are abstract.

    Files whose names begin with `.` or `_` are left alone; in folders inside the folder stand only
    parts of personas. Raises `ContentError` with everything that is wrong in all files.
    """
    # Documents are let go one by one: they take more memory than the personas.
    found = [each if isinstance(each, ContentError) else each.persona for each in _each(path)]
    if complaints := _told(each for each in found if isinstance(each, ContentError)):
        raise ContentError(complaints)
    return Cast(each for each in found if isinstance(each, Persona))


def parse_persona(text: str, path: str) -> Persona:
    """Make a persona of YAML text; `path` is what complaints call it.

    There is nothing that it could take over. Raises `ContentError` with everything that is wrong.
    """
    source = decode_source(text.encode("utf-8", "surrogatepass"), path)
    return _character(source, Parents(None))


def read_sheets(path: StrPath) -> tuple[list[Sheet], list[Diagnostic]]:
    """Read what `load_cast` loads: the personas that are in order, and all complaints."""
    found = list(_each(path))
    sheets = [each for each in found if isinstance(each, Sheet)]
    return sheets, _told(each for each in found if isinstance(each, ContentError))


def read_parts(path: StrPath) -> list[Diagnostic]:
    """Give what is wrong with the abstract personas in the folders inside a folder."""
    parents = Parents(Path(path))
    errors: list[ContentError] = []
    for file in parents.abstract():
        try:
            _sheet(parents.read(file), parents)
        except ContentError as error:
            errors.append(error)
    return _told(errors)


def read_document(path: StrPath, npc: str) -> Tree:
    """Read the document of one persona, with all that it takes over and unchecked.

    Raises `UnknownNPC`, or `ContentError` when it cannot be read.
    """
    where = Path(path)
    parents = Parents(where if where.is_dir() else where.parent)
    files = parents.find(npc)
    if not files:
        raise UnknownNPC(npc, parents.ids, nearest(npc, parents.ids))
    return parents.complete(parents.read(files[0]))


def _each(path: StrPath) -> Iterator[Sheet | ContentError]:
    """Read a file, or the files of a folder, one after the other."""
    where = Path(path)
    try:
        files, parents = _files(where), Parents(where if where.is_dir() else where.parent)
    except ContentError as error:
        yield error
        return
    owners: dict[str, Path] = {}
    for file in files:
        try:
            sheet = _sheet(read_tree(read_source(file)), parents)
        except ContentError as error:
            yield error
            continue
        if sheet is None:
            continue
        first = owners.setdefault(sheet.persona.id, file)
        if first is file:
            yield sheet
        else:
            path, line = parents.read(first).place(("id",))
            yield ContentError([taken(sheet.tree, f"{path}:{line}")])


def _character(source: Source, parents: Parents) -> Persona:
    sheet = _sheet(read_tree(source), parents)
    if sheet is None:
        raise UsageError(f"{source.path} is abstract: load a persona that takes over from it")
    return sheet.persona


def _sheet(document: Tree, parents: Parents) -> Sheet | None:
    """Return what a document describes; None if that is abstract. Raises `ContentError`."""
    tree = parents.complete(document)
    abstract = is_abstract(tree)
    if abstract:  # what it may leave out
        tree = replace(tree, data={"name": "-", "description": "-", **tree.data})
    persona = check(tree, Persona)
    if complaints := wrong_ids(persona, tree):
        raise ContentError(complaints)
    return None if abstract else Sheet(persona, tree)


def _told(errors: Iterable[ContentError]) -> list[Diagnostic]:
    """Give all complaints; what is wrong with a part is told once, however many take it over."""
    return list(dict.fromkeys(each for error in errors for each in error.diagnostics))


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
    return file.suffix.lower() in SUFFIXES and file.name[0] not in "._" and file.is_file()


def _useless(code: str, folder: Path, problem: str) -> ContentError:
    suggestion = "name the folder that holds the personas"
    return ContentError([Source(str(folder), "").complain(code, 0, problem, suggestion)])
