"""Files for the tests of the store: begun, spoilt, and in the hands of another process."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from npcengine.messages import Origin
from npcengine.stores.sqlite import SqliteStore
from npcengine.turns import Turn

ROOT = Path(__file__).parents[2]
AYLA = Origin("main", "mira", "ayla")
TOM = Origin("main", "mira", "tom")
HELLO = Turn("Hello.", "Aye?", 0.5)
BYE = Turn("Farewell.", "Aye.", 1.5)


async def begin(path: Path, *turns: Turn) -> None:
    """Leave a file in which Ayla said these."""
    store = SqliteStore(path)
    for turn in turns or (HELLO,):
        await store.append(AYLA, turn)
    await store.aclose()


async def kept(path: Path) -> tuple[Turn, ...]:
    store = SqliteStore(path)
    turns = await store.read(AYLA)
    await store.aclose()
    return turns


def garbage(path: Path) -> None:
    path.write_bytes(b"name: Mira\n" * 1000)


def of_another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.executescript("PRAGMA user_version = 1; CREATE TABLE inventory (item TEXT);")


def newer(path: Path) -> None:
    asyncio.run(begin(path))
    with closing(sqlite3.connect(path)) as db:
        db.executescript("PRAGMA user_version = 2; ALTER TABLE conversation RENAME TO talk;")


def older(path: Path) -> None:
    asyncio.run(begin(path))
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 0")


def without_its_table(path: Path) -> None:
    asyncio.run(begin(path))
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP TABLE conversation")


def without_its_other_table(path: Path) -> None:
    asyncio.run(begin(path))
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP TABLE value")


def cut_short(path: Path) -> None:
    asyncio.run(begin(path, *[HELLO] * 60))
    path.write_bytes(path.read_bytes()[:-4096])


def overwritten_in_part(path: Path) -> None:
    asyncio.run(begin(path))
    found = bytearray(path.read_bytes())
    found[200:4096] = os.urandom(3896)
    path.write_bytes(found)


@contextmanager
def read_only(folder: Path, *files: Path) -> Iterator[None]:
    """Take the right to write, and from root what goes beyond rights."""
    for each in (folder, *files):
        each.chmod(each.stat().st_mode & 0o111 | 0o444)
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """Let no file grow beyond `size`, which to a program is a disk that is full."""
    resource = pytest.importorskip("resource")
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))


def run(program: str, path: Path) -> subprocess.CompletedProcess[str]:
    start = f"""
        import asyncio, os, signal, sys
        from math import inf
        from pathlib import Path
        from npcengine.errors import *
        from npcengine.stores.sqlite import *
        from tests.stores.files import *
        path = Path({str(path)!r})
    """
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(start) + textwrap.dedent(program)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
