"""The cast as it is now: somebody may be added, and files that change are read again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from os import PathLike
from pathlib import Path
from typing import TypeAlias

from npcengine.errors import UsageError
from npcengine.hooks import Event, PersonaKept, PersonaReloaded, logger
from npcengine.persona.cast import Cast, Estimate
from npcengine.persona.loader import StrPath, load_cast
from npcengine.persona.model import Persona
from npcengine.persona.reading import Changes, Reading

Personas: TypeAlias = StrPath | Iterable[Persona]

_NAMED = 5
"""So many characters are named where many are concerned."""


class LiveCast:
    """Holds the cast of an engine. Turns under way keep the personas that they began with."""

    def __init__(
        self,
        personas: Personas,
        estimate: Estimate,
        tell: Callable[[Event], None],
        *,
        watch: bool = False,
    ) -> None:
        """Load personas and make their lore ready; `estimate` counts the tokens of a text.

        With `watch`, files that change are read again from `start` on, and `tell` is told. Raises
        `ContentError`, and `UsageError` when something is not installed, or nothing to watch.
        """
        self._estimate = estimate
        self._tell = tell
        self._watching: asyncio.Task[None] | None = None
        self._reading: Reading | None = None
        if watch:
            self._reading = _reading(personas)
            self._watcher = _watcher(self._reading.folder)
        cast = self._reading.cast if self._reading else _cast(personas)
        self.now = cast.prepare(estimate)

    def add(self, persona: Persona) -> Persona:
        """Add a persona. Raises `UsageError` if its id is taken."""
        self.now = self.now.with_persona(persona)
        return persona

    async def start(self) -> None:
        """Begin to watch, if that is wanted. What changes from now on is seen."""
        if self._reading is not None and self._watching is None:
            self._watching = asyncio.ensure_future(self._watch(self._reading))
            await asyncio.sleep(0)  # its first step sets up the watcher

    async def aclose(self) -> None:
        """Watch no longer."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])

    async def _watch(self, reading: Reading) -> None:
        try:
            async with aclosing(self._watcher) as watcher:
                async for _ in watcher:
                    changes = await asyncio.to_thread(reading.look)
                    if any(changes):
                        await self._swap(changes)
        except Exception:
            logger.exception("personas are watched no longer, until the engine is started again")

    async def _swap(self, changes: Changes) -> None:
        """Put what has changed in place of what was, all at once."""
        before = self.now
        cast = await asyncio.to_thread(self._with, changes, before)
        if self.now is not before:  # somebody was added meanwhile
            cast = cast.changed(each for each in self.now if each.id not in cast)
        self.now = cast
        _log(changes.events)
        for event in changes.events:
            self._tell(event)

    def _with(self, changes: Changes, cast: Cast) -> Cast:
        return cast.changed(changes.personas, changes.books).prepare(self._estimate)


def _log(events: Iterable[PersonaReloaded | PersonaKept]) -> None:
    """Say what has come of it: a mistake in what many share is said once."""
    again = [event.npc for event in events if isinstance(event, PersonaReloaded)]
    if again:
        logger.info("read again: %s", _listed(again))
    kept: dict[str, list[str]] = {}
    for event in events:
        if isinstance(event, PersonaKept):
            why = event.error or f"{event.path} is gone, or holds another character now"
            kept.setdefault(str(why), []).append(event.npc or event.path)
    for why, who in kept.items():
        logger.warning("not read again: %s\n%s", _listed(who), why)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _cast(personas: Personas) -> Cast:
    if isinstance(personas, str | PathLike):
        return load_cast(personas)
    return personas if isinstance(personas, Cast) else Cast(personas)


def _reading(personas: Personas) -> Reading:
    if not isinstance(personas, str | PathLike):
        raise UsageError("watch=True needs personas= as a path: there are no files to watch")
    return Reading(personas)


def _watcher(folder: Path) -> AsyncGenerator[object, None]:
    """Return what gives something whenever a file may have changed."""
    try:
        from watchfiles import awatch
    except ImportError as error:
        raise UsageError("watching is an extra: pip install 'npcengine[watch]'") from error
    # What a watcher misses, as on some network drives, is seen when it has waited for seconds.
    return awatch(folder, watch_filter=None, yield_on_timeout=True)
