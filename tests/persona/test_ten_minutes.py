"""The writer's first ten minutes, as `personas/README.md` tells them, with the real program."""

import re
import shutil
from pathlib import Path
from typing import NamedTuple

from tests.cli.terminal import Finished, run

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "personas" / "README.md").read_text("utf-8")
WALK, _, CAST = PAGE.partition("\n## The people of Oakvale\n")
SAID = "player> "
SPEAKER = "Ilse Brandt: "


class Command(NamedTuple):
    arguments: list[str]
    typed: str
    shown: str
    """What the page says that is written; empty where it does not say."""


def blocks(page: str) -> list[tuple[str, str]]:
    """Return the files and the sessions of a page, in order."""
    return re.findall(r"^```(yaml|console)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


def commands(session: str) -> list[Command]:
    found = []
    for part in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
        line, *rest = part.splitlines()
        typed = [each.removeprefix(SAID) for each in rest if each.startswith(SAID)]
        shown = [each.removeprefix(SPEAKER) for each in rest if not each.startswith(SAID)]
        found.append(Command(line.split(), "\n".join(typed), "\n".join(shown)))
    return found


def save(folder: Path, block: str) -> None:
    """Write a file, or add to it, as the comment on its first line says."""
    title, _, text = block.partition("\n")
    name = title.removeprefix("# ").removeprefix("add to ")
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a" if title.startswith("# add to ") else "w", encoding="utf-8") as file:
        file.write(text)


async def do(folder: Path, command: Command) -> Finished:
    program, *arguments = command.arguments
    assert program == "npcengine"
    done = await run(folder, *arguments, typed=command.typed.encode())
    assert done.code == 0, done.err
    return done


async def test_each_step_comes_to_what_the_page_shows(tmp_path: Path) -> None:
    folder = tmp_path
    for kind, block in blocks(WALK):
        if kind == "yaml":
            save(folder, block)
            continue
        for command in commands(block):
            if command.arguments[0] == "cd":
                folder /= command.arguments[1]
                continue
            done = await do(folder, command)
            if command.arguments[1] != "init":
                assert done.out.strip("\n") == command.shown
    chat = ("chat", "ilse", "--facts", "facts.yaml", "--player", "somebody-new")
    shut = await run(folder, *chat, typed=b"/prompt\n")
    assert "cushion" not in shut.out
    opened = await run(folder, *chat, typed=b"/fact coins 12\n/prompt\n")
    assert "sewn into the cushion" in opened.out


async def test_a_secret_of_the_sample_cast_opens(tmp_path: Path) -> None:
    for name in ("personas", "examples"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "examples" / "oakvale", tmp_path / "oakvale")
    shutil.copy(ROOT / "examples" / "npcengine.yaml", tmp_path)
    [session] = [block for kind, block in blocks(CAST) if kind == "console"]
    why, chat = [await do(tmp_path, command) for command in commands(session)]
    assert why.out.startswith("innkeeper knows bread (secret)")
    assert "it's Tansy, my dear" in chat.out
