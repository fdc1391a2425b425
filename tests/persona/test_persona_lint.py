from pathlib import Path

from npcengine.persona.lint import lint

START = "id: mira\nname: Mira\ndescription: A blacksmith.\n"
VOICE = """\
greetings: [Morning.]
stock_lines: {fallback: [Hm., Ah., So.], refuse: [Never.], busy: [Wait.]}
examples: [{player: Hello., npc: Hm.}]
"""


def test_a_persona_that_can_speak_for_itself_is_clean(tmp_path: Path) -> None:
    (tmp_path / "mira.yaml").write_text(START + VOICE, "utf-8")
    assert lint(tmp_path) == []


def test_a_persona_with_nothing_to_say_without_a_model_gets_warnings(tmp_path: Path) -> None:
    path = tmp_path / "mira.yaml"
    path.write_text(START, "utf-8")

    found = lint(path)

    assert [(each.code, each.field) for each in found] == [
        ("NPC301", "greetings"),
        ("NPC302", "stock_lines.fallback"),
        ("NPC303", "examples"),
    ]
    assert {each.severity for each in found} == {"warning"}
    assert all(each.suggestion for each in found)


def test_errors_and_warnings_come_together_in_the_order_of_files(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(START, "utf-8")
    (tmp_path / "b.yaml").write_text(START + VOICE, "utf-8")
    (tmp_path / "c.yaml").write_text("id: tobin\nnmae: Tobin\n", "utf-8")

    found = [(Path(each.path).name, each.code, each.severity) for each in lint(tmp_path)]

    assert found == [
        ("a.yaml", "NPC301", "warning"),
        ("a.yaml", "NPC302", "warning"),
        ("a.yaml", "NPC303", "warning"),
        ("b.yaml", "NPC111", "error"),
        ("c.yaml", "NPC201", "error"),
        ("c.yaml", "NPC201", "error"),
        ("c.yaml", "NPC202", "error"),
    ]


def test_a_folder_that_is_not_there_is_a_finding_too(tmp_path: Path) -> None:
    assert [each.code for each in lint(tmp_path / "nowhere")] == ["NPC101"]
