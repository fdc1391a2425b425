"""The exit codes of the program, and how an error becomes one message and one of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from npcengine.cli.screen import Screen
from npcengine.errors import BackendError, NoRoute, NPCEngineError, OutputError

WRONG_INPUT = 1
NO_MODEL = 3

EXIT_CODES = """\b
Exit codes:
  0  fine
  1  the input or the content is wrong
  2  the command line is misused
  3  no model could answer (say --strict)
"""


@contextmanager
def explained() -> Iterator[None]:
    """Turn an error of the engine into a message on stderr and the exit code that fits."""
    try:
        yield
    except NPCEngineError as error:
        Screen().complain(str(error))
        unanswered = isinstance(error, BackendError | OutputError | NoRoute)
        sys.exit(NO_MODEL if unanswered else WRONG_INPUT)
