"""Let players talk while everything goes wrong, and look whether anything is left behind.

Game after game is played, each with an engine of its own over two providers that fail in every way
by chance, while players leave, are cut off and interrupt. Each turn has to end with a line in
character. When all have ended, nothing may be left: no task, connection or file descriptor, no
permit of the limiter; and the engine has to have counted the tokens that the providers count.

Usage: scripts/soak faults [--turns 20000] [--seed 1]
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from pathlib import Path

from tests.soak.game import GAME, Game, Outcome, Show
from tests.soak.restless import Violation


async def run(*, turns: int, seed: int, show: Show = lambda outcome: None) -> Outcome:
    """Play so many turns, or until there is a violation; `show` is called after each."""
    outcome = Outcome()
    loop = asyncio.get_running_loop()
    complaints: list[str] = []
    loop.set_exception_handler(lambda _, context: complaints.append(str(context)))
    await asyncio.to_thread(int)  # whose thread stays
    for number in range((turns + GAME - 1) // GAME):
        with tempfile.TemporaryDirectory() as folder:
            game = Game(seed, number, Path(folder), outcome)
            try:
                await game.play(min(GAME, turns - number * GAME), show)
                if complaints:
                    raise Violation(f"the event loop complains: {complaints[0]}")
            except Violation as found:
                outcome.violation = f"seed {seed}, game {number}: {found}"
                break
    loop.set_exception_handler(None)
    return outcome


def summary(outcome: Outcome, seconds: float) -> str:
    replies, exact = outcome.replies, outcome.exact
    rows = [
        ("turns", outcome.turns, f"in {outcome.games} games, {seconds:.0f} seconds"),
        ("by a model", replies["model"], f"and {replies['cache']:,} from the cache"),
        (
            "authored lines",
            replies["authored"],
            ", ".join(f"{name} {count:,}" for name, count in outcome.reasons.most_common()),
        ),
        ("requests", outcome.requests, f"{outcome.left:,} of them not waited for"),
        (
            "faults",
            outcome.faults.total() - outcome.faults["answered"],
            f"of {len(outcome.faults) - 1} kinds; routes rested {outcome.rests:,} times",
        ),
        ("tokens", exact.prompt + exact.completion, "counted alike by the providers and by us"),
        ("left behind", 0, "no task, connection, descriptor or permit"),
    ]
    if outcome.violation:
        rows[-1] = ("violations", 1, outcome.violation)
    return "".join(f"{name:18} {number:9,}   {rest}".rstrip() + "\n" for name, number, rest in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="Let players talk while everything goes wrong.")
    parser.add_argument("--turns", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)

    def show(outcome: Outcome) -> None:
        if sys.stdout.isatty():
            sys.stdout.write(f"\r{outcome.turns:,} of {arguments.turns:,} turns")
            sys.stdout.flush()

    begun = time.perf_counter()
    outcome = asyncio.run(run(turns=arguments.turns, seed=arguments.seed, show=show))
    if sys.stdout.isatty():
        sys.stdout.write("\r\x1b[K")
    sys.stdout.write(summary(outcome, time.perf_counter() - begun))
    sys.exit(1 if outcome.violation else 0)


if __name__ == "__main__":
    main()
