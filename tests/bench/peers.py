"""The engine beside other clients: all take the same turns against the same canned server.

Every client has a process of its own, and is measured there. They take turns in short rounds, of
which the median counts; a ratio is taken round by round, so that a machine that changes its speed
changes both sides.

Usage: python tests/bench/peers.py [--page docs/benchmarks.md] [--rest FILE]
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from statistics import median

from tests.bench.clients import PEERS
from tests.bench.field import Field
from tests.bench.figures import CROWD, OURS, SCHEMES, STREAMS, SUFFIX, Results, rows
from tests.bench.page import charts, page
from tests.bench.rows import finish

LIGHT = (OURS, "aiohttp, raw", "httpx, raw")
HEAVY = tuple(name for name in PEERS if name not in LIGHT)
CLOSEST = (OURS, "aiohttp, raw")
PERSISTENT = ("openai", "litellm")
"""Those that try again by themselves."""
ROUNDS = 5
BLOCKS = 3
TURNS, FEW_TURNS = 120, 20
TICKING = {"http": (5, 2), "https": (3, 1)}
"""Rounds of the closest, and those of them in which all take part."""
SECONDS = 2.5
BURSTING = 3
BUSY = "The machine had other work to do: how late a tick came does not hold."
TROUBLED, LESS_TROUBLED = 4000, 400


def measure(field: Field) -> Results:
    """Let all do everything; takes some minutes."""
    results = Results()
    step("memory")
    found = field.together((*LIGHT, "openai"), "memory", "lasting", streams=CROWD)
    results.add("memory", "http", found)
    with Field((OURS,)) as aside:
        # It takes long, and next to nothing of the processor.
        aside.tell(OURS, "limited", "limited", turns=CROWD)
        for scheme in SCHEMES:
            costs(field, results, scheme)
        step("a limit")
        heard = aside.hear(OURS)
        if heard is not None:
            results.add("limited", "http", {OURS: heard})
            results.refused = aside.requests() - int(heard["answered"])
    for scheme in SCHEMES:
        ticks(field, results, scheme)
    trouble(field, results)
    step("")
    return results


def costs(field: Field, results: Results, scheme: str) -> None:
    for number in range(ROUNDS):
        step(f"turns{SUFFIX[scheme]}, round {number + 1} of {ROUNDS}")
        for job in ("plain", "streamed"):
            streamed = job == "streamed"
            blocks: dict[str, list[float]] = {name: [] for name in field.clients}
            # What costs little is measured more often: so small a figure moves more easily.
            for names, turns in [(LIGHT, TURNS)] * BLOCKS + [(HEAVY, FEW_TURNS)]:
                terms = {"turns": turns, "streamed": streamed}
                for name, found in field.ask(names, "cost", "at-once", scheme, **terms).items():
                    blocks[name].append(found["ms"])
            medians = {name: {"ms": median(each)} for name, each in blocks.items() if each}
            results.add(job, scheme, medians)


def ticks(field: Field, results: Results, scheme: str) -> None:
    rounds, rounds_of_all = TICKING[scheme]
    for number in range(rounds):
        step(f"{STREAMS} streams{SUFFIX[scheme]}, round {number + 1} of {rounds}")
        names = field.clients if number < rounds_of_all else CLOSEST
        terms = {"streams": STREAMS, "seconds": SECONDS}
        results.add("tick", scheme, field.ask(names, "tick", "paced", scheme, **terms))
    for number in range(BURSTING):
        step(f"{CROWD} at once{SUFFIX[scheme]}, round {number + 1} of {BURSTING}")
        found = field.ask(CLOSEST, "burst", "paced", scheme, streams=CROWD)
        results.add("burst", scheme, found)


def trouble(field: Field, results: Results) -> None:
    for name in (OURS, *PERSISTENT):
        step(f"{name} in trouble")
        before = field.requests()
        turns, at_once = (TROUBLED, 20) if name == OURS else (LESS_TROUBLED, 10)
        found = field.ask((name,), "faults", "shaky", turns=turns, at_once=at_once)
        results.add("faults", "http", found)
        if name == OURS and found:
            results.calls = (field.requests() - before) / found[OURS]["turns"]


def step(what: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{what}" + (" ..." if what else ""))
        sys.stderr.flush()


def busy() -> bool:
    """Tell whether there is more to do on this machine than it has processors to spare for."""
    return hasattr(os, "getloadavg") and os.getloadavg()[0] > (os.cpu_count() or 1) / 2


def main() -> None:
    parser = argparse.ArgumentParser(description="Hold the engine beside other clients.")
    parser.add_argument("--page", type=Path, help="write what was measured there, in Markdown")
    parser.add_argument("--rest", type=Path, help="a text with other figures, for the page")
    arguments = parser.parse_args()
    notes = [BUSY] if busy() else []
    with Field() as field:
        results = measure(field)
        absent = field.absent
        versions = field.versions()
    notes += [f"Of {name} figures are missing: {why}." for name, why in absent.items()]
    for note in notes:
        sys.stdout.write(f"{note}\n")
    if OURS in absent:
        sys.exit(1)
    for title, chart in charts(results):
        sys.stdout.write(f"\n{title}\n{chart}\n")
    sys.stdout.write("\n")
    found = list(rows(results))
    kept = [row.tell() for row in found]
    if arguments.page:
        rest = arguments.rest.read_text("utf-8") if arguments.rest else ""
        arguments.page.write_text(page(results, found, versions, notes, rest), "utf-8")
    finish(kept)


if __name__ == "__main__":
    main()
