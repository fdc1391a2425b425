"""A card that is imported comes back field by field; what its writer changes is changed."""

import copy
import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npcengine.cards.container import Format, unpack
from npcengine.cards.exporting import Exported, export_card, export_document
from npcengine.cards.importing import Imported, import_file
from npcengine.cards.writing import write_files
from npcengine.content.source import MAX_BYTES, read_source
from npcengine.content.yaml_tree import Tree, read_tree
from npcengine.lore.loader import load_lorebook
from npcengine.persona.loader import load_persona, read_document
from tests.cards.samples import (
    ENTRY,
    LOREBOOK,
    V1,
    V2,
    V3,
    WORLD_INFO,
    Json,
    as_charx,
    as_json,
    as_png,
    cards_of,
)

CARDS = pytest.mark.parametrize("card", [V1, V2, V3], ids=["V1", "V2", "V3"])
FORMATS: tuple[Format, ...] = ("json", "png", "charx")


def brought(folder: Path, raw: bytes, name: str = "card.bin") -> Imported:
    """Import a file into a folder."""
    source = folder / "downloads" / name
    source.parent.mkdir(exist_ok=True)
    source.write_bytes(raw)
    imported = import_file(source)
    files = {folder / path: content for path, content in imported.contents.items()}
    write_files(files, replace=True)
    source.unlink()
    return imported


def given_back(folder: Path, npc: str, format: Format = "json") -> Exported:
    return export_document(read_document(folder, npc), folder, format)


def content(exported: Exported) -> Json:
    return unpack(exported.content).content


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(old) == 1, text
    path.write_text(text.replace(old, new), "utf-8")


@CARDS
@pytest.mark.parametrize("wanted", FORMATS)
@pytest.mark.parametrize("kind", ["json", "png", "charx"])
def test_every_card_comes_back(tmp_path: Path, card: Json, kind: str, wanted: Format) -> None:
    raw = {"json": as_json, "png": as_png, "charx": as_charx}[kind](card)
    imported = brought(tmp_path, raw)
    exported = given_back(tmp_path, imported.id, wanted)
    assert exported.changed == ()
    if wanted == "charx" and kind != "charx" and "spec" not in card:
        assert content(exported)["data"].items() >= card.items()
    elif wanted == "charx" and kind != "charx":
        assert content(exported)["data"].items() >= card["data"].items()
    else:
        assert content(exported) == card
    if wanted == kind:
        assert exported.content == raw


def test_a_v3_card_is_in_a_picture_twice_and_an_older_one_once(tmp_path: Path) -> None:
    brought(tmp_path, as_json(V3))
    both = cards_of(given_back(tmp_path, "brannoc", "png").content)
    assert both["ccv3"] == V3
    older = both["chara"]
    assert (older["spec"], older["spec_version"]) == ("chara_card_v2", "2.0")
    [entry] = older["data"]["character_book"]["entries"]
    assert entry["content"] == "The light went out when {{char}} was a boy."
    brought(tmp_path, as_json(V2))
    assert cards_of(given_back(tmp_path, "brannoc", "png").content) == {"chara": V2}


def test_what_a_writer_changes_is_all_that_changes(tmp_path: Path) -> None:
    brought(tmp_path, as_png(V3, "ccv3"))
    persona = tmp_path / "brannoc.yaml"
    edit(persona, "name: Brannoc\n", "name: Brannoc Reed\n")
    edit(persona, "  - fond of eels\n", "  - fond of eels\n  - deaf in one ear\n")
    edit(persona, '  - "Mind the rope."\n', "  - Mind your head.\n")
    exported = given_back(tmp_path, "brannoc", "png")
    wanted = copy.deepcopy(V3)
    wanted["data"]["name"] = "Brannoc Reed"
    wanted["data"]["personality"] = "patient, sly, fond of eels, deaf in one ear"
    wanted["data"]["alternate_greetings"][0] = "Mind your head."
    assert content(exported) == wanted
    assert set(exported.changed) == {"name", "personality", "alternate_greetings"}


def test_copies_at_the_root_follow_the_field(tmp_path: Path) -> None:
    brought(tmp_path, as_json(V2))
    persona = tmp_path / "brannoc.yaml"
    edit(persona, "name: Brannoc\n", "name: Bran\n")
    edit(persona, '"For ferry games."', '"For all."')
    wanted = copy.deepcopy(V2)
    wanted["name"] = wanted["data"]["name"] = "Bran"
    wanted["creatorcomment"] = wanted["data"]["creator_notes"] = "For all."
    assert content(given_back(tmp_path, "brannoc")) == wanted


def test_changed_lists_keep_the_macros_of_what_stays(tmp_path: Path) -> None:
    brought(tmp_path, as_json(V2))
    persona = tmp_path / "brannoc.yaml"
    edit(persona, "greetings:\n", "greetings:\n  - A new first line.\n")
    edit(persona, 'npc: "Not me."', 'npc: "Not I."')
    data = content(given_back(tmp_path, "brannoc"))["data"]
    assert data["first_mes"] == "A new first line."
    assert data["alternate_greetings"] == [
        V1["first_mes"],
        *V2["data"]["alternate_greetings"],
    ]
    assert data["mes_example"] == (
        "<START>\n{{user}}: When is the next one?\n{{char}}: *spits* Dawn.\nIf she floats.\n"
        "<START>\n{{user}}: Who sank her?\n{{char}}: Not I."
    )


def test_the_lorebook_is_compared_entry_by_entry(tmp_path: Path) -> None:
    card = copy.deepcopy(V3)
    others = [{"keys": ["eel"], "content": "Eels.", "id": n, "x": n} for n in (1, 2)]
    card["data"]["character_book"]["entries"] += others
    brought(tmp_path, as_json(card))
    book = tmp_path / "lore" / "brannoc.yaml"
    edit(book, "  - id: eel_3\n    keys:\n      - eel\n    text: ", "  - id: new\n    text: ")
    edit(book, "The light went out when Bran was a boy.", "The light went out.")
    exported = content(given_back(tmp_path, "brannoc"))
    wanted = copy.deepcopy(card)
    entries = wanted["data"]["character_book"]["entries"]
    entries[0]["content"] = "@@scan_depth 2\nThe light went out."
    got = exported["data"]["character_book"]["entries"]
    assert got[:2] == entries[:2]
    assert (got[2]["name"], got[2]["content"], got[2]["keys"]) == ("new", "Eels.", [])
    exported["data"]["character_book"] = wanted["data"]["character_book"] = None
    assert exported == wanted


def test_nothing_with_a_condition_and_no_secret_leaves(tmp_path: Path) -> None:
    brought(tmp_path, as_json(V3))
    persona = tmp_path / "brannoc.yaml"
    edit(persona, "greetings:\n", "greetings:\n  - {text: Hidden one, when: met}\n")
    edit(persona, "examples:\n", "examples:\n  - {player: A, npc: Hidden two, when: met}\n")
    secret = "secrets:\n  - {id: a, text: Hidden three, reveal_when: met}\n"
    persona.write_text(persona.read_text("utf-8") + secret, "utf-8")
    book = tmp_path / "lore" / "brannoc.yaml"
    text = "entries:\n  - {id: h, keys: [h], text: Hidden four, when: met}\n"
    edit(book, "entries:\n", text)
    exported = given_back(tmp_path, "brannoc")
    assert "Hidden" not in exported.content.decode()
    assert content(exported) == V3
    assert "secrets" in exported.left_out


def test_a_persona_written_here_becomes_a_card(tmp_path: Path) -> None:
    (tmp_path / "lore").mkdir()
    (tmp_path / "lore" / "town.yaml").write_text("entries: [{keys: [mill], text: It burned.}]\n")
    (tmp_path / "mira.yaml").write_text(
        "id: mira\nname: Mira\nrole: smith\ndescription: She smiths.\nlorebooks: [town]\n"
        "knowledge: [Iron rusts., {text: Hidden, when: met}]\ngreetings: [Out.]\n"
        "secrets: [{id: a, text: Hidden, reveal_when: met}]\ninstructions: Be brief.\n"
    )
    exported = given_back(tmp_path, "mira", "png")
    card = content(exported)
    assert cards_of(exported.content)["ccv3"] == card
    assert card["data"]["description"] == (
        "She smiths.\n\nRole: smith\n\nKnowledge:\n- Iron rusts."
    )
    assert (card["data"]["first_mes"], card["data"]["system_prompt"]) == ("Out.", "Be brief.")
    assert card["data"]["character_book"]["entries"][0]["content"] == "It burned."
    assert b"Hidden" not in json.dumps(card).encode()
    again = brought(tmp_path / "lore", as_json(card))
    assert load_persona(tmp_path / "lore" / f"{again.id}.yaml").greetings[0].text == "Out."


@pytest.mark.parametrize("book", [LOREBOOK, WORLD_INFO], ids=["V3", "World Info"])
def test_a_lorebook_alone_comes_back(tmp_path: Path, book: Json) -> None:
    imported = brought(tmp_path, as_json(book), "the_marsh.json")
    path = tmp_path / "lore" / "the_marsh.yaml"
    loaded = load_lorebook(path)
    assert imported.id == "the_marsh"
    assert len(loaded.entries) == 2
    assert export_document(read_document_of(path), tmp_path, "json").content == as_json(book)
    edit(
        path, *("scan_depth: 6", "scan_depth: 9") if book is LOREBOOK else ("order: 20", "order: 9")
    )
    changed = json.loads(export_document(read_document_of(path), tmp_path, "json").content)
    assert changed["spec"] == "lorebook_v3"
    if book is LOREBOOK:
        assert changed["data"] == {**LOREBOOK["data"], "scan_depth": 9}
    else:
        mill, _ = changed["data"]["entries"]
        assert (mill["keys"], mill["insertion_order"]) == (["mill", "/mill(er)?s/i"], 9)
        assert mill["extensions"]["selectiveLogic"] == 3


def test_a_large_book_is_taken_over_and_comes_back(tmp_path: Path) -> None:
    """It is larger than a persona may be: some World Info has a thousand entries."""
    entries = [{**ENTRY, "name": f"{at}", "content": f"{at}: {'x' * 200}"} for at in range(1500)]
    card = {**V3, "data": {**V3["data"], "character_book": {"extensions": {}, "entries": entries}}}
    brought(tmp_path, as_json(card))
    path = tmp_path / "lore" / "brannoc.yaml"
    assert path.stat().st_size > MAX_BYTES
    assert len(load_lorebook(path).entries) == len(entries)
    assert content(given_back(tmp_path, "brannoc")) == card
    edit(path, "1499: ", "The last one: ")
    changed = content(given_back(tmp_path, "brannoc"))["data"]["character_book"]["entries"]
    assert changed[:-1] == entries[:-1]
    assert changed[-1]["content"].startswith("The last one: ")


def test_the_file_of_a_book_may_end_in_yml(tmp_path: Path) -> None:
    brought(tmp_path, as_json(V3))
    (tmp_path / "lore" / "brannoc.yaml").rename(tmp_path / "lore" / "brannoc.yml")
    assert content(given_back(tmp_path, "brannoc")) == V3


def read_document_of(path: Path) -> Tree:
    return read_tree(read_source(path))


def test_pictures_and_assets_stay_where_they_can(tmp_path: Path) -> None:
    imported = brought(tmp_path, b"\xff\xd8\xff jpeg" + as_charx(V3, icon=b"\x89PNG", voice=b"v"))
    assert "2 files" in imported.kept
    edit(tmp_path / "brannoc.yaml", "name: Brannoc\n", "name: Bran\n")
    exported = given_back(tmp_path, "brannoc", "charx")
    assert exported.content.startswith(b"\xff\xd8\xff jpeg")
    with zipfile.ZipFile(io.BytesIO(exported.content)) as archive:
        assert archive.namelist() == ["card.json", "assets/icon", "assets/voice"]
        assert archive.read("assets/voice") == b"v"
        assert json.loads(archive.read("card.json"))["data"]["name"] == "Bran"
    assert given_back(tmp_path, "brannoc", "json").left_out == ("2 files of the CHARX",)


def test_a_file_is_put_into_another_kind_without_a_persona(tmp_path: Path) -> None:
    file = tmp_path / "card.json"
    file.write_bytes(as_json(V3))
    assert cards_of(export_card(file, "png").content)["ccv3"] == V3


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False)
)
ANY = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)
WORDS = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("aA .\n:#-*\"'{}<>")),
    max_size=200,
) | st.sampled_from(["{{user}}: a\n{{char}}: b", "{{random:a,b}}", "<START>", "{{// x}}", "no"])
NAMES = WORDS.filter(lambda text: bool(text.strip()))
OWN = {
    **dict.fromkeys(("description", "personality", "scenario", "first_mes", "mes_example"), WORDS),
}
EXTRA = st.dictionaries(
    st.text().filter(lambda key: key not in ("spec", "data", "entries", "spec_version")),
    ANY,
    max_size=4,
)
ENTRIES = st.fixed_dictionaries(
    {"keys": st.lists(WORDS, max_size=2), "content": WORDS},
    optional={
        "insertion_order": st.integers() | st.floats(allow_nan=False, allow_infinity=False),
        "name": WORDS,
        "selective": st.booleans(),
        "secondary_keys": st.lists(WORDS, max_size=2),
        "enabled": st.booleans(),
        "extensions": ANY,
    },
)
LATER = st.fixed_dictionaries(
    {"name": NAMES, **OWN, "extensions": st.dictionaries(st.text(), ANY, max_size=3)},
    optional={
        "alternate_greetings": st.lists(WORDS, max_size=3),
        "system_prompt": WORDS,
        "tags": st.lists(WORDS, max_size=2) | ANY,
        "nickname": WORDS,
        "character_book": st.fixed_dictionaries({"entries": st.lists(ENTRIES, max_size=3)}) | ANY,
    },
)


@st.composite
def any_card(draw: st.DrawFn) -> Json:
    extra = draw(EXTRA)
    version = draw(st.sampled_from([1, 2, 3]))
    if version == 1:
        return {**extra, **draw(st.fixed_dictionaries({"name": NAMES, **OWN}))}
    data = {**draw(EXTRA), **draw(LATER)}
    return {**extra, "spec": f"chara_card_v{version}", "spec_version": f"{version}.0", "data": data}


@settings(max_examples=150, deadline=None)
@given(card=any_card(), wanted=st.sampled_from(["json", "png"]))
def test_any_card_comes_back(
    tmp_path_factory: pytest.TempPathFactory, card: Json, wanted: Format
) -> None:
    folder = tmp_path_factory.mktemp("any")
    start = as_png(card) if wanted == "json" else json.dumps(card).encode()
    imported = brought(folder, start)
    assert content(given_back(folder, imported.id, wanted)) == card
    persona = folder / f"{imported.id}.yaml"
    assert load_persona(persona).id == imported.id
    for book in (folder / "lore").glob("*"):
        load_lorebook(book)


@settings(max_examples=100, deadline=None)
@given(card=any_card())
def test_a_new_name_changes_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, card: Json
) -> None:
    folder = tmp_path_factory.mktemp("named")
    imported = brought(folder, json.dumps(card).encode())
    persona = folder / f"{imported.id}.yaml"
    text = persona.read_text("utf-8")
    named, count = re.subn(r"^name:.*\n(?: .*\n)*", "name: Somebody Else\n", text, flags=re.M)
    assert count == 1
    persona.write_text(named, "utf-8")
    wanted = copy.deepcopy(card)
    data = wanted.get("data", wanted)
    if "data" in wanted and wanted.get("name", 0) == data["name"]:
        wanted["name"] = "Somebody Else"
    data["name"] = "Somebody Else"
    assert content(given_back(folder, imported.id)) == wanted
