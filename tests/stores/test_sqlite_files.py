"""Files that are no good, in use, or not to be written: one clear error each, nothing changed."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from npcengine.errors import (
    SaveCorrupt,
    SaveTooNew,
    SaveTooOld,
    StoreError,
    StoreUnavailable,
)
from npcengine.messages import Origin
from npcengine.stores.save import dump, load
from npcengine.stores.sqlite import SqliteConversations
from npcengine.turns import Turn

ROOT = Path(__file__).parents[2]
AYLA = Origin("main", "mira", "ayla")
TOM = Origin("main", "mira", "tom")
HELLO = Turn("Hello.", "Aye?", 0.5)
BYE = Turn("Farewell.", "Aye.", 1.5)
SAVE = dump({("mira", "tom"): (HELLO,)})


async def begin(path: Path, *turns: Turn) -> None:
    """Leave a file in which Ayla said these."""
    store = SqliteConversations(path)
    for turn in turns or (HELLO,):
        await store.append(AYLA, turn)
    await store.aclose()


async def kept(path: Path) -> tuple[Turn, ...]:
    store = SqliteConversations(path)
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


def cut_short(path: Path) -> None:
    asyncio.run(begin(path, *[HELLO] * 60))
    path.write_bytes(path.read_bytes()[:-4096])


def overwritten_in_part(path: Path) -> None:
    asyncio.run(begin(path))
    found = bytearray(path.read_bytes())
    found[200:4096] = os.urandom(3896)
    path.write_bytes(found)


NO_GOOD = [
    (garbage, SaveCorrupt),
    (of_another_program, SaveCorrupt),
    (newer, SaveTooNew),
    (older, SaveTooOld),
    (without_its_table, SaveCorrupt),
    (cut_short, SaveCorrupt),
    (overwritten_in_part, SaveCorrupt),
]


@pytest.mark.parametrize(("spoil", "error"), NO_GOOD, ids=[each.__name__ for each, _ in NO_GOOD])
def test_a_file_that_is_no_good_is_left_as_it_is(
    path: Path, spoil: Callable[[Path], None], error: type[StoreError]
) -> None:
    spoil(path)
    before = path.read_bytes()
    for _ in range(2):  # and is not held on to
        with pytest.raises(error, match="has not been changed") as raised:
            SqliteConversations(path)
        assert raised.value.where == str(path)
    assert path.read_bytes() == before


async def test_a_damaged_conversation_is_told_and_the_others_go_on(path: Path) -> None:
    await begin(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE conversation SET turns = '[[1, 2]]'")
        db.commit()
    store = SqliteConversations(path)
    for use in (store.read(AYLA), store.append(AYLA, BYE)):
        with pytest.raises(SaveCorrupt):
            await use
    await store.append(TOM, HELLO)
    assert await store.read(TOM) == (HELLO,)
    await store.aclose()
    with closing(sqlite3.connect(path)) as db:
        assert ("[[1, 2]]",) in db.execute("SELECT turns FROM conversation").fetchall()


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="a path in a folder where files may be written"):
        SqliteConversations(tmp_path)


def test_a_file_is_no_folder(path: Path) -> None:
    garbage(path)
    with pytest.raises(StoreUnavailable, match="a path in a folder where files may be written"):
        SqliteConversations(path / "oakvale.db")


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


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Make a folder that a user who is not root can reach; those of pytest are root's alone."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


def test_a_file_that_may_not_be_written(open_folder: Path) -> None:
    path = open_folder / "oakvale.db"
    asyncio.run(begin(path))
    path.with_name("oakvale.db-lock").unlink()
    with read_only(path), pytest.raises(StoreUnavailable, match="let this user write the file"):
        SqliteConversations(path)


@pytest.mark.parametrize("name", ["oakvale.db", "new.db", "new/oakvale.db"])
def test_a_folder_that_may_not_be_written(open_folder: Path, name: str) -> None:
    asyncio.run(begin(open_folder / "oakvale.db"))
    files = tuple(open_folder.iterdir())
    with (
        read_only(open_folder, *files),
        pytest.raises(StoreUnavailable, match=r"may be written|let this user"),
    ):
        SqliteConversations(open_folder / name)
    assert tuple(open_folder.iterdir()) == files


async def test_a_file_is_for_one_store_at_a_time(path: Path) -> None:
    other_name = path.with_name("link.db")
    other_name.symlink_to(path)
    store = SqliteConversations(path)
    for name in (path, other_name):
        with pytest.raises(StoreUnavailable, match="another program holds it"):
            SqliteConversations(name)
    await store.append(AYLA, HELLO)
    await store.aclose()
    assert await kept(other_name) == (HELLO,)


def run(program: str, path: Path) -> subprocess.CompletedProcess[str]:
    start = f"""
        import asyncio, os, signal, sys
        from tests.stores.test_sqlite_files import *
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


async def test_a_file_is_for_one_process_at_a_time(path: Path) -> None:
    store = SqliteConversations(path)
    done = run("SqliteConversations(path)", path)
    assert "another program holds it" in done.stderr
    await store.append(AYLA, HELLO)
    await store.aclose()
    done = run("asyncio.run(begin(path, BYE))", path)
    assert done.returncode == 0, done.stderr
    assert await kept(path) == (HELLO, BYE)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork: not tested here")
async def test_a_forked_child_takes_nothing_along(path: Path) -> None:
    program = """
        store = SqliteConversations(path)
        asyncio.run(store.append(AYLA, HELLO))
        if not os.fork():
            try:
                asyncio.run(store.append(AYLA, BYE))
            except StoreError:
                sys.exit(1)
            except Exception as error:
                sys.exit(0 if "os.fork()" in str(error) else 2)
        assert os.wait()[1] == 0
        asyncio.run(store.append(AYLA, BYE))
        os.kill(os.getpid(), signal.SIGKILL)
    """
    done = run(program, path)
    assert done.returncode == -9, done.stderr
    assert await kept(path) == (HELLO, BYE)


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


async def fill(store: SqliteConversations) -> None:
    for n in range(1000):
        await store.append(Origin("main", "mira", str(n)), HELLO)


async def test_what_a_full_disk_does_not_take_is_written_once_there_is_room(path: Path) -> None:
    store = SqliteConversations(path)
    await store.append(AYLA, HELLO)
    with full_disk(100_000):
        with pytest.raises(StoreUnavailable, match="disk"):
            await fill(store)
        for use in (store.append(AYLA, BYE), store.forget("ayla"), store.restore("main", SAVE)):
            with pytest.raises(StoreUnavailable, match="disk"):
                await use
        assert await store.read(AYLA) == (HELLO, BYE)
    await store.append(TOM, HELLO)
    save = await store.export("main")
    await store.aclose()
    assert set(load(save)) > {("mira", "0"), ("mira", "ayla"), ("mira", "tom")}
    assert await kept(path) == (HELLO, BYE)
    again = SqliteConversations(path)
    assert await again.export("main") == save
    await again.aclose()


async def test_what_is_lost_on_closing_is_told(path: Path) -> None:
    store = SqliteConversations(path)
    await store.append(AYLA, HELLO)
    with full_disk(10_000):
        with pytest.raises(StoreUnavailable, match="disk"):
            await store.append(AYLA, BYE)
        with pytest.raises(StoreUnavailable, match="disk"):
            await store.aclose()
    assert await kept(path) == (HELLO,)
