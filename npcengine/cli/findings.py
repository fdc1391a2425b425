"""Findings in content files, as people and machines read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from rich.text import Text

from npcengine.cli.counted import counted
from npcengine.cli.screen import Screen
from npcengine.cli.visible import visible
from npcengine.configuration import FILE, FactType
from npcengine.diagnostics import Diagnostic
from npcengine.persona.model import Persona
from npcengine.persona.rules.rule import Gauges
from npcengine.prompt.budget import estimate_tokens
from npcengine.prompt.build import static_prefix
from npcengine.reply.sentences import sentences
from npcengine.settings import Settings

Format = Literal["text", "json", "github"]
_COLOURS = {"error": "bold red", "warning": "yellow"}
# As GitHub reads its commands: https://github.com/actions/toolkit, core/src/command.ts
_ESCAPED = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_ESCAPED_FIELD = {**_ESCAPED, ":": "%3A", ",": "%2C"}


def _tokens(persona: Persona) -> int:
    return sum(estimate_tokens(each.content) for each in static_prefix(persona).messages)


GAUGES = Gauges(tokens=_tokens, sentences=lambda text: len(sentences(text)))
"""What measures personas for the linter."""


def declared_facts(personas: Path, config: Path | None = None) -> Mapping[str, FactType]:
    """Return the facts that a game declares: in `config`, or in the nearest file to the personas.

    That is an `npcengine.yaml` in their folder or above it; else the one with which the engine
    would start here. Raises `ContentError` when a file has a mistake, or is not there although it
    was named.
    """
    if config is not None:
        return Settings.from_env({}, config).configuration.facts
    for folder in (personas.absolute(), *personas.absolute().parents):
        if (folder / FILE).is_file():
            return Settings.from_env({}, folder / FILE).configuration.facts
    return Settings.from_env().configuration.facts


def plain(findings: Iterable[Diagnostic]) -> list[dict[str, object]]:
    """Return findings as JSON has them."""
    return [asdict(finding) for finding in findings]


def write(findings: Iterable[Diagnostic], form: Format, screen: Screen) -> None:
    """Write each finding on a line of its own."""
    for finding in findings:
        screen.write(_command(finding) if form == "github" else _coloured(finding))


def summary(findings: Sequence[Diagnostic]) -> str:
    """Return how many there are."""
    count = Counter(finding.severity for finding in findings)
    if not count:
        return "Nothing to complain about."
    return ", ".join(counted(count[kind], kind) for kind in ("error", "warning") if count[kind])


def _coloured(finding: Diagnostic) -> Text:
    text = Text(visible(str(finding)))
    text.highlight_words([f" {finding.code} "], _COLOURS[finding.severity])
    if finding.suggestion:
        text.stylize("dim", len(text) - len(finding.suggestion) - 2)
    return text


def _command(finding: Diagnostic) -> str:
    """Return the workflow command that shows a finding at its line."""
    fields = {
        "file": _from_here(finding.path),
        "line": finding.line,
        "col": finding.column,
        "title": finding.code,
    }
    told = ",".join(
        f"{name}={_escaped(str(value), _ESCAPED_FIELD)}" for name, value in fields.items()
    )
    field = f"{finding.field}: " if finding.field else ""
    hint = f" ({finding.suggestion})" if finding.suggestion else ""
    message = _escaped(f"{field}{finding.message}{hint}", _ESCAPED)
    return f"::{finding.severity} {told}::{message}"


def _from_here(path: str) -> str:
    """Return a path as GitHub knows it, which starts where a workflow starts."""
    here = Path.cwd()
    file = here / path
    return (file.relative_to(here) if file.is_relative_to(here) else file).as_posix()


def _escaped(text: str, table: Mapping[str, str]) -> str:
    return "".join(table.get(char, char) for char in text)
