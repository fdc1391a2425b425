from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from npcengine.content.source import MAX_BYTES
from npcengine.diagnostics import Diagnostic
from npcengine.errors import ContentError
from npcengine.persona.lint import lint
from npcengine.persona.loader import load_cast, load_persona, parse_persona

SMALLEST = "id: mira\nname: Mira\ndescription: A blacksmith.\n"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def complaints_of(path: Path) -> tuple[Diagnostic, ...]:
    with pytest.raises(ContentError) as caught:
        load_cast(path)
    return caught.value.diagnostics


def codes_of(path: Path) -> list[str]:
    return [each.code for each in complaints_of(path)]


def test_three_lines_are_a_persona(tmp_path: Path) -> None:
    persona = load_persona(write(tmp_path, "mira.yaml", SMALLEST))

    assert (persona.id, persona.name, persona.description) == ("mira", "Mira", "A blacksmith.")
    assert persona.speech.max_sentences == 3
    assert persona.locale == "en"


def test_lists_and_groups_arrive(tmp_path: Path) -> None:
    more = "traits: [gruff, fair]\nexamples:\n  - player: Hello.\n    npc: Hm.\ncache:\n  ttl: 30\n"
    persona = load_persona(write(tmp_path, "mira.yaml", SMALLEST + more))

    assert persona.traits == ("gruff", "fair")
    assert persona.examples[0].npc == "Hm."
    assert persona.cache.ttl == 30


def test_a_folder_is_a_cast_in_the_order_of_its_file_names(tmp_path: Path) -> None:
    for name, npc in (("b.yml", "second"), ("a.yaml", "first"), ("C.YAML", "zeroth")):
        write(tmp_path, name, SMALLEST.replace("mira", npc))

    assert load_cast(tmp_path).ids == ("zeroth", "first", "second")


def test_what_is_not_a_persona_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, "mira.yaml", SMALLEST)
    for name in ("_draft.yaml", ".hidden.yaml", "notes.txt", "persona.schema.json"):
        write(tmp_path, name, "not: [a persona")
    (tmp_path / "old.yaml").mkdir()
    write(tmp_path / "old.yaml", "old.yaml", "not: [a persona")

    assert load_cast(tmp_path).ids == ("mira",)


def test_one_file_is_a_cast_of_one(tmp_path: Path) -> None:
    assert load_cast(str(write(tmp_path, "mira.yaml", SMALLEST))).ids == ("mira",)


def test_everything_wrong_in_every_file_is_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "id: Mira Holt\nname: Mira\nrole: x\nrole: y\n")
    write(tmp_path, "b.yaml", "greetings:\n  - *sighs* Well.\n")
    write(tmp_path, "c.yaml", SMALLEST + "greeting: [Hello]\n")

    told = {(Path(each.path).name, each.line, each.code) for each in complaints_of(tmp_path)}

    assert told == {
        ("a.yaml", 1, "NPC201"),
        ("a.yaml", 1, "NPC204"),
        ("a.yaml", 4, "NPC106"),
        ("b.yaml", 2, "NPC105"),
        ("c.yaml", 4, "NPC202"),
    }


def test_an_id_may_be_used_once(tmp_path: Path) -> None:
    first = write(tmp_path, "a.yaml", SMALLEST)
    second = write(tmp_path, "b.yaml", "name: Other\nid: mira\ndescription: Another.\n")

    [complaint] = complaints_of(tmp_path)

    assert (complaint.path, complaint.line, complaint.column) == (str(second), 2, 5)
    assert complaint.code == "NPC111"
    assert f"{first}:1" in complaint.message


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    assert codes_of(tmp_path / "nobody") == ["NPC101"]
    with pytest.raises(ContentError, match="NPC101"):
        load_persona(tmp_path)


def test_a_folder_without_personas(tmp_path: Path) -> None:
    assert codes_of(tmp_path) == ["NPC102"]


def test_a_file_may_be_as_large_as_the_limit_and_no_larger(tmp_path: Path) -> None:
    path = write(tmp_path, "mira.yaml", SMALLEST + "#" * (MAX_BYTES - len(SMALLEST)))
    assert load_persona(path).id == "mira"

    write(tmp_path, "mira.yaml", SMALLEST + "#" * (MAX_BYTES - len(SMALLEST) + 1))
    assert codes_of(path) == ["NPC103"]


def test_another_encoding_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "zoe.yaml").write_bytes(
        "id: zoe\nname: é Zoë\n".encode().replace(b"\xc3\xab", b"\xeb")
    )

    [complaint] = complaints_of(tmp_path)

    assert (complaint.code, complaint.line, complaint.column) == ("NPC104", 2, 11)


def test_utf_16_is_told(tmp_path: Path) -> None:
    (tmp_path / "mira.yaml").write_bytes(SMALLEST.encode("utf-16"))
    assert codes_of(tmp_path) == ["NPC104"]


def test_a_byte_order_mark_is_no_character(tmp_path: Path) -> None:
    path = write(tmp_path, "mira.yaml", "\ufeff" + SMALLEST.replace("id: mira", "id: Mira"))

    [complaint] = complaints_of(path)

    assert (complaint.line, complaint.column) == (1, 5)


def test_text_needs_no_file() -> None:
    assert parse_persona("\ufeff" + SMALLEST, "pasted").id == "mira"
    with pytest.raises(ContentError, match=r"^pasted:1:1: NPC201 id"):
        parse_persona(SMALLEST.partition("\n")[2], "pasted")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=300))
def test_any_bytes_are_answered_with_complaints(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "fuzz.yaml").write_bytes(raw)
    found = lint(tmp_path)
    lines = raw.decode("utf-8", "replace").replace("\r", "\n").count("\n") + 1
    assert found
    assert all(1 <= each.line <= lines for each in found)
