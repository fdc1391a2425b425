"""The files that cards come in: which kind a file is, and the JSON in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from npcengine.cards.charx import JPEG_SIGNATURE, ZIP_SIGNATURE, assets_of, read_charx, write_charx
from npcengine.cards.limits import MAX_FILE, MIB, Unreadable
from npcengine.cards.png import (
    SIGNATURE,
    V2_KEYWORD,
    V3_KEYWORD,
    blank_png,
    read_png,
    write_png,
)
from npcengine.cards.strict_json import JsonObject, read_object, write_object
from npcengine.cards.versions import Card, backfilled, upgraded
from npcengine.errors import UsageError

Format = Literal["json", "png", "charx"]


@dataclass(frozen=True, slots=True)
class Container:
    """A file, as it is, and the JSON object in it."""

    raw: bytes
    format: Format
    content: JsonObject
    notes: tuple[str, ...] = ()
    """What was odd about the file."""
    assets: tuple[str, ...] = ()
    """The names of the files that it holds beside the card."""


def read_file(path: Path) -> Container:
    """Read a card's or a lorebook's file. Raises `UsageError`, which says what to do."""
    try:
        return unpack(read_bytes(path))
    except Unreadable as error:
        raise UsageError(f"{path}: {error}") from error


def read_bytes(path: Path) -> bytes:
    """Read a file that is not too large. Raises `UsageError`."""
    try:
        if not path.is_file():
            missing = "this is not a file" if path.exists() else "there is no such file"
            raise UsageError(f"{path}: {missing}; check the path and its spelling")
        with path.open("rb") as file:
            raw = file.read(MAX_FILE + 1)
    except OSError as error:
        raise UsageError(f"{path}: the file cannot be read: {error.strerror}") from error
    if len(raw) > MAX_FILE:
        raise UsageError(f"{path}: the file is larger than {MAX_FILE // MIB} MiB; shrink it")
    return raw


def unpack(raw: bytes) -> Container:
    """Find the JSON object in a file of any kind. Raises `Unreadable`."""
    if raw.startswith(SIGNATURE):
        found, notes = read_png(raw)
        return Container(raw, "png", read_object(found), notes)
    if raw.startswith((ZIP_SIGNATURE, JPEG_SIGNATURE)):
        if ZIP_SIGNATURE not in raw:
            raise Unreadable("the picture holds no card; get the PNG, or the card as JSON")
        return Container(raw, "charx", read_object(read_charx(raw)), (), assets_of(raw))
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return Container(raw, "json", read_object(raw))
    raise Unreadable("this is no card as JSON, PNG or CHARX; export it again as one of them")


def pack(
    card: Card, format: Format, image: bytes | None = None, original: Container | None = None
) -> bytes:
    """Make a file that holds a card.

    Pictures and assets are those of `original`, where it is of the same kind; `image` replaces
    the picture of a PNG. PNG holds a card of V3 twice, the second time for readers of V2; CHARX
    holds every card as V3. Raises `Unreadable` if the image or the original is not in order.
    """
    before = original.raw if original is not None and original.format == format else b""
    if format == "json":
        return write_object(card.root, indent=2) + b"\n"
    if format == "charx":
        return write_charx(write_object(upgraded(card).root), before)
    cards = {V2_KEYWORD: write_object(backfilled(card).root)}
    if card.version == 3:
        cards[V3_KEYWORD] = write_object(card.root)
    return write_png(image if image is not None else before or blank_png(), cards)
