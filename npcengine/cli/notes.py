"""What the engine logs, kept until there is a good moment to show it."""

from __future__ import annotations

import logging
import re

_REQUEST = re.compile(r" \[request [^]]*\]")


class Notes(logging.Handler):
    """Collects what the engine warns of, in place of a dump in the middle of a line."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._kept: dict[str, None] = {}
        logger = logging.getLogger("npcengine")
        logger.addHandler(self)
        logger.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a warning. Tries that failed alike are told once."""
        self._kept[_REQUEST.sub("", record.getMessage())] = None

    def take(self) -> list[str]:
        """Return what was kept, oldest first, and keep it no longer."""
        kept, self._kept = list(self._kept), {}
        return kept
