"""CHARX: a card as `card.json` in a zip archive, with its assets; also behind a JPEG picture."""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from npcengine.cards.limits import MAX_CARD, MIB, Unreadable

ZIP_SIGNATURE, JPEG_SIGNATURE = b"PK\x03\x04", b"\xff\xd8\xff"
CARD = "card.json"
MAX_ENTRIES = 2_000
MAX_UNPACKED = 256 * MIB
MAX_RATIO = 200
_RATIO_FROM = MIB
"""Bytes below which an entry may shrink as much as it likes."""
_LISTED = b"PK\x01\x02"
_DAMAGE = (BadZipFile, EOFError, OSError, RuntimeError, ValueError, struct.error, zlib.error)
"""What reading an archive raises that is broken, or unusual."""
_DATE = (1980, 1, 1, 0, 0, 0)


def read_charx(raw: bytes) -> bytes:
    """Return the card's JSON. Nothing else is unpacked. Raises `Unreadable`."""
    with _opened(raw) as archive:
        return _content(archive, archive.getinfo(CARD), MAX_CARD)


def assets_of(raw: bytes) -> tuple[str, ...]:
    """Return the names of the files beside the card. Raises `Unreadable`."""
    with _opened(raw) as archive:
        return tuple(each.filename for each in _files(archive) if each.filename != CARD)


def write_charx(card: bytes, original: bytes = b"") -> bytes:
    """Return an archive with a card's JSON, and with all else that an `original` one holds.

    Raises `Unreadable` if the original is not in order.
    """
    kept: list[tuple[ZipInfo, bytes]] = []
    before = b""
    if original:
        with _opened(original) as archive:
            start = min(each.header_offset for each in archive.infolist())
            before = original[:start]
            kept = [
                (each, _content(archive, each, each.file_size))
                for each in _files(archive)
                if each.filename != CARD
            ]
    made = BytesIO()
    made.write(before)
    with ZipFile(made, "a", ZIP_DEFLATED) as archive:
        archive.writestr(_entry(CARD, ZIP_DEFLATED), card)
        for each, content in kept:
            archive.writestr(_entry(each.filename, each.compress_type), content)
    return made.getvalue()


def _entry(name: str, packing: int) -> ZipInfo:
    """Describe a file of an archive, so that the same card makes the same bytes."""
    entry = ZipInfo(name, _DATE)
    entry.compress_type = packing
    entry.external_attr = 0o644 << 16
    return entry


@contextmanager
def _opened(raw: bytes) -> Iterator[ZipFile]:
    if raw.count(_LISTED) > MAX_ENTRIES:
        raise Unreadable(f"the archive holds more than {MAX_ENTRIES:,} files; take assets out")
    try:
        with ZipFile(BytesIO(raw)) as archive:
            _check(archive.infolist())
            yield archive
    except Unreadable:
        raise
    except _DAMAGE as error:
        raise Unreadable("the archive is damaged; copy or download it again") from error


def _files(archive: ZipFile) -> list[ZipInfo]:
    return [each for each in archive.infolist() if not each.is_dir()]


def _check(entries: list[ZipInfo]) -> None:
    """Refuse what no honest archive holds. Sizes are those that it states; see `_content`."""
    names = [each.filename for each in entries]
    if CARD not in names:
        raise Unreadable("the archive holds no card.json, so it is no CHARX; check the file")
    if len({name.casefold() for name in names}) < len(names):
        raise Unreadable("the archive holds two files of one name; make it anew")
    for each in entries:
        _check_entry(each)
    if sum(each.file_size for each in entries) > MAX_UNPACKED:
        raise Unreadable(f"unpacked, it is more than {MAX_UNPACKED // MIB} MiB; take assets out")


def _check_entry(entry: ZipInfo) -> None:
    name, kind = entry.filename, stat.S_IFMT(entry.external_attr >> 16)
    is_absolute = name != entry.orig_filename or "\\" in name or name[:1] == "/" or name[1:2] == ":"
    if is_absolute or ".." in name.split("/"):
        raise Unreadable(f"the archive holds {name!r:.80}, which leads out of it; do not trust it")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Unreadable(f"{name!r:.80} in the archive is a link and no file; make it anew")
    if entry.flag_bits & 0x1:
        raise Unreadable(f"{name!r:.80} in the archive has a password; make it anew without one")
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise Unreadable(f"{name!r:.80} in the archive is packed oddly; make it anew as plain zip")
    if entry.file_size > max(_RATIO_FROM, MAX_RATIO * entry.compress_size):
        raise Unreadable(f"{name!r:.80} in the archive swells when unpacked; do not trust it")


def _content(archive: ZipFile, entry: ZipInfo, most: int) -> bytes:
    with archive.open(entry) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise Unreadable(f"{entry.filename!r:.80} in the archive is too large; make it smaller")
    return content
