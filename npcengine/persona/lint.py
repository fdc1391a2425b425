"""What a writer should know about a persona before it is played."""

from __future__ import annotations

from collections.abc import Iterator

from npcengine.diagnostics import Diagnostic
from npcengine.persona.loader import Sheet, StrPath, read_parts, read_sheets


def lint(path: StrPath) -> list[Diagnostic]:
    """Give every error and warning of a file or a folder, in order of place.

    Warnings are about characters that would have little to say when no model can answer.
    """
    sheets, findings = read_sheets(path)
    for sheet in sheets:
        findings += _warnings(sheet)
    findings = list(dict.fromkeys([*findings, *read_parts(path)]))
    return sorted(findings, key=lambda each: (each.path, each.line, each.column))


def _warnings(sheet: Sheet) -> Iterator[Diagnostic]:
    persona, tree = sheet
    advice = (
        (
            "NPC301",
            persona.greetings,
            "greetings",
            "the character cannot speak first without a model",
            "write two or three first lines",
        ),
        (
            "NPC302",
            persona.stock_lines.fallback,
            "stock_lines.fallback",
            "the character has nothing to say when no model can answer",
            "write three or more lines that fit any question",
        ),
        (
            "NPC303",
            persona.examples,
            "examples",
            "no example shows how the character talks",
            "write two to six short exchanges",
        ),
    )
    for code, written, field, message, suggestion in advice:
        if not written:
            yield tree.source.complain(
                code, 0, message, suggestion, field=field, severity="warning"
            )
