"""`npcengine lint`: what is wrong with the personas or a world, and what could be better."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn

from npcengine.cli.costs import costs_of, costs_table
from npcengine.cli.exits import WRONG_INPUT
from npcengine.cli.findings import GAUGES, Format, declared_facts, plain, summary, write
from npcengine.cli.fixing import fix_files
from npcengine.cli.screen import Screen
from npcengine.cli.terms import AsJson, personas_path
from npcengine.cli.watching import watch
from npcengine.diagnostics import Diagnostic
from npcengine.persona.lint import Report, examine
from npcengine.settings import FILE_VARIABLE

MANY = 100
"""So many files get a bar."""

Where = Annotated[
    Path | None,
    typer.Argument(metavar="[PATH]", help="The folder of the personas, or one file; or a world."),
]
Config = Annotated[
    Path | None,
    typer.Option(
        envvar=FILE_VARIABLE,
        show_envvar=False,
        metavar="FILE",
        help="What declares the facts.  [default: npcengine.yaml, above the personas or here]",
    ),
]
As = Annotated[
    Format, typer.Option("--format", help="`github` makes notes on the lines of a pull request.")
]
Fix = Annotated[bool, typer.Option("--fix", help="Mend tabs, curly quotes and wide colons first.")]
Watched = Annotated[bool, typer.Option("--watch", help="Look again whenever a file changes.")]
Costs = Annotated[bool, typer.Option("--costs", help="Add the tokens that each prompt takes.")]


def lint(
    path: Where = None,
    config: Config = None,
    form: As = "text",
    as_json: AsJson = False,
    fix: Fix = False,
    watched: Watched = False,
    costs: Costs = False,
) -> None:
    """Check personas, lore or a world, and say what to mend, and where."""
    look = _Look(personas_path(path), config, "json" if as_json else form, fix, costs)
    if watched:
        watch(look.report, look.show, look.paths, look.screen)
        return
    report = look.report()
    look.show(report)
    if any(finding.severity == "error" for finding in report.findings):
        raise typer.Exit(WRONG_INPUT)


def _world_findings(path: Path) -> tuple[Diagnostic, ...] | None:
    """Return what there is to say of a world; None for what is none."""
    if not path.is_file():
        return None
    late = import_module("npcengine.cli.quest_worlds")  # slow to load, and most look at personas
    found: tuple[Diagnostic, ...] | None = late.world_findings(path)
    return found


class _Look:
    """One way of looking at the personas, as often as one likes."""

    def __init__(
        self, path: Path, config: Path | None, form: Format, fix: bool, costs: bool
    ) -> None:
        self.screen = Screen()
        self._path = path
        self._config = config
        self._form = form
        self._fix = fix
        self._costs = costs

    @property
    def paths(self) -> list[Path]:
        """What to watch."""
        folder = self._path if self._path.is_dir() else self._path.parent
        return [folder, *([self._config] if self._config else [])]

    def report(self) -> Report:
        """Look at the files, after mending them if that is wanted."""
        if self._fix:
            for line in fix_files(self._path):
                self.screen.warn(line)
        world = _world_findings(self._path)
        if world is not None:
            return Report(world, ())
        facts = declared_facts(self._path, self._config)
        return examine(self._path, facts, GAUGES, self._tracked)

    def show(self, report: Report) -> None:
        """Write what was found."""
        costs = costs_of(report.sheets) if self._costs else []
        if self._form == "json":
            found = plain(report.findings)
            costly = [each.plain() for each in costs]
            self.screen.write_json({"findings": found, "costs": costly} if self._costs else found)
            return
        write(report.findings, self._form, self.screen)
        if costs:
            self.screen.gap()
            self.screen.write_table(costs_table(costs))
            self.screen.gap()
        self.screen.remark(summary(report.findings))

    def _tracked(self, files: Sequence[Path]) -> Iterable[Path]:
        return self._with_bar(files) if len(files) >= MANY else files

    def _with_bar(self, files: Sequence[Path]) -> Iterator[Path]:
        with self.screen.bar(BarColumn(bar_width=None), MofNCompleteColumn(), "files") as bar:
            yield from bar.track(files)
