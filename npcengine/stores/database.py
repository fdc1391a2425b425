"""Conversations in a file of SQLite. It blocks, and belongs to one thread: see `sqlite`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from npcengine.errors import SaveCorrupt, StoreUnavailable, UsageError
from npcengine.messages import Origin
from npcengine.stores.base import check_version
from npcengine.stores.save import Conversations, read_turns, write_turns
from npcengine.turns import Turn

VERSION = 1
OLDEST_LOADABLE = 1
APPLICATION = 0x4E504345
"""Marks a file as ours: `NPCE`."""
ROWS = 100
"""How many conversations one statement writes."""

# A conversation is one row. To write a turn writes its others again, which takes hardly more pages
# than a row of its own would; and to read it is one step. With each step SQLite lets go of the
# interpreter's lock, and under a busy event loop it takes 5 ms to come by again.
SCHEMA = f"""
CREATE TABLE conversation (
    realm TEXT NOT NULL,
    npc TEXT NOT NULL,
    player TEXT NOT NULL,
    length INTEGER NOT NULL,
    turns TEXT NOT NULL,
    UNIQUE (realm, npc, player)
);
CREATE INDEX conversation_of_player ON conversation (player);
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
"""
_REMEDIES = {
    sqlite3.SQLITE_BUSY: "another program holds it: end that program, or use another file",
    sqlite3.SQLITE_CANTOPEN: "use a path in a folder where files may be written",
    sqlite3.SQLITE_FULL: "free some space",
    sqlite3.SQLITE_IOERR: "look whether the disk is full or failing",
    sqlite3.SQLITE_PERM: "let this user write the file and its folder",
    sqlite3.SQLITE_READONLY: "let this user write the file and its folder",
}


class Database:
    """The turns of every conversation, in one file."""

    def __init__(self, path: Path) -> None:
        """Open a file, or begin it, and keep everybody else out until `close`.

        Raises:
            SaveTooOld, SaveTooNew, SaveCorrupt, StoreUnavailable: It cannot be used, and was
                left as it is.
        """
        self._path = path
        with _told(path), ExitStack() as opened:
            path.parent.mkdir(parents=True, exist_ok=True)
            opened.enter_context(closing(_lock(path)))
            self._db = opened.enter_context(closing(_connect(path)))
            self._check()
            # What is committed is with the system, and so outlives a kill of this process. Only
            # when the machine goes down may the last moments be lost; the file stays whole.
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute("PRAGMA secure_delete = ON")
            self._opened = opened.pop_all()

    def _check(self) -> None:
        version, application, objects = self._db.execute(
            "SELECT user_version, application_id, (SELECT count(*) FROM sqlite_master)"
            " FROM pragma_user_version, pragma_application_id"
        ).fetchone()
        if not (version or application or objects):
            self._db.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")
            return
        if application != APPLICATION:
            raise SaveCorrupt(str(self._path), "it belongs to another program")
        check_version(str(self._path), version, oldest=OLDEST_LOADABLE, newest=VERSION)
        self.read(Origin("", "", ""))  # finds out whether the table is there
        # Writes nothing new, but shows now and not in the first turn whether it may be written.
        self._db.execute(f"PRAGMA user_version = {VERSION}")

    def read(self, origin: Origin) -> tuple[Turn, ...]:
        """Return the turns of a conversation, oldest first."""
        with _told(self._path):
            found = self._db.execute(
                "SELECT turns FROM conversation WHERE realm = ? AND npc = ? AND player = ?",
                (origin.realm, origin.npc, origin.player),
            ).fetchone()
        return read_turns(str(self._path), found[0]) if found else ()

    def write(self, conversations: Mapping[Origin, tuple[Turn, ...]]) -> None:
        """Keep conversations as they are now: all of them, or none."""
        with self._transaction():
            self._put(conversations)

    def forget(self, player: str) -> int:
        """Drop every conversation of a player; return how many turns they had."""
        with self._transaction():
            turns = self._db.execute(
                "SELECT coalesce(sum(length), 0) FROM conversation WHERE player = ?", (player,)
            ).fetchone()[0]
            self._db.execute("DELETE FROM conversation WHERE player = ?", (player,))
        with _told(self._path):
            # What is deleted is overwritten in the file; this empties the log, where it stands too.
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return int(turns)

    def replace(self, realm: str, conversations: Conversations) -> None:
        """Put these in place of all conversations of a realm, or change nothing."""
        with self._transaction():
            self._db.execute("DELETE FROM conversation WHERE realm = ?", (realm,))
            self._put({Origin(realm, *key): turns for key, turns in conversations.items()})

    def close(self) -> None:
        """Let go of the file."""
        with _told(self._path):
            self._opened.close()

    def _put(self, conversations: Mapping[Origin, tuple[Turn, ...]]) -> None:
        rows = [
            (each.realm, each.npc, each.player, len(turns), write_turns(turns))
            for each, turns in conversations.items()
        ]
        for start in range(0, len(rows), ROWS):
            some = rows[start : start + ROWS]
            marks = ", ".join(["(?, ?, ?, ?, ?)"] * len(some))
            self._db.execute(
                f"INSERT INTO conversation (realm, npc, player, length, turns) VALUES {marks}"  # noqa: S608
                " ON CONFLICT (realm, npc, player)"
                " DO UPDATE SET length = excluded.length, turns = excluded.turns",
                [value for row in some for value in row],
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with _told(self._path), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            yield


def conversations_of(path: Path, realm: str) -> Conversations:
    """Return a realm as it is now, through a connection of its own that holds nobody up."""
    with _told(path), closing(_connect(path)) as db:
        rows = db.execute("SELECT npc, player, turns FROM conversation WHERE realm = ?", (realm,))
        return {(npc, player): read_turns(str(path), turns) for npc, player, turns in rows}


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=1.0, isolation_level=None)


def _lock(path: Path) -> sqlite3.Connection:
    """Keep other processes, and other stores of this one, from the file until this is closed.

    The lock is on a file of its own, which SQLite locks in the same way on every system, and which
    the system frees when a process dies. SQLite's exclusive mode would need no such file; but then
    a forked child that merely ends takes the log, and all that stands only there, from its parent.
    """
    lock = sqlite3.connect(f"{path}-lock", timeout=0, isolation_level=None)
    try:
        lock.execute("PRAGMA journal_mode = MEMORY")
        lock.execute("BEGIN EXCLUSIVE")
    except BaseException:
        lock.close()
        raise
    return lock


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Raise an error of SQLite or of the system as one of ours."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if code in _REMEDIES:
            raise StoreUnavailable(str(path), f"{error}: {_REMEDIES[code]}") from error
        raise SaveCorrupt(str(path), str(error)) from error
    except UnicodeEncodeError as error:
        raise UsageError(f"an id that is not text cannot be kept: {error.object!r:.60}") from error
    except OSError as error:
        remedy = _REMEDIES[sqlite3.SQLITE_CANTOPEN]
        raise StoreUnavailable(str(path), f"{error.strerror}: {remedy}") from error
