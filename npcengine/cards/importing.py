"""From a file to what is written for it: a persona, its lorebook, and the card as it came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from npcengine.cards.book import Book, book_of, character_book, is_book, standalone
from npcengine.cards.container import Container, read_file
from npcengine.cards.limits import Unreadable
from npcengine.cards.persona import SWITCHES, Made, Note, made_of, slug
from npcengine.cards.prose import one_line
from npcengine.cards.versions import Card, as_card
from npcengine.cards.yaml_text import write_lorebook, write_yaml
from npcengine.errors import ContentError, UsageError

CARDS, LORE = "cards", "lore"
"""Folders beside the personas: the cards as they came, and lorebooks."""
_ORDER = (
    *("id", "name", "aka", "description", "traits", "backstory"),
    *("examples", "greetings", "lorebooks", "locale", "extensions"),
)
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file, and what is to be written for it."""

    file: str
    kind: str
    """As `Character Card V3, PNG`."""
    id: str
    """The id of the persona, or the name of the lorebook."""
    name: str
    contents: Mapping[str, bytes]
    """The files to be written, by their paths in the folder of the personas."""
    taken: Mapping[str, str]
    """Fields of the card that are in play now, and where."""
    kept: tuple[str, ...] = ()
    """Fields that nothing here uses. Export gives them back."""
    off: tuple[str, ...] = ()
    """Prompts of the card's own, which a person may turn on."""
    notes: tuple[Note, ...] = ()


def import_file(path: Path) -> Imported:
    """Read a card or a lorebook; nothing is written yet. Raises `UsageError`."""
    container = read_file(path)
    try:
        if is_book(container.content):
            return _book(container, path)
        return _card(container, path)
    except Unreadable as error:
        raise UsageError(f"{path}: {error}") from error


class Remade(NamedTuple):
    """What a card becomes."""

    card: Card
    made: Made
    book: Book | None
    lore: str = ""
    """The book as YAML."""


def remade(container: Container, stem: str) -> Remade:
    """Make what the import of a card makes, as it did then. Raises `Unreadable`."""
    card, _ = as_card(container.content)
    made = made_of(card, stem)
    found = character_book(card)
    if found is None:
        return Remade(card, made, None)
    book = book_of(found, made.names)
    try:
        lore = write_lorebook(book.content)
    except ContentError:
        made.notes.append(Note("lorebooks", f"{_too_many(book)}; it stays in the original"))
        return Remade(card, made, None)
    made.persona["lorebooks"] = [made.persona["id"]]
    made.notes.extend(book.notes)
    return Remade(card, made, book, lore)


def _card(container: Container, path: Path) -> Imported:
    _, odd = as_card(container.content)
    card, made, book, lore = remade(container, path.stem)
    npc, taken = made.persona["id"], dict(made.taken)
    original = f"{npc}.{container.format}"
    made.persona["extensions"]["card"] = {"file": original, **made.persona["extensions"]["card"]}
    order = {name: made.persona[name] for name in _ORDER if name in made.persona}
    contents = {f"{npc}.yaml": write_yaml(order).encode()}
    if book is not None:
        contents[f"{LORE}/{npc}.yaml"] = lore.encode()
        taken["character_book"] = "lorebooks"
    contents[f"{CARDS}/{original}"] = container.raw
    return Imported(
        str(path),
        f"Character Card V{card.version}, {container.format.upper()}",
        npc,
        made.persona["name"],
        contents,
        taken,
        _kept(card, container, taken),
        _off(card),
        _unique([Note("", each) for each in (*container.notes, *odd)] + made.notes),
    )


def _book(container: Container, path: Path) -> Imported:
    found, kind, called = standalone(container.content)
    name = slug(called) or slug(path.stem) or "lore"
    original = f"{name}.lore.json"
    book = book_of(found)
    content = {**book.content, "extensions": {"card": {"file": original}}}
    try:
        written = write_lorebook(content).encode()
    except ContentError as error:
        raise Unreadable(f"{_too_many(book)}; split it in two") from error
    return Imported(
        str(path),
        f"{kind}, JSON",
        name,
        called or path.stem,
        {
            f"{LORE}/{name}.yaml": written,
            f"{CARDS}/{original}": container.raw,
        },
        {"entries": "entries"},
        notes=_unique(book.notes),
    )


def _too_many(book: Book) -> str:
    count = len(book.content["entries"])
    return f"a lorebook of {count:,} entries is more than a file of YAML may hold here"


def _unique(notes: list[Note]) -> tuple[Note, ...]:
    return tuple(dict.fromkeys(notes))


def _kept(card: Card, container: Container, taken: Mapping[str, str]) -> tuple[str, ...]:
    """Name what a card says that is not in play, and is no prompt."""
    known = {*taken, *_off(card), "extensions"}
    named = [name for name, value in card.data.items() if value and name not in known]
    inside = card.data.get("extensions")
    if isinstance(inside, dict):
        named += [f"extensions.{name}" for name in inside]
    if card.version > 1:
        usual = {"spec", "spec_version", "data", *card.data}
        named += [name for name in card.root if name not in usual]
    files = [f"{len(container.assets)} files"] if container.assets else []
    return tuple(one_line(name, _LONGEST_NAME) for name in named + files)


def _off(card: Card) -> tuple[str, ...]:
    if card.version == 1:
        return ()
    return tuple(each for each in SWITCHES.values() if card.text(each).strip())
