import re
from pathlib import Path

import pytest

import npcengine.content
import npcengine.persona
from npcengine.content.codes import CODES
from npcengine.content.source import MAX_BYTES
from npcengine.persona.lint import lint

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


@pytest.mark.parametrize("code", CODES)
def test_an_example_earns_its_code_and_no_other(code: str, tmp_path: Path) -> None:
    files = FILES.get(code, {"mira.yaml": CODES[code].example.encode()})
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    found = lint(tmp_path / "nowhere" if code == "NPC101" else tmp_path)

    severity = "warning" if code.startswith("NPC3") else "error"
    assert {each.code for each in found if each.severity == severity} == {code}
    assert {each.code for each in found if each.severity == "error"} <= {code}


def test_every_code_that_is_told_is_explained() -> None:
    rooms = (npcengine.content, npcengine.persona)
    told = {
        code
        for room in rooms
        for file in Path(room.__path__[0]).glob("*.py")
        if file.name != "codes.py"
        for code in re.findall(r'"(NPC\d{3})"', file.read_text("utf-8"))
    }
    assert told == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_title_and_an_explanation(code: str) -> None:
    assert CODES[code].title
    assert CODES[code].explanation.endswith(".")
