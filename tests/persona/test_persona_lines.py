"""Lines that hang on conditions, secrets, and the same character in other languages."""

import pytest

from npcengine.errors import ContentError
from npcengine.persona.loader import parse_persona
from npcengine.persona.model import Goal, Known, Persona, Said
from npcengine.persona.said import always

START = "id: mira\nname: Mira\ndescription: A blacksmith.\n"


def persona(lines: str) -> Persona:
    return parse_persona(START + lines, "mira.yaml")


def test_a_line_is_a_text_or_a_group() -> None:
    mira = persona("greetings:\n  - Morning.\n  - {text: You again., when: met and trust >= 10}\n")
    plain, gated = mira.greetings
    assert (plain.text, plain.when) == ("Morning.", None)
    assert (gated.text, str(gated.when)) == ("You again.", "met and trust >= 10")
    assert always(mira.greetings) == ("Morning.",)


def test_goals_and_knowledge_have_ids_and_a_time() -> None:
    mira = persona(
        "goals: [{id: mill, text: Buy the mill.}]\n"
        "knowledge: [It stands., {text: It burned., since: 312}, {text: It floods., since: 9}]\n"
        "knows_until: 300\n"
    )
    assert mira.goals == (Goal(id="mill", text="Buy the mill."),)
    assert [each.text for each in mira.known] == ["It stands.", "It floods."]
    assert persona("knowledge: [{text: It burned., since: 312}]").known[0].since == 312


def test_lines_can_be_made_of_texts_alone() -> None:
    assert Said.of("Hm.", "Ha.") == (Said(text="Hm."), Said(text="Ha."))
    assert Known.of("It burned.")[0].since is None
    given = {"id": "x", "name": "X", "description": "Y.", "greetings": ("Hm.",)}
    assert Persona.model_validate(given).greetings == Said.of("Hm.")


@pytest.mark.parametrize(
    ("lines", "place", "code", "field"),
    [
        ("greetings:\n- {text: Hm., when: }", (5, 15), "NPC207", "greetings[0].when"),
        ("greetings:\n- {text: Hm., when: met or}", (5, 21), "NPC210", "greetings[0].when"),
        ("greetings:\n- {when: met}", (5, 3), "NPC201", "greetings[0].text"),
        ("greetings:\n- {text: Hm., if: met}", (5, 15), "NPC202", "greetings[0].if"),
        ("greetings:\n- {text: Hm., since: 3}", (5, 15), "NPC202", "greetings[0].since"),
        ("greetings:\n- 3", (5, 3), "NPC203", "greetings[0]"),
        ("knowledge:\n- Oi: you", (5, 3), "NPC203", "knowledge[0]"),
        ("knowledge:\n- [a]", (5, 3), "NPC203", "knowledge[0]"),
        ("knowledge:\n- {text: 3}", (5, 10), "NPC203", "knowledge[0].text"),
        ("stock_lines: {busy: ['']}", (4, 22), "NPC207", "stock_lines.busy[0]"),
        ("secrets: [{id: a, text: b, reveal_when: }]", (4, 28), "NPC207", "secrets[0].reveal_when"),
        ("secrets:\n- {id: a, text: b}\n- {id: a, text: c}", (6, 8), "NPC211", "secrets[1].id"),
        ("i18n: {de: {secrets: [{id: a, text: b}]}}", (4, 28), "NPC212", "i18n.de.secrets[0].id"),
        ("i18n: {german: {name: Mira}}", (4, 8), "NPC209", "i18n.german"),
        ("i18n: {de: {model: {tier: fast}}}", (4, 13), "NPC202", "i18n.de.model"),
        ("i18n: {de: {name: }}", (4, 13), "NPC207", "i18n.de.name"),
        ("abstract: sometimes", (4, 11), "NPC203", "abstract"),
        ("schema: npcengine/persona@2", (4, 9), "NPC208", "schema"),
        ("safety: {rating: adult}", (4, 18), "NPC208", "safety.rating"),
        ("relationships: [{npc: Tom, kind: friend}]", (4, 23), "NPC204", "relationships[0].npc"),
    ],
)
def test_a_mistake_in_a_line(lines: str, place: tuple[int, int], code: str, field: str) -> None:
    with pytest.raises(ContentError) as caught:
        persona(lines + "\n")
    [found] = caught.value.diagnostics
    assert (found.line, found.column, found.code, found.field) == (*place, code, field)


def test_numbers_and_words_are_an_age_and_names_of_python_are_fields() -> None:
    mira = persona("schema: npcengine/persona@1\nage: 41\nspeech: {register: plain}\n")
    assert (mira.age, mira.speech.register_) == ("41", "plain")
    assert persona("age: 2000000\n").age == "2000000"
    assert persona("age: older than the tower\n").age == "older than the tower"


def test_what_other_tools_keep_stays_as_it_is() -> None:
    mira = persona("extensions: {ccv3: {tags+: [a, ~], deep: {x: 1.5}}}\n")
    assert mira.extensions == {"ccv3": {"tags+": ("a", None), "deep": {"x": 1.5}}}


GERMAN = """\
role: blacksmith
greetings: [Morning.]
knowledge:
  - {id: mill, text: The mill burned., when: trust >= 40, since: 3}
  - {id: chain, text: She sold a chain.}
secrets: [{id: debt, text: She owes., reveal_when: met, leak_terms: [owes], deflect: No.}]
speech: {style: Short., max_sentences: 2}
i18n:
  de:
    role: Schmiedin
    greetings: [Morgen.]
    knowledge: [{id: mill, text: Die Mühle brannte.}]
    secrets: [{id: debt, text: Sie hat Schulden., leak_terms: [Schulden]}]
    speech: {style: Kurz.}
  de-AT:
    greetings: [Servus.]
  pt-BR: {role: ferreira}
"""


def test_another_language_has_other_words_and_the_same_conditions() -> None:
    mira = persona(GERMAN)
    german = mira.in_locale("de")

    assert (german.role, german.locale, german.name) == ("Schmiedin", "de", "Mira")
    assert always(german.greetings) == ("Morgen.",)
    mill, chain = german.knowledge
    assert (mill.text, str(mill.when), mill.since) == ("Die Mühle brannte.", "trust >= 40", 3)
    assert chain == mira.knowledge[1]
    [debt] = german.secrets
    assert (debt.text, debt.deflect) == ("Sie hat Schulden.", "No.")
    assert debt.leak_terms == ("Schulden", "owes"), "it may leak in either language"
    assert str(debt.reveal_when) == "met"
    assert (german.speech.style, german.speech.max_sentences) == ("Kurz.", 2)


def test_a_country_falls_back_to_its_language_and_that_to_the_persona() -> None:
    mira = persona(GERMAN)
    austrian = mira.in_locale("de-AT")
    assert (austrian.role, austrian.locale) == ("Schmiedin", "de-AT")
    assert always(austrian.greetings) == ("Servus.",)
    assert mira.in_locale("de-CH") is mira.in_locale("de") is mira.in_locale("DE")
    assert mira.in_locale("pt-br").role == "ferreira"
    for other in ("pt", "fr", "", "deu"):
        assert mira.in_locale(other) is mira
    assert mira.in_locale("de-AT") is austrian


def test_an_entry_with_an_id_keeps_its_condition_beside_entries_without_one() -> None:
    mira = persona(
        """\
knowledge: [{id: mill, text: The mill burned., when: met}, {id: inn, text: The inn is full.}, Rain.]
i18n:
  de:
    knowledge: [Regen., {id: mill, text: Die Mühle brannte.}]
"""
    )
    known = mira.in_locale("de").knowledge
    assert [(each.text, each.when and str(each.when)) for each in known] == [
        ("Die Mühle brannte.", "met"),
        ("The inn is full.", None),
        ("Regen.", None),
    ]
