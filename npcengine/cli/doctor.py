"""`npcengine doctor`: whether everything is in place, from the settings to the models."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.live import Live
from rich.table import Table
from rich.text import Text

from npcengine.backend.chain import Connections, Route
from npcengine.backend.measure import Speed
from npcengine.backend.probe import Probe, probe
from npcengine.cli.checks import (
    PersonasCheck,
    Problem,
    RouteCheck,
    SettingCheck,
    StoreCheck,
    check_personas,
    check_route,
    check_settings,
    check_store,
    check_tiers,
)
from npcengine.cli.counted import counted
from npcengine.cli.exits import WRONG_INPUT
from npcengine.cli.masks import masked, secrets_of
from npcengine.cli.notes import Notes
from npcengine.cli.screen import Screen
from npcengine.cli.speeds import measured, speed_remarks, speed_table
from npcengine.cli.terms import AsJson, personas_path, store_path
from npcengine.cli.visible import visible
from npcengine.cli.wrap import Wrapped
from npcengine.clock import SystemClock
from npcengine.configuration import MEMORY
from npcengine.diagnostics import Severity
from npcengine.settings import Settings

Offline = Annotated[bool, typer.Option("--offline", help="Ask no provider anything.")]
Bench = Annotated[
    bool, typer.Option("--bench", help="Measure each model that answers, with several calls.")
]
Calls = Annotated[
    int,
    typer.Option("--calls", min=1, max=100, help="How many, one after the other, with --bench."),
]
_COLOURS = {"error": "bold red", "warning": "yellow", "ok": "green"}


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found."""

    ok: bool
    """False when something has to be mended."""
    settings: tuple[SettingCheck, ...]
    personas: PersonasCheck
    store: StoreCheck
    routes: tuple[RouteCheck, ...]
    problems: tuple[Problem, ...]
    """Those of the tiers and providers as a whole."""
    speeds: tuple[Speed, ...] = ()
    """What `--bench` has measured, of the routes without an error."""


def doctor(
    offline: Offline = False, bench: Bench = False, calls: Calls = 5, as_json: AsJson = False
) -> None:
    """Check settings, personas, the store, and every model.

    Each model is asked for one word, which costs a fraction of a cent; --offline leaves that out.
    --bench says what it costs before it begins.
    """
    if bench and offline:
        raise typer.BadParameter("--bench asks the models: leave --offline out")
    Notes()  # what the engine would log about these models stands in the report
    screen, settings = Screen(), Settings.from_env()
    found = _examine(settings, screen, offline, as_json)
    if bench:
        found = replace(found, speeds=_measure(settings, screen, calls, found, as_json))
    report = masked(found, secrets_of(settings))
    if as_json:
        screen.write_json(asdict(report))
    else:
        _show(report, screen)
    if not report.ok:
        raise typer.Exit(WRONG_INPUT)


def _examine(settings: Settings, screen: Screen, offline: bool, quiet: bool) -> Report:
    personas = check_personas(personas_path(None), settings.configuration.facts)
    store = check_store(store_path(None))
    tiers, problems = check_tiers(settings)
    probes: Mapping[Route, Probe] = {}
    if tiers and not offline:
        with screen.passing(quiet=quiet) as live:
            probes = asyncio.run(_ask(tuple(tiers), settings, live))
    today = datetime.now(UTC).date()
    turn = settings.configuration.deadlines.player.whole
    routes = tuple(
        check_route(route, names, probes.get(route), turn, today) for route, names in tiers.items()
    )
    found = [personas.problems, store.problems, problems, *(route.problems for route in routes)]
    ok = not any(problem.severity == "error" for each in found for problem in each)
    return Report(ok, check_settings(settings), personas, store, routes, problems)


def _measure(
    settings: Settings, screen: Screen, calls: int, found: Report, quiet: bool
) -> tuple[Speed, ...]:
    """Measure the routes that are worth it: of the others it is known what is wrong."""
    tiers, _ = check_tiers(settings)
    failed = [any(each.severity == "error" for each in it.problems) for it in found.routes]
    routes = [route for route, bad in zip(tiers, failed, strict=True) if not bad]
    return measured(routes, settings, screen, calls, quiet=quiet)


async def _ask(routes: Sequence[Route], settings: Settings, live: Live) -> Mapping[Route, Probe]:
    """Ask all routes at once, and tell how far that has come."""
    clock = SystemClock()
    connections = Connections(settings, clock)
    found: dict[Route, Probe] = {}

    async def ask(route: Route) -> None:
        found[route] = await probe(route, connections, clock)
        tell()

    def tell() -> None:
        live.update(Text(f"{len(found)} of {len(routes)} models asked", "dim"), refresh=True)

    tell()
    try:
        await asyncio.gather(*(ask(route) for route in routes))
    finally:
        await connections.aclose()
    return found


def _show(report: Report, screen: Screen) -> None:
    settings = Table.grid(padding=(0, 2))
    settings.add_column(max_width=28, overflow="fold")
    settings.add_column(overflow="fold")
    settings.add_column(max_width=24, overflow="fold", style="dim")
    for each in report.settings:
        cells = each.name, _value(each), each.origin
        settings.add_row(*(Text(visible(cell)) for cell in cells))
    _section(screen, "Settings", settings)
    _section(
        screen, "Personas", _rows(_row(_of_personas(report.personas), *report.personas.problems))
    )
    _section(screen, "Store", _rows(_row(_of_store(report.store), *report.store.problems)))
    routes = [_row(_of_route(route), *route.problems) for route in report.routes]
    routes += [_row("", problem) for problem in report.problems]
    _section(screen, "Routes", _rows(*routes))
    if report.speeds:
        _section(screen, "Speed", speed_table(report.speeds), *speed_remarks(report.speeds))
    screen.write(_summary(report))


def _section(screen: Screen, heading: str, table: Table, *remarks: str) -> None:
    screen.write(heading, "bold")
    screen.write_table(table)
    for each in remarks:
        screen.write(each, "dim")
    screen.write("")


def _rows(*rows: tuple[Severity | str, str]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(min_width=len("warning"))
    table.add_column(overflow="fold")
    for state, words in rows:
        table.add_row(Text(state, _COLOURS.get(state, "")), Wrapped(Text(visible(words))))
    return table


def _row(words: str, *problems: Problem) -> tuple[str, str]:
    """Return how things stand, and all that there is to say, line by line."""
    worst = min((problem.severity for problem in problems), default="ok")  # e before w
    return worst, "\n".join([*([words] if words else []), *(each.message for each in problems)])


def _value(setting: SettingCheck) -> str:
    value = setting.value
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "the default routes"
    if setting.name in ("personas", "store"):
        return _short(str(value)) if value else "not set"
    return str(value)


def _short(path: str) -> str:
    """Return a path without the folder in which the program runs."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path


def _of_personas(personas: PersonasCheck) -> str:
    return f"{_short(personas.path)}: {personas.loaded} can be spoken to"


def _of_store(store: StoreCheck) -> str:
    if store.path == MEMORY:
        return "memory: what is said lasts as long as the process"
    path = _short(store.path)
    if not store.exists:
        return path if store.problems else f"{path}: not there yet, begun with the first line"
    parts = [] if store.bytes is None else [f"{store.bytes / 1000:,.1f} kB"]
    if store.conversations is not None:
        parts.append(counted(store.conversations, "conversation"))
    parts.append("in use by another program" if store.in_use else "not in use")
    return f"{path}: {', '.join(parts)}"


def _of_route(route: RouteCheck) -> str:
    first = [f"{route.provider}:{route.model}", ", ".join(route.tiers)]
    if route.total_ms is not None:
        first.append(f"first word {route.first_ms} ms, whole {route.total_ms} ms")
    second = [route.base_url]
    if route.listed is not None:
        second.append("listed" if route.listed else "not listed")
    if route.ends is not None:
        second.append(f"ends {route.ends}")
    return f"{' · '.join(first)}\n{' · '.join(second)}"


def _summary(report: Report) -> str:
    if not report.ok:
        return "Something has to be mended."
    if not report.routes:
        return "Nothing has to be mended; but no model speaks."
    if any(each.failed for each in report.speeds):
        return "Nothing has to be mended; but some calls failed."
    return "All is well."
