"""The store in a file: what it does beside the contract of every store."""

import asyncio
import sqlite3
from contextlib import closing
from math import inf
from pathlib import Path

import pytest

from npcengine.errors import UsageError
from npcengine.messages import Origin
from npcengine.stores.base import MAX_TURNS
from npcengine.stores.save import dump
from npcengine.stores.sqlite import RECENT_TURNS, RECENT_VALUES, SqliteStore
from npcengine.testing.manual_clock import ManualClock
from npcengine.turns import Turn
from tests.stores.files import AYLA, BYE, HELLO, TOM, begin, kept


async def test_what_was_said_is_there_next_time(path: Path) -> None:
    await begin(path, HELLO)
    await begin(path, BYE)
    assert await kept(path) == (HELLO, BYE)


async def test_the_folder_is_made(tmp_path: Path) -> None:
    await begin(tmp_path / "saves" / "one" / "oakvale.db")
    assert await kept(tmp_path / "saves" / "one" / "oakvale.db") == (HELLO,)


async def test_more_conversations_than_fit_in_memory(path: Path) -> None:
    many = RECENT_TURNS // MAX_TURNS + 50
    long = tuple(Turn(str(n), "Hm.", 0.0) for n in range(MAX_TURNS))
    store = SqliteStore(path)
    await store.restore("main", dump({("mira", str(n)): long for n in range(many)}))
    for _ in range(2):
        for n in range(many):
            assert await store.read(Origin("main", "mira", str(n))) == long
    await store.append(Origin("main", "mira", "0"), HELLO)
    assert await store.read(Origin("main", "mira", "0")) == (*long[MAX_TURNS // 2 :], HELLO)
    await store.aclose()


async def test_a_turn_is_written_even_if_nobody_waits_for_that(path: Path) -> None:
    await begin(path)
    store = SqliteStore(path)
    await store.read(AYLA)
    waiting = [asyncio.ensure_future(store.append(AYLA, BYE)) for _ in range(3)]
    await asyncio.sleep(0)
    for each in waiting:
        each.cancel()
    await store.aclose()
    assert await kept(path) == (HELLO, BYE, BYE, BYE)


async def test_an_addition_counts_even_if_nobody_waits_for_that(path: Path) -> None:
    store = SqliteStore(path)
    waiting = [asyncio.ensure_future(store.add(AYLA, "spent", 1, inf)) for _ in range(3)]
    await asyncio.sleep(0)
    for each in waiting:
        each.cancel()
    await store.aclose()
    again = SqliteStore(path)
    assert await again.add(AYLA, "spent", 1, inf) == 4.0
    await again.aclose()


async def test_values_are_there_next_time_until_their_time_is_over(path: Path) -> None:
    clock = ManualClock()
    until = clock.wall() + 60

    async def spend(amount: float) -> float:
        store = SqliteStore(path, clock)
        total = await store.add(AYLA, "spent", amount, until)
        await store.aclose()
        return total

    assert await spend(0.1) == 0.1
    assert await spend(0.2) == 0.1 + 0.2
    await clock.advance(60)
    assert await spend(0.0) == 0.0


async def test_values_whose_time_is_over_leave_the_file(path: Path) -> None:
    clock = ManualClock()
    store = SqliteStore(path, clock)
    for n in range(10):
        await store.put(AYLA, str(n), "", clock.wall() + 60)
    await clock.advance(60)
    await store.put(AYLA, "new", "", clock.wall() + 60)
    await store.aclose()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT name FROM value").fetchall() == [("new",)]


async def test_more_values_than_fit_in_memory(path: Path) -> None:
    store = SqliteStore(path)
    many = [Origin("main", "", str(n)) for n in range(RECENT_VALUES + 50)]
    for count in (1.0, 2.0):
        totals = await asyncio.gather(*(store.add(origin, "turns", 1, inf) for origin in many))
        assert set(totals) == {count}
    await store.aclose()


async def test_nothing_can_be_said_to_a_closed_store(path: Path) -> None:
    store = SqliteStore(path)
    await store.append(TOM, HELLO)
    await store.put(TOM, "spent", "1", inf)
    await store.aclose()
    for use in (
        store.read(AYLA),
        store.read(TOM),
        store.value(TOM, "spent"),
        store.append(AYLA, HELLO),
        store.export("main"),
        store.value(AYLA, "spent"),
        store.add(AYLA, "spent", 1, inf),
    ):
        with pytest.raises(UsageError, match="closed"):
            await use


async def test_an_id_that_is_no_text_harms_nobody_else(path: Path) -> None:
    store = SqliteStore(path)
    with pytest.raises(UsageError, match="id"):
        await store.append(Origin("main", "mira", "\ud800"), HELLO)
    await store.append(AYLA, HELLO)
    await store.aclose()
    assert await kept(path) == (HELLO,)


async def test_the_forgotten_stands_nowhere_in_the_files(path: Path) -> None:
    store = SqliteStore(path)
    for n in range(2 * MAX_TURNS):
        await store.append(AYLA, Turn(f"My secret is {n}.", "Hm.", 0.0))
        await store.append(TOM, Turn("Hello.", "Hm.", 0.0))
    await store.put(AYLA, "note", "Her secret is a name.", inf)
    await store.forget("ayla")
    files = b"".join(each.read_bytes() for each in path.parent.iterdir())
    await store.aclose()
    assert b"Hello." in files
    assert b"secret" not in files
