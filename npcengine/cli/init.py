"""`npcengine init`: a small game to begin with."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from npcengine.cli.screen import Screen
from npcengine.errors import UsageError

PACKAGE = "npcengine"
STARTER = "cli/starter"
# Two have other names in the package: git would heed the one, and Python compile the other.
SOURCES: Mapping[str, str] = {
    "README.md": f"{STARTER}/README.md",
    "game.py": f"{STARTER}/game.py.txt",
    "npcengine.yaml": f"{STARTER}/npcengine.yaml",
    "npcengine.schema.json": "configuration.schema.json",
    "personas/persona.schema.json": "persona.schema.json",
    "personas/ferrywoman.yaml": f"{STARTER}/personas/ferrywoman.yaml",
    "personas/lampkeeper.yaml": f"{STARTER}/personas/lampkeeper.yaml",
    ".gitignore": f"{STARTER}/gitignore",
}
"""The files that are made, and what in the package each is a copy of."""
NEXT = "npcengine chat ferrywoman"

Folder = Annotated[
    Path, typer.Argument(metavar="[DIR]", help="Where; the current directory by default.")
]


def init(folder: Folder = Path()) -> None:
    """Begin a game: two characters, a small program and its settings."""
    screen = Screen()
    make(folder)
    screen.write(f"Made in {folder.absolute()}:")
    for name in SOURCES:
        screen.write(f"  {name}")
    screen.write("\nNext:")
    if folder.absolute() != Path.cwd():
        screen.write(f"  cd {shlex.quote(str(folder))}")
    screen.write(f"  {NEXT}")


def make(folder: Path) -> None:
    """Write all files into `folder`, which is made if need be; or none of them.

    Raises:
        UsageError: One of them is there already, or cannot be written.
    """
    try:
        taken = [name for name in SOURCES if _is_there(folder / name)]
        if taken:
            has = f"{folder.absolute()} has {_joined(taken)} already"
            raise UsageError(f"{has}: name another folder; nothing was written")
        _write({folder / name: _content(source) for name, source in SOURCES.items()})
    except OSError as error:
        where = error.filename or folder
        raise UsageError(f"{where}: {error.strerror}; nothing was written") from error


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _joined(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _content(source: str) -> bytes:
    return files(PACKAGE).joinpath(source).read_bytes()


def _write(contents: Mapping[Path, bytes]) -> None:
    """Write new files, with their folders. When one cannot be written, all are taken away again."""
    made: list[Path] = []
    try:
        for path, content in contents.items():
            _make_folder(path.parent, made)
            with path.open("xb") as file:
                made.append(path)
                file.write(content)
    except BaseException:
        for path in reversed(made):
            path.rmdir() if path.is_dir() else path.unlink()
        raise


def _make_folder(folder: Path, made: list[Path]) -> None:
    missing = [each for each in (folder, *folder.parents) if not _is_there(each)]
    for each in reversed(missing):
        each.mkdir()
        made.append(each)
