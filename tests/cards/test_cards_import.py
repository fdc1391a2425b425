"""What a card becomes: which of its texts stand where, and what is only kept."""

import json
from pathlib import Path
from typing import Any

import pytest

from npcengine.cards.exporting import export_document
from npcengine.cards.importing import Imported, import_file
from npcengine.cards.writing import write_files
from npcengine.content.source import decode_source
from npcengine.content.yaml_tree import read_tree
from npcengine.errors import UsageError
from npcengine.lore.loader import parse_lorebook
from npcengine.lore.patterns import can_search
from npcengine.persona.loader import parse_persona, read_document
from tests.cards.samples import ENTRY, LOREBOOK, V1, V2, V3, Json, as_json


def imported(folder: Path, card: Json, name: str = "card.json") -> Imported:
    file = folder / name
    file.write_bytes(as_json(card))
    return import_file(file)


def document(made: Imported, path: str) -> Any:
    return read_tree(decode_source(made.contents[path], path)).data


def persona(folder: Path, **fields: object) -> Any:
    """Import a card of V2 with these fields, and return its persona as it loads."""
    made = imported(folder, {**V2, "data": {**V2["data"], **fields}})
    path = f"{made.id}.yaml"
    return parse_persona(made.contents[path].decode(), path)


def notes(made: Imported) -> str:
    return "\n".join(": ".join(each) for each in made.notes)


def test_the_whole_of_a_card(tmp_path: Path) -> None:
    made = imported(tmp_path, V3)
    assert list(made.contents) == ["brannoc.yaml", "lore/brannoc.yaml", "cards/brannoc.json"]
    assert document(made, "brannoc.yaml") == {
        "id": "brannoc",
        "name": "Brannoc",
        "aka": ("Bran",),
        "description": "Bran mends nets on the quay. The player is a stranger to him.",
        "traits": ("patient", "sly", "fond of eels"),
        "backstory": "The player has missed the last ferry.",
        "examples": (
            {"player": "When is the next one?", "npc": "*spits* Dawn.\nIf she floats."},
            {"player": "Who sank her?", "npc": "Not me."},
        ),
        "greetings": (
            "*Bran looks up.* Evening. Your boat is gone.",
            "Mind the rope.",
            "{{random:Aye,No}}. What now?",
        ),
        "lorebooks": ("brannoc",),
        "extensions": {
            "card": {
                "file": "brannoc.json",
                "system_prompt": "Write as Bran.",
                "post_history_instructions": "Stay wet.",
                "creator": "the tests",
                "creator_notes": "For ferry games.",
                "character_version": "1",
                "tags": ("harbour", "old"),
            }
        },
    }
    assert made.off == ("system_prompt", "post_history_instructions")
    kept = {"assets", "unknown", "creation_date", "extensions.depth_prompt", "extensions.x/own"}
    assert kept <= set(made.kept)
    assert "{{random}} stands there" in notes(made)


def test_the_prompts_of_a_card_are_not_in_play(tmp_path: Path) -> None:
    character = persona(tmp_path)
    assert (character.instructions, character.reminder) == ("", "")


def test_an_entry_of_lore(tmp_path: Path) -> None:
    made = imported(tmp_path, LOREBOOK, "marsh.json")
    book = document(made, "lore/the_marsh.yaml")
    first, second = book["entries"]
    assert (book["scan_depth"], book["budget"], book["recursive"]) == (6, 300, True)
    assert first == {
        "id": "the_light",
        "keys": ("lighthouse", "the light"),
        "text": ENTRY["content"],
        "secondary": ("night",),
        "order": 10,
        "probability": 0.5,
    }
    assert (second["id"], second["constant"]) == ("the_light_2", True)
    assert "without effect here: sticky" in notes(made)


@pytest.mark.parametrize(
    ("text", "greeting"),
    [
        ("Welcome, {{user}}!", "Welcome!"),
        ("{{user}}, sit down.", "Sit down."),
        ("As {{user}} enters, she nods.", "As you enter, she nods."),
        ("{{user}} is late. {{User}}'s boots drip.", "You are late. Your boots drip."),
        ("She gives {{user}} bread.{{// why?}}", "She gives you bread."),
        ("<BOT> hands <USER> a rope.{{newline}}Pull.", "Brannoc hands you a rope.\nPull."),
        ("{{getvar::x}} and {{user", "{{getvar::x}} and {{user"),
    ],
)
def test_macros_in_what_is_said(tmp_path: Path, text: str, greeting: str) -> None:
    [first] = persona(tmp_path, first_mes=text, alternate_greetings=[]).greetings
    assert first.text == greeting


@pytest.mark.parametrize(
    ("text", "traits"),
    [
        ("gruff; fair; dry humour", ("gruff", "fair", "dry humour")),
        ("- gruff\n- fair, mostly\n", ("gruff", "fair, mostly")),
        ("He is gruff. He is fair!", ("He is gruff.", "He is fair!")),
        ("和气、精明", ("和气", "精明")),
        ("", ()),
    ],
)
def test_traits(tmp_path: Path, text: str, traits: tuple[str, ...]) -> None:
    assert persona(tmp_path, personality=text).traits == traits


def test_long_texts_are_cut_at_a_sentence_and_it_is_said(tmp_path: Path) -> None:
    data = {**V2["data"], "description": "He mends nets. " * 400, "first_mes": "x" * 700}
    data["mes_example"] = "<START>\n{{user}}: a\n{{char}}: b\n" * 3 + "".join(
        f"<START>\n{{{{user}}}}: q{n}\n{{{{char}}}}: a{n}\n" for n in range(20)
    )
    made = imported(tmp_path, {**V2, "data": data})
    character = parse_persona(made.contents["brannoc.yaml"].decode(), "brannoc.yaml")
    assert character.description.endswith("He mends nets.")
    assert 3900 < len(character.description) <= 4000
    assert character.greetings[0].text == "x" * 599 + "…"
    assert len(character.examples) == 12
    told = notes(made)
    assert "description: 3,989 of 5,999 characters fit" in told
    assert "examples: 12 of 21 fit" in told


def test_the_language_is_guessed_where_the_script_tells(tmp_path: Path) -> None:
    chinese = {
        "name": "周伯",
        "description": "{{char}}认识{{user}}。",
        "first_mes": "{{user}}来啦！",
    }
    made = imported(tmp_path, chinese, "Old Zhou.json")
    zhou = document(made, "old_zhou.yaml")
    assert (zhou["locale"], zhou["description"]) == ("zh", "周伯认识玩家。")
    assert zhou["greetings"] == ("你来啦！",)
    japanese = {"name": "Aki", "first_mes": "こんにちは、世界。", "description": "店主。"}
    assert document(imported(tmp_path, japanese), "aki.yaml")["locale"] == "ja"


def test_a_card_with_almost_nothing(tmp_path: Path) -> None:
    made = imported(tmp_path, {"name": "Zoë d'Été", "first_mes": ""})
    assert document(made, "zoe_d_ete.yaml")["description"] == "Zoë d'Été"


@pytest.mark.parametrize(
    ("spec", "version", "told"),
    [
        ("chara_card_v3", "3.7", "spec_version 3.7 is newer"),
        ("chara_card_v2", "later", "spec_version is 'later'"),
        ("chara_card_v4", "4.0", "spec is 'chara_card_v4'; the card is read as V3"),
    ],
)
def test_a_newer_card_is_taken_with_a_warning(
    tmp_path: Path, spec: str, version: str, told: str
) -> None:
    made = imported(tmp_path, {**V3, "spec": spec, "spec_version": version})
    assert told in notes(made)


def test_a_book_too_large_for_a_file_stays_in_the_card(tmp_path: Path) -> None:
    card = json.loads(as_json(V2))
    many_lines = "x\n" * 2_500  # each of which is indented
    card["data"]["character_book"]["entries"] = [{**ENTRY, "content": many_lines}] * 450
    made = imported(tmp_path, card)
    assert list(made.contents) == ["brannoc.yaml", "cards/brannoc.json"]
    assert "it stays in the original" in notes(made)
    assert "character_book" in made.kept
    with pytest.raises(UsageError, match="split it in two"):
        imported(tmp_path, card["data"]["character_book"], "book.json")


def test_entries_get_ids_of_their_own_whatever_their_names_are(tmp_path: Path) -> None:
    names = ("a_3", "a", "a", "a_4", "a", "", "")
    entries = [{**ENTRY, "name": name, "content": f"{at}"} for at, name in enumerate(names)]
    made = imported(tmp_path, {"spec": "lorebook_v3", "data": {"entries": entries}}, "book.json")
    book = parse_lorebook(made.contents["lore/book.yaml"].decode(), "book.yaml")
    assert [each.text for each in book.entries] == [f"{at}" for at in range(len(names))]
    assert len({each.id for each in book.entries}) == len(names)


def test_a_card_of_v1_says_nothing_of_later_fields(tmp_path: Path) -> None:
    made = imported(tmp_path, {**V1, "system_prompt": "Obey.", "alternate_greetings": ["No."]})
    assert "Obey." not in made.contents["brannoc.yaml"].decode()
    assert set(made.kept) == {"avatar", "system_prompt", "alternate_greetings"}


@pytest.mark.skipif(not can_search(), reason="RE2 is not installed")
def test_a_regular_expression_that_cannot_be_used_is_set_aside(tmp_path: Path) -> None:
    card = json.loads(as_json(V3))
    [entry] = card["data"]["character_book"]["entries"]
    entry["keys"] = ["mill", "/(?=a)/", "/mill(er)?/i"]
    made = imported(tmp_path, card)
    path = "lore/brannoc.yaml"
    book = parse_lorebook(made.contents[path].decode(), path)
    assert book.entries[0].keys == ("mill", "/mill(er)?/i")
    assert "'/(?=a)/' is no regular expression that can be used" in notes(made)
    folder = tmp_path / "cast"
    write_files({folder / name: content for name, content in made.contents.items()})
    exported = export_document(read_document(folder, "brannoc"), folder, "json")
    assert (exported.changed, json.loads(exported.content)) == ((), card)
