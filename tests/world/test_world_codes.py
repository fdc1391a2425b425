import re
from pathlib import Path

import pytest

import npcengine.world
from npcengine.content.codes import CODES, Code
from npcengine.persona.rules.table import RULES
from npcengine.world.codes import WORLD_ADVICE, WORLD_ERRORS
from npcengine.world.lint import lint_world

BOTH = {**WORLD_ERRORS, **WORLD_ADVICE}


def found(folder: Path, text: str) -> set[tuple[str, str]]:
    path = folder / "world.yaml"
    path.write_text(text, "utf-8")
    return {(each.code, each.severity) for each in lint_world(path)}


@pytest.mark.parametrize("code", BOTH)
def test_an_example_earns_its_code_and_no_other(code: str, tmp_path: Path) -> None:
    severity = "error" if code in WORLD_ERRORS else "warning"
    assert found(tmp_path, BOTH[code].example) == {(code, severity)}


@pytest.mark.parametrize("meaning", BOTH.values(), ids=list(BOTH))
def test_a_mended_example_earns_nothing(meaning: Code, tmp_path: Path) -> None:
    assert found(tmp_path, meaning.mend) == set()


def test_every_code_that_is_told_is_explained_and_every_other_is_told() -> None:
    files = Path(npcengine.world.__path__[0]).glob("*.py")
    texts = [file.read_text("utf-8") for file in files if file.name != "codes.py"]
    told = {code for text in texts for code in re.findall(r'"(NPC\d{3})"', text)}
    assert told - set(CODES) == set(BOTH)


def test_no_code_means_two_things() -> None:
    assert set(BOTH).isdisjoint([*CODES, *RULES])
    assert {code[:4] for code in WORLD_ERRORS} == {"NPC5"}
    assert {code[:4] for code in WORLD_ADVICE} == {"NPC6"}
