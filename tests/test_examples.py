"""Every example runs as the program that it is."""

import asyncio
import os
import struct
import sys
from asyncio.subprocess import PIPE, Process
from importlib.util import find_spec
from pathlib import Path

import pytest

from npcengine.testing.fake_provider import FakeProvider

ROOT = Path(__file__).parents[1]
MUD, WINDOW = (ROOT / "examples" / name for name in ("twisted_mud.py", "pygame_dialogue.py"))
EXAMPLES = sorted(set((ROOT / "examples").glob("*.py")) - {MUD, WINDOW})
"""Those that do all they can by themselves."""
PATIENCE = 20
"""Seconds after which a test that waits for a program has failed."""
SPARED = {MUD: "ignore:unclosed file <_io.TextIOWrapper name='/dev/null':ResourceWarning"}
"""What is no error. Twisted keeps a file open, to have one to close when there are too many."""


async def start(example: Path, *arguments: str, **environ: str) -> Process:
    """Start it with nothing in its environment but these."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-W", SPARED.get(example, "error")),
        *(str(example), *arguments),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environ},
        stdout=PIPE,
        stderr=PIPE,
    )


async def end(process: Process) -> str:
    """Return what it printed, once it has ended well."""
    async with asyncio.timeout(PATIENCE):
        printed, complaints = await process.communicate()
    assert process.returncode == 0, complaints.decode()
    assert b"Exception ignored" not in complaints
    assert b"Traceback" not in complaints, complaints.decode()
    return printed.decode()


async def run(example: Path, *arguments: str, **environ: str) -> str:
    return await end(await start(example, *arguments, **environ))


def key(groq: FakeProvider) -> dict[str, str]:
    return {"GROQ_API_KEY": "any", "GROQ_BASE_URL": groq.base_url}


def need(package: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Say aloud that a test is not run because `package` is missing; with CI=true it fails."""
    if find_spec(package) is not None:
        return
    missing = f"{package} is not installed: pip install -e '.[test]'"
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    with capsys.disabled():
        print(f"\nNOT TESTED, because {missing}")
    pytest.skip(missing)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
async def test_it_runs_without_a_key(example: Path) -> None:
    assert "authored" in await run(example)


async def test_the_quickstart_prints_what_a_model_says() -> None:
    async with FakeProvider(style="groq", replies=["Aye. Leave it here.", "Till dusk."]) as groq:
        printed = await run(ROOT / "examples" / "quickstart.py", **key(groq))
    said, streamed, *sources = printed.splitlines()
    assert (said, streamed) == ("Aye. Leave it here.", "Till dusk.")
    assert [source.partition(",")[0] for source in sources] == ["[model openai/gpt-oss-20b"] * 2


@pytest.fixture
def pygame(capsys: pytest.CaptureFixture[str]) -> None:
    need("pygame", capsys)


async def photograph(picture: Path, **environ: str) -> str:
    """Let the window ask one thing, where there is no screen, and return what it printed."""
    arguments = ("mage", "--say", "What of the mill?", "--screenshot", str(picture))
    printed = await run(WINDOW, *arguments, SDL_VIDEODRIVER="dummy", **environ)
    return printed.splitlines()[-1]  # before it, pygame names itself


@pytest.mark.usefixtures("pygame")
async def test_the_window_shows_an_authored_line_without_a_key(tmp_path: Path) -> None:
    picture = tmp_path / "window.png"
    assert await photograph(picture) == "mage: authored offline"
    header = picture.read_bytes()[:24]
    assert header.startswith(b"\x89PNG")
    assert struct.unpack(">II", header[16:]) == (640, 360)


@pytest.mark.usefixtures("pygame")
async def test_the_window_shows_what_a_model_says(tmp_path: Path) -> None:
    replies = ["*sighs* The wheel, you mean.", "*sighs* The wheel, you mean.", "*sighs* No."]
    pictures = [tmp_path / f"{number}.png" for number in range(len(replies))]
    async with FakeProvider(replies=replies) as groq:
        for picture in pictures:
            assert await photograph(picture, **key(groq)) == "mage: model openai/gpt-oss-120b"
        assert "What of the mill?" in groq.requests[0].raw.decode()
    first, again, other = (picture.read_bytes() for picture in pictures)
    assert first == again != other
