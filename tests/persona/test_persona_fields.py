import pytest

from npcengine.diagnostics import Diagnostic
from npcengine.errors import ContentError
from npcengine.persona.loader import parse_persona

START = "id: mira\nname: Mira\ndescription: A blacksmith.\n"


def complaints(text: str) -> list[Diagnostic]:
    with pytest.raises(ContentError) as caught:
        parse_persona(text, "mira.yaml")
    return list(caught.value.diagnostics)


@pytest.mark.parametrize(
    ("lines", "place", "code", "field", "suggestion"),
    [
        ("greeting: [Hi]", (4, 1), "NPC202", "greeting", "did you mean 'greetings'?"),
        ("speech:\n  stile: a", (5, 3), "NPC202", "speech.stile", "did you mean 'style'?"),
        ("catchphrases: [a]", (4, 1), "NPC202", "catchphrases", "it belongs under 'speech'"),
        ("speech:\n  greetings: [a]", (5, 3), "NPC202", "speech.greetings", "indent it like"),
        ("bio: x", (4, 1), "NPC202", "bio", "id, name, description"),
        ("examples:\n- player: a", (5, 3), "NPC201", "examples[0].npc", "'npc: …'"),
        ("examples:\n- a", (5, 3), "NPC203", "examples[0]", "player, npc"),
        ("role: 3", (4, 7), "NPC203", "role", 'in quotes: "3"'),
        ("role: true", (4, 7), "NPC203", "role", 'in quotes: "true"'),
        ("role: [a]", (4, 7), "NPC203", "role", 'in quotes: "[a]"'),
        ("greetings:\n- Oi: you", (5, 3), "NPC203", "greetings[0]", '"Oi: you"'),
        ("greetings:\n- ? who", (5, 3), "NPC203", "greetings[0]", '"? who"'),
        ("role:\n  a: b\n  c: d", (5, 3), "NPC203", "role", "write one text"),
        ("greetings: Hello", (4, 12), "NPC203", "greetings", "begins with '- '"),
        ("speech: slow", (4, 9), "NPC203", "speech", "style, register"),
        ("speech: {max_sentences: two}", (4, 25), "NPC203", "speech.max_sentences", "digits"),
        ("speech: {max_sentences: '2'}", (4, 25), "NPC203", "speech.max_sentences", "digits"),
        ("model: {temperature: true}", (4, 22), "NPC203", "model.temperature", "digits"),
        ("model: {max_tokens: 99.5}", (4, 21), "NPC203", "model.max_tokens", "digits"),
        ("speech: {max_sentences: 0}", (4, 25), "NPC205", "speech.max_sentences", ""),
        ("model: {temperature: 2.5}", (4, 22), "NPC205", "model.temperature", ""),
        ("cache: {ttl: 1e999}", (4, 14), "NPC205", "cache.ttl", ""),
        (f"role: {'x' * 4001}", (4, 7), "NPC206", "role", ""),
        ("examples: [" + "{player: a, npc: b}," * 13 + "]", (4, 11), "NPC206", "examples", ""),
        ("role:", (4, 1), "NPC207", "role", "delete the field"),
        ("greetings:\n- ''", (5, 3), "NPC207", "greetings[0]", "delete its line"),
        ("greetings:\n- a\n- ~", (6, 3), "NPC207", "greetings[1]", "delete its line"),
        ("model: {tier: fats}", (4, 15), "NPC208", "model.tier", "did you mean 'fast'?"),
        ("cache: {scope: all}", (4, 16), "NPC208", "cache.scope", ""),
        ("locale: pt_BR", (4, 9), "NPC209", "locale", "pt-BR"),
    ],
)
def test_a_mistake_in_a_field(
    lines: str, place: tuple[int, int], code: str, field: str, suggestion: str
) -> None:
    [found] = complaints(f"{START}{lines}\n")

    assert (found.code, found.field) == (code, field)
    assert (found.line, found.column) == place
    assert suggestion in found.suggestion
    assert "Input" not in found.message
    assert "type" not in found.message


@pytest.mark.parametrize(
    ("typed", "suggestion"),
    [
        ("Mira Holt", "write 'mira-holt'"),
        ("-mira-", "write 'mira'"),
        ("米拉", "write a name such as 'blacksmith'"),
    ],
)
def test_a_bad_id_gets_a_good_one(typed: str, suggestion: str) -> None:
    [found] = complaints(START.replace("id: mira", f"id: {typed}"))
    assert (found.code, found.suggestion) == ("NPC204", suggestion)


def test_what_a_persona_needs_cannot_be_left_out() -> None:
    assert [each.field for each in complaints("role: smith\n")] == ["id", "name", "description"]
    [found] = complaints(START.replace("Mira", "' '"))
    assert (found.code, found.suggestion) == ("NPC207", "write it")


def test_complaints_come_in_the_order_of_the_file() -> None:
    text = "name: 3\nid: Mira\nrole: x\nrole: y\ngreeting: a\nlocale: [en]\n"
    places = [(each.line, each.column) for each in complaints(text)]
    assert places == sorted(places)
    assert len(places) == 6


def test_what_is_shown_of_a_hostile_file_is_short_and_printable() -> None:
    lines = (
        f'"{"k" * 500}\\nx": a\nlocale: "{"x" * 5000}\\u2028"\nmodel: {{tier: [{"a, " * 900}]}}\n'
    )
    for found in complaints(START + lines):
        assert len(found.message) + len(found.suggestion) < 400
        assert found.message.isprintable()
