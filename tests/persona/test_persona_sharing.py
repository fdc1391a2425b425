"""What personas take over from others, in the files that writers keep."""

import os
from pathlib import Path

import pytest

from npcengine.diagnostics import Diagnostic
from npcengine.errors import ContentError, UnknownNPC, UsageError
from npcengine.persona.lint import lint
from npcengine.persona.loader import load_cast, load_persona, parse_persona, read_document

SMITH = """\
id: smith
abstract: true
role: blacksmith
traits: [strong]
speech:
  style: Short.
  max_sentences: 2
secrets:
  - id: chain
    text: She sold a chain.
    reveal_when: met
"""
GRUFF = "id: gruff\nabstract: true\ntraits+: [gruff]\nspeech: {style: Grunts.}\n"
MIRA = """\
id: mira
extends: smith
mixins: [gruff]
name: Mira
description: A blacksmith.
traits+: [fair]
"""


@pytest.fixture
def cast(tmp_path: Path) -> Path:
    """A folder with a character, and with what it is made of in two folders inside."""
    write(tmp_path, "mira.yaml", MIRA)
    write(tmp_path, "archetypes/smith.yaml", SMITH)
    write(tmp_path, "traits/gruff.yaml", GRUFF)
    return tmp_path


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def found_in(folder: Path) -> list[Diagnostic]:
    return [each for each in lint(folder) if each.severity == "error"]


def test_own_fields_stand_over_mixins_and_those_over_what_is_extended(cast: Path) -> None:
    mira = load_persona(cast / "mira.yaml")

    assert mira.role == "blacksmith"
    assert mira.traits == ("strong", "gruff", "fair")
    assert (mira.speech.style, mira.speech.max_sentences) == ("Grunts.", 2)
    assert mira.secrets[0].text == "She sold a chain."
    assert (mira.id, mira.extends, mira.mixins, mira.abstract) == (
        "mira",
        "smith",
        ("gruff",),
        False,
    )


def test_only_characters_are_in_the_cast(cast: Path) -> None:
    write(cast, "base.yaml", "id: base\nabstract: true\nrole: x\n")
    write(cast, "archetypes/old.yaml", "id: old\nname: Old\ndescription: Somebody.\n")

    assert load_cast(cast).ids == ("mira",)
    assert load_cast(cast / "base.yaml").ids == ()
    with pytest.raises(UsageError, match=r"base\.yaml is abstract"):
        load_persona(cast / "base.yaml")


def test_a_character_may_be_a_parent_too(cast: Path) -> None:
    write(cast, "older.yaml", "id: older\nextends: mira\nname: Old Mira\ngreetings: [Hm.]\n")

    older = load_cast(cast)["older"]

    assert (older.name, older.role) == ("Old Mira", "blacksmith")
    assert older.description == "A blacksmith."


def test_a_field_that_is_left_empty_is_taken_over_from_nobody(cast: Path) -> None:
    write(cast, "mira.yaml", MIRA + "role:\nspeech:\n  style:\n")
    mira = load_persona(cast / "mira.yaml")
    assert (mira.role, mira.speech.style, mira.speech.max_sentences) == ("", "", 2)

    write(cast, "mira.yaml", MIRA + "home:\n")
    [found] = found_in(cast)
    assert (found.code, found.line, found.field) == ("NPC207", 7, "home")


def test_an_entry_with_an_id_keeps_what_is_not_said_again(cast: Path) -> None:
    write(cast, "mira.yaml", MIRA + "secrets:\n  - {id: chain, leak_terms: [chain]}\n")
    [secret] = load_persona(cast / "mira.yaml").secrets
    assert (secret.text, str(secret.reveal_when)) == ("She sold a chain.", "met")
    assert secret.leak_terms == ("chain",)


def test_a_part_that_comes_twice_is_taken_once(cast: Path) -> None:
    write(cast, "archetypes/smith.yaml", SMITH.replace("traits:", "mixins: [gruff]\ntraits+:"))
    mira = load_persona(cast / "mira.yaml")
    assert mira.traits == ("gruff", "strong", "fair")
    assert mira.speech.style == "Short."  # a smith is gruff, and has a style of its own


def test_a_mistake_is_told_at_the_file_and_line_where_it_stands(cast: Path) -> None:
    write(cast, "traits/gruff.yaml", GRUFF + "model:\n  tier: fats\n")
    write(cast, "other.yaml", MIRA.replace("id: mira", "id: other"))

    [found] = found_in(cast)

    assert Path(found.path) == cast / "traits" / "gruff.yaml"
    assert (found.line, found.column, found.field) == (6, 9, "model.tier")
    with pytest.raises(ContentError) as caught:
        load_cast(cast)
    assert caught.value.diagnostics == (found,)


def test_the_yaml_of_a_parent_is_complained_about_once(cast: Path) -> None:
    write(cast, "traits/gruff.yaml", GRUFF + "role: &x y\n")
    write(cast, "archetypes/smith.yaml", SMITH + 'home: "Oak" vale\n')
    assert [(Path(each.path).name, each.code) for each in found_in(cast)] == [
        ("smith.yaml", "NPC105"),
        ("gruff.yaml", "NPC108"),
    ]


def test_a_list_of_the_outcome_is_complained_about_where_its_entry_stands(cast: Path) -> None:
    write(cast, "mira.yaml", MIRA.replace("[fair]", "[fair, 3]"))
    [found] = found_in(cast)
    assert (Path(found.path).name, found.line, found.column) == ("mira.yaml", 6, 17)
    assert found.field == "traits[3]"


@pytest.mark.parametrize(
    ("lines", "place", "code", "words"),
    [
        ("extends: smyth\n", (4, 10), "NPC113", "did you mean 'smith'?"),
        ("mixins: [gruff, soft]\n", (4, 17), "NPC113", "beside the persona"),
        ("extends: [smith]\n", (4, 10), "NPC203", "in quotes"),
        ("extends: Smith\n", (4, 10), "NPC113", "did you mean 'smith'?"),
        ("extends: mira\n", (4, 10), "NPC114", "take one of them out"),
        ("role+: [x]\n", (4, 1), "NPC202", "adds to the list"),
        ("extends: smith\nrole+: [x]\n", (5, 1), "NPC202", "adds to the list"),
    ],
)
def test_a_mistake_in_what_is_taken_over(
    cast: Path, lines: str, place: tuple[int, int], code: str, words: str
) -> None:
    write(cast, "mira.yaml", f"id: mira\nname: Mira\ndescription: A blacksmith.\n{lines}")
    [found] = found_in(cast)
    assert (found.line, found.column, found.code) == (*place, code)
    assert words in found.suggestion


def test_a_circle_is_told_with_all_who_are_in_it(cast: Path) -> None:
    write(cast, "archetypes/smith.yaml", SMITH + "extends: worker\n")
    write(cast, "archetypes/worker.yaml", "id: worker\nabstract: true\nmixins: [smith]\n")

    told = {str(each) for each in found_in(cast)}

    assert any("NPC114 extends: " in each and "worker -> smith -> worker" in each for each in told)
    assert any("smith -> worker -> smith" in each for each in told)


def test_two_parents_with_one_id_are_told(cast: Path) -> None:
    write(cast, "traits/smith.yaml", SMITH)
    [found] = found_in(cast)
    assert (Path(found.path).parent.name, found.code) == ("traits", "NPC111")
    assert f"archetypes{Path('/')}smith.yaml:1" in found.message


def test_generations_have_a_limit(tmp_path: Path) -> None:
    for number in range(10):
        parent = f"extends: p{number - 1}\n" if number else "role: smith\n"
        text = f"id: p{number}\nname: P\ndescription: D.\n{parent}"
        write(tmp_path, f"{number}.yaml", text)
    assert load_persona(tmp_path / "8.yaml").role == "smith"
    assert {each.code for each in found_in(tmp_path)} == {"NPC115"}


def test_the_ways_to_a_part_may_be_more_than_anybody_could_count(tmp_path: Path) -> None:
    """Eight generations of sixteen make four thousand million ways, and 128 documents."""
    parts = [[f"p{depth}_{number}" for number in range(16)] for depth in range(8)]
    for depth, parents in enumerate([*parts[1:], []]):
        for npc in parts[depth]:
            text = f"id: {npc}\nabstract: true\ntraits+: [{npc}]\nmixins: [{', '.join(parents)}]\n"
            write(tmp_path, f"parts/{npc}.yaml", text)
    write(tmp_path, "a.yaml", f"id: a\nname: A\ndescription: D.\nmixins: [{', '.join(parts[0])}]\n")
    assert len(load_persona(tmp_path / "a.yaml").traits) == 128


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_what_is_no_file_is_not_waited_for(cast: Path) -> None:
    for name in ("pipe.yaml", "traits/pipe.yaml"):
        os.mkfifo(cast / name)
    (cast / "traits" / "folder.yaml").mkdir()
    (cast / "traits" / "nowhere.yaml").symlink_to("nothing.yaml")
    assert load_cast(cast, cast / ".cache").ids == load_cast(cast, cast / ".cache").ids == ("mira",)
    assert found_in(cast) == []


def test_a_part_is_checked_although_nobody_takes_it_over(cast: Path) -> None:
    write(cast, "traits/unused.yaml", "id: unused\nabstract: true\nspeech: {stile: x}\nrole:\n")
    [found] = found_in(cast)
    assert (Path(found.path).name, found.code) == ("unused.yaml", "NPC202")
    assert load_cast(cast).ids == ("mira",)


def test_text_without_a_folder_has_nobody_to_take_over_from() -> None:
    with pytest.raises(ContentError, match=r"^pasted:2:10: NPC113"):
        parse_persona(MIRA, "pasted")


def test_a_document_can_be_read_although_it_is_no_persona(cast: Path) -> None:
    write(cast, "broken.yaml", "id: broken\nextends: smith\ncolour: red\n")
    tree = read_document(cast, "broken")
    assert tree.data["role"] == "blacksmith"
    path, line = tree.place(("role",))
    assert (Path(path), line) == (cast / "archetypes" / "smith.yaml", 3)
    with pytest.raises(UnknownNPC, match="Did you mean 'broken'"):
        read_document(cast, "borken")
