"""`npcengine prompt`: what a model would get to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from npcengine.cli.foreseen import foreseen
from npcengine.cli.screen import Screen
from npcengine.cli.terms import (
    PLAYER,
    AsJson,
    Locale,
    Npc,
    Personas,
    Place,
    Time,
    cast_of,
    terms_of,
)
from npcengine.cli.told import Facts, told_in
from npcengine.prompt.build import SectionReport
from npcengine.prompt.room import room

Line = Annotated[
    str | None,
    typer.Argument(metavar="[LINE]", help="What the player says; without it, the greeting."),
]
Explain = Annotated[
    bool, typer.Option("--explain", help="Show each section's tokens and hash instead.")
]


def prompt(
    npc: Npc,
    line: Line = None,
    personas: Personas = None,
    place: Place = "",
    time: Time = "",
    facts: Facts = None,
    locale: Locale = None,
    explained: Explain = False,
    as_json: AsJson = False,
) -> None:
    """Show the messages that a first line to a character would send."""
    terms = terms_of(PLAYER, place, time, told_in(facts), locale)
    found, screen = foreseen(cast_of(personas), npc, line, terms), Screen()
    if explained:
        reports = found.sections()
        if as_json:
            screen.write_json([asdict(report) for report in reports])
        else:
            screen.write_table(_table(reports))
            _tell_cuts(reports, room(found.ask.persona), screen)
        return
    messages = found.messages()
    if as_json:
        screen.write_json([message._asdict() for message in messages])
        return
    for message in messages:
        screen.write(f"{message.role}:", "bold")
        screen.write(f"{message.content}\n")


def _table(reports: Sequence[SectionReport]) -> Table:
    table = Table("section", box=None, pad_edge=False, header_style="bold")
    table.add_column("tokens", justify="right")
    table.add_column("kind")
    table.add_column("sha256")
    for report in reports:
        table.add_row(report.name, str(report.tokens), _kind(report.static), report.sha256)
    table.add_row()
    for name, kinds in (("static", {True}), ("changes", {False}), ("all", {True, False})):
        tokens = sum(report.tokens for report in reports if report.static in kinds)
        table.add_row(name, str(tokens), "", "", style="bold")
    return table


def _tell_cuts(reports: Sequence[SectionReport], limit: int, screen: Screen) -> None:
    """Say what had to give way, and what is too large all the same."""
    for report in reports:
        if report.left_out:
            screen.warn(f"Left out of {report.name}: {report.left_out:,} tokens ({report.why}).")
    tokens = sum(report.tokens for report in reports)
    if tokens > limit:
        screen.warn(
            f"The prompt takes {tokens:,} tokens of at most {limit:,}, and all the rest has to "
            "stay: shorten the persona."
        )


def _kind(static: bool) -> str:
    return "static" if static else "changes"
