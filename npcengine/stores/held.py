"""Whether the file of a store is open somewhere, without opening it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from npcengine.stores.database import told


def is_held(path: Path) -> bool:
    """Return True while a store has this file open, in whatever process. It makes no file.

    Raises:
        StoreError: It cannot be found out.
    """
    with told(path):
        lock = Path(f"{path.resolve()}-lock")
        if not lock.exists():
            return False
        with closing(sqlite3.connect(f"{lock.as_uri()}?mode=ro", uri=True, timeout=0)) as db:
            try:
                db.execute("SELECT count(*) FROM sqlite_master").fetchone()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                    return True
                raise
    return False
