"""A file of SQLite. It blocks, and belongs to one thread: see `sqlite`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from pydantic import TypeAdapter

from npcengine.errors import SaveCorrupt, StoreUnavailable, UsageError
from npcengine.messages import Origin
from npcengine.stores.base import check_version
from npcengine.stores.save import RealmTurns, read_row, read_turns, write_turns
from npcengine.stores.values import NOTHING, Key, Value
from npcengine.turns import Turn

VERSION = 1
OLDEST_LOADABLE = 1
APPLICATION = 0x4E504345
"""Marks a file as ours: `NPCE`."""
ROWS = 100
"""How many of them one statement writes."""

# A conversation is one row. To write a turn writes its others again, which takes hardly more pages
# than a row of its own would; and to read it is one step. With each step SQLite lets go of the
# interpreter's lock, and under a busy event loop it takes 5 ms to come by again.
SCHEMA = f"""
CREATE TABLE conversation (
    realm TEXT NOT NULL,
    npc TEXT NOT NULL,
    player TEXT NOT NULL,
    length INTEGER NOT NULL,
    last REAL NOT NULL,
    turns TEXT NOT NULL,
    UNIQUE (realm, npc, player)
);
CREATE INDEX conversation_of_player ON conversation (player);
CREATE TABLE value (
    realm TEXT NOT NULL,
    npc TEXT NOT NULL,
    player TEXT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    since REAL NOT NULL,
    until REAL NOT NULL,
    UNIQUE (realm, npc, player, name)
);
CREATE INDEX value_of_player ON value (player);
CREATE INDEX value_by_end ON value (until);
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
"""
_WRITE_CONVERSATIONS = (
    "INSERT INTO conversation (realm, npc, player, length, last, turns) VALUES {}"
    " ON CONFLICT (realm, npc, player)"
    " DO UPDATE SET length = excluded.length, last = excluded.last, turns = excluded.turns"
)
_WRITE_VALUES = (
    "INSERT INTO value (realm, npc, player, name, text, since, until) VALUES {}"
    " ON CONFLICT (realm, npc, player, name)"
    " DO UPDATE SET text = excluded.text, since = excluded.since, until = excluded.until"
)
_value: TypeAdapter[tuple[str, float, float]] = TypeAdapter(tuple[str, float, float])
_NOBODY = Origin("", "", "")
_DAMAGED = {
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_FORMAT,
    sqlite3.SQLITE_ERROR,
}
"""The last is what a file gets whose tables are not ours."""
_REMEDIES = {
    sqlite3.SQLITE_BUSY: (
        "another program holds it, or another engine of this one: end that, or use another file"
    ),
    sqlite3.SQLITE_CANTOPEN: "use a path in a folder where files may be written",
    sqlite3.SQLITE_FULL: "free some space",
    sqlite3.SQLITE_IOERR: "look whether the disk is full or failing",
    sqlite3.SQLITE_PERM: "let this user write the file and its folder",
    sqlite3.SQLITE_READONLY: "let this user write the file and its folder",
}


class Database:
    """Conversations and values, in one file."""

    def __init__(self, path: Path) -> None:
        """Open a file, or begin it, and keep everybody else out until `close`.

        Raises:
            SaveTooOld, SaveTooNew, SaveCorrupt, StoreUnavailable: It cannot be used, and was
                left as it is.
        """
        self._path = path
        with told(path), ExitStack() as opened:
            if path.is_dir():
                raise StoreUnavailable(str(path), "this is a folder: name a file in it")
            path.parent.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(path, timeout=1.0, isolation_level=None)
            self._db = opened.enter_context(closing(db))
            self._is_begun()  # before the lock: beside a file that is no good, none is left
            self._lock = opened.enter_context(closing(lock_of(path)))
            if not self._is_begun():
                db.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")
            # Writes nothing new, but shows now and not in the first turn whether it may be written.
            db.execute(f"PRAGMA user_version = {VERSION}")
            # What is committed is with the system, and so outlives a kill of this process. Only
            # when the machine goes down may the last moments be lost; the file stays whole.
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("PRAGMA secure_delete = ON")
            opened.pop_all()

    def read(self, origin: Origin) -> tuple[Turn, ...]:
        """Return the turns of a conversation, oldest first."""
        return turns_of(self._path, self._db, origin)

    def value(self, key: Key) -> Value:
        """Return a value as it was written, even if its time is over."""
        origin, name = key
        with told(self._path):
            found = self._db.execute(
                "SELECT text, since, until FROM value"
                " WHERE realm = ? AND npc = ? AND player = ? AND name = ?",
                (origin.realm, origin.npc, origin.player, name),
            ).fetchone()
        return Value(*read_row(str(self._path), _value, found)) if found else NOTHING

    def write(
        self,
        conversations: Mapping[Origin, tuple[Turn, ...]],
        values: Mapping[Key, Value],
        now: float,
    ) -> None:
        """Keep all of these as they are now, or none. Values whose time is over by now go."""
        with self._transaction():
            self._put_conversations(conversations)
            if values:
                self._put_values(values)
                self._db.execute("DELETE FROM value WHERE until <= ?", (now,))

    def forget(self, player: str) -> int:
        """Drop all conversations and values of a player; return how many turns those had."""
        with self._transaction():
            turns = self._db.execute(
                "SELECT coalesce(sum(length), 0) FROM conversation WHERE player = ?", (player,)
            ).fetchone()[0]
            self._db.execute("DELETE FROM conversation WHERE player = ?", (player,))
            self._db.execute("DELETE FROM value WHERE player = ?", (player,))
        return int(turns)

    def empty_log(self) -> None:
        """Have what is deleted overwritten in the file, and take it from the log."""
        with told(self._path):
            busy, *_ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StoreUnavailable(
                str(self._path), "somebody reads what is forgotten: forget it again after that"
            )

    def replace(self, realm: str, conversations: RealmTurns) -> None:
        """Put these in place of all conversations of a realm, or change nothing."""
        with self._transaction():
            self._db.execute("DELETE FROM conversation WHERE realm = ?", (realm,))
            self._put_conversations(
                {Origin(realm, *key): turns for key, turns in conversations.items()}
            )

    def close(self) -> None:
        """Let go of the file."""
        with told(self._path), closing(self._lock), closing(self._db):
            pass

    def _is_begun(self) -> bool:
        """Return False when nothing has been kept yet. Raises what `__init__` raises."""
        if not check(self._path, self._db):
            return False
        # Finds out whether the tables are there.
        self.read(_NOBODY)
        self.value((_NOBODY, ""))
        return True

    def _put_conversations(self, conversations: Mapping[Origin, tuple[Turn, ...]]) -> None:
        self._put(
            _WRITE_CONVERSATIONS,
            [
                (
                    *(each.realm, each.npc, each.player, len(turns)),
                    turns[-1].at if turns else 0.0,
                    write_turns(turns),
                )
                for each, turns in conversations.items()
            ],
        )

    def _put_values(self, values: Mapping[Key, Value]) -> None:
        self._put(
            _WRITE_VALUES,
            [
                (who.realm, who.npc, who.player, name, value.text, value.since, value.until)
                for (who, name), value in values.items()
            ],
        )

    def _put(self, statement: str, rows: list[tuple[object, ...]]) -> None:
        for start in range(0, len(rows), ROWS):
            some = rows[start : start + ROWS]
            row = f"({', '.join('?' * len(some[0]))})"
            self._db.execute(
                statement.format(", ".join([row] * len(some))),
                [value for row in some for value in row],
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with told(self._path), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            yield


def check(path: Path, db: sqlite3.Connection) -> bool:
    """Return False when nothing has been kept in a file yet.

    Raises:
        SaveTooOld, SaveTooNew, SaveCorrupt: It is not one that can be read.
    """
    version, application, objects = db.execute(
        "SELECT user_version, application_id, (SELECT count(*) FROM sqlite_master)"
        " FROM pragma_user_version, pragma_application_id"
    ).fetchone()
    if not (version or application or objects):
        return False
    if application != APPLICATION:
        raise SaveCorrupt(str(path), "it belongs to another program")
    check_version(str(path), version, oldest=OLDEST_LOADABLE, newest=VERSION)
    return True


def turns_of(path: Path, db: sqlite3.Connection, origin: Origin) -> tuple[Turn, ...]:
    """Return the turns of a conversation, oldest first."""
    with told(path):
        found = db.execute(
            "SELECT turns FROM conversation WHERE realm = ? AND npc = ? AND player = ?",
            (origin.realm, origin.npc, origin.player),
        ).fetchone()
    return read_turns(str(path), found[0]) if found else ()


def lock_of(path: Path) -> sqlite3.Connection:
    """Keep whoever else locks it from a file until this is closed. Raises `sqlite3.Error`.

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
def told(path: Path) -> Iterator[None]:
    """Raise an error of SQLite or of the system as one of ours."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if code in _DAMAGED:
            raise SaveCorrupt(str(path), str(error)) from error
        remedy = _REMEDIES.get(code, "try it again")
        raise StoreUnavailable(str(path), f"{error}: {remedy}") from error
    except UnicodeEncodeError as error:
        raise UsageError(f"an id that is not text cannot be kept: {error.object!r:.60}") from error
    except OSError as error:
        remedy = _REMEDIES[sqlite3.SQLITE_CANTOPEN]
        raise StoreUnavailable(str(path), f"{error.strerror}: {remedy}") from error
