"""Files that were made to do harm, or were harmed: each is refused in one line that helps."""

import base64
import copy
import io
import json
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from npcengine.cards import charx, limits
from npcengine.cards import png as png_file
from npcengine.cards.container import unpack
from npcengine.cards.exporting import export_card, export_document
from npcengine.cards.importing import import_file
from npcengine.cards.limits import Unreadable
from npcengine.content.source import decode_source
from npcengine.content.yaml_tree import read_tree
from npcengine.errors import ContentError, UsageError
from tests.cards.samples import V1, V2, V3, as_charx, as_json, as_png, chunk, png, text_chunk

PACKED = base64.b64encode(as_json(V2))


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], pack: int = zipfile.ZIP_STORED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", pack) as archive:
        archive.writestr("card.json", as_json(V3))
        for name, content in entries:
            archive.writestr(name, content)
    return made.getvalue()


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("assets/link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def with_password() -> bytes:
    raw = bytearray(zipped(("assets/a", b"x")))
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(signature) + at] |= 1
    return bytes(raw)


def twice() -> bytes:
    """An archive with two files named card.json, of which tools read one or the other."""
    return zipped(("card.jsoN", as_json(V1))).replace(b"card.jsoN", b"card.json")


def lying() -> bytes:
    """An archive whose card is said to be smaller than it is."""
    raw = bytearray(as_charx({**V3, "more": "x" * 100_000}))
    at = raw.index(b"PK\x01\x02") + 24
    raw[at : at + 4] = struct.pack("<I", 100)
    return bytes(raw)


def bad_sum() -> bytes:
    raw = bytearray(zipped())
    raw[raw.index(b"mends")] ^= 1
    return bytes(raw)


def deep(levels: int) -> bytes:
    return b'{"name": "a", "first_mes": "b", "x": ' + b"[" * levels + b"]" * levels + b"}"


def too_long_chunk() -> bytes:
    return as_png(V2)[:60] + struct.pack(">I", 2**31 - 1) + b"tEXtchara\0"


PNGS: dict[str, Callable[[], bytes]] = {
    "no card": png,
    "cut off": lambda: as_png(V2)[:-20],
    "signature only": lambda: png_file.SIGNATURE,
    "a length beyond the end": too_long_chunk,
    "damaged": lambda: as_png(V2).replace(PACKED[:40], PACKED[:39] + b"A"),
    "no base64": lambda: png(chunk(b"tEXt", b"chara\0!!!!")),
    "no JSON": lambda: png(chunk(b"tEXt", b"chara\0" + base64.b64encode(b"\xff\xfe"))),
    "empty": lambda: png(chunk(b"tEXt", b"chara\0")),
    "no end of the keyword": lambda: png(chunk(b"tEXt", b"chara")),
    "a bomb in zTXt": lambda: png(
        chunk(b"zTXt", b"chara\0\0" + zlib.compress(b"A" * (limits.MAX_CARD * 2)))
    ),
    "a bomb in iTXt": lambda: png(
        chunk(b"iTXt", b"ccv3\0\1\0\0\0" + zlib.compress(b"{" * (limits.MAX_CARD * 2)))
    ),
    "half a stream": lambda: png(chunk(b"zTXt", b"chara\0\0" + zlib.compress(PACKED)[:-9])),
    "no stream": lambda: png(chunk(b"zTXt", b"chara\0\0" + b"\xff" * 40)),
    "too large": lambda: png(chunk(b"tEXt", b"chara\0" + b"A" * (limits.MAX_CARD * 3 // 2))),
}
ARCHIVES: dict[str, Callable[[], bytes]] = {
    "cut off": lambda: as_charx(V3)[:-30],
    "signature only": lambda: charx.ZIP_SIGNATURE,
    "a jpeg without a card": lambda: b"\xff\xd8\xff\xe0 picture",
    "a jpeg with a torn archive": lambda: b"\xff\xd8\xff\xe0" + as_charx(V3)[:-40],
    "no card": lambda: zipped().replace(b"card.json", b"cart.json"),
    "an upward path": lambda: zipped(("assets/../../../x", b"x")),
    "a root path": lambda: zipped(("/etc/passwd", b"x")),
    "a drive": lambda: zipped(("C:/x", b"x")),
    "a backslash": lambda: zipped(("assets\\..\\x", b"x")),
    "a link": lambda: zipped((link(), b"/etc/passwd")),
    "a password": with_password,
    "two cards": twice,
    "two cards by case": lambda: zipped(("CARD.json", b"{}")),
    "many files": lambda: zipped(*((f"a/{n}", b"") for n in range(charx.MAX_ENTRIES + 1))),
    "a bomb": lambda: zipped(("a/bomb", b"\0" * 64 * limits.MIB), pack=zipfile.ZIP_DEFLATED),
    "a bomb as card": lambda: as_charx({**V3, "x": "a" * 32 * limits.MIB}),
    "an unusual packing": lambda: zipped(("a/b", b"x" * 99), pack=zipfile.ZIP_BZIP2),
    "a size that lies": lying,
    "a wrong sum": bad_sum,
}
TEXTS: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "another kind": lambda: b"RIFF\0\0\0\0WEBP",
    "a list": lambda: b"[1]",
    "no card": lambda: b'{"name": "a"}',
    "data that is no object": lambda: b'{"spec": "chara_card_v2", "data": []}',
    "no name": lambda: b'{"name": " ", "first_mes": "a"}',
    "broken": lambda: b'{"name": "a", "first_mes": }',
    "torn": lambda: as_json(V2)[:300],
    "another encoding": lambda: as_json({**V1, "name": "é"}).decode().encode("latin-1"),
    "levels": lambda: deep(limits.MAX_DEPTH + 1),
    "very many levels": lambda: deep(1_000_000),
    "levels of objects": lambda: b'{"a":' * 500_000,
    "values": lambda: b'{"name": "a", "x": [' + b"1," * (limits.MAX_VALUES + 1) + b"1]}",
    "a string that never ends": lambda: b'{"name": "' + b'\\"' * 2_000_000,
    "not a number": lambda: b'{"name": "a", "first_mes": "b", "x": NaN}',
    "too large a number": lambda: b'{"name": "a", "first_mes": "b", "x": 1e999}',
    "too long a number": lambda: b'{"name": "a", "first_mes": "b", "x": ' + b"9" * 5000 + b"}",
    "too large": lambda: b'{"name": "' + b"a" * limits.MAX_CARD + b'", "first_mes": "b"}',
    "a lorebook without entries": lambda: b'{"spec": "lorebook_v3", "data": 3}',
    "a shared book of nothing": lambda: b'{"entries": 3}',
}
ALL = {
    f"{kind}: {name}": make
    for kind, files in (("png", PNGS), ("charx", ARCHIVES), ("json", TEXTS))
    for name, make in files.items()
}


@pytest.mark.parametrize("name", ALL)
def test_it_is_refused_in_one_line_that_helps(tmp_path: Path, name: str) -> None:
    file = tmp_path / "card.bin"
    file.write_bytes(ALL[name]())
    with pytest.raises(UsageError) as refused:
        import_file(file)
    message = str(refused.value)
    assert message.startswith(f"{file}: ")
    assert "\n" not in message
    assert len(message) < len(str(file)) + 200
    assert ";" in message or ":" in message.removeprefix(f"{file}: ")
    assert list(tmp_path.iterdir()) == [file]


def test_every_cut_and_every_changed_byte_is_refused_or_harmless(tmp_path: Path) -> None:
    for raw in (as_png(V2), as_charx(V3, icon=b"x" * 50), as_json(V1)):
        for at in range(0, len(raw), max(1, len(raw) // 200)):
            for spoilt in (raw[:at], raw[:at] + bytes([raw[at] ^ 0x41]) + raw[at + 1 :]):
                file = tmp_path / "card.bin"
                file.write_bytes(spoilt)
                try:
                    import_file(file)
                except UsageError:
                    continue


WRONG: tuple[object, ...] = (None, 3, [], {}, "", True, [[]], [None], {"entries": None}, -1e300)


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
@pytest.mark.parametrize("field", [*V3["data"], "spec_version", "spec"])
def test_a_field_of_another_kind_is_kept_and_not_used(
    tmp_path: Path, field: str, wrong: object
) -> None:
    root = json.loads(as_json(V3))
    (root if field.startswith("spec") else root["data"])[field] = wrong
    file = tmp_path / "card.json"
    file.write_bytes(as_json(root))
    imported = import_file(file)
    assert imported.contents[f"cards/{imported.id}.json"] == as_json(root)


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
@pytest.mark.parametrize(
    "field", ["keys", "content", "extensions", "enabled", "insertion_order", "priority", "name",
              "selective", "secondary_keys", "constant", "case_sensitive", "use_regex", "id"],
)  # fmt: skip
def test_a_field_of_an_entry_of_another_kind_does_no_harm(
    tmp_path: Path, field: str, wrong: object
) -> None:
    root = json.loads(as_json(V3))
    root["data"]["character_book"]["entries"][0][field] = wrong
    root["data"]["character_book"]["entries"].append(wrong)
    file = tmp_path / "card.json"
    file.write_bytes(as_json(root))
    imported = import_file(file)
    assert f"lore/{imported.id}.yaml" in imported.contents


def test_the_work_grows_with_the_size_of_a_card_and_not_with_its_square(tmp_path: Path) -> None:
    """Were it otherwise, this would not end today."""
    card = copy.deepcopy(V3)
    card["data"]["personality"] = f"sly{' ' * 1_000_000}old"
    [entry] = card["data"]["character_book"]["entries"]
    entry["keys"] = [f"/(?={number})/" for number in range(50_000)]
    file = tmp_path / "card.json"
    file.write_bytes(as_json(card))
    assert import_file(file).id == "brannoc"


def test_what_cannot_be_seen_does_not_get_into_the_persona(tmp_path: Path) -> None:
    tag = "".join(chr(0xE0000 + ord(each)) for each in "obey")
    card = {**V1, "description": f"A\x07 man\u202e.{tag}\r\nTwo\u2028lines", "name": "B\nr\x00an"}
    file = tmp_path / "card.json"
    file.write_bytes(as_json(card))
    imported = import_file(file)
    persona = imported.contents["b_ran.yaml"].decode()
    assert "name: B ran\n" in persona
    assert "description: |-\n  A man.\n  Two\n  lines\n" in persona


def test_a_macro_in_a_name_is_not_expanded(tmp_path: Path) -> None:
    file = tmp_path / "card.json"
    file.write_bytes(as_json({**V1, "name": "{{user}}{{char}}"}))
    imported = import_file(file)
    assert '"{{user}}{{char}} mends nets' in imported.contents["user_char.yaml"].decode()


@pytest.mark.parametrize("name", ["../../secret.json", "/etc/passwd", "a/b.json", "..", "a\\b", ""])
def test_only_files_of_the_folder_cards_are_read(tmp_path: Path, name: str) -> None:
    text = f"id: a\nname: A\ndescription: B\nextensions:\n  card:\n    file: {json.dumps(name)}\n"
    tree = read_tree(decode_source(text.encode(), "a.yaml"))
    with pytest.raises(UsageError, match=r"extensions\.card\.file"):
        export_document(tree, tmp_path, "json")


@pytest.mark.parametrize("line", ["lorebooks: [../../x]", "examples: [a]", "greetings: {a: b}"])
def test_a_persona_that_does_not_load_is_not_exported(tmp_path: Path, line: str) -> None:
    text = f"id: a\nname: A\ndescription: B\n{line}\n"
    with pytest.raises(ContentError, match=line.split(":")[0]):
        export_document(read_tree(decode_source(text.encode(), "a.yaml")), tmp_path, "json")


@pytest.mark.parametrize("image", [b"", b"GIF89a", as_png(V2)[:-5], as_charx(V3)])
def test_a_picture_has_to_be_a_whole_png(tmp_path: Path, image: bytes) -> None:
    (tmp_path / "card.json").write_bytes(as_json(V3))
    (tmp_path / "picture").write_bytes(image)
    with pytest.raises(UsageError, match=r"PNG|cut off"):
        export_card(tmp_path / "card.json", "png", tmp_path / "picture")


def test_a_file_that_is_not_there_or_no_file(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.json", tmp_path / ("x" * 300)):
        with pytest.raises(UsageError):
            import_file(path)


def test_the_larger_number_of_cards_in_a_picture_is_told() -> None:
    two = png(text_chunk("chara", V1), text_chunk("chara", V2), text_chunk("CCV3", V3))
    assert (unpack(two).content, unpack(two).notes) == (V3, ())
    found = unpack(png(text_chunk("chara", V1), text_chunk("chara", V2)))
    assert found.content == V1
    assert "2 cards" in found.notes[0]
    with pytest.raises(Unreadable):
        unpack(png())


def test_text_chunks_of_all_kinds_are_read() -> None:
    for kind, before, packed in (
        (b"zTXt", b"chara\0\0", zlib.compress(PACKED)),
        (b"iTXt", b"chara\0\0\0en\0name\0", PACKED),
        (b"iTXt", b"chara\0\1\0en\0name\0", zlib.compress(PACKED)),
        (b"iTXt", b"chara\0\0\0\0\0", as_json(V2)),
        (b"tEXt", b"chara_card_v3\0", PACKED[:60] + b"\n" + PACKED[60:]),
    ):
        assert unpack(png(chunk(kind, before + packed))).content == V2
