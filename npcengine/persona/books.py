"""The lorebooks that personas name: their files are found by name, and read once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from npcengine.content.yaml_tree import Tree
from npcengine.diagnostics import Diagnostic
from npcengine.errors import ContentError
from npcengine.lore.loader import load_lorebook
from npcengine.lore.model import Lorebook
from npcengine.persona.model import Persona
from npcengine.persona.parents import LORE, SUFFIXES
from npcengine.spelling import did_you_mean


class Books:
    """The lorebooks in the folder `lore` of a folder of personas. Without a folder, none are read.

    They are called by the names of their files, whatever their titles are.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder / LORE if folder else None
        self._books: dict[str, Lorebook] = {}
        self._wrong: dict[str, ContentError] = {}

    @property
    def read(self) -> Mapping[str, Lorebook]:
        """Those that were read so far and are in order."""
        return self._books

    def check(self, persona: Persona, tree: Tree) -> None:
        """Read the books that a persona names.

        Raises `ContentError` with everything that is wrong with them, or that they are not there.
        """
        if self._folder is None:
            return
        wrong = [
            complaint
            for index, name in enumerate(persona.lorebooks)
            for complaint in self._complaints(self._folder, name, index, tree)
        ]
        if wrong:
            raise ContentError(wrong)

    def look_again(self, file: Path) -> str | None:
        """Take in that a file has come, gone or changed; return which book that is, if it is one.

        The book is read when a persona that names it is checked.
        """
        if file.parent != self._folder or file.suffix not in SUFFIXES:
            return None
        self._books.pop(file.stem, None)
        self._wrong.pop(file.stem, None)
        return file.stem

    def _complaints(self, folder: Path, name: str, index: int, tree: Tree) -> Iterator[Diagnostic]:
        if name in self._books:
            return
        file = book_file(folder, name)
        if file is None:
            message = f"there is no lorebook {name!r}"
            where = f"a file {LORE}/{name}.yaml, in the folder of the personas, is looked for"
            hint = did_you_mean(name, [each.stem for each in folder.glob("*.y*ml")]) or where
            yield tree.complain("NPC402", ("lorebooks", index), message, hint)
            return
        try:
            if name not in self._wrong:
                self._books[name] = load_lorebook(file)
        except ContentError as error:
            self._wrong[name] = error
        if name in self._wrong:
            yield from self._wrong[name].diagnostics


def book_file(folder: Path, name: str) -> Path | None:
    """Return the file of a lorebook in the folder `lore`; None if there is none."""
    files = (folder / f"{name}{suffix}" for suffix in SUFFIXES)
    return next((file for file in files if file.is_file()), None)
