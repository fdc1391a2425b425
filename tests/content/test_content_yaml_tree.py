import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yaml import SafeLoader

from npcengine.content.codes import CODES
from npcengine.content.fields import check
from npcengine.content.source import Source
from npcengine.content.yaml_tree import LOADER, Data, Loader, read_tree
from npcengine.diagnostics import Diagnostic
from npcengine.errors import ContentError
from npcengine.persona.loader import parse_persona
from npcengine.persona.model import Persona

START = "id: mira\nname: Mira\ndescription: A blacksmith.\n"
BOTH_PARSERS = pytest.mark.parametrize("loader", [LOADER, SafeLoader])


def read(text: str, loader: Loader = LOADER) -> dict[str, Data]:
    return read_tree(Source("mira.yaml", text), loader).data


def placed(text: str, loader: Loader = LOADER) -> list[tuple[str, int, int]]:
    return [(each.code, each.line, each.column) for each in complaints(text, loader)]


@BOTH_PARSERS
@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("18:00", "18:00"),
        ("2026-11-21", "2026-11-21"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        (".nan", ".nan"),
        ("'3'", "3"),
        ('"true"', "true"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("", None),
        ("''", ""),
        ("3", 3),
        ("-7", -7),
        ("010", 10),
        ("0.5", 0.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("9" * 5000, float("inf")),
        ("[a, 1]", ("a", 1)),
        ("{a: no}", {"a": "no"}),
    ],
)
def test_scalars_are_what_a_writer_means(loader: Loader, typed: str, value: Data) -> None:
    assert read(f"field: {typed}\n", loader) == {"field": value}


@BOTH_PARSERS
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_places_are_those_an_editor_shows(loader: Loader, newline: str) -> None:
    lines = ["id: mira", "name: 米拉 \u2028 😀", "description: é", "locale: Xx", "tier: 1"]
    assert placed(newline.join(lines), loader) == [("NPC209", 4, 9), ("NPC202", 5, 1)]


@BOTH_PARSERS
def test_a_field_that_stands_again_names_the_line_it_stood_on(loader: Loader) -> None:
    text = START + "speech:\n  style: slow\nspeech:\n  style: quick\n"
    with pytest.raises(ContentError, match=r":6:1: NPC106 speech: .* line 4") as caught:
        check(read_tree(Source("mira.yaml", text), loader), Persona)
    assert len(caught.value.diagnostics) == 1


@BOTH_PARSERS
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("role: !!python/object/apply:os.system [ls]", "NPC107"),
        ("role: !secret x", "NPC107"),
        ("!!str role: x", "NPC107"),
        ("traits: !!set {a, b}", "NPC107"),
        ("role: &smith x", "NPC108"),
        ("role: *smith", "NPC108"),
        ("role: *wipes her hands* Well.", "NPC108"),
        ("stock_lines: *smith", "NPC108"),
        ("*smith : x", "NPC105"),
        ("{a: b}: x", "NPC105"),
        ("traits: " + "[" * 40 + "]" * 40, "NPC109"),
        ("traits: [" + "a," * 10_001 + "]", "NPC109"),
    ],
)
def test_what_a_persona_cannot_use_is_told_once(loader: Loader, line: str, code: str) -> None:
    [(found, row, _)] = placed(START + line + "\n", loader)
    assert (found, row) == (code, 4)


@BOTH_PARSERS
def test_an_alias_bomb_is_an_alias(loader: Loader) -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{after}: &{after} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, after in zip("abcdefghi", "bcdefghij", strict=True)
    )
    codes = {code for code, _, _ in placed(START + bomb, loader)}
    assert codes == {"NPC108"}


@BOTH_PARSERS
@pytest.mark.parametrize("text", ["- a\n", "Mira\n", "~", "---\n---\n", START + "---\nid: b\n"])
def test_a_file_is_one_group_of_fields(loader: Loader, text: str) -> None:
    assert [code for code, _, _ in placed(text, loader)] == ["NPC110"]


@BOTH_PARSERS
@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_an_empty_file_lacks_what_it_needs(loader: Loader, text: str) -> None:
    assert read(text, loader) == {}
    assert placed(text, loader) == [("NPC201", 1, 1)] * 3


@BOTH_PARSERS
@pytest.mark.parametrize(
    "line", ["role: a\x00b", 'role: "a\\x1b[31m"', "role: a\x7fb", "role: 'a\ud800b'"]
)
def test_characters_that_cannot_be_shown(loader: Loader, line: str) -> None:
    [(code, row, _)] = placed(START + line + "\n", loader)
    assert (code, row) == ("NPC112", 4)


@BOTH_PARSERS
@pytest.mark.parametrize(
    "text", ['role: "\\Uffffffff"', "%YAML " + "9" * 5000 + ".1\n---\nrole: x", 'role: "\\ud800"']
)
def test_impossible_escapes_and_directives_are_complaints(loader: Loader, text: str) -> None:
    assert placed(text, loader)


@pytest.mark.parametrize("code", [code for code in CODES if code < "NPC3" and CODES[code].example])
def test_the_parser_without_libyaml_finds_the_same(code: str) -> None:
    example = CODES[code].example
    assert [each[:2] for each in placed(example, SafeLoader)] == [
        each[:2] for each in placed(example)
    ]


PIECES = st.sampled_from([*"\n -:?!&*#'\"[]{},|>%@`\t\\~é：", "  ", "- ", ": ", "\r\n", "---\n"])


@BOTH_PARSERS
@given(text=st.lists(PIECES | st.text(max_size=5)).map("".join))
def test_no_text_raises_anything_but_a_content_error(loader: Loader, text: str) -> None:
    assert_told_within(text, loader)


@BOTH_PARSERS
@given(data=st.data())
def test_no_slip_of_a_writer_raises_anything_but_a_content_error(
    loader: Loader, data: st.DataObject
) -> None:
    whole = START + 'greetings:\n  - "Hm," she says.\nspeech: {style: slow, max_sentences: 2}\n'
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(start + 6, len(whole))))
    assert_told_within(whole[:start] + data.draw(PIECES) + whole[end:], loader)


def complaints(text: str, loader: Loader) -> tuple[Diagnostic, ...]:
    try:
        check(read_tree(Source("mira.yaml", text), loader), Persona)
    except ContentError as error:
        return error.diagnostics
    return ()


def assert_told_within(text: str, loader: Loader) -> None:
    lines = re.split(r"\r\n|\r|\n", text)
    for each in complaints(text, loader):
        assert 1 <= each.line <= len(lines)
        assert 1 <= each.column <= len(lines[each.line - 1]) + 1
        assert each.code in CODES


TEXT = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=40,
).filter(str.strip)


@given(name=TEXT, description=TEXT, lines=st.lists(TEXT), temperature=st.floats(0, 2))
def test_what_is_written_as_json_is_read_back(
    name: str, description: str, lines: list[str], temperature: float
) -> None:
    written = {
        "id": "mira",
        "name": name,
        "description": description,
        "greetings": lines,
        "examples": [{"player": line, "npc": line} for line in lines[:12]],
        "model": {"temperature": temperature},
    }
    persona = parse_persona(json.dumps(written, ensure_ascii=False), "mira.yaml")
    assert persona == Persona.model_validate_json(json.dumps(written))
