"""From a persona to a card: the card that it came from, with what its writer has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from npcengine.cards.book import Book, book_of, standalone
from npcengine.cards.book_changes import changed_book, idle_fields, new_book
from npcengine.cards.changes import Changes, Plain, changes, described
from npcengine.cards.container import Container, Format, pack, read_bytes, read_file
from npcengine.cards.importing import CARDS, LORE, remade
from npcengine.cards.limits import Unreadable
from npcengine.cards.macros import Names
from npcengine.cards.persona import Made
from npcengine.cards.strict_json import JsonObject, write_object
from npcengine.cards.versions import Card, as_card, new_card, with_fields
from npcengine.content.fields import check
from npcengine.content.yaml_tree import Tree
from npcengine.errors import UsageError
from npcengine.lore.loader import read_volume
from npcengine.lore.model import Lorebook
from npcengine.persona.books import book_file
from npcengine.persona.model import Persona


@dataclass(frozen=True, slots=True)
class Exported:
    """A card as a file, and how it differs from the one that the persona came from."""

    content: bytes
    kind: str
    """As `Character Card V3`."""
    original: str = ""
    """The file in the folder `cards` that it came from; empty for what was written here."""
    changed: tuple[str, ...] = ()
    """Fields of the card that have another value than in the original."""
    left_out: tuple[str, ...] = ()
    """What a card, or one in such a file, has no place for."""


def export_card(path: Path, format: Format, image: Path | None = None) -> Exported:
    """Put a card's file into one of another kind. Raises `UsageError`."""
    container = read_file(path)
    try:
        card, _ = as_card(container.content)
        return _packed(card, Changes(), container, format, image)
    except Unreadable as error:
        raise UsageError(f"{path}: {error}") from error


def export_document(
    tree: Tree, folder: Path, format: Format, image: Path | None = None
) -> Exported:
    """Make a card of a persona's document, or JSON of a lorebook's.

    `folder` is where the personas are. Raises `UsageError` or `ContentError`.
    """
    document, path = tree.data, tree.source.path
    check(tree, Lorebook if "entries" in document else Persona)
    file = _original(document, path)
    container = read_file(folder / CARDS / file) if file else None
    try:
        if "entries" in document:
            exported = _lorebook(document, container, format)
        else:
            card, found = _changed(document, folder, container, Path(file).stem)
            exported = _packed(card, found, container, format, image)
    except Unreadable as error:
        raise UsageError(f"{path}: {error}") from error
    return replace(exported, original=file)


def _original(document: Plain, path: str) -> str:
    """Return the name of the file that a document came from; empty if it came from none."""
    extensions = document.get("extensions")
    card = extensions.get("card") if isinstance(extensions, Mapping) else None
    if not isinstance(card, Mapping) or "file" not in card:
        return ""
    file = card["file"]
    if not isinstance(file, str) or file in ("", "..") or file != Path(file).name or "\\" in file:
        problem = f"extensions.card.file has to be the name of a file in the folder {CARDS!r}"
        raise UsageError(f"{path}: {problem}; write it, or delete extensions.card")
    return file


def _changed(
    persona: Plain, folder: Path, container: Container | None, stem: str
) -> tuple[Card, Changes]:
    """Return the card for a persona, and what of it was changed."""
    card, book = new_card(), None
    made = Made({}, Names("", "en"))
    if container is not None:
        card, made, book, _ = remade(container, stem)
    found = changes(card, made, persona)
    if container is None:
        described(persona, found)
    _put_book(card, made, book, _books(persona, folder), found)
    return with_fields(card, found.fields), found


def _books(persona: Plain, folder: Path) -> dict[str, Plain]:
    """Return the lorebooks of a persona as plain data, by their names."""
    lore = folder / LORE
    files = {name: book_file(lore, name) for name in persona.get("lorebooks") or ()}
    return {
        name: read_volume(file or lore / f"{name}.yaml").tree.data for name, file in files.items()
    }


def _put_book(
    card: Card, made: Made, book: Book | None, books: dict[str, Plain], found: Changes
) -> None:
    if book is None:
        if books:
            found.put(card, "character_book", new_book(_joined(books.values())), "lorebooks")
    else:
        [name] = made.persona["lorebooks"]
        own = books.pop(name, None)
        raw = card.data["character_book"]
        changed = changed_book(raw, book, own) if own is not None else None
        if own is None or changed is not None:
            found.put(card, "character_book", changed, "lorebooks")
        found.left_out.extend(f"the lorebook {other}" for other in books)
        books = {name: own} if own is not None else {}
    if "character_book" in found.fields:
        found.left_out.extend(idle_fields(_joined(books.values())))


def _joined(books: Iterable[Plain]) -> Plain:
    """Return several books as one: a card has only one. The first one's settings hold."""
    first, *others = books or ({},)
    entries = [each for book in (first, *others) for each in book.get("entries") or ()]
    return {**first, "entries": entries}


def _lorebook(document: Plain, container: Container | None, format: Format) -> Exported:
    if format != "json":
        raise UsageError("a lorebook without a character is only JSON: pass --format json")
    left_out = tuple(idle_fields(document))
    if container is None:
        return Exported(_as_v3(new_book(document)), "lorebook V3", left_out=left_out)
    plain, kind, _ = standalone(container.content)
    changed = changed_book(plain, book_of(plain), document)
    if changed is None:
        return Exported(container.raw, kind)
    return Exported(_as_v3(changed), "lorebook V3", changed=("entries",), left_out=left_out)


def _as_v3(book: JsonObject) -> bytes:
    return write_object({"spec": "lorebook_v3", "data": book}, indent=2) + b"\n"


def _packed(
    card: Card, found: Changes, container: Container | None, format: Format, image: Path | None
) -> Exported:
    if image is not None and format != "png":
        raise UsageError("a picture goes into a PNG only: pass --format png with --image")
    picture = read_bytes(image) if image is not None else None
    same = container is not None and container.format == format
    left_out = list(found.left_out)
    if container is not None and not same:
        left_out += [f"{len(container.assets)} files of the CHARX"] if container.assets else []
        left_out += ["the picture"] if container.format == "png" else []
    if container is not None and same and not found.fields and picture is None:
        content = container.raw
    else:
        content = pack(card, format, picture, container)
    version = 3 if format == "charx" else card.version
    return Exported(content, f"Character Card V{version}", "", tuple(found.fields), tuple(left_out))
