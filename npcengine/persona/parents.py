"""What a persona takes over from others: their files are found by id, and read once."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from pathlib import Path

from cachetools import LRUCache

from npcengine.content.merge import lay, without
from npcengine.content.source import MAX_BYTES, read_source
from npcengine.content.yaml_tree import Loc, Tree, read_tree
from npcengine.diagnostics import Diagnostic
from npcengine.errors import ContentError
from npcengine.spelling import did_you_mean

MAX_DEPTH = 8
"""Generations above a persona."""
MAX_BASES = 256
"""Lines of parents whose outcome is kept."""
SUFFIXES = (".yaml", ".yml")
LORE = "lore"
"""The folder of the lorebooks, in that of the personas."""
OWN = ("schema", "id", "extends", "mixins", "abstract")
"""Fields that are taken over by nobody."""

# Files are many and parents are few: to find one by its id, none has to be parsed.
_ID = re.compile(r"""^["']?id["']?[ \t]*:[ \t]*["']?([a-z0-9][a-z0-9._-]*)""", re.MULTILINE)
_ABSTRACT = re.compile(r"^abstract[ \t]*:[ \t]*true\b", re.MULTILINE | re.IGNORECASE)


def is_abstract(tree: Tree) -> bool:
    """Return True for a document that is no character, but a part of others."""
    return tree.data.get("abstract") is True


def taken(tree: Tree, place: str) -> Diagnostic:
    """Say that the id of a document stands at another place too, as `FILE:LINE`."""
    message = f"this id is taken: {place} has it too"
    return tree.complain("NPC111", ("id",), message, "give one of them another id")


class Parents:
    """The files of a folder and of all folders in it, from which personas may take over fields.

    Without a folder there are none.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._trees: dict[Path, Tree] = {}
        self._hints: dict[str, str] = {}
        self._kin: dict[str, frozenset[str]] = {}
        self._bases: LRUCache[tuple[str, ...], Tree] = LRUCache(MAX_BASES)

    def complete(self, tree: Tree) -> Tree:
        """Return a document with all that it takes over. Raises `ContentError`.

        What is wrong with the YAML of a parent is among the complaints of the outcome.
        """
        line = _Line(self).of(tree)
        *above, _ = line
        self._kin[tree.source.path] = frozenset(npc for each in line for _, npc in _named(each))
        abstract = is_abstract(tree)
        if not above and not abstract:
            return tree
        return lay(self._base(above), tree, is_top=not abstract)

    def _base(self, above: list[Tree]) -> Tree | None:
        """Return what a line of parents comes to; its beginning is often that of another."""
        if not above:
            return None
        key = tuple(each.source.path for each in above)
        if key not in self._bases:
            *older, last = above
            self._bases[key] = lay(self._base(older), without(last, OWN), is_top=False)
        return self._bases[key]

    def find(self, npc: str) -> list[Path]:
        """Return the files with this id: those in inner folders; only without any, the others."""
        return self._inner.get(npc) or self._outer.get(npc, [])

    def read(self, file: Path) -> Tree:
        """Read a document, once. Raises `ContentError`."""
        if file not in self._trees:
            self._trees[file] = read_tree(read_source(file))
        return self._trees[file]

    def heirs(self, ids: Collection[str]) -> Iterator[Path]:
        """Give the files of documents that were completed and take over from one of these."""
        return (Path(path) for path, kin in self._kin.items() if not kin.isdisjoint(ids))

    def look_again(self, files: Iterable[Path]) -> set[str]:
        """Take in that files have come, gone or changed; return the ids that they had and have.

        Nothing that was read before is kept.
        """
        for kept in (self._trees, self._hints, self._bases):
            kept.clear()
        return {npc for file in files for npc in self._filed_again(file)}

    def _filed_again(self, file: Path) -> Iterator[str]:
        folder = self._folder
        if folder is None:
            return
        index = self._outer if file.parent == folder else self._inner
        for npc in [npc for npc, files in index.items() if file in files]:
            index[npc].remove(file)
            if not index[npc]:
                del index[npc]
            yield npc
        for npc in _by_id([file], folder):
            index[npc] = sorted([*index.get(npc, ()), file])
            yield npc

    @property
    def ids(self) -> tuple[str, ...]:
        """All ids that there are."""
        return (*self._inner, *self._outer)

    def hint(self, npc: str) -> str:
        """Say what may have been meant by an id that nobody has."""
        if npc not in self._hints:
            where = "a parent is looked for by its id, beside the persona and in folders there"
            self._hints[npc] = did_you_mean(npc, self.ids) or where
        return self._hints[npc]

    def inner(self, *, abstract: bool) -> Iterator[Path]:
        """Give the files in inner folders: parts of personas, or those that say to be none."""
        for files in self._inner.values():
            yield from (file for file in files if bool(_ABSTRACT.search(_text(file))) is abstract)

    @cached_property
    def _inner(self) -> dict[str, list[Path]]:
        if self._folder is None:
            return {}
        files = (Path(where, name) for where, _, names in os.walk(self._folder) for name in names)
        return _by_id((file for file in files if file.parent != self._folder), self._folder)

    @cached_property
    def _outer(self) -> dict[str, list[Path]]:
        if self._folder is None:
            return {}
        return _by_id((Path(self._folder, name) for name in _names(self._folder)), self._folder)


class _Line:
    """The documents that one is made of, the root first and itself last; none of them twice."""

    def __init__(self, parents: Parents) -> None:
        self._parents = parents
        self._line: dict[str, Tree] = {}
        self._seen: dict[str, int] = {}
        """How many heirs documents had where they were met; with more, they may be too deep."""
        self._complaints: list[Diagnostic] = []

    def of(self, tree: Tree) -> list[Tree]:
        self._add(tree, ())
        if self._complaints:
            raise ContentError([*tree.complaints, *self._complaints])
        return list(self._line.values())

    def _add(self, tree: Tree, heirs: tuple[Tree, ...]) -> None:
        line = (*heirs, tree)
        if self._seen.get(tree.source.path, -1) >= len(heirs):
            return  # nor are those above it looked at again: ways to them may be millions
        self._seen[tree.source.path] = len(heirs)
        for loc, npc in _named(tree):
            try:
                self._add(self._parent(line, loc, npc), line)
            except ContentError as error:
                self._complaints += error.diagnostics
        self._line.setdefault(tree.source.path, tree)

    def _parent(self, heirs: tuple[Tree, ...], loc: Loc, npc: str) -> Tree:
        *_, tree = heirs
        files = self._parents.find(npc)
        if not files:
            message = f"there is no persona {npc!r:.80} to take over from"
            raise _refused(tree, "NPC113", loc, message, self._parents.hint(npc))
        parent = self._parents.read(files[0])
        if len(files) > 1:
            path, line = parent.place(("id",))
            raise ContentError([taken(self._parents.read(files[1]), f"{path}:{line}")])
        paths = [each.source.path for each in heirs]
        if parent.source.path in paths:
            circle = heirs[paths.index(parent.source.path) :]
            names = " -> ".join(str(each.data.get("id")) for each in (*circle, parent))
            message = f"this goes round in a circle: {names}"
            raise _refused(tree, "NPC114", loc, message, "take one of them out")
        if len(heirs) > MAX_DEPTH:
            message = f"there are more than {MAX_DEPTH} generations"
            raise _refused(tree, "NPC115", loc, message, "let a persona take over from fewer")
        return parent


def _refused(tree: Tree, code: str, loc: Loc, message: str, suggestion: str) -> ContentError:
    return ContentError([tree.complain(code, loc, message, suggestion)])


def _named(tree: Tree) -> Iterator[tuple[Loc, str]]:
    """Give the ids of whom a document takes over from, and where they stand."""
    extends, mixins = tree.data.get("extends"), tree.data.get("mixins")
    if isinstance(extends, str):
        yield ("extends",), extends
    if isinstance(mixins, tuple):
        for index, npc in enumerate(mixins):
            if isinstance(npc, str):
                yield ("mixins", index), npc


def _names(folder: Path) -> list[str]:
    """Return the names of the files in a folder; none where it is gone, or must not be read."""
    return next((names for _, _, names in os.walk(folder)), [])


def _by_id(files: Iterable[Path], folder: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for file in sorted(files):
        parts = file.relative_to(folder).parts
        is_hidden = parts[0] == LORE or any(part[0] in "._" for part in parts)
        named = (
            None if is_hidden or file.suffix.lower() not in SUFFIXES else _ID.search(_text(file))
        )
        if named:
            found.setdefault(named[1], []).append(file)
    return found


def _text(file: Path) -> str:
    """Return the text of a file; an empty one where there is none: whoever reads it, complains."""
    try:
        if not file.is_file():  # a pipe would never end
            return ""
        with file.open("rb") as content:
            return content.read(MAX_BYTES).decode("utf-8-sig", "replace")
    except OSError:
        return ""
