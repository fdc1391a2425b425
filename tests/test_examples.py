"""Every example runs as the program that it is."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from npcengine.testing.fake_provider import FakeProvider

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


async def run(example: Path, **environ: str) -> str:
    """Run it with nothing in its environment but these, and return what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "error",
        str(example),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, complaints = await process.communicate()
    assert process.returncode == 0, complaints.decode()
    assert b"Exception ignored" not in complaints
    return printed.decode()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
async def test_it_runs_without_a_key(example: Path) -> None:
    assert "authored" in await run(example)


async def test_the_quickstart_prints_what_a_model_says() -> None:
    async with FakeProvider(style="groq", replies=["Aye. Leave it here.", "Till dusk."]) as groq:
        printed = await run(
            ROOT / "examples" / "quickstart.py", GROQ_API_KEY="any", GROQ_BASE_URL=groq.base_url
        )
    said, streamed, *sources = printed.splitlines()
    assert (said, streamed) == ("Aye. Leave it here.", "Till dusk.")
    assert [source.partition(",")[0] for source in sources] == ["[model openai/gpt-oss-20b"] * 2
