"""How long `import npcengine` takes, beside `import openai`: fresh processes, in turns."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

from tests.bench.rows import NAME

ROUNDS = 11
CODE = "import time; t = time.perf_counter(); import {0}; print(time.perf_counter() - t)"


def seconds(module: str) -> float:
    command = [sys.executable, "-c", CODE.format(module)]
    # With bytecode, as an installed package has it.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    return float(done.stdout)


def main() -> None:
    for module in ("npcengine", "openai"):
        seconds(module)  # the first import of all writes the bytecode
    own, other = [], []
    for _ in range(ROUNDS):
        own.append(seconds("npcengine"))
        other.append(seconds("openai"))
    ratio = statistics.median(a / b for a, b in zip(own, other, strict=True))
    sys.stdout.write(
        f"{'import':{NAME}} {statistics.median(own) * 1e3:7.0f} ms"
        f"   openai {statistics.median(other) * 1e3:6.0f} ms   ratio {ratio:.2f}\n"
    )


if __name__ == "__main__":
    main()
