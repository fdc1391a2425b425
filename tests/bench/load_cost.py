"""How long six personas of the sample cast take to load, with all they share and their lore."""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from npcengine import load_cast
from tests.bench.rows import NAME

ROUNDS = 21
PERSONAS = Path(__file__).parents[2] / "personas"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(PERSONAS, folder, dirs_exist_ok=True)
        for path in sorted(Path(folder).glob("*.yaml"))[6:]:
            path.unlink()
        spent = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            cast = load_cast(folder)
            spent.append(time.perf_counter() - begun)
    sys.stdout.write(
        f"{f'load {len(cast)} personas':{NAME}} {statistics.median(spent) * 1e3:7.1f} ms"
        f"   first time {spent[0] * 1e3:.1f} ms\n"
    )


if __name__ == "__main__":
    main()
