"""A file of SQLite for whoever only reads it, also while a game writes it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import TypeAdapter

from npcengine.errors import StoreUnavailable
from npcengine.messages import Origin
from npcengine.stores.database import check, told, turns_of
from npcengine.stores.save import dump, read_row, read_turns
from npcengine.turns import Turn

_Summary = tuple[str, str, str, int, float]
_summaries: TypeAdapter[list[_Summary]] = TypeAdapter(list[_Summary])
_players: TypeAdapter[list[tuple[str]]] = TypeAdapter(list[tuple[str]])


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation, without what was said in it."""

    origin: Origin
    turns: int
    last: float
    """When the last of them was, in seconds since the epoch."""


class Archive:
    """What a file keeps. Reading it makes, changes and locks nothing.

    It blocks, and belongs to the thread that opened it. Close it before the same process opens a
    store on that file: SQLite would not let that one write.
    """

    def __init__(self, path: Path) -> None:
        """Open a file.

        Raises:
            SaveTooOld, SaveTooNew, SaveCorrupt, StoreUnavailable: It cannot be read.
        """
        self._path = path
        with told(path):
            self._db = sqlite3.connect(_address(path), uri=True, timeout=1.0, isolation_level=None)
            try:
                if not check(path, self._db):
                    raise StoreUnavailable(str(path), "nothing is kept there yet: try it later")
            except BaseException:
                self._db.close()
                raise

    def latest(self, limit: int | None = None) -> list[Conversation]:
        """Return the conversations, the most recent first."""
        with told(self._path):
            rows = self._db.execute(
                "SELECT realm, npc, player, length, last FROM conversation"
                " ORDER BY last DESC, realm, npc, player LIMIT ?",
                (-1 if limit is None else limit,),
            ).fetchall()
        return [
            Conversation(Origin(realm, npc, player), turns, last)
            for realm, npc, player, turns, last in read_row(str(self._path), _summaries, rows)
        ]

    def players(self) -> list[str]:
        """Return everybody of whom anything is kept, be it said or not."""
        with told(self._path):
            rows = self._db.execute(
                "SELECT player FROM conversation UNION SELECT player FROM value"
            ).fetchall()
        return [player for (player,) in read_row(str(self._path), _players, rows) if player]

    def read(self, origin: Origin) -> tuple[Turn, ...]:
        """Return the turns of a conversation, oldest first."""
        return turns_of(self._path, self._db, origin)

    def export(self, realm: str) -> bytes:
        """Return all conversations of a realm, as the `export` of a store does."""
        with told(self._path):
            rows = self._db.execute(
                "SELECT npc, player, turns FROM conversation WHERE realm = ?", (realm,)
            ).fetchall()
        return dump(
            {(npc, player): read_turns(str(self._path), said) for npc, player, said in rows}
        )

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _address(path: Path) -> str:
    """Return how SQLite is to open a file without making or changing another beside it."""
    real = path.resolve()
    address = real.as_uri()
    if not real.exists():
        raise StoreUnavailable(str(path), "there is no such file: give the one that the game keeps")
    if Path(f"{real}-shm").exists():
        # A game has it open, or was killed while it had: the log beside it belongs to it.
        return f"{address}?mode=ro&readonly_shm=1"
    log = Path(f"{real}-wal")
    if log.exists() and log.stat().st_size:
        raise StoreUnavailable(
            str(path), "its log was copied without its index: open it with the game first"
        )
    # Nobody has it open. To a reader who did not say so, SQLite would want to add those files.
    return f"{address}?immutable=1"
