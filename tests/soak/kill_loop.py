"""Kill a game again and again while players talk, and look whether the file has every answer.

Each round begins a process in which an engine goes on with the same file, and kills it at a random
moment: while it opens the file, or amid the turns. Then a copy of the file is opened and held
against all that was told, and what was found before. The file itself is left as the kill left it,
so that the next round's process has to recover it, and may be killed at that. A kill takes away the
process, not the machine: what a power cut does is not tried.

Usage: scripts/soak kills [--rounds 200] [--seed 1]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from npcengine.stores.save import RealmTurns, load
from npcengine.stores.sqlite import SqliteStore
from tests.soak import talker
from tests.soak.ledger import Ledger

ROOT = Path(__file__).parents[2]
EARLY = 0.25
"""The share of kills that come while the file is being opened."""
OPENING = 0.015
TALKING = 0.5
"""Seconds from the first mark of either within which the kill comes."""


@dataclass
class Outcome:
    """What came of the rounds so far."""

    ledger: Ledger = field(default_factory=Ledger)
    rounds: int = 0
    amid_turns: int = 0
    """Rounds that were killed after the first answer."""
    found: int = 0
    """Turns that the file had in the end."""


Show = Callable[[Outcome], object]


def run(path: Path, *, rounds: int, seed: int, show: Show = lambda outcome: None) -> Outcome:
    """Kill a game so many times, or until there is a fault; `show` is called after each."""
    rng = random.Random(seed)
    outcome = Outcome()
    ledger = outcome.ledger
    for number in range(rounds):
        answered = ledger.answered
        play(path, number, ledger, rng)
        outcome.rounds += 1
        outcome.amid_turns += ledger.answered > answered
        realm = talker.realm_of(number)
        with tempfile.TemporaryDirectory() as folder:
            found = kept(copy(path, Path(folder)), [realm, talker.SLOT])
        ledger.compare(realm, found[realm])
        ledger.compare_slot(found[talker.SLOT])
        show(outcome)
        if ledger.faults:
            break
    realms = sorted({talker.realm_of(number) for number in range(outcome.rounds)})
    for realm, found_there in kept(path, realms).items():
        outcome.found += ledger.compare(realm, found_there)
    return outcome


def play(path: Path, number: int, ledger: Ledger, rng: random.Random) -> None:
    """Let a game run and kill it; the ledger has what it told."""
    early = rng.random() < EARLY
    mark, delay = ("opening", OPENING) if early else ("said", TALKING)
    delay *= rng.random()
    command = [sys.executable, "-m", talker.__name__, str(path), str(number)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as game:
        killer = threading.Timer(delay, game.kill)
        try:
            for told in game.stdout or ():
                what, *rest = json.loads(told)
                if what == mark:
                    killer.start()
                    mark = ""
                ledger.note(what, talker.realm_of(number), *rest)
        finally:
            game.kill()
    if game.returncode != -signal.SIGKILL:
        raise RuntimeError(f"round {number}: the game ended by itself with {game.returncode}")


def copy(path: Path, folder: Path) -> Path:
    """Copy the file with its log, as a kill leaves them."""
    for each in path.parent.glob(f"{path.name}*"):
        shutil.copy(each, folder)
    return folder / path.name


def kept(path: Path, realms: list[str]) -> dict[str, RealmTurns]:
    """Return what a file has, as a store reads it."""

    async def read() -> dict[str, RealmTurns]:
        store = SqliteStore(path)
        found = {realm: load(await store.export(realm)) for realm in realms}
        await store.aclose()
        return found

    return asyncio.run(read())


def summary(outcome: Outcome, seconds: float) -> str:
    ledger = outcome.ledger
    rows = [
        ("rounds", outcome.rounds, f"{seconds:.0f} seconds"),
        ("killed amid turns", outcome.amid_turns, "the others while opening the file"),
        ("turns answered", ledger.answered, ""),
        ("turns found", outcome.found, f"{len(ledger.unheard):,} of them kept, and not yet told"),
        ("lost", len(ledger.lost), ""),
        ("doubled", len(ledger.doubled), ""),
        ("out of order", len(ledger.displaced), ""),
        ("saves restored", ledger.restores, f"torn {len(ledger.torn)}"),
    ]
    return "".join(f"{name:18} {number:9,}   {rest}".rstrip() + "\n" for name, number, rest in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill a game again and again; lose no answer.")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()

    def show(outcome: Outcome) -> None:
        if sys.stdout.isatty():
            of = f"round {outcome.rounds} of {arguments.rounds}"
            sys.stdout.write(f"\r{of}: {outcome.ledger.answered:,} turns answered")
            sys.stdout.flush()

    folder = Path(tempfile.mkdtemp(prefix="npcengine-soak-"))
    begun = time.perf_counter()
    outcome = run(folder / "oakvale.db", rounds=arguments.rounds, seed=arguments.seed, show=show)
    if sys.stdout.isatty():
        sys.stdout.write("\r\x1b[K")
    sys.stdout.write(summary(outcome, time.perf_counter() - begun))
    if outcome.ledger.faults:
        sys.stdout.write(
            "\n".join(sorted(outcome.ledger.faults)[:20]) + f"\nThe file is in {folder}\n"
        )
        sys.exit(1)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
