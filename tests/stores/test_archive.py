"""Reading the file of a store without touching it, whatever else happens to it."""

import asyncio
import os
import sqlite3
from contextlib import closing
from math import inf
from pathlib import Path

import pytest

from npcengine.errors import SaveCorrupt, SaveTooNew, StoreError, StoreUnavailable
from npcengine.messages import Origin
from npcengine.stores.archive import Archive, Conversation
from npcengine.stores.base import MAX_TURNS
from npcengine.stores.sqlite import SqliteStore
from npcengine.turns import Turn
from tests.stores.files import (
    AYLA,
    BYE,
    HELLO,
    TOM,
    begin,
    garbage,
    newer,
    of_another_program,
    read_only,
    run,
    without_its_table,
)

AYLA_IN_TWO = Origin("two", "鐵匠", "ayla")


def files(path: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in path.parent.iterdir()}


def read(path: Path) -> tuple[Turn, ...]:
    with Archive(path) as archive:
        return archive.read(AYLA)


async def test_what_is_kept_is_told_the_most_recent_first(path: Path) -> None:
    store = SqliteStore(path)
    for origin, at in ((AYLA, 1.0), (TOM, 3.0), (AYLA_IN_TWO, 2.0), (AYLA, 4.0)):
        await store.append(origin, Turn("Hello.", "Aye?", at))
    await store.put(Origin("main", "", "bo"), "mood", "sour", inf)
    await store.put(Origin("main", "", ""), "mood", "sour", inf)
    await store.aclose()
    with Archive(path) as archive:
        assert archive.latest() == [
            Conversation(AYLA, 2, 4.0),
            Conversation(TOM, 1, 3.0),
            Conversation(AYLA_IN_TWO, 1, 2.0),
        ]
        assert archive.latest(1) == [Conversation(AYLA, 2, 4.0)]
        assert archive.read(TOM) == (Turn("Hello.", "Aye?", 3.0),)
        assert archive.read(Origin("main", "bo", "tom")) == ()
        assert archive.players() == ["ayla", "bo", "tom"]


async def test_a_realm_is_exported_as_the_store_does(path: Path) -> None:
    store = SqliteStore(path)
    for origin in (AYLA, TOM, AYLA_IN_TWO):
        await store.append(origin, HELLO)
    saves = [await store.export(realm) for realm in ("main", "two", "three")]
    await store.aclose()
    with Archive(path) as archive:
        assert [archive.export(realm) for realm in ("main", "two", "three")] == saves


async def test_a_file_that_a_game_holds_is_read_by_another_process(path: Path) -> None:
    store = SqliteStore(path)
    await store.append(AYLA, HELLO)
    program = """
        from npcengine.stores.archive import Archive
        with Archive(path) as archive:
            assert archive.read(AYLA) == (HELLO,)
    """
    before = files(path)
    done = await asyncio.to_thread(run, program, path)
    assert done.returncode == 0, done.stderr
    assert files(path) == before
    await store.append(AYLA, BYE)
    assert await store.read(AYLA) == (HELLO, BYE)
    await store.aclose()


async def test_a_game_may_write_and_forget_all_the_while(path: Path) -> None:
    store = SqliteStore(path)
    over = asyncio.Event()

    async def play() -> None:
        for n in range(300):
            await store.append(AYLA, Turn(str(n), "x" * 1000, float(n)))
            await store.append(TOM, HELLO)
            if n % 50 == 0:
                await store.forget("tom")
        over.set()

    async def watch() -> None:
        seen = -1
        while not over.is_set():
            for turn in (await asyncio.to_thread(read, path))[-1:]:
                assert int(turn.player_line) >= seen
                seen = int(turn.player_line)

    await asyncio.gather(play(), watch())
    assert len(await asyncio.to_thread(read, path)) <= MAX_TURNS
    await store.aclose()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no SIGKILL")
def test_a_file_is_read_after_a_kill_with_all_that_stands_in_its_log(path: Path) -> None:
    program = """
        async def talk(store):
            await store.append(AYLA, HELLO)
            await store.append(AYLA, BYE)
            os.kill(os.getpid(), signal.SIGKILL)
        asyncio.run(talk(SqliteStore(path)))
    """
    assert run(program, path).returncode == -9
    before = files(path)
    assert read(path) == (HELLO, BYE)
    assert files(path) == before


def test_a_file_that_was_left_in_order_stays_as_it_is(path: Path) -> None:
    asyncio.run(begin(path))
    before = files(path)
    assert read(path) == (HELLO,)
    assert files(path) == before


def test_a_file_is_read_where_nothing_may_be_written(open_folder: Path) -> None:
    path = open_folder / "a file #1?.db"
    asyncio.run(begin(path))
    with read_only(open_folder, path):
        assert read(path) == (HELLO,)


@pytest.mark.parametrize(
    ("spoil", "error", "says"),
    [
        (garbage, SaveCorrupt, "not a database"),
        (of_another_program, SaveCorrupt, "another program"),
        (newer, SaveTooNew, "update npcengine"),
        (without_its_table, SaveCorrupt, "no such table"),
        (Path.touch, StoreUnavailable, "nothing is kept there yet"),
        (Path.mkdir, StoreUnavailable, "unable to open"),
        (lambda _: None, StoreUnavailable, "there is no such file"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(
    path: Path, spoil: object, error: type[StoreError], says: str
) -> None:
    assert callable(spoil)
    spoil(path)
    there = sorted(path.parent.iterdir())
    with pytest.raises(error, match=says) as raised:
        read(path)
    assert raised.value.where == str(path)
    assert sorted(path.parent.iterdir()) == there


def test_a_log_without_its_index_is_not_passed_over(path: Path) -> None:
    asyncio.run(begin(path))
    path.with_name("oakvale.db-wal").write_bytes(b"what was said since")
    with pytest.raises(StoreUnavailable, match="open it with the game first"):
        read(path)


@pytest.mark.parametrize("change", ["player = x'ff'", "last = 'now'", "length = 'many'"])
def test_a_damaged_row_is_told(path: Path, change: str) -> None:
    asyncio.run(begin(path))
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"UPDATE conversation SET {change}")
        db.commit()
    with Archive(path) as archive, pytest.raises(SaveCorrupt):
        archive.latest()
