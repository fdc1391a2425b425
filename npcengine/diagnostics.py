"""What is wrong in a content file, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding in a content file, with all that a writer needs to mend it."""

    path: str
    line: int
    """1 is the first line."""
    column: int
    """1 is the first character."""
    field: str
    """Where in the document, as `speech.max_sentences`; empty for the file as a whole."""
    code: str
    """Stable, explained in docs/lint.md: `NPC101`."""
    message: str
    suggestion: str = ""
    """What to do about it; empty when the message says it."""
    severity: Severity = "error"

    def __str__(self) -> str:
        field = f"{self.field}: " if self.field else ""
        hint = f" ({self.suggestion})" if self.suggestion else ""
        return f"{self.path}:{self.line}:{self.column}: {self.code} {field}{self.message}{hint}"
