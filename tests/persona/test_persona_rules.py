"""What the examples of the rules do not show: where rules hold back, and where they look."""

from pathlib import Path
from textwrap import dedent

import pytest

from npcengine.configuration import FactType
from npcengine.diagnostics import Diagnostic
from npcengine.persona.lint import examine, lint
from npcengine.persona.rules.sample import files_of
from npcengine.persona.rules.table import RULES

GATED = "knowledge:\n  - {text: The mill burned., when: "


def cast(folder: Path, files: dict[str, str]) -> Path:
    [rule, *_] = RULES.values()
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        made = files_of(rule, "") | files_of(rule, dedent(text)) if path == "mira.yaml" else None
        file.write_text(made["mira.yaml"] if made else dedent(text), "utf-8")
    return folder


def found(folder: Path, **facts: FactType) -> list[tuple[str, str]]:
    return [(each.code, each.field) for each in examine(folder, facts).findings]


def told(folder: Path, **facts: FactType) -> Diagnostic:
    [one] = examine(folder, facts).findings
    return one


OTHER = """\
id: tom
name: Tom
description: A cook.
examples: [{player: Hello., npc: Eat.}]
greetings: [Sit.]
stock_lines: {fallback: [Hm., Ah., So.], refuse: [Never.], busy: [Wait.]}
"""


def test_what_two_take_over_from_one_file_is_told_once_and_not_held_against_them(
    tmp_path: Path,
) -> None:
    part = "id: guard\nabstract: true\nspeech: {style: 'It is {{time}}.'}\n"
    files = {"parts/guard.yaml": f"{part}greetings: ['Who goes there, friend or foe?']\n"}
    for npc in ("ann", "bob"):
        text = OTHER.replace("greetings: [Sit.]\n", "").replace("tom", npc)
        files[f"{npc}.yaml"] = f"{text}extends: guard\n"
    one = told(cast(tmp_path, files))
    assert (one.code, Path(one.path).name, one.line) == ("NPC313", "guard.yaml", 3)


def test_lines_in_chinese_are_compared_by_their_characters(tmp_path: Path) -> None:
    files = {
        "ann.yaml": OTHER.replace("tom", "ann").replace("Sit.", "客官，里面请坐，今天有新茶！"),
        "bob.yaml": OTHER.replace("tom", "bob").replace("Sit.", "客官里面请坐，今天有新茶。"),
    }
    one = told(cast(tmp_path, files))
    assert (one.code, Path(one.path).name) == ("NPC307", "bob.yaml")
    assert "ann says nearly the same (greetings[0], " in one.message


def test_one_finding_tells_of_all_lines_of_a_character_that_have_their_like(tmp_path: Path) -> None:
    line = "greetings: [Good day to you there., What can I do for you?, Mind the wet step outside.]"
    files = {
        f"{npc}.yaml": OTHER.replace("tom", npc).replace("greetings: [Sit.]", line)
        for npc in ("ann", "bob", "cat")
    }
    findings = examine(cast(tmp_path, files)).findings
    assert [Path(each.path).name for each in findings] == ["bob.yaml", "cat.yaml"]
    assert all("and 2 more of these lines have their like" in each.message for each in findings)


SECRET = """\
secrets:
  - {id: deserter, text: Her brother deserted., leak_terms: [Straße nach Ürm], reveal_when: met}
"""


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ("role: lives on the STRASSE nach Urm\n", "secrets[0].leak_terms[0]"),
        ("knowledge:\n  - {text: Die Strasse nach Ürm., when: met}\n", ""),
        ("knowledge: [{id: way, text: Old., when: met}]\n"
         "i18n: {en-GB: {knowledge: [{id: way, text: Die Straße nach Ürm.}]}}\n", ""),
        ("i18n: {en-GB: {role: Die Straße nach Ürm}}\n", "secrets[0].leak_terms[0]"),
        ("extensions: {notes: Die Straße nach Ürm}\n", ""),
        ("role: Straße nach Ürmland\n", ""),
    ],
)  # fmt: skip
def test_a_leak_term_is_looked_for_in_what_is_open_to_all(
    written: str, field: str, tmp_path: Path
) -> None:
    mira = cast(tmp_path, {"mira.yaml": SECRET + written})
    assert found(mira) == ([("NPC309", field)] if field else [])


def test_a_leak_term_that_another_character_says_is_told_with_its_place(tmp_path: Path) -> None:
    files = {"mira.yaml": SECRET, "tom.yaml": OTHER + "knowledge: [Die Straße nach Ürm ist zu.]\n"}
    one = told(cast(tmp_path, files))
    assert (one.code, Path(one.path).name, one.line) == ("NPC309", "mira.yaml", 14)
    assert "stands in knowledge[0] of tom (" in one.message
    assert "tom.yaml:7)" in one.message


def test_the_words_of_a_secret_in_another_language_need_terms_of_their_own(tmp_path: Path) -> None:
    words = "i18n: {en-GB: {secrets: [{id: deserter, text: Ihr Bruder.}]}}\n"
    assert found(cast(tmp_path, {"mira.yaml": SECRET + words})) == [
        ("NPC308", "i18n.'en-GB'.secrets[0].leak_terms")
    ]


def test_a_condition_points_at_the_name_that_is_wrong(tmp_path: Path) -> None:
    one = told(cast(tmp_path, {"mira.yaml": GATED + '"met and trsut > 4"}\n'}), trust="number")
    line = Path(one.path).read_text("utf-8").splitlines()[one.line - 1]
    assert (one.code, line[one.column - 1 :][:5]) == ("NPC403", "trsut")


@pytest.mark.parametrize("when", ["met and not met", "trust == 'high'", "trust > 4 and trust < 3"])
def test_what_can_never_be_true_is_an_error(when: str, tmp_path: Path) -> None:
    one = told(cast(tmp_path, {"mira.yaml": f'{GATED}"{when}"}}\n'}), trust="number")
    assert (one.code, one.severity, one.field) == ("NPC403", "error", "knowledge[0].when")


def test_conditions_are_looked_at_wherever_they_stand(tmp_path: Path) -> None:
    mira = """\
        greetings: [{text: Ah., when: a}]
        goals: [{text: Rest., when: b}]
        examples: [{player: Hello., npc: Hm., when: c}]
        stock_lines:
          fallback: [Hm., Ah., {text: So., when: d}]
          refuse: [Never.]
          busy: [Wait.]
        relationships: [{npc: mira, kind: self, when: e}]
        secrets: [{id: s, text: T, leak_terms: [zz], reveal_when: f}]
        lorebooks: [town]
        i18n: {en-GB: {goals: [{text: Sleep., when: g}, {text: Eat., when: b}]}}
        """
    town = "entries: [{keys: [mill], text: Gone., when: h}]\n"
    folder = cast(tmp_path, {"mira.yaml": mira, "lore/town.yaml": town})
    assert {field for code, field in found(folder, z="bool") if code == "NPC403"} == {
        "greetings[0].when",
        "goals[0].when",
        "examples[0].when",
        "stock_lines.fallback[2].when",
        "relationships[0].when",
        "secrets[0].reveal_when",
        "i18n.'en-GB'.goals[0].when",
        "i18n.'en-GB'.goals[1].when",
        "entries[0].when",
    }


def test_without_declared_facts_it_is_told_once_what_to_do(tmp_path: Path) -> None:
    lines = [f"  - {{text: Line {n}., when: fact_{n}}}\n" for n in range(5)]
    one = told(cast(tmp_path, {"mira.yaml": "knowledge:\n" + "".join(lines)}))
    assert (one.code, one.severity) == ("NPC312", "warning")
    assert "'fact_0', 'fact_1', 'fact_2' and 2 more" in one.message


def test_it_is_told_of_which_types_the_facts_are_to_be_declared(tmp_path: Path) -> None:
    when = "trust > 3 and not flag.seen and weather == 'rain'"
    one = told(cast(tmp_path, {"mira.yaml": f'{GATED}"{when}"}}\n'}))
    declared = "facts: {flag.seen: bool, trust: number, weather: text}"
    assert one.suggestion == f"write in npcengine.yaml '{declared}'"


def test_a_persona_and_a_book_that_do_not_load_are_there_all_the_same(tmp_path: Path) -> None:
    files = {
        "mira.yaml": "relationships: [{npc: tom, kind: friend}]\nlorebooks: [town]\nscope: [old]\n",
        "tom.yaml": "id: tom\n",
        "lore/town.yaml": "entrys: []\n",
    }
    assert {code for code, _ in found(cast(tmp_path, files))} == {"NPC201", "NPC202"}


def test_of_one_file_it_is_not_told_what_others_lack(tmp_path: Path) -> None:
    town = "entries: [{keys: [mill], text: Gone., tags: [old]}]\n"
    files = {
        "mira.yaml": "relationships: [{npc: tom, kind: friend}]\nlorebooks: [town]\nscope: [old]\n",
        "tom.yaml": OTHER.replace("Sit.", "Mind the sparks, and the dog."),
        "lore/town.yaml": town,
        "lore/marsh.yaml": town,
    }
    folder = cast(tmp_path, files)
    assert lint(folder / "mira.yaml") == []
    assert [Path(each.path).name for each in lint(folder)] == ["marsh.yaml"]


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ("{keys: [mill], text: ''}", "entries[0].text"),
        ("{keys: [mill], text: T, probability: 0}", "entries[0].probability"),
        ("{keys: [mill], text: T, tags: [old, new]}", "entries[0].tags"),
        ("{keys: [mill], text: T, since: 9}", "entries[0].since"),
        ("{keys: [mill], text: T, since: 3, tags: [old]}", ""),
        ("{text: T, constant: true}", ""),
        ("{text: T, enabled: false}", ""),
    ],
)
def test_lore_is_told_to_be_out_of_reach_only_where_it_is(
    entry: str, field: str, tmp_path: Path
) -> None:
    files = {
        "mira.yaml": "lorebooks: [town]\nknows_until: 5\nscope: [old]\n",
        "lore/town.yaml": f"entries: [{entry}, {{keys: [mill], text: T, tags: [old]}}]\n",
    }
    assert found(cast(tmp_path, files)) == ([("NPC319", field)] if field else [])


def test_a_region_needs_only_what_its_language_lacks(tmp_path: Path) -> None:
    lines = "{fallback: [Ä.], refuse: [Ö.], busy: [Ü.]}"
    i18n = f"""\
        i18n:
          de: {{greetings: [Ha.], stock_lines: {lines}}}
          de-AT: {{greetings: [Servus.]}}
          en-GB: {{role: smith}}
          fr: {{greetings: [Ah.]}}
        """
    files = {"mira.yaml": i18n}
    one = told(cast(tmp_path, files))
    assert (one.code, one.field) == ("NPC315", "i18n.fr")
    assert "stock_lines.fallback, stock_lines.refuse, stock_lines.busy" in one.message


def test_entries_with_ids_lose_no_condition(tmp_path: Path) -> None:
    own = "knowledge: [{id: mill, text: Gone., when: met}]\n"
    kept = f"{own}i18n: {{en-GB: {{knowledge: [{{id: mill, text: Burned.}}]}}}}\n"
    assert found(cast(tmp_path, {"mira.yaml": kept})) == []
    lost = f"{own}i18n: {{en-GB: {{knowledge: [Burned.]}}}}\n"
    one = told(cast(tmp_path, {"mira.yaml": lost}))
    assert (one.code, one.suggestion) == ("NPC316", "give both the same 'id'")


BOTH = "[{player: A?, npc: B., when: met}, {player: C?, npc: D., when: met}, {player: E?, npc: F.}]"


@pytest.mark.parametrize(
    ("own", "other", "field"),
    [
        (BOTH, BOTH, ""),
        (BOTH, "[{player: A?, npc: B., when: met}, {player: E?, npc: F.}]", ""),
        (BOTH, BOTH.replace("D., when: met", "D."), "examples"),
        (BOTH, "[{player: E?, npc: F.}]", "examples"),
    ],
)
def test_an_example_that_opens_to_all_in_another_language_is_told(
    own: str, other: str, field: str, tmp_path: Path
) -> None:
    written = f"examples: {own}\ni18n: {{en-GB: {{examples: {other}}}}}\n"
    wanted = [("NPC316", f"i18n.'en-GB'.{field}")] if field else []
    assert found(cast(tmp_path, {"mira.yaml": written})) == wanted


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ("[{id: mill, text: B., when: met}, C.]", ""),
        ("[{id: mill, text: B.}, C.]", ""),
        ("[{id: mill, text: B., when: turns > 1}]", "[0].when"),
        ("[{id: mill, text: B.}, {text: D., when: met}]", ""),
    ],
)
def test_an_entry_with_an_id_keeps_its_condition_or_it_is_told(
    other: str, field: str, tmp_path: Path
) -> None:
    own = "knowledge: [{id: mill, text: A., when: met}, C.]\n"
    written = f"{own}i18n: {{en-GB: {{knowledge: {other}}}}}\n"
    wanted = [("NPC316", f"i18n.'en-GB'.knowledge{field}")] if field else []
    assert found(cast(tmp_path, {"mira.yaml": written})) == wanted


def test_what_hides_a_secret_must_not_give_it_away(tmp_path: Path) -> None:
    secret = "{id: b, text: B., reveal_when: met, leak_terms: [deserter], deflect: No deserter.}"
    one = told(cast(tmp_path, {"mira.yaml": f"secrets: [{secret}]\n"}))
    assert (one.code, one.field) == ("NPC309", "secrets[0].leak_terms[0]")
    assert "stands in secrets[0].deflect here" in one.message


def test_a_character_in_a_folder_inside_is_told_whether_it_loads_or_not(tmp_path: Path) -> None:
    files = {"mira.yaml": "", "village/tom.yaml": OTHER, "village/ann.yaml": "id: ann\n\tname: A\n"}
    assert found(cast(tmp_path, files)) == [("NPC105", ""), ("NPC320", "id")]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("“Hm.”", True),
        ("„Hm.“", True),
        ("“Hm, no", True),
        ("“Hm,” she says. “No.”", False),
        ('"“Hm.”"', False),
        ("「来。」", False),
    ],
)
def test_quotes_within_a_text_are_left_alone(text: str, is_one: bool, tmp_path: Path) -> None:
    mira = cast(tmp_path, {"mira.yaml": f"role: {text}\n"})
    assert found(mira) == ([("NPC306", "role")] if is_one else [])
