"""Personas that are read again when their files have changed, and no more of them than need be."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from npcengine.diagnostics import Diagnostic
from npcengine.errors import ContentError
from npcengine.hooks import PersonaKept, PersonaReloaded
from npcengine.lore.model import Lorebook
from npcengine.persona.books import Books
from npcengine.persona.cast import Cast
from npcengine.persona.loader import (
    StrPath,
    files_of,
    folder_of,
    is_persona_file,
    read_files,
    told,
    with_books,
)
from npcengine.persona.model import Persona
from npcengine.persona.parents import SUFFIXES, Parents

_Found = Mapping[Path, Persona | ContentError]


class Changes(NamedTuple):
    """What came of a look at the files."""

    personas: tuple[Persona, ...]
    """Those that are new, or not as they were."""
    books: Mapping[str, Lorebook]
    """The same of lorebooks."""
    events: tuple[PersonaReloaded | PersonaKept, ...]


class Reading:
    """The personas of a file or a folder as they were read last, to be read again.

    What has changed is found by the times and sizes of files, so that nothing depends on who says
    that something has. While a file does not load, or is gone, its persona stays as it was.
    """

    def __init__(self, path: StrPath) -> None:
        """Read them all. Raises `ContentError`, as `load_cast` does."""
        self.folder = folder_of(path)
        self._only = None if Path(path) == self.folder else Path(path)
        # First of all, so that what changes while it is read is seen at the next look.
        self._stamps = _stamps(self.folder)
        self._parents, self._shelf = Parents(self.folder), Books(self.folder)
        self._personas: dict[str, Persona] = {}
        self._books: dict[str, Lorebook] = {}
        self._owners: dict[str, Path] = {}
        """The files by the ids that they have, or had before they could not be read any more."""
        self._wrong: dict[Path, tuple[Diagnostic, ...]] = {}
        self._kept: set[str] = set()
        """Those that are not as their files want them."""
        found = self._read(files_of(path), self._owners)
        if wrong := told(each for each in found.values() if isinstance(each, ContentError)):
            raise ContentError(wrong)
        self._take(found)
        self._parents.ids  # noqa: B018 - made now: later, all files would have to be read for it
        self._parents.look_again(())

    @property
    def cast(self) -> Cast:
        """All personas as they were read last."""
        return Cast(self._personas.values(), self._books)

    def look(self) -> Changes:
        """Read what has changed since the last look, and what depends on it.

        It takes its time: the loop of an engine has it done in a thread.
        """
        before, self._stamps = self._stamps, _stamps(self.folder)
        changed = {Path(file) for file, _ in before.items() ^ self._stamps.items()}
        if not changed:
            return Changes((), {}, ())
        due = self._due(changed)
        last = {file: npc for npc, file in self._owners.items()}
        owners = {npc: file for npc, file in self._owners.items() if file not in due}
        # Those that were wrong come last: who took an id of another must not have it now.
        here = sorted(filter(self._is_character, due), key=lambda each: (each in self._wrong, each))
        found = self._read(here, owners)
        events = list(self._complain(found, changed, last))
        for file in self._wrong.keys() & last.keys():
            owners.setdefault(last[file], file)
        for npc in self._owners.keys() - owners.keys():
            events.append(PersonaKept(npc, str(self._owners[npc])))
            self._kept.add(npc)
        self._owners = owners
        personas, books, again = self._take(found)
        return Changes(personas, books, (*events, *map(PersonaReloaded, again)))

    def _due(self, changed: Iterable[Path]) -> set[Path]:
        """Return the files to be read when these have changed: of characters only."""
        books, others = set(), []
        for file in changed:
            if name := self._shelf.look_again(file):
                books.add(name)
            else:
                others.append(file)
        ids = self._parents.look_again(others)
        readers = (npc for npc, each in self._personas.items() if books & {*each.lorebooks})
        return {
            *others,
            *self._wrong,  # what they lack may have come
            *self._parents.heirs(ids),
            *(self._owners[npc] for npc in readers if npc in self._owners),
        }

    def _read(self, files: Iterable[Path], owners: dict[str, Path]) -> _Found:
        return {
            file: with_books(found, self._shelf)
            for file, found in read_files(files, self._parents, owners)
            if found is not None
        }

    def _complain(
        self, found: _Found, changed: set[Path], last: Mapping[Path, str]
    ) -> Iterator[PersonaKept]:
        """Tell what does not load: once, and again when its file was written again."""
        before, self._wrong = self._wrong, {}
        for file, each in found.items():
            if not isinstance(each, ContentError):
                continue
            self._wrong[file] = each.diagnostics
            if file in changed or before.get(file) != each.diagnostics:
                npc = last.get(file, "")
                self._kept.add(npc)
                yield PersonaKept(npc, str(file), each)

    def _take(
        self, found: _Found
    ) -> tuple[tuple[Persona, ...], Mapping[str, Lorebook], tuple[str, ...]]:
        """Take what is in order; return what of it is new, and who is not as before."""
        books = {name: book for name, book in self._shelf.read.items() if self._is_new(name, book)}
        good = [each for each in found.values() if isinstance(each, Persona)]
        new = tuple(each for each in good if self._personas.get(each.id) != each)
        self._books |= books
        self._personas |= {each.id: each for each in new}
        anew = {each.id for each in new} | self._kept
        again = [each.id for each in good if each.id in anew or books.keys() & {*each.lorebooks}]
        self._kept -= {*again}
        return new, books, tuple(again)

    def _is_new(self, name: str, book: Lorebook) -> bool:
        known = self._books.get(name)
        return known is not book and known != book

    def _is_character(self, file: Path) -> bool:
        if self._only is not None:
            return file == self._only and file.is_file()
        return file.parent == self.folder and is_persona_file(file)


def _stamps(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Return when each file was written, how large it is, and which file it is."""
    stamps = {}
    for where, folders, names in os.walk(folder):
        folders[:] = [each for each in folders if each[0] not in "._"]
        for name in names:
            if name.lower().endswith(SUFFIXES):
                path = os.path.join(where, name)  # noqa: PTH118 - ten times as fast
                try:
                    found = os.stat(path)  # noqa: PTH116 - the same
                except OSError:  # gone meanwhile, or a link that leads nowhere
                    continue
                stamps[path] = (found.st_mtime_ns, found.st_size, found.st_ino)
    return stamps
