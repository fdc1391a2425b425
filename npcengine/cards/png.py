"""PNG and APNG: a card in a text chunk of the picture."""

from __future__ import annotations

import base64
import binascii
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from npcengine.cards.limits import MAX_CARD, MIB, Unreadable

SIGNATURE = b"\x89PNG\r\n\x1a\n"
V2_KEYWORD, V3_KEYWORD = "chara", "ccv3"
_READ_FIRST = (V3_KEYWORD, "chara_card_v3", V2_KEYWORD)
_TEXT_CHUNKS = (b"tEXt", b"zTXt", b"iTXt")
_LONGEST_KEYWORD = 79
_MAX_PACKED = MAX_CARD * 4 // 3 + 1024
"""Bytes of the longest card in base64."""
_BLANK_SIZE, _BLANK_COLOUR = (400, 600), b"\x46\x4b\x54"


class _Chunk(NamedTuple):
    kind: bytes
    body: bytes
    whole: bytes
    """With its length and its checksum."""
    intact: bool


def read_png(raw: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return the JSON of the card in a picture, and what was odd. Raises `Unreadable`."""
    found: dict[str, list[_Chunk]] = {}
    for chunk in _chunks(raw):
        if (keyword := _keyword(chunk)) in _READ_FIRST:
            found.setdefault(keyword, []).append(chunk)
    if not found:
        raise Unreadable("the picture holds no card; get the original, as copies often lose it")
    keyword = min(found, key=_READ_FIRST.index)
    first, *others = found[keyword]
    odd = any(other.body != first.body for other in others)
    note = f"the picture holds {len(others) + 1} cards named {keyword}; the first is taken"
    return _card(first), (note,) if odd else ()


def write_png(image: bytes, cards: Mapping[str, bytes]) -> bytes:
    """Return a picture that holds the JSON of `cards` by keyword, in place of those it held.

    Raises `Unreadable` if `image` is no whole PNG.
    """
    written = [SIGNATURE]
    for chunk in _chunks(image):
        if chunk.kind == b"IEND":
            written += [
                _chunk(b"tEXt", keyword.encode("ascii") + b"\0" + base64.b64encode(card))
                for keyword, card in cards.items()
            ]
        if _keyword(chunk) not in _READ_FIRST:
            written.append(chunk.whole)
    return b"".join(written)


def blank_png() -> bytes:
    """Return a plain picture of the usual size, for cards that have none."""
    width, height = _BLANK_SIZE
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + _BLANK_COLOUR * width) * height
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(body, zlib.crc32(kind))
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)


def _chunks(raw: bytes) -> Iterator[_Chunk]:
    """Give the chunks up to the end of the picture. Raises `Unreadable` where one is cut off."""
    if not raw.startswith(SIGNATURE):
        raise Unreadable("this is no PNG picture; save it as PNG")
    at, kind = len(SIGNATURE), b""
    while kind != b"IEND":
        head = raw[at : at + 8]
        length = int.from_bytes(head[:4], "big")
        end = at + 12 + length
        if len(head) < 8 or end > len(raw):
            raise Unreadable("the picture is cut off; copy or download it again")
        kind, body = head[4:], raw[at + 8 : end - 4]
        checksum = int.from_bytes(raw[end - 4 : end], "big")
        yield _Chunk(kind, body, raw[at:end], zlib.crc32(body, zlib.crc32(kind)) == checksum)
        at = end


def _keyword(chunk: _Chunk) -> str:
    if chunk.kind not in _TEXT_CHUNKS:
        return ""
    keyword, _, _ = chunk.body[: _LONGEST_KEYWORD + 1].partition(b"\0")
    return keyword.decode("latin-1").lower()


def _card(chunk: _Chunk) -> bytes:
    if not chunk.intact:
        raise Unreadable("the card in the picture is damaged; copy or download it again")
    _, _, rest = chunk.body.partition(b"\0")
    if chunk.kind == b"zTXt":
        rest = _inflated(rest[1:])
    elif chunk.kind == b"iTXt":
        packed = rest[:1] == b"\1"
        _, _, rest = rest[2:].partition(b"\0")  # the language
        _, _, rest = rest.partition(b"\0")  # the keyword in it
        rest = _inflated(rest) if packed else rest
    if len(rest) > _MAX_PACKED:
        raise Unreadable(f"the card is larger than {MAX_CARD // MIB} MiB; take its assets out")
    if rest.lstrip()[:1] == b"{":
        return rest
    try:
        return base64.b64decode(re.sub(rb"\s+", b"", rest), validate=True)
    except binascii.Error as error:
        raise Unreadable(
            f"the card in the picture is no base64 ({error}); export it again"
        ) from error


def _inflated(packed: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        unpacked = unpacking.decompress(packed, _MAX_PACKED + 1)
    except zlib.error as error:
        raise Unreadable("the card in the picture is damaged; copy or download it again") from error
    if len(unpacked) <= _MAX_PACKED and not unpacking.eof:
        raise Unreadable("the card in the picture is cut off; copy or download it again")
    return unpacked
