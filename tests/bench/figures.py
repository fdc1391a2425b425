"""What was measured of all clients, and ours held against what was promised."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.bench.canned import LIMIT
from tests.bench.field import Figures
from tests.bench.rows import Row, shown

OURS = "npcengine"
SCHEMES = ("http", "https")
SUFFIX = {"http": "", "https": ", TLS"}
STREAMS, CROWD = 50, 200
IDEAL = (CROWD - LIMIT.requests) * LIMIT.seconds / LIMIT.requests
"""Seconds that so many turns take where that limit is used to the full."""

COSTS = (
    ("plain", "httpx, raw", 0.6, 0.5),
    ("streamed", "httpx, raw", 0.45, 0.38),
    ("plain", "openai", 0.18, 0.13),
    ("streamed", "openai", 0.12, 0.09),
)
"""Whom our turns are held against, with the ratio that is promised, and the aim beyond."""


@dataclass
class Results:
    """What was measured: by job and scheme, then by client, what each round gave."""

    rounds: dict[tuple[str, str], dict[str, list[Figures]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    calls: float = 0.0
    """Requests of the engine for each turn in which much went wrong."""
    refused: int = 0
    """Requests of the engine that came beyond a limit."""

    def add(self, job: str, scheme: str, found: dict[str, Figures]) -> None:
        """Add a round."""
        for name, figures in found.items():
            self.rounds[job, scheme][name].append(figures)

    def values(self, job: str, scheme: str, figure: str) -> dict[str, float]:
        """Return the median of a figure for each client that has it."""
        return {
            name: statistics.median(each[figure] for each in rounds)
            for name, rounds in self.rounds[job, scheme].items()
        }

    def ratio(self, job: str, scheme: str, peer: str) -> float | None:
        """Return what we spend against what another client does, taken round by round."""
        ours, theirs = (self.rounds[job, scheme][name] for name in (OURS, peer))
        ratios = [a["ms"] / b["ms"] for a, b in zip(ours, theirs, strict=False)]
        return statistics.median(ratios) if ratios else None


def rows(results: Results) -> Iterator[Row]:
    """Give every figure that something was promised of."""
    for job, peer, limit, aim in COSTS:
        for scheme in SCHEMES:
            ratio = results.ratio(job, scheme, peer)
            if ratio is not None:
                values = results.values(job, scheme, "ms")
                name = f"{job} turn / {peer.partition(',')[0]}{SUFFIX[scheme]}"
                rest = f"{values[OURS] * 1e3:,.0f} µs of {values[peer] * 1e3:,.0f}"
                yield Row(name, ratio, "", limit, aim, rest)
    for scheme in SCHEMES:
        late = results.values("tick", scheme, "late")
        name = f"tick beside {STREAMS}, p99{SUFFIX[scheme]}"
        yield Row(name, late[OURS], "ms", 5, 3, _others(late))
    for scheme in SCHEMES:
        yield from _crowd(results, scheme)
    yield from _trouble(results)
    yield from _limit(results)
    added = results.values("memory", "http", "mb")
    yield Row(f"memory of {CROWD}", added[OURS], "MB", 20, 10, _others(added))


def _crowd(results: Results, scheme: str) -> Iterator[Row]:
    late = results.values("burst", scheme, "late")
    cold = results.values("burst", scheme, "cold")[OURS]
    rest = f"{_others(late)}; while all connect {cold:.0f}"
    name = f"tick beside {CROWD}, p99{SUFFIX[scheme]}"
    yield Row(name, late[OURS], "ms", 17, 12, rest)
    slower = results.values("burst", scheme, "slower")
    name = f"{CROWD} at once / one{SUFFIX[scheme]}"
    yield Row(name, slower[OURS], "", 1.3, 1.2, _others(slower))


def _trouble(results: Results) -> Iterator[Row]:
    for share, limit, aim in (("p99", 350, 300), ("p99.9", 700, 500)):
        first = results.values("faults", "http", share)
        yield Row(f"first words, {share}", first[OURS], "ms", limit, aim, _others(first))
    silent = results.values("faults", "http", "silent")
    yield Row("turns without a word", silent[OURS], "", 0, None, _others(silent))
    turns = results.values("faults", "http", "turns")[OURS]
    yield Row("calls a turn", results.calls, "", 1.12, 1.08, f"in {turns:,.0f} turns")


def _limit(results: Results) -> Iterator[Row]:
    found = results.rounds["limited", "http"][OURS][0]
    rest = f"{CROWD} turns at once, {LIMIT.requests} a second taken; {found['answered']} answered"
    yield Row("requests beyond a limit", results.refused, "", 0, None, rest)
    rest = f"{found['seconds']:.1f} s"
    yield Row("time at the limit / ideal", found["seconds"] / IDEAL, "", 1.1, 1.05, rest)


def _others(values: dict[str, float]) -> str:
    return ", ".join(f"{name} {shown(v)}" for name, v in values.items() if name != OURS)
