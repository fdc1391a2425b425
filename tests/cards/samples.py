"""Cards and lorebooks written for these tests, and the files that they come in."""

import base64
import copy
import io
import json
import struct
import zipfile
import zlib
from typing import Any

from npcengine.cards.png import SIGNATURE, blank_png

Json = dict[str, Any]

V1: Json = {
    "name": "Brannoc",
    "description": "{{char}} mends nets on the quay. {{user}} is a stranger to him.",
    "personality": "patient, sly, fond of eels",
    "scenario": "{{user}} has missed the last ferry.",
    "first_mes": "*{{char}} looks up.* Evening, {{user}}. {{user}}'s boat is gone.",
    "mes_example": "<START>\n{{user}}: When is the next one?\n{{char}}: *spits* Dawn.\n"
    "If she floats.\n<START>\n{{user}}: Who sank her?\nBrannoc: Not me.",
    "avatar": "none",
}
ENTRY: Json = {
    "keys": ["lighthouse", "the light"],
    "content": "@@scan_depth 2\nThe light went out when {{char}} was a boy.",
    "extensions": {"position": 1, "probability": 50, "useProbability": True, "sticky": 3},
    "enabled": True,
    "insertion_order": 10,
    "name": "The light",
    "id": 7,
    "selective": True,
    "secondary_keys": ["night"],
}
V2: Json = {
    "spec": "chara_card_v2",
    "spec_version": "2.0",
    "name": "Brannoc",
    "first_mes": V1["first_mes"],
    "creatorcomment": "For ferry games.",
    "fav": False,
    "data": {
        **{name: V1[name] for name in V1 if name != "avatar"},
        "creator_notes": "For ferry games.",
        "system_prompt": "{{original}} Write as {{char}}.",
        "post_history_instructions": "Stay wet.",
        "alternate_greetings": ["Mind the rope.", "{{random:Aye,No}}. What now?"],
        "character_book": {"name": "Quay", "extensions": {}, "entries": [ENTRY]},
        "tags": ["harbour", "old"],
        "creator": "the tests",
        "character_version": "1",
        "extensions": {"depth_prompt": {"prompt": "Be damp.", "depth": 4}, "x/own": [1, None]},
    },
}
V3: Json = {
    "spec": "chara_card_v3",
    "spec_version": "3.0",
    "data": {
        **copy.deepcopy(V2["data"]),
        "nickname": "Bran",
        "group_only_greetings": [],
        "creation_date": 1700000000,
        "assets": [{"type": "icon", "uri": "embeded://assets/icon/images/a.png", "name": "main"}],
        "unknown": {"deep": [{"er": 1.5e300}], "empty": {}},
    },
}
LOREBOOK: Json = {
    "spec": "lorebook_v3",
    "data": {
        "name": "The Marsh",
        "scan_depth": 6,
        "token_budget": 300,
        "recursive_scanning": True,
        "extensions": {},
        "entries": [{**ENTRY, "use_regex": False}, {**ENTRY, "id": 8, "constant": True}],
    },
}
WORLD_INFO: Json = {
    "entries": {
        "0": {
            "uid": 0,
            "key": ["mill", "/mill(er)?s/i"],
            "keysecondary": ["wheel", "dam"],
            "comment": "Mill",
            "content": "The mill stands still.",
            "constant": False,
            "selective": True,
            "selectiveLogic": 3,
            "order": 20,
            "position": 4,
            "disable": False,
            "excludeRecursion": True,
            "probability": 100,
            "useProbability": True,
            "matchWholeWords": False,
        },
        "1": {"uid": 1, "key": [], "content": "Nobody hears this.", "disable": True},
    },
    "originalData": None,
}


def as_json(card: Json) -> bytes:
    return json.dumps(card, ensure_ascii=False, indent=4).encode()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def text_chunk(keyword: str, card: Json) -> bytes:
    return chunk(b"tEXt", keyword.encode() + b"\0" + base64.b64encode(as_json(card)))


def png(*chunks: bytes) -> bytes:
    """Make a picture with more chunks before its end."""
    blank = blank_png()
    return b"".join([blank[:-12], *chunks, blank[-12:]])


def as_png(card: Json, keyword: str = "chara") -> bytes:
    return png(text_chunk(keyword, card))


def as_charx(card: Json, **files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("card.json", as_json(card))
        for name, content in files.items():
            archive.writestr(f"assets/{name}", content)
    return made.getvalue()


def cards_of(picture: bytes) -> dict[str, Json]:
    """Read the cards in a picture without the code under test."""
    found: dict[str, Json] = {}
    at = len(SIGNATURE)
    while at < len(picture):
        [length] = struct.unpack(">I", picture[at : at + 4])
        kind, body = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        if kind == b"tEXt":
            keyword, _, packed = body.partition(b"\0")
            assert keyword.decode() not in found
            found[keyword.decode()] = json.loads(base64.b64decode(packed))
        at += 12 + length
    assert kind == b"IEND"
    return found
