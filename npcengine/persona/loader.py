"""Load personas from files. Every complaint of every file is told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import NamedTuple, TypeAlias

from npcengine.content.fields import check
from npcengine.content.source import Source, decode_source, read_source
from npcengine.content.yaml_tree import Tree, read_tree
from npcengine.diagnostics import Diagnostic
from npcengine.errors import ContentError, UnknownNPC, UsageError
from npcengine.persona.books import Books
from npcengine.persona.cast import Cast
from npcengine.persona.ids import wrong_ids
from npcengine.persona.model import Persona
from npcengine.persona.parents import SUFFIXES, Parents, is_abstract, taken
from npcengine.persona.snapshot import Snapshot
from npcengine.spelling import nearest

StrPath: TypeAlias = str | PathLike[str]
Track: TypeAlias = Callable[[Sequence[Path]], Iterable[Path]]
"""Is given the files that will be read, and gives them back one by one."""


class Sheet(NamedTuple):
    """A persona and the document that it was read from, with all that it takes over."""

    persona: Persona
    tree: Tree


def load_persona(path: StrPath) -> Persona:
    """Load the persona in one file. Raises `ContentError` with everything that is wrong.

    What it takes over is looked for in the folder of the file and the folders in it, and its
    lorebooks in the folder `lore` there.
    """
    file = Path(path)
    sheet = _character(read_source(file), Parents(file.parent))
    Books(file.parent).check(*sheet)
    return sheet.persona


def load_cast(path: StrPath, cache: StrPath | None = None) -> Cast:
    """Load one file, or every `.yaml` and `.yml` file of a folder, without those that are abstract.

    Files whose names begin with `.` or `_` are left alone; in folders inside the folder stand only
    parts of personas, and in the one called `lore` the lorebooks that they name. Raises
    `ContentError` with everything that is wrong in all files.

    With a folder `cache`, what was loaded is kept there, and serves until one of the files changes:
    a large cast then loads some five times faster. Whoever can write there decides what the
    characters say, as in the folder of the personas.
    """
    if cache is None:
        return _loaded(path)
    kept = Snapshot(Path(cache), Path(path))
    cast = kept.cast()
    if cast is None:
        cast = _loaded(path)
        kept.keep(cast)
    return cast


def _loaded(path: StrPath) -> Cast:
    books = Books(folder_of(path))
    # Documents are let go one by one: they take more memory than the personas.
    found = [with_books(each, books) for each in _each(path)]
    if complaints := told(each for each in found if isinstance(each, ContentError)):
        raise ContentError(complaints)
    return Cast((each for each in found if isinstance(each, Persona)), books.read)


def parse_persona(text: str, path: str) -> Persona:
    """Make a persona of YAML text; `path` is what complaints call it.

    There is nothing that it could take over. Raises `ContentError` with everything that is wrong.
    """
    source = decode_source(text.encode("utf-8", "surrogatepass"), path)
    return _character(source, Parents(None)).persona


def read_sheets(path: StrPath, track: Track = iter) -> tuple[list[Sheet], list[Diagnostic]]:
    """Read what `load_cast` loads: the personas that are in order, and all complaints."""
    found = list(_each(path, track))
    sheets = [each for each in found if isinstance(each, Sheet)]
    return sheets, told(each for each in found if isinstance(each, ContentError))


def read_parts(path: StrPath) -> list[Diagnostic]:
    """Give what is wrong with the abstract personas in the folders inside a folder."""
    parents = Parents(Path(path))
    errors: list[ContentError] = []
    for file in parents.inner(abstract=True):
        try:
            _sheet(parents.read(file), parents)
        except ContentError as error:
            errors.append(error)
    return told(errors)


def read_strays(path: StrPath) -> tuple[list[Tree], list[Diagnostic]]:
    """Read the documents in the folders inside a folder that are not abstract, unchecked."""
    parents = Parents(Path(path))
    trees: list[Tree] = []
    errors: list[ContentError] = []
    for file in parents.inner(abstract=False):
        try:
            trees.append(parents.read(file))
        except ContentError as error:
            errors.append(error)
    return trees, told(errors)


def read_document(path: StrPath, npc: str) -> Tree:
    """Read the document of one persona, with all that it takes over and unchecked.

    Raises `UnknownNPC`, or `ContentError` when it cannot be read.
    """
    parents = Parents(folder_of(path))
    files = parents.find(npc)
    if not files:
        raise UnknownNPC(npc, parents.ids, nearest(npc, parents.ids))
    return parents.complete(parents.read(files[0]))


def _each(path: StrPath, track: Track = iter) -> Iterator[Sheet | ContentError]:
    """Read a file, or the files of a folder, one after the other."""
    try:
        files = files_of(path)
    except ContentError as error:
        yield error
        return
    owners: dict[str, Path] = {}
    for _, found in read_files(track(files), Parents(folder_of(path)), owners):
        if found is not None:
            yield found


def read_files(
    files: Iterable[Path], parents: Parents, owners: MutableMapping[str, Path]
) -> Iterator[tuple[Path, Sheet | ContentError | None]]:
    """Read files one after the other, and give each with what it comes to: None if abstract.

    `owners` tells which ids are taken by which files; those that are read are added.
    """
    for file in files:
        try:
            sheet = _sheet(read_tree(read_source(file)), parents)
        except ContentError as error:
            yield file, error
            continue
        first = owners.setdefault(sheet.persona.id, file) if sheet else file
        if sheet is None or first is file:
            yield file, sheet
        else:
            path, line = parents.read(first).place(("id",))
            yield file, ContentError([taken(sheet.tree, f"{path}:{line}")])


def with_books(found: Sheet | ContentError, books: Books) -> Persona | ContentError:
    """Return whose sheet it is, once the lorebooks have been read; or what is wrong."""
    if isinstance(found, ContentError):
        return found
    try:
        books.check(*found)
    except ContentError as error:
        return error
    return found.persona


def _character(source: Source, parents: Parents) -> Sheet:
    sheet = _sheet(read_tree(source), parents)
    if sheet is None:
        raise UsageError(f"{source.path} is abstract: load a persona that takes over from it")
    return sheet


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


def told(errors: Iterable[ContentError]) -> list[Diagnostic]:
    """Give all complaints; what is wrong with a part is told once, however many take it over."""
    return list(dict.fromkeys(each for error in errors for each in error.diagnostics))


def folder_of(path: StrPath) -> Path:
    """Return the folder itself, or the one that a file is in."""
    where = Path(path)
    return where if where.is_dir() else where.parent


def files_of(path: StrPath) -> Sequence[Path]:
    """Return the file itself, or those of a folder that may be characters.

    Raises `ContentError` when there are none.
    """
    path = Path(path)
    try:
        if not path.is_dir():
            return [path]
        files = sorted(file for file in path.iterdir() if is_persona_file(file))
    except OSError as error:
        raise _useless("NPC101", path, f"the path cannot be read: {error.strerror}") from None
    if not files:
        raise _useless("NPC102", path, "there is no .yaml or .yml file in this folder")
    return files


def is_persona_file(file: Path) -> bool:
    """Return True for a file that is read when its folder is."""
    return file.suffix.lower() in SUFFIXES and file.name[0] not in "._" and file.is_file()


def _useless(code: str, folder: Path, problem: str) -> ContentError:
    suggestion = "name the folder that holds the personas"
    return ContentError([Source(str(folder), "").complain(code, 0, problem, suggestion)])
