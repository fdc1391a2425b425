import re
from collections.abc import Mapping
from pathlib import Path

import pytest

import npcengine.content
import npcengine.persona
from npcengine.cli.findings import GAUGES, declared_facts
from npcengine.content.codes import CODES
from npcengine.content.source import MAX_BYTES
from npcengine.diagnostics import Diagnostic
from npcengine.persona.lint import examine, lint
from npcengine.persona.rules.rule import Rule
from npcengine.persona.rules.sample import files_of
from npcengine.persona.rules.table import RULES

PERSONA = b"id: mira\nname: Mira\ndescription: A blacksmith.\n"
FILES: dict[str, dict[str, bytes]] = {
    "NPC102": {"notes.txt": b"no persona"},
    "NPC103": {"mira.yaml": b"#" * (MAX_BYTES + 1)},
    "NPC104": {"mira.yaml": "name: Zoë".encode("latin-1")},
    "NPC111": {"a.yaml": PERSONA, "b.yaml": PERSONA},
    "NPC115": {
        "0.yaml": PERSONA.replace(b"mira", b"p0"),
        **{
            f"{n}.yaml": PERSONA.replace(b"mira", b"p%d\nextends: p%d" % (n, n - 1))
            for n in range(1, 10)
        },
    },
}
"""What earns the codes that no one text could earn."""


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files as they stand in a game, and return the folder of the personas."""
    for name, text in files.items():
        path = folder / name if name == "npcengine.yaml" else folder / "personas" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder / "personas"


def found_by_all_means(personas: Path) -> tuple[Diagnostic, ...]:
    return examine(personas, declared_facts(personas), GAUGES).findings


@pytest.mark.parametrize("code", CODES)
def test_an_example_earns_its_code_and_no_other(code: str, tmp_path: Path) -> None:
    files = FILES.get(code, {"mira.yaml": CODES[code].example.encode()})
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    found = lint(tmp_path / "nowhere" if code == "NPC101" else tmp_path)
    assert {each.code for each in found if each.severity == "error"} == {code}


@pytest.mark.parametrize("code", [code for code, meaning in CODES.items() if meaning.example])
def test_a_mended_example_has_no_errors(code: str, tmp_path: Path) -> None:
    (tmp_path / "mira.yaml").write_text(CODES[code].mend, "utf-8")
    assert [each for each in lint(tmp_path) if each.severity == "error"] == []


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder from which no other game can be seen."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_the_example_of_a_rule_earns_its_code_and_no_other(rule: Rule, elsewhere: Path) -> None:
    found = found_by_all_means(written(elsewhere, files_of(rule, rule.example)))
    assert {(each.code, each.severity) for each in found} == {(rule.code, rule.severity)}
    assert all(each.suggestion for each in found)


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_the_mended_example_of_a_rule_earns_nothing(rule: Rule, elsewhere: Path) -> None:
    assert found_by_all_means(written(elsewhere, files_of(rule, rule.mend))) == ()


def test_every_code_that_is_told_is_explained() -> None:
    rooms = (npcengine.content, npcengine.persona)
    told = {
        code
        for room in rooms
        for file in Path(room.__path__[0]).glob("*.py")
        if file.name != "codes.py"
        for code in re.findall(r'"(NPC\d{3})"', file.read_text("utf-8"))
    }
    assert set(CODES) <= told <= set(CODES) | set(RULES)


def test_no_code_means_two_things() -> None:
    assert set(CODES).isdisjoint(RULES)
    assert all(code[:4] in ("NPC1", "NPC2") for code in CODES)
    assert {code[:4]: rule.severity for code, rule in RULES.items()} == {
        "NPC3": "warning",
        "NPC4": "error",
    }


@pytest.mark.parametrize("meaning", [*CODES.values(), *RULES.values()], ids=[*CODES, *RULES])
def test_every_code_has_a_title_and_an_explanation(meaning: Rule) -> None:
    assert meaning.title
    assert meaning.explanation.endswith(".")
