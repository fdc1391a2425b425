"""Read lorebooks from files. Every complaint of a file is told at once."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import NamedTuple, TypeAlias

from npcengine.content.fields import check
from npcengine.content.source import Source, decode_source, read_source
from npcengine.content.yaml_tree import Loc, Tree, read_tree
from npcengine.diagnostics import Diagnostic
from npcengine.errors import ContentError
from npcengine.lore.model import Entry, Lorebook
from npcengine.lore.patterns import PatternError, can_search, compile_pattern, is_pattern

StrPath: TypeAlias = str | PathLike[str]

MAX_BYTES = 8 * 1024 * 1024
"""How large the file of a book may be."""
MAX_NODES = 400_000
"""How many fields, keys and the like a book may have: enough for 10,000 entries."""


class Volume(NamedTuple):
    """A lorebook and the document that it was read from."""

    book: Lorebook
    tree: Tree


def load_lorebook(path: StrPath) -> Lorebook:
    """Load the lorebook in one file. Raises `ContentError` with everything that is wrong."""
    return read_volume(path).book


def parse_lorebook(text: str, path: str) -> Lorebook:
    """Make a lorebook of YAML text; `path` is what complaints call it.

    Raises `ContentError` with everything that is wrong.
    """
    return _volume(decode_source(text.encode("utf-8", "surrogatepass"), path, MAX_BYTES)).book


def read_volume(path: StrPath) -> Volume:
    """Read what `load_lorebook` loads, with the places of its fields for further complaints."""
    return _volume(read_source(Path(path), MAX_BYTES))


def read_book(path: StrPath) -> Tree:
    """Read a file that may be as large as a lorebook, unchecked. Raises `ContentError`."""
    return read_tree(read_source(Path(path), MAX_BYTES), most=MAX_NODES)


def _volume(source: Source) -> Volume:
    tree = read_tree(source, most=MAX_NODES)
    book = check(tree, Lorebook)
    complaints = [*_shared_ids(tree, book), *_unusable_keys(tree, book)]
    if complaints:
        raise ContentError(sorted(complaints, key=lambda each: (each.line, each.column)))
    if not book.name:
        book = book.model_copy(update={"name": Path(source.path).stem})
    return Volume(book, tree)


def _shared_ids(tree: Tree, book: Lorebook) -> Iterator[Diagnostic]:
    first: dict[str, int] = {}
    for number, entry in enumerate(book.entries):
        before = first.setdefault(entry.id, number)
        if before == number:
            continue
        line, _ = tree.source.place(tree.spots["entries", before].start)
        has_id = ("entries", number, "id") in tree.spots
        yield tree.complain(
            "NPC111",
            ("entries", number, "id") if has_id else ("entries", number),
            f"the entry on line {line} has this id too"
            if has_id
            else f"this is the entry on line {line} once more",
            "give one of them another id" if has_id else "delete one of them",
        )


def _unusable_keys(tree: Tree, book: Lorebook) -> Iterator[Diagnostic]:
    """Complain about regular expressions, where there is the library that reads them."""
    if not can_search():
        return
    for number, entry in enumerate(book.entries):
        for loc, key in _patterns(entry):
            try:
                compile_pattern(key, cased=entry.case_sensitive)
            except PatternError as error:
                loc = ("entries", number, *loc)
                if loc not in tree.spots:  # it stands in a decorator
                    loc = ("entries", number, "text")
                message = f"{key!r:.80} is no regular expression that can be used: {error}"
                yield tree.complain("NPC203", loc, message, "mend it, or write words as keys")


def _patterns(entry: Entry) -> Iterator[tuple[Loc, str]]:
    """Give the keys that are regular expressions, and where they stand in the entry."""
    for field in ("keys", "secondary", "exclude"):
        for number, key in enumerate(getattr(entry, field)):
            if entry.regex or is_pattern(key):
                yield (field, number), key
    for at, group in enumerate(entry.additional):
        for number, key in enumerate(group):
            if entry.regex or is_pattern(key):
                yield ("additional", at, number), key
