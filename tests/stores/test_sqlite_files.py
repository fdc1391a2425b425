"""Files that are no good, in use, or not to be written: one clear error each, nothing changed."""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from math import inf
from pathlib import Path

import pytest

from npcengine.errors import (
    SaveCorrupt,
    SaveTooNew,
    SaveTooOld,
    StoreError,
    StoreUnavailable,
)
from npcengine.stores.save import dump
from npcengine.stores.sqlite import SqliteStore
from tests.stores.files import (
    AYLA,
    BYE,
    HELLO,
    TOM,
    begin,
    cut_short,
    garbage,
    kept,
    newer,
    of_another_program,
    older,
    overwritten_in_part,
    read_only,
    run,
    without_its_other_table,
    without_its_table,
)

SAVE = dump({("mira", "tom"): (HELLO,)})
NO_GOOD = [
    (garbage, SaveCorrupt),
    (of_another_program, SaveCorrupt),
    (newer, SaveTooNew),
    (older, SaveTooOld),
    (without_its_table, SaveCorrupt),
    (without_its_other_table, SaveCorrupt),
    (cut_short, SaveCorrupt),
    (overwritten_in_part, SaveCorrupt),
]


@pytest.mark.parametrize(("spoil", "error"), NO_GOOD, ids=[each.__name__ for each, _ in NO_GOOD])
def test_a_file_that_is_no_good_is_left_as_it_is(
    path: Path, spoil: Callable[[Path], None], error: type[StoreError]
) -> None:
    spoil(path)
    before = path.read_bytes()
    beside = sorted(path.parent.iterdir())
    for _ in range(2):  # and is not held on to
        with pytest.raises(error, match="has not been changed") as raised:
            SqliteStore(path)
        assert raised.value.where == str(path)
    assert path.read_bytes() == before
    assert sorted(path.parent.iterdir()) == beside


async def test_a_damaged_conversation_is_told_and_the_others_go_on(path: Path) -> None:
    await begin(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE conversation SET turns = '[[1, 2]]'")
        db.commit()
    store = SqliteStore(path)
    for use in (store.read(AYLA), store.append(AYLA, BYE)):
        with pytest.raises(SaveCorrupt):
            await use
    await store.append(TOM, HELLO)
    assert await store.read(TOM) == (HELLO,)
    await store.aclose()
    with closing(sqlite3.connect(path)) as db:
        assert ("[[1, 2]]",) in db.execute("SELECT turns FROM conversation").fetchall()


async def test_a_damaged_value_is_told_and_the_others_go_on(path: Path) -> None:
    store = SqliteStore(path)
    await store.put(AYLA, "mood", "sour", inf)
    await store.aclose()
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE value SET text = x'ff'")
        db.commit()
    store = SqliteStore(path)
    told = await asyncio.gather(
        store.value(AYLA, "mood"),
        store.add(AYLA, "mood", 1, inf),
        store.add(TOM, "mood", 1, inf),
        return_exceptions=True,
    )
    assert [type(each) for each in told] == [SaveCorrupt, SaveCorrupt, float]
    await store.aclose()


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="this is a folder: name a file in it"):
        SqliteStore(tmp_path)


def test_a_file_is_no_folder(path: Path) -> None:
    garbage(path)
    with pytest.raises(StoreUnavailable, match="a path in a folder where files may be written"):
        SqliteStore(path / "oakvale.db")


def test_a_file_that_may_not_be_written(open_folder: Path) -> None:
    path = open_folder / "oakvale.db"
    asyncio.run(begin(path))
    path.with_name("oakvale.db-lock").unlink()
    with read_only(path), pytest.raises(StoreUnavailable, match="let this user write the file"):
        SqliteStore(path)


@pytest.mark.parametrize("name", ["oakvale.db", "new.db", "new/oakvale.db"])
def test_a_folder_that_may_not_be_written(open_folder: Path, name: str) -> None:
    asyncio.run(begin(open_folder / "oakvale.db"))
    files = tuple(open_folder.iterdir())
    with (
        read_only(open_folder, *files),
        pytest.raises(StoreUnavailable, match=r"may be written|let this user"),
    ):
        SqliteStore(open_folder / name)
    assert tuple(open_folder.iterdir()) == files


async def test_a_file_is_for_one_store_at_a_time(path: Path) -> None:
    other_name = path.with_name("link.db")
    other_name.symlink_to(path)
    store = SqliteStore(path)
    for name in (path, other_name):
        with pytest.raises(StoreUnavailable, match="another program holds it"):
            SqliteStore(name)
    await store.append(AYLA, HELLO)
    await store.aclose()
    assert await kept(other_name) == (HELLO,)


async def test_a_file_is_for_one_process_at_a_time(path: Path) -> None:
    store = SqliteStore(path)
    done = run("SqliteStore(path)", path)
    assert "another program holds it" in done.stderr
    await store.append(AYLA, HELLO)
    await store.aclose()
    done = run("asyncio.run(begin(path, BYE))", path)
    assert done.returncode == 0, done.stderr
    assert await kept(path) == (HELLO, BYE)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork: not tested here")
async def test_a_forked_child_takes_nothing_along(path: Path) -> None:
    program = """
        store = SqliteStore(path)
        asyncio.run(store.append(AYLA, HELLO))
        if not os.fork():
            for use in (store.append(AYLA, BYE), store.read(AYLA)):
                try:
                    asyncio.run(use)
                except UsageError as error:
                    assert "os.fork()" in str(error)
                else:
                    sys.exit(1)
            sys.exit(0)
        assert os.wait()[1] == 0
        asyncio.run(store.append(AYLA, BYE))
        os.kill(os.getpid(), signal.SIGKILL)
    """
    done = run(program, path)
    assert done.returncode == -9, done.stderr
    assert await kept(path) == (HELLO, BYE)


async def test_what_was_added_outlives_a_kill(path: Path) -> None:
    program = """
        async def spend(store):
            await asyncio.gather(*(store.add(AYLA, "spent", 1, inf) for _ in range(100)))
            await store.add(AYLA, "spent", 1, inf)
            os.kill(os.getpid(), signal.SIGKILL)
        asyncio.run(spend(SqliteStore(path)))
    """
    done = run(program, path)
    assert done.returncode == -9, done.stderr
    store = SqliteStore(path)
    assert await store.value(AYLA, "spent") == "101.0"
    await store.aclose()
