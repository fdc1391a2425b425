"""Look again whenever a file changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from npcengine.cli.screen import Screen
from npcengine.errors import NPCEngineError, UsageError

_WAKES = 1000
"""Milliseconds after which watching says that it has begun."""

T = TypeVar("T")


def watch(
    look: Callable[[], T], show: Callable[[T], None], paths: Sequence[Path], screen: Screen
) -> None:
    """Show what there is, and again whenever it has become something else, until Ctrl-C.

    Raises `UsageError` when watchfiles is not installed, or there is nothing to watch.
    """
    library = _library()
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise UsageError(f"there is nothing to watch at {', '.join(missing)}: check the path")
    seen = _seen(look)
    _draw(seen, show, screen)
    begun = False
    # The first pass comes once watching has begun: what changed before that is seen then.
    for changes in library.watch(
        *paths, rust_timeout=_WAKES, yield_on_timeout=True, raise_interrupt=False
    ):
        if begun and not changes:
            continue
        new = _seen(look)
        if new != seen:
            screen.clear()
            _draw(new, show, screen)
        if new != seen or not begun:
            screen.remark("Watching. Ctrl-C ends.")
        seen, begun = new, True


def _library() -> ModuleType:
    try:
        return import_module("watchfiles")
    except ImportError:
        message = "--watch is an extra: pip install 'npcengine[watch]'"
        raise UsageError(message) from None


def _seen(look: Callable[[], T]) -> T | NPCEngineError:
    """Look; a mistake that nothing can be seen for is told, and may be mended as well."""
    try:
        return look()
    except NPCEngineError as error:
        return error


def _draw(seen: T | NPCEngineError, show: Callable[[T], None], screen: Screen) -> None:
    if isinstance(seen, NPCEngineError):
        screen.complain(str(seen))
    else:
        show(seen)
