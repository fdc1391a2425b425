import pytest
from hypothesis import given
from hypothesis import strategies as st
from yaml import SafeLoader

from npcengine.content.source import Source
from npcengine.content.syntax import quoted
from npcengine.content.yaml_tree import LOADER, Loader, read_tree
from npcengine.diagnostics import Diagnostic
from npcengine.errors import ContentError
from npcengine.persona.loader import parse_persona

START = "id: mira\nname: Mira\ndescription: A blacksmith.\ngreetings:\n  - Hm.\n"


def complaint(text: str, loader: Loader = LOADER) -> Diagnostic:
    with pytest.raises(ContentError) as caught:
        read_tree(Source("mira.yaml", text), loader)
    [found] = caught.value.diagnostics
    return found


@pytest.mark.parametrize("loader", [LOADER, SafeLoader])
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("*sighs* Well.", "*sighs* Well."),
        ("@mira", "@mira"),
        ("`Hm.`", "`Hm.`"),
        ("% of what?", "% of what?"),
        ("> Hm.", "> Hm."),
        ("| Hm.", "| Hm."),
        ("[sighs] Well.", "[sighs] Well."),
        ("{sighs} Well.", "{sighs} Well."),
        ("{{player}}, hello", "{{player}}, hello"),
        ("[sighs", "[sighs"),
        ("Listen: no: more", "Listen: no: more"),
        ('"Hm," she says.', '"Hm," she says.'),
        ("'It's mine.'", "It's mine."),
        ('"She said "no""', 'She said "no"'),
        (r'"C:\Windows"', r"C:\Windows"),
    ],
)
def test_the_suggestion_for_a_line_of_dialogue_mends_it(
    loader: Loader, typed: str, meant: str
) -> None:
    found = complaint(f"{START}  - {typed}\n", loader)

    assert (found.code, found.line) == ("NPC105", 6)
    assert found.suggestion.count(quoted(typed)) == 1
    assert parse_persona(f"{START}  - {quoted(typed)}\n", "p").greetings[1].text == meant


@pytest.mark.parametrize("loader", [LOADER, SafeLoader])
@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (START + "\t- Ha.\n", 6, "spaces only"),
        (START + "traits:\n\t- gruff\n", 7, "spaces only"),
        (START + '  - "Ha.\n  - Ho.\n', 6, "close it"),
        (START + '  - "Ha.\n  - Ho.\n  - "Hi."\n', 6, "close it"),
        (START + "role: a smith: of Oakvale\n", 6, '"a smith: of Oakvale"'),
        ("id: mira\n  name: Mira\n", 2, "indent the field"),
        (START + "role:smith\n", 6, "space after it"),
        (START + "role：smith\n", 6, "narrow colon"),
        (START + "She is a smith.\nrole: smith\n", 6, "indent it further"),
        (START + " - Ha.\n", 6, "same column"),
        (START + "  a: {b: 1}\n   c: {d: 1}\n", 6, "same column"),
        ("model: {tier: fast}\n c: {d: [e]}\n", 2, "same column"),
        ("model:\n  tier: fast\n   c: {d: 1}\n", 3, "same column"),
        (START + "traits: [{gruff}.x]\n", 6, "close the bracket"),
        (START + "traits: {gruff: 1}}\n", 6, "close the bracket"),
        (START + "traits: [gruff, fair\nrole: smith\n", 6, "close the bracket"),
        (START + "  -\tHa.\n", 6, "write a space"),
        (START + "role: “smith: of Oakvale”\n", 6, 'straight quotes: "smith: of Oakvale"'),
        (START + "role: “Hm,” she said: no\n", 6, 'straight quotes: "“Hm,” she said: no"'),
    ],
)
def test_a_slip_is_told_where_it_began(loader: Loader, text: str, line: int, words: str) -> None:
    found = complaint(text, loader)
    assert (found.code, found.line) == ("NPC105", line)
    assert words in found.suggestion


def test_a_long_line_is_not_repeated_whole() -> None:
    assert len(str(complaint(START + "  - @" + "sighs " * 5000))) < 300


@given(
    st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), max_size=60)
    .map(str.strip)
    .filter(lambda text: text and text[0] not in "\"'")
)
def test_quotes_keep_any_text_as_it_is(text: str) -> None:
    assert read_tree(Source("p", f"a: {quoted(text)}\n")).data == {"a": text}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("abstract: yes", "write true, without quotes"),
        ("abstract: On", "write true, without quotes"),
        ("abstract: off", "write false, without quotes"),
        ("abstract: no", "write false, without quotes"),
        ("abstract: maybe", "write one of the two"),
        ("knows_until: 18:00", "a time of day is text: write one number, as 18.5"),
        ("knows_until: soon", "write digits, without quotes"),
        ("traits: [“Listen: no.”]", 'in quotes: "Listen: no."'),
        ("role: ? who", 'in quotes: "? who"'),
        ("traits:\n  - What? Listen: no.", 'in quotes: "What? Listen: no."'),
        ("traits:\n  - ? who", 'in quotes: "? who"'),
    ],
)
def test_what_older_yaml_read_otherwise_has_a_hint(typed: str, words: str) -> None:
    with pytest.raises(ContentError) as caught:
        parse_persona(f"{START}{typed}\n", "mira.yaml")
    [found] = caught.value.diagnostics
    assert words in found.suggestion


@pytest.mark.parametrize("typed", ["no", "yes", "on", "off", "18:00", "2:30:00", "1_000", "0o17"])
def test_what_older_yaml_read_otherwise_is_text(typed: str) -> None:
    mira = parse_persona(f"{START}role: {typed}\ni18n:\n  no:\n    role: {typed}\n", "mira.yaml")
    assert (mira.role, mira.i18n["no"].role) == (typed, typed)
