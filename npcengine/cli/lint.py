"""`npcengine lint`: what is wrong with the personas."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from npcengine.cli.counted import counted
from npcengine.cli.exits import WRONG_INPUT
from npcengine.cli.screen import Screen
from npcengine.cli.terms import AsJson, personas_path
from npcengine.cli.visible import visible
from npcengine.diagnostics import Diagnostic
from npcengine.persona.lint import lint as find

Where = Annotated[
    Path | None, typer.Argument(metavar="[PATH]", help="The folder of the personas, or one file.")
]
_COLOURS = {"error": "bold red", "warning": "yellow"}


def lint(path: Where = None, as_json: AsJson = False) -> None:
    """Check personas and say what to mend, and where."""
    screen = Screen()
    findings = find(personas_path(path))
    if as_json:
        screen.write_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            screen.write(_coloured(finding))
        screen.remark(_summary(findings))
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(WRONG_INPUT)


def _coloured(finding: Diagnostic) -> Text:
    text = Text(visible(str(finding)))
    text.highlight_words([f" {finding.code} "], _COLOURS[finding.severity])
    if finding.suggestion:
        text.stylize("dim", len(text) - len(finding.suggestion) - 2)
    return text


def _summary(findings: list[Diagnostic]) -> str:
    count = Counter(finding.severity for finding in findings)
    if not count:
        return "Nothing to complain about."
    return ", ".join(counted(count[kind], kind) for kind in count)
