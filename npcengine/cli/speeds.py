"""`npcengine doctor --bench`: the calls that it makes, and the table of what they measured."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from rich.live import Live
from rich.table import Table
from rich.text import Text

from npcengine.backend.chain import Connections, Route
from npcengine.backend.measure import Speed, measure, most_cost
from npcengine.cli.counted import counted
from npcengine.cli.replies import dollars
from npcengine.cli.screen import Screen
from npcengine.cli.visible import visible
from npcengine.clock import SystemClock
from npcengine.settings import Settings

_NOTHING = "–"


def measured(
    routes: Sequence[Route], settings: Settings, screen: Screen, calls: int, *, quiet: bool
) -> tuple[Speed, ...]:
    """Say what it may cost, then measure all routes at once, each with so many `calls`."""
    if not routes:
        return ()
    screen.warn(_announcement(routes, calls))
    with screen.passing(quiet=quiet) as live:
        return asyncio.run(_measure(routes, settings, calls, live))


def speed_table(speeds: Sequence[Speed]) -> Table:
    """Return a table of them, for 80 columns."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("model", max_width=34, overflow="fold")
    for heading in ("first p50", "p95", "tokens/s", "queue", "failed"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in speeds:
        rate = each.tokens_per_second
        cells = (
            visible(f"{each.provider}:{each.model}"),
            _milliseconds(each.first_p50_ms),
            _milliseconds(each.first_p95_ms),
            _NOTHING if rate is None else f"{rate:,.0f}",
            _milliseconds(each.queued_ms),
            f"{each.failed} of {each.calls}",
        )
        table.add_row(*map(Text, cells))
    return table


def speed_remarks(speeds: Sequence[Speed]) -> list[str]:
    """Return what is to be said below the table: what failed, and what it cost."""
    failures = [
        f"{each.provider}:{each.model}: {error}" for each in speeds for error in each.errors
    ]
    known = [each.cost for each in speeds if each.cost is not None]
    calls = counted(sum(each.calls for each in speeds), "call")
    return [*failures, *([f"{calls}, {dollars(sum(known))}"] if known else [])]


def _announcement(routes: Sequence[Route], calls: int) -> str:
    most, unknown = most_cost(routes, calls)
    parts = [f"Making {counted(calls, 'call')} to each of {counted(len(routes), 'model')}"]
    if unknown < len(routes):
        parts.append(f"at most about {dollars(most)}")
    if unknown:
        parts.append(f"the price of {unknown} is not known")
    return f"{', '.join(parts)}."


async def _measure(
    routes: Sequence[Route], settings: Settings, calls: int, live: Live
) -> tuple[Speed, ...]:
    clock = SystemClock()
    connections = Connections(settings, clock)
    done = 0

    def tell(more: int = 1) -> None:
        nonlocal done
        done += more
        words = f"{done} of {calls * len(routes)} calls made"
        live.update(Text(words, "dim"), refresh=True)

    tell(0)
    try:
        measuring = [measure(route, connections, clock, calls, tell) for route in routes]
        return tuple(await asyncio.gather(*measuring))
    finally:
        await connections.aclose()


def _milliseconds(value: int | None) -> str:
    return _NOTHING if value is None else f"{value:,} ms"
