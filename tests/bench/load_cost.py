"""How long six personas of the sample cast take to load, from their files to checked values."""

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
        for path in sorted(PERSONAS.glob("*.yaml"))[:6]:
            shutil.copy(path, folder)
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
