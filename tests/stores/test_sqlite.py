"""The store in a file: what it does beside the contract of every store."""

import asyncio
from pathlib import Path

import pytest

from npcengine.errors import UsageError
from npcengine.messages import Origin
from npcengine.stores.base import MAX_TURNS
from npcengine.stores.save import dump
from npcengine.stores.sqlite import RECENT_TURNS, SqliteConversations
from npcengine.turns import Turn

AYLA = Origin("main", "mira", "ayla")
TOM = Origin("main", "mira", "tom")
HELLO = Turn("Hello.", "Aye?", 0.5)
BYE = Turn("Farewell.", "Aye.", 1.5)


async def begun(path: Path, *turns: Turn) -> None:
    """Leave a file in which Ayla said these."""
    store = SqliteConversations(path)
    for turn in turns or (HELLO,):
        await store.append(AYLA, turn)
    await store.aclose()


async def kept(path: Path, origin: Origin = AYLA) -> tuple[Turn, ...]:
    store = SqliteConversations(path)
    try:
        return await store.read(origin)
    finally:
        await store.aclose()


async def test_what_was_said_is_there_next_time(path: Path) -> None:
    await begun(path, HELLO)
    await begun(path, BYE)
    assert await kept(path) == (HELLO, BYE)


async def test_the_folder_is_made(tmp_path: Path) -> None:
    await begun(tmp_path / "saves" / "one" / "oakvale.db")
    assert await kept(tmp_path / "saves" / "one" / "oakvale.db") == (HELLO,)


async def test_more_conversations_than_fit_in_memory(path: Path) -> None:
    many = RECENT_TURNS // MAX_TURNS + 50
    long = tuple(Turn(str(n), "Hm.", 0.0) for n in range(MAX_TURNS))
    store = SqliteConversations(path)
    await store.restore("main", dump({("mira", str(n)): long for n in range(many)}))
    for _ in range(2):
        for n in range(many):
            assert await store.read(Origin("main", "mira", str(n))) == long
    await store.append(Origin("main", "mira", "0"), HELLO)
    assert await store.read(Origin("main", "mira", "0")) == (*long[MAX_TURNS // 2 :], HELLO)
    await store.aclose()


async def test_a_turn_is_written_even_if_nobody_waits_for_that(path: Path) -> None:
    await begun(path)
    store = SqliteConversations(path)
    await store.read(AYLA)
    waiting = [asyncio.ensure_future(store.append(AYLA, BYE)) for _ in range(3)]
    await asyncio.sleep(0)
    for each in waiting:
        each.cancel()
    await store.aclose()
    assert await kept(path) == (HELLO, BYE, BYE, BYE)


async def test_nothing_can_be_said_to_a_closed_store(path: Path) -> None:
    store = SqliteConversations(path)
    await store.aclose()
    for use in (store.read(AYLA), store.append(AYLA, HELLO), store.export("main")):
        with pytest.raises(UsageError, match="closed"):
            await use


async def test_an_id_that_is_no_text_harms_nobody_else(path: Path) -> None:
    store = SqliteConversations(path)
    with pytest.raises(UsageError, match="id"):
        await store.append(Origin("main", "mira", "\ud800"), HELLO)
    await store.append(AYLA, HELLO)
    await store.aclose()
    assert await kept(path) == (HELLO,)


async def test_the_forgotten_stands_nowhere_in_the_files(path: Path) -> None:
    store = SqliteConversations(path)
    for n in range(2 * MAX_TURNS):
        await store.append(AYLA, Turn(f"My secret is {n}.", "Hm.", 0.0))
        await store.append(TOM, Turn("Hello.", "Hm.", 0.0))
    await store.forget("ayla")
    files = b"".join(each.read_bytes() for each in path.parent.iterdir())
    await store.aclose()
    assert b"Hello." in files
    assert b"secret" not in files
