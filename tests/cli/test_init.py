"""What `npcengine init` makes is a game that runs, as its README says, without a key."""

import asyncio
import json
import os
import re
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from npcengine.cli.init import SOURCES
from npcengine.settings import Settings
from npcengine.stores.sqlite import SqliteStore
from npcengine.testing.fake_provider import FakeProvider
from tests.cli.terminal import PATIENCE, Finished, run


def everything_in(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if not path.is_dir())
    return {path.relative_to(folder).as_posix() for path in found}


@pytest.fixture
async def game(tmp_path: Path) -> Path:
    """Make a game, and return where it is."""
    made = await run(tmp_path, "init", "games/saltmere")
    assert (made.code, made.err) == (0, "")
    return tmp_path / "games" / "saltmere"


async def shell(folder: Path, command: str, typed: str = "", **env: str) -> Finished:
    """Run a command as a user does, in whose environment npcengine is installed."""
    programs = folder.parent / "bin"
    programs.mkdir(exist_ok=True)
    for name, options in {"python": "-W error", "npcengine": "-W error -m npcengine"}.items():
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec {sys.executable} {options} "$@"\n')
        program.chmod(0o755)
    process = await asyncio.create_subprocess_exec(
        *("sh", "-e", "-c", command),
        cwd=folder,
        env={"PATH": f"{programs}:{os.defpath}", "HOME": str(folder), "COLUMNS": "80", **env},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE):
        out, err = await process.communicate(typed.encode())
    assert process.returncode is not None
    return Finished(process.returncode, out.decode(), err.decode())


async def test_it_makes_its_files_and_says_how_to_go_on(tmp_path: Path) -> None:
    made = await run(tmp_path, "init", "new games/saltmere")
    assert made.out == "\n".join(
        [
            f"Made in {tmp_path}/new games/saltmere:",
            *(f"  {name}" for name in SOURCES),
            "",
            "Next:",
            "  cd 'new games/saltmere'",
            "  npcengine chat ferrywoman",
            "",
        ]
    )
    assert everything_in(tmp_path) == {f"new games/saltmere/{name}" for name in SOURCES}


@pytest.mark.parametrize("arguments", [("init",), ("init", ".")])
async def test_it_may_be_the_current_folder_beside_other_files(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "personas").mkdir()
    (tmp_path / "personas" / "mine.yaml").write_text("mine")
    made = await run(tmp_path, *arguments)
    assert (made.code, made.err) == (0, "")
    assert "cd " not in made.out
    assert everything_in(tmp_path) == {"notes.txt", "personas/mine.yaml", *SOURCES}


async def test_nothing_is_overwritten(game: Path) -> None:
    (game / "npcengine.yaml").unlink()
    (game / "personas" / "lampkeeper.yaml").unlink()
    (game / "game.py").write_text("mine")
    (game / "README.md").unlink()
    (game / "README.md").symlink_to("nowhere")
    kept = everything_in(game)
    refused = await run(game, "init")
    assert (refused.code, refused.out) == (1, "")
    named = (
        "README.md, game.py, npcengine.schema.json, personas/persona.schema.json, "
        "personas/ferrywoman.yaml and .gitignore"
    )
    assert refused.err == (
        f"{game} has {named} already: name another folder; nothing was written\n"
    )
    assert everything_in(game) == kept
    assert (game / "game.py").read_text() == "mine"


async def test_no_half_of_a_project_is_left(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "personas").write_text("mine")
    kept = everything_in(tmp_path)
    for name in ("file", "file/inside", "taken", "x" * 300):
        failed = await run(tmp_path, "init", name)
        assert (failed.code, failed.out) == (1, ""), name
        assert failed.err.endswith("; nothing was written\n"), name
        assert "Traceback" not in failed.err, name
    assert everything_in(tmp_path) == kept
    assert {path.name for path in tmp_path.iterdir()} == {"file", "taken"}  # noqa: ASYNC240


async def test_lint_has_nothing_to_say(game: Path) -> None:
    assert await run(game, "lint", "--json") == Finished(0, "[]\n", "")


async def test_the_settings_are_read_with_all_that_stands_in_comments(game: Path) -> None:
    file = game / "npcengine.yaml"
    settings = Settings.from_env({}, file)
    assert (settings.personas, settings.store) == (game / "personas", str(game / "npcengine.db"))
    assert set(settings.configuration.facts) == {"coins", "storm"}
    text = file.read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=npcengine.schema.json\n")
    file.write_text(
        re.sub(r"^# ( *(?:tiers|fast|providers|ollama|base_url):)", r"\1", text, flags=re.M)
    )
    more = Settings.from_env({}, file)
    assert more.routes("fast") == ("ollama:llama3.2", "groq:openai/gpt-oss-20b")
    assert more.base_url("ollama") == "http://10.0.0.5:11434/v1"


async def test_the_schema_is_the_one_of_this_version(game: Path) -> None:
    made = (game / "npcengine.schema.json").read_bytes()
    assert made == files("npcengine").joinpath("configuration.schema.json").read_bytes()
    assert "facts" in json.loads(made)["properties"]


TYPED = """\
x
2
Did the lamp go out?

1
How far is it to the lighthouse?


"""


async def test_the_game_runs_to_its_end_without_a_key(game: Path) -> None:
    played = await shell(game, "python game.py", TYPED)
    assert (played.code, played.err) == (0, "")
    assert "No model is set up" in played.out
    assert "Type a number from 1 to 2." in played.out
    assert played.out.count("Corwin Thrale: ") == played.out.count("Wenna Rook: ") == 2
    assert played.out.endswith("The tide goes out.\n")
    assert "no model is configured" in (game / "game.log").read_text()
    cut_short = await shell(game.parent, "python saltmere/game.py", "1\nGood evening.")
    assert (cut_short.code, cut_short.err) == (0, "")


async def test_the_game_says_in_one_line_what_stops_it(game: Path) -> None:
    store = SqliteStore(game / "npcengine.db")
    stopped = await shell(game, "python game.py")
    assert (stopped.code, stopped.err.count("\n")) == (1, 1)
    assert "another program holds it" in stopped.err
    await store.aclose()


async def test_the_game_shows_what_a_model_says(game: Path) -> None:
    async with FakeProvider(replies=["*nods* Two coppers. *spits* Three, for you."]) as groq:
        env = {"GROQ_API_KEY": "gsk_a_key_of_no_account", "GROQ_BASE_URL": groq.base_url}
        played = await shell(game, "python game.py", "1\nHow much is it today?\n\n\n", **env)
    assert (played.code, played.err) == (0, "")
    assert "Wenna Rook: *nods* Two coppers. *spits* Three, for you.\n" in played.out


async def test_a_new_user_gets_through_the_readme(game: Path) -> None:
    readme = (game / "README.md").read_text("utf-8")
    first, key, check = re.findall(r"^```console\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    install, talk, play = first.splitlines()
    assert install == 'pip install "npcengine[cli]"'
    talked = await shell(game, talk, "Who keeps the lighthouse?\n")
    assert talked.code == 0
    assert "Corwin Thrale. A good boy." in talked.out
    assert (await shell(game, play, "\n")).code == 0
    async with FakeProvider() as groq:
        examined = await shell(game, key, GROQ_BASE_URL=groq.base_url)
        assert len(groq.requests) == 2
    assert (examined.code, examined.err) == (0, "")
    [persona] = re.findall(r"^```yaml\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    (game / "personas" / "harbour_master.yaml").write_text(persona)
    linted = await shell(game, check)
    assert (linted.code, "error" in linted.out) == (0, False)
    assert "Ilse Brandt\n" in (await shell(game, play, "\n")).out
    listed = set(re.findall(r"^\| `([^`]+)`", readme, re.MULTILINE))
    assert listed <= {path.split("/")[0] + "/" * ("/" in path) for path in everything_in(game)}
