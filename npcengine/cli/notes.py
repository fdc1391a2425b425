"""What the engine logs, kept until there is a good moment to show it."""

from __future__ import annotations

import logging
import re

_REQUEST = re.compile(r" \[request [^]]*\]")


class Notes(logging.Handler):
    """Collects what the engine warns of, in place of a dump in the middle of a line.

    The same thing is told once in a run: where replies come from is told with each of them.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._told: set[str] = set()
        self._waiting: list[str] = []
        logger = logging.getLogger("npcengine")
        logger.addHandler(self)
        logger.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a warning, without what is different in each of its kind."""
        note = _REQUEST.sub("", record.getMessage())
        if note not in self._told:
            self._told.add(note)
            self._waiting.append(note)

    def take(self) -> list[str]:
        """Return what came since the last call."""
        waiting, self._waiting = self._waiting, []
        return waiting
