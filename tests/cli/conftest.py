import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.quest_stage import village_in

HILD = """\
id: hild
name: Hild
description: She has run the forge for thirty years.
greetings: ["Mind the sparks."]
examples:
  - player: Can you mend this sword?
    npc: Leave it on the bench.
stock_lines:
  fallback: ["Hm."]
"""
ZHOU = """\
id: zhou
name: 周伯
description: 一位来自远方的商人。
locale: zh
greetings:
  - 客官，里面请，里面请！今天刚到的茶叶，您闻闻，这香气可是从千里之外的山里带来的，别处没有。
examples: []
stock_lines:
  fallback: ["这个嘛……让我想想。"]
"""
MARA = """\
id: mara
name: "[red]Mara[/red]"
description: "She is [bold]bold[/bold]."
greetings: ["Look at :boom: me."]
examples: [{player: a, npc: b}]
stock_lines: {fallback: [c]}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a small cast, where the program starts."""
    folder = tmp_path / "personas"
    folder.mkdir()
    for name, text in {"hild": HILD, "mara": MARA, "zhou": ZHOU}.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return tmp_path


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a world and its smith, where commands that run in this process start."""
    monkeypatch.chdir(tmp_path)
    for name in tuple(os.environ):
        if name.startswith(("GROQ_", "OPENAI_", "NPCENGINE_")):
            monkeypatch.delenv(name)
    village_in(tmp_path)
    logger = logging.getLogger("npcengine")
    before = logger.propagate, logger.handlers[:]
    yield tmp_path
    logger.propagate, logger.handlers[:] = before
