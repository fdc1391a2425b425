"""What the pages show is true: programs run, links lead somewhere, commands and names exist."""

import asyncio
import inspect
import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple, get_args

import pytest
from typer.testing import CliRunner

from npcengine import Reply, __version__
from npcengine.backend.chain import DEFAULT_ROUTES
from npcengine.backend.models import provider, provider_names
from npcengine.cli.program import app
from npcengine.dialogue.terms import Terms
from npcengine.messages import Finish
from npcengine.persona.loader import parse_persona
from npcengine.settings import (
    FILE_VARIABLE,
    KEY_VARIABLES,
    OPENAI_HEADERS,
    PROXY_VARIABLES,
    VARIABLES,
)
from npcengine.turns import PieceKind
from tests.test_architecture import ORDER

ROOT = Path(__file__).parents[1]
PATHS = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "personas/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
PAGES = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in PATHS}


class Block(NamedTuple):
    page: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(kind: str, *pages: str) -> list[Block]:
    fence = re.compile(rf"^```{kind}\n(.*?)^```$", re.DOTALL | re.MULTILINE)
    return [
        Block(page, PAGES[page].count("\n", 0, found.start(1)) + 1, found[1])
        for page in pages or PAGES
        for found in fence.finditer(PAGES[page])
    ]


@pytest.fixture
def beside_the_sample_cast(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "personas", tmp_path / "personas")
    shutil.copytree(ROOT / "examples" / "oakvale", tmp_path / "oakvale")
    monkeypatch.chdir(tmp_path)
    for name in tuple(os.environ):
        if name.startswith(("GROQ_", "OPENAI_", "NPCENGINE_")):
            monkeypatch.delenv(name)


@pytest.mark.usefixtures("beside_the_sample_cast")
@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_a_program_runs_and_its_tests_pass(block: Block) -> None:
    names: dict[str, object] = {"__name__": "__main__"}
    exec(compile("\n" * (block.line - 1) + block.text, block.page, "exec"), names)
    for name, value in names.items():
        if name.startswith("test_"):
            assert inspect.iscoroutinefunction(value), name
            asyncio.run(value())


@pytest.mark.parametrize("block", blocks("yaml", "README.md"), ids=str)
def test_a_persona_loads(block: Block) -> None:
    parse_persona(block.text, block.page)


LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)")


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize(
    ("page", "to", "anchor"),
    [(page, *link) for page, text in PAGES.items() for link in LINK.findall(text)],
)
def test_a_link_leads_somewhere(page: str, to: str, anchor: str) -> None:
    target = (ROOT / page).parent / to if to else ROOT / page
    assert target.is_file()
    assert not anchor or anchor in anchors(target)


COMMAND = re.compile(r"(?:^\$ |`)(?:\.venv/bin/npcengine|npcengine|scripts/demo) ([^`\n]+)", re.M)
COMMANDS = sorted({found for text in PAGES.values() for found in COMMAND.findall(text)})


@pytest.mark.parametrize("arguments", COMMANDS)
def test_a_command_and_its_options_exist(arguments: str) -> None:
    done = CliRunner().invoke(app, f"{arguments} --help")
    assert done.exit_code == 0, done.output


def test_commands_were_found() -> None:
    assert {each.split()[0] for each in COMMANDS} >= {"chat", "say", "prompt", "lint"}


def test_every_term_of_a_turn_and_field_of_a_reply_is_explained() -> None:
    page = PAGES["docs/embedding.md"]
    cells = set(re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\| ([^|]*)", page, re.MULTILINE))))
    wanted = {field.name for field in fields(Reply)} | set(Terms.__annotations__)
    assert wanted | set(get_args(PieceKind)) <= cells


@pytest.mark.parametrize("finish", get_args(Finish))
def test_every_finish_is_explained(finish: str) -> None:
    assert f"`{finish}`" in PAGES["docs/embedding.md"]


def test_every_variable_is_explained() -> None:
    listed = [*KEY_VARIABLES, FILE_VARIABLE, *VARIABLES, *OPENAI_HEADERS]
    listed += [name.upper() for name in PROXY_VARIABLES]
    assert [name for name in listed if f"`{name}`" not in PAGES["docs/configuration.md"]] == []


@pytest.mark.parametrize("tier", DEFAULT_ROUTES)
def test_the_default_routes_are_those_on_the_page(tier: str) -> None:
    [row] = re.findall(rf"^\| `{tier}` \|.*\| (.*) \|$", PAGES["docs/backends.md"], re.MULTILINE)
    assert tuple(row.replace("`", "").split(", ")) == DEFAULT_ROUTES[tier]


@pytest.mark.parametrize("name", provider_names())
def test_every_provider_is_on_the_page(name: str) -> None:
    known = provider(name)
    key = f"`{known.key}`" if known.key else "none"
    assert f"| `{name}` | `{known.base_url}` | {key} |" in PAGES["docs/backends.md"]


def test_the_rooms_stand_on_the_page_in_their_order() -> None:
    listing = blocks("text", "docs/architecture.md")[1].text
    rooms = [line.split()[0] for line in listing.splitlines()]
    assert rooms == [room for room in ORDER if room != "version"]


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = project["dependencies"] + extras["cli"] + extras["otel"] + extras["testing"]
    names = {re.split(r"[<>=\[]", each)[0] for each in wanted}
    page = PAGES["docs/dependencies.md"]
    assert {name for name in names if f"| `{name}` |" not in page} == set()


def test_the_version_has_its_section_in_the_changelog() -> None:
    assert f"\n## [{__version__}]" in PAGES["CHANGELOG.md"]


def write_docs(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_what_is_generated_is_up_to_date() -> None:
    done = write_docs(ROOT / "scripts" / "docs", "--check")
    assert done.returncode == 0, done.stderr


def test_a_stale_page_is_found_and_written_anew(tmp_path: Path) -> None:
    page, script = tmp_path / "docs" / "errors.md", tmp_path / "scripts" / "docs"
    for folder in ("docs", "scripts", "npcengine", "personas"):
        (tmp_path / folder).mkdir()
    for name in ("docs", "fields.py", "rules.py"):
        shutil.copy(ROOT / "scripts" / name, tmp_path / "scripts")
    page.write_text("Nothing ever fails.\n", "utf-8")

    found = write_docs(script, "--check")
    assert (found.returncode, "run .venv/bin/python scripts/docs" in found.stderr) == (1, True)
    assert page.read_text("utf-8") == "Nothing ever fails.\n"
    assert write_docs(script).returncode == 0
    assert page.read_bytes() == (ROOT / "docs" / "errors.md").read_bytes()
