"""`npcengine quest` and `npcengine lint` in this process, beside a village."""

from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from npcengine.cli.program import app
from npcengine.errors import NPCEngineError
from tests.quest.making.village import VILLAGE

MIRA = """\
id: mira
name: Mira
description: The blacksmith.
greetings: [Mind the sparks.]
"""


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


def village_in(folder: Path) -> None:
    """Write what makes `folder` a game: a world, its smith, and a configuration."""
    (folder / "world.yaml").write_text(VILLAGE, "utf-8")
    (folder / "npcengine.yaml").write_text("world: world.yaml\n", "utf-8")
    (folder / "personas").mkdir()
    (folder / "personas" / "mira.yaml").write_text(MIRA, "utf-8")


def program(*arguments: str, typed: str = "") -> Done:
    """Run a command; what it raises stands in `err`, as the program itself would write it."""
    result = CliRunner().invoke(app, arguments, input=typed)
    error = result.exception
    if error is not None and not isinstance(error, SystemExit | NPCEngineError):
        raise error
    told = str(error) if isinstance(error, NPCEngineError) else ""
    return Done(result.exit_code, result.stdout, result.stderr + told)


def quest(*arguments: str, typed: str = "") -> Done:
    return program("quest", *arguments, typed=typed)
