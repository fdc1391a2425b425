import re
from pathlib import Path

import pytest
from pydantic import BaseModel
from typer.testing import CliRunner

from npcengine.cli.program import app
from npcengine.content.shape import fields_of
from npcengine.errors import ContentError
from npcengine.persona.loader import load_cast, parse_persona
from npcengine.persona.model import Persona

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "personas.md").read_text("utf-8")
FIELDS = (DOCS / "persona-fields.md").read_text("utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("block", [each for each in blocks("yaml") if each[0] != "#"])
def test_every_persona_on_the_page_loads(block: str) -> None:
    smallest = blocks("yaml")[0]
    parse_persona(block if block.startswith("id:") else smallest + block, "personas.md")


def test_the_mistake_on_the_page_is_told_as_the_page_says() -> None:
    [wrong] = blocks("yaml wrong")
    [told] = blocks("text")
    with pytest.raises(ContentError) as caught:
        parse_persona(wrong, "mira.yaml")
    assert f"{caught.value}\n" == told


TRAPS = re.findall(r"^\| .* \| `(- .*)` \| `(- .*)` \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("wrong", "right"), TRAPS)
def test_a_trap_on_the_page_is_one_and_its_remedy_helps(wrong: str, right: str) -> None:
    start = blocks("yaml")[0] + "greetings:\n"
    mended = parse_persona(f"{start}  {right}\n", "personas.md").greetings[0]
    try:
        loaded = parse_persona(f"{start}  {wrong}\n", "personas.md").greetings[0]
    except ContentError:
        return
    assert loaded != mended


def test_all_traps_were_found() -> None:
    assert len(TRAPS) == 7


def fields(model: type[BaseModel]) -> list[str]:
    names = []
    for name, field in fields_of(model).items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            names += [f"{name}.{each}" for each in fields(inner)]
        else:
            names.append(name)
    return names


@pytest.mark.parametrize("field", fields(Persona))
def test_every_field_is_explained(field: str) -> None:
    assert f"| `{field}` |" in FIELDS


FILES = re.compile(r"^```yaml\n# (personas/\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SHOWN = re.compile(
    r"^```console\n\$ npcengine (explain [^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE
)


def test_the_files_on_the_page_make_a_cast(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.findall(PAGE):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, "utf-8")
    assert len(load_cast("personas")) == 2
    assert len(SHOWN.findall(PAGE)) == 2
    for command, output in SHOWN.findall(PAGE):
        done = CliRunner(env={"COLUMNS": "80"}).invoke(app, command)
        assert (done.exit_code, done.output) == (0, output)
