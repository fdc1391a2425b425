"""A disk that is full, and what else goes wrong with a file while it is in use."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from math import inf
from pathlib import Path

import pytest

from npcengine.errors import StoreUnavailable
from npcengine.messages import Origin
from npcengine.stores.database import told
from npcengine.stores.save import dump, load
from npcengine.stores.sqlite import SqliteStore
from npcengine.turns import Turn
from tests.stores.files import AYLA, BYE, HELLO, TOM, begin, full_disk, kept

SAVE = dump({("mira", "tom"): (HELLO,)})


def of_players(number: int) -> bytes:
    return dump({("mira", str(n)): (HELLO,) for n in range(number)})


def files(path: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in path.parent.iterdir()}


async def fill(store: SqliteStore) -> None:
    for n in range(1000):
        await store.append(Origin("main", "mira", str(n)), HELLO)


async def test_what_a_full_disk_does_not_take_is_written_once_there_is_room(path: Path) -> None:
    store = SqliteStore(path)
    await store.append(AYLA, HELLO)
    with full_disk(100_000):
        with pytest.raises(StoreUnavailable, match="disk"):
            await fill(store)
        for use in (
            store.append(AYLA, BYE),
            store.add(AYLA, "spent", 1, inf),
            store.forget("ayla"),
            store.restore("main", SAVE),
        ):
            with pytest.raises(StoreUnavailable, match="disk"):
                await use
        assert await store.read(AYLA) == (HELLO, BYE)
        assert await store.value(AYLA, "spent") == "1.0"
    await store.append(TOM, HELLO)
    save = await store.export("main")
    await store.aclose()
    assert set(load(save)) > {("mira", "0"), ("mira", "ayla"), ("mira", "tom")}
    assert await kept(path) == (HELLO, BYE)
    again = SqliteStore(path)
    assert await again.export("main") == save
    assert await again.value(AYLA, "spent") == "1.0"
    await again.aclose()


async def test_the_forgotten_does_not_come_back_when_the_log_cannot_be_emptied(path: Path) -> None:
    store = SqliteStore(path)
    await store.restore("two", of_players(5000))
    await store.aclose()
    whole = files(path)[path.name]
    store = SqliteStore(path)
    await store.append(AYLA, Turn("My secret.", "Hm.", 0.0))
    await store.put(AYLA, "note", "Her secret.", inf)
    await store.restore("three", of_players(200))
    # There is room for the log, and none in the file for what stands in the log.
    with full_disk(len(whole)):
        with pytest.raises(StoreUnavailable, match="disk"):
            await store.forget("ayla")
        assert await store.read(AYLA) == ()
        assert await store.value(AYLA, "note") is None
    await store.append(AYLA, BYE)
    await store.forget("nobody")
    assert b"secret" not in b"".join(files(path).values())
    await store.aclose()
    assert await kept(path) == (BYE,)


async def test_who_reads_the_forgotten_keeps_it_in_the_log_and_that_is_told(path: Path) -> None:
    await begin(path, Turn("My secret.", "Hm.", 0.0))
    store = SqliteStore(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM conversation").fetchone() == (1,)
        with pytest.raises(StoreUnavailable, match="forget it again"):
            await store.forget("ayla")
        assert await store.read(AYLA) == ()
    assert await store.forget("ayla") == 0
    assert b"secret" not in b"".join(files(path).values())
    await store.aclose()


def interrupted(db: sqlite3.Connection) -> None:
    db.set_progress_handler(lambda: 1, 1)
    db.execute("SELECT count(*) FROM conversation")


def too_big(db: sqlite3.Connection) -> None:
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 10)
    db.execute("SELECT turns FROM conversation").fetchall()


def locked_by_itself(db: sqlite3.Connection) -> None:
    db.isolation_level = None
    reading = db.execute("SELECT turns FROM conversation UNION ALL SELECT turns FROM conversation")
    next(reading)
    db.execute("DROP TABLE conversation")


@pytest.mark.parametrize("fail", [interrupted, too_big, locked_by_itself])
async def test_what_is_no_damage_is_not_called_damage(
    path: Path, fail: Callable[[sqlite3.Connection], None]
) -> None:
    await begin(path)
    with (
        closing(sqlite3.connect(path)) as db,
        pytest.raises(StoreUnavailable, match="try it again"),
        told(path),
    ):
        fail(db)


async def test_what_is_lost_on_closing_is_told(path: Path) -> None:
    store = SqliteStore(path)
    await store.append(AYLA, HELLO)
    with full_disk(10_000):
        with pytest.raises(StoreUnavailable, match="disk"):
            await store.append(AYLA, BYE)
        with pytest.raises(StoreUnavailable, match="disk"):
            await store.aclose()
    assert await kept(path) == (HELLO,)
