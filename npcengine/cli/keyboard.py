"""The keyboard, while it is not the player's turn."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

if sys.platform != "win32":
    import termios


@contextmanager
def unechoed() -> Iterator[None]:
    """Keep what is typed meanwhile off the screen; it is there for the next line."""
    if sys.platform != "win32" and sys.stdin.isatty():
        keyboard = sys.stdin.fileno()
        before = termios.tcgetattr(keyboard)
        silent = list(before)
        silent[3] &= ~termios.ECHO
        termios.tcsetattr(keyboard, termios.TCSANOW, silent)
        try:
            yield
        finally:
            termios.tcsetattr(keyboard, termios.TCSANOW, before)
    else:
        yield
