"""The page that shows what was measured, with small charts of text."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator

from tests.bench.canned import LIMIT
from tests.bench.figures import CROWD, SCHEMES, STREAMS, SUFFIX, Results
from tests.bench.rows import Row, shown

WIDTH = 44
"""Cells of the longest bar."""
EIGHTHS = " ▏▎▍▌▋▊▉"

SHOWN = (
    ("Processor time of a turn, ms", "plain", "ms"),
    ("Processor time of a turn streamed in 24 tokens, ms", "streamed", "ms"),
    (f"Lateness p99 of a 60 Hz tick beside {STREAMS} streams, ms", "tick", "late"),
    (f"Lateness p99 of the tick beside {CROWD} streams that begin together, ms", "burst", "late"),
    ("First words p99 where much goes wrong, ms", "faults", "p99"),
    (f"Memory that {CROWD} streams add, MB", "memory", "mb"),
)

HOW = f"""\
`scripts/bench` writes this page. Every client takes the same turn against the same server, which
has nothing but canned answers, and each has a process of its own: what counts is the time of the
processor that this process spends, and how late a game's tick comes in it. They take turns in short
rounds, of which the median counts; a ratio is taken round by round.

- A turn has nine others before it. The engine builds its prompt, keeps what was said and parses the
  answer; the raw clients post the bytes and look at nothing; the others are used as their
  documentation shows, with what was said before.
- Where ticks are measured, what was there before is frozen out of garbage collection, for all of
  them: `gc.collect()`, then `gc.freeze()`. Without that, each full collection stops the loop for
  some 50 ms, whatever the client.
- Beside {STREAMS} streams: so many are under way all the time. The first token comes after 60 ms,
  each of the others 8 ms later. A client that the processor is not quick enough for falls behind.
- {CROWD} at once: all begin in the same moment. How long the slowest 1 % take is held against a
  turn alone.
- Where much goes wrong: the first provider answers after 50 ms, but 3 % of its answers begin after
  2 s, 3 % are a 503, 1 % never begin, 1 % break off; the second answers after 200 ms. The openai
  client has no second provider.
- At a limit: {CROWD} turns that nobody waits for begin at once, with a key that may send
  {LIMIT.requests} requests a second, as the headers of the answers tell.
"""


def bars(values: dict[str, float]) -> str:
    """Draw a bar for each value."""
    if not values:
        return "not measured"
    most = max(*values.values(), 1e-9)
    wide = max(map(len, values))
    lines = []
    for name, value in values.items():
        full, eighths = divmod(round(max(value, 0.0) / most * WIDTH * 8), 8)
        bar = "█" * full + EIGHTHS[eighths].strip()
        lines.append(f"{name:{wide}}  {bar or '▏'} {shown(value)}")
    return "\n".join(lines)


def charts(results: Results, schemes: Iterable[str] = SCHEMES) -> Iterator[tuple[str, str]]:
    """Give each chart with its title."""
    for title, job, figure in SHOWN:
        for scheme in schemes:
            values = results.values(job, scheme, figure)
            if values:
                yield f"{title}{SUFFIX[scheme]}", bars(values)


def machine() -> str:
    """Say where it was measured, as far as that matters."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, {python}"


def page(
    results: Results,
    rows: Iterable[Row],
    versions: dict[str, str],
    notes: Iterable[str],
    rest: str,
) -> str:
    """Return the page."""
    parts = ["# Benchmarks\n", HOW]
    taking_part = ", ".join(f"{name.partition(',')[0]} {v}" for name, v in versions.items())
    parts.append(f"Measured on {machine()}. Versions: {taking_part}.\n")
    parts += [f"{note}\n" for note in notes]
    parts.append("## Promises\n\n" + table(rows))
    parts.append("## Charts\n")
    drawn = charts(results, ("http",))
    parts += [f"{title}:\n\n```text\n{chart}\n```\n" for title, chart in drawn]
    parts.append("## All clients\n\n" + all_clients(results))
    if rest:
        parts.append(f"## What else is measured\n\n```text\n{rest.strip()}\n```\n")
    return "\n".join(parts)


def all_clients(results: Results) -> str:
    """Return every figure of every client as a table."""
    measured = [
        (f"{title}{SUFFIX[scheme]}", results.values(job, scheme, figure))
        for title, job, figure in SHOWN
        for scheme in SCHEMES
        if results.values(job, scheme, figure)
    ]
    names = list(measured[0][1])
    lines = [f"| | {' | '.join(names)} |", f"| --- |{' ---: |' * len(names)}"]
    for title, values in measured:
        cells = [shown(values[name]) if name in values else "" for name in names]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def table(rows: Iterable[Row]) -> str:
    """Return the rows as a table."""
    lines = [
        "| What | Measured | Promised | Aim | Beside it |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for row in rows:
        aim = "" if row.aim is None else f"{row.aim:g}"
        mark = "" if row.kept else " (missed)"
        cells = (
            row.name,
            f"{row.figure} {row.unit}{mark}",
            f"{row.limit:g} {row.unit}",
            aim,
            row.rest,
        )
        lines.append("| " + " | ".join(cell.strip() for cell in cells) + " |")
    return "\n".join(lines) + "\n"
