from pathlib import Path

import pytest

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
