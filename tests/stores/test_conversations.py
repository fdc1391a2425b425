"""What every store does: one contract, held by each of them."""

import asyncio
import json
from collections.abc import Callable
from math import nan
from pathlib import Path
from typing import Any

import pytest

from npcengine.errors import SaveCorrupt, SaveTooNew, SaveTooOld, StoreError, UsageError
from npcengine.messages import Origin
from npcengine.stores.base import MAX_ID, MAX_TURNS, Store
from npcengine.stores.inmemory import InMemoryStore
from npcengine.stores.sqlite import SqliteStore
from npcengine.turns import Turn

AYLA = Origin("main", "mira", "ayla")
TOM = Origin("main", "mira", "tom")
AYLA_IN_TWO = Origin("two", "mira", "ayla")
AYLA_AND_BO = Origin("main", "bo", "ayla")


def turn(number: int) -> Turn:
    return Turn(f"line {number}", "Hm.", float(number))


async def talk(store: Store, *origins: Origin, turns: int = 1) -> None:
    for origin in origins:
        for number in range(turns):
            await store.append(origin, turn(number))


async def test_turns_come_back_in_order(store: Store) -> None:
    await talk(store, AYLA, turns=5)
    assert await store.read(AYLA) == tuple(turn(n) for n in range(5))


async def test_a_turn_comes_back_as_it_was(store: Store) -> None:
    said = Turn(
        "", '„Ach so“ – 鐵匠 👩‍🚒 \'; DROP TABLE "conversation"; -- \x00\n', 0.1 + 0.2, stock=True
    )
    await store.append(AYLA, said)
    assert await store.read(AYLA) == (said,)


async def test_realms_characters_and_players_are_kept_apart(store: Store) -> None:
    await talk(store, AYLA)
    for other in (TOM, AYLA_IN_TWO, AYLA_AND_BO):
        assert await store.read(other) == ()


async def test_a_long_conversation_drops_its_older_half(store: Store) -> None:
    await talk(store, AYLA, turns=MAX_TURNS)
    assert len(await store.read(AYLA)) == MAX_TURNS
    await store.append(AYLA, turn(MAX_TURNS))
    assert await store.read(AYLA) == tuple(turn(n) for n in range(MAX_TURNS // 2, MAX_TURNS + 1))


async def test_forgetting_a_player_spares_the_others(store: Store) -> None:
    await talk(store, AYLA, AYLA_IN_TWO, AYLA_AND_BO, TOM, turns=2)
    assert await store.forget("ayla") == 6
    for origin in (AYLA, AYLA_IN_TWO, AYLA_AND_BO):
        assert await store.read(origin) == ()
    assert await store.read(TOM)
    assert await store.forget("ayla") == 0


async def test_what_is_said_at_once_is_kept_once(store: Store) -> None:
    origins = [Origin("main", "mira", f"player {n}") for n in range(20)]
    await asyncio.gather(*(talk(store, origin, turns=30) for origin in origins))
    for origin in origins:
        assert await store.read(origin) == tuple(turn(n) for n in range(30))


NO_TEXT: Any = None
CANNOT_BE_KEPT = {
    "half a character": (AYLA, Turn("\ud800", "Hm.", 0.0)),
    "an answer that is no text": (AYLA, Turn("Hi.", NO_TEXT, 0.0)),
    "a time that is none": (AYLA, Turn("Hi.", "Hm.", nan)),
    "a player who is half a character": (Origin("main", "mira", "\ud800"), turn(0)),
    "nobody": (Origin("main", "mira", ""), turn(0)),
    "no player": (Origin("main", "mira", NO_TEXT), turn(0)),
    "a realm with a name too long": (Origin("x" * (MAX_ID + 1), "mira", "ayla"), turn(0)),
}


@pytest.mark.parametrize("wrong", CANNOT_BE_KEPT.values(), ids=CANNOT_BE_KEPT)
async def test_a_turn_that_cannot_be_kept_takes_none_along(
    store: Store, wrong: tuple[Origin, Turn]
) -> None:
    told = await asyncio.gather(
        store.append(TOM, turn(0)),
        store.append(*wrong),
        store.append(AYLA, turn(1)),
        return_exceptions=True,
    )
    assert [type(each) for each in told] == [type(None), UsageError, type(None)]
    assert await store.read(TOM) == (turn(0),)
    assert await store.read(AYLA) == (turn(1),)
    await store.restore("two", await store.export("main"))
    assert await store.read(AYLA_IN_TWO) == (turn(1),)


async def test_a_save_brings_a_realm_back(store: Store) -> None:
    await talk(store, AYLA, AYLA_AND_BO, AYLA_IN_TWO, turns=2)
    save = await store.export("main")
    await talk(store, AYLA, TOM, AYLA_IN_TWO, turns=1)
    await store.restore("main", save)
    assert await store.read(AYLA) == await store.read(AYLA_AND_BO) == (turn(0), turn(1))
    assert await store.read(TOM) == ()
    assert len(await store.read(AYLA_IN_TWO)) == 3
    await store.append(AYLA, turn(2))
    assert await store.read(AYLA) == (turn(0), turn(1), turn(2))


async def test_a_save_may_go_into_another_realm(store: Store) -> None:
    await talk(store, AYLA)
    await store.restore("two", await store.export("main"))
    assert await store.read(AYLA_IN_TWO) == await store.read(AYLA) == (turn(0),)


async def test_an_empty_realm_has_a_save_too(store: Store) -> None:
    empty = await store.export("main")
    await talk(store, AYLA)
    await store.restore("main", empty)
    assert await store.read(AYLA) == ()
    assert await store.export("main") == empty


MAKERS: list[Callable[[Path], Store]] = [lambda _: InMemoryStore(), SqliteStore]


@pytest.mark.parametrize("make_old", MAKERS, ids=["memory", "sqlite"])
@pytest.mark.parametrize("make_new", MAKERS, ids=["memory", "sqlite"])
async def test_a_save_is_the_same_for_every_store(
    tmp_path: Path, make_old: Callable[[Path], Store], make_new: Callable[[Path], Store]
) -> None:
    old, new = make_old(tmp_path / "old.db"), make_new(tmp_path / "new.db")
    await talk(old, TOM, AYLA_AND_BO, AYLA, Origin("main", "鐵匠", "👩‍🚒"), turns=3)
    save = await old.export("main")
    await new.restore("main", save)
    assert await new.export("main") == save
    await old.aclose()
    await new.aclose()


async def test_saves_of_the_first_version_are_read(store: Store) -> None:
    turns = [["Hello.", "Aye?", 1767225600.5, False], ["", "Hm.", 1767225601.0, True]]
    conversation = {"npc": "mira", "player": "ayla", "turns": turns}
    await store.restore(
        "main", json.dumps({"npcengine_save": 1, "conversations": [conversation]}).encode()
    )
    assert await store.read(AYLA) == (
        Turn("Hello.", "Aye?", 1767225600.5),
        Turn("", "Hm.", 1767225601.0, stock=True),
    )


async def test_more_turns_than_are_kept_are_cut_from_a_save(store: Store) -> None:
    turns = [[f"line {n}", "Hm.", n, False] for n in range(MAX_TURNS + 5)]
    conversation = {"npc": "mira", "player": "ayla", "turns": turns}
    await store.restore(
        "main", json.dumps({"npcengine_save": 1, "conversations": [conversation]}).encode()
    )
    assert await store.read(AYLA) == tuple(turn(n) for n in range(5, MAX_TURNS + 5))


def save_of(*conversations: object, version: object = 1) -> bytes:
    return json.dumps({"npcengine_save": version, "conversations": conversations}).encode()


def conversation(*turns: object, **more: object) -> dict[str, object]:
    return {"npc": "mira", "player": "ayla", "turns": turns, **more}


UNREADABLE = {
    "nothing": b"",
    "no JSON": b"SQLite format 3\x00",
    "no UTF-8": b'{"npcengine_save": 1, "conversations": "\xff"}',
    "cut off": save_of(conversation(["Hi.", "Hm.", 0.0, False]))[:-20],
    "nested without end": b"[" * 100_000,
    "no save": b"[]",
    "no version": b'{"conversations": []}',
    "a version that is no number": save_of(version="1"),
    "no conversations": b'{"npcengine_save": 1}',
    "more than conversations": b'{"npcengine_save": 1, "conversations": [], "trust": 99}',
    "a key that nobody knows": save_of(conversation(mood="sour")),
    "half a turn": save_of(conversation(["Hi.", "Hm."])),
    "a line that is no text": save_of(conversation([1, "Hm.", 0.0, False])),
    "half a character": save_of(conversation(["\ud800", "Hm.", 0.0, False])),
    "a time that is no number": save_of(conversation(["Hi.", "Hm.", float("nan"), False])),
    "a player without an id": save_of(conversation(player="")),
    "a character with an id too long": save_of(conversation(npc="x" * (MAX_ID + 1))),
    "a conversation twice": save_of(conversation(), conversation()),
}


@pytest.mark.parametrize("save", UNREADABLE.values(), ids=UNREADABLE)
async def test_a_corrupt_save_changes_nothing(store: Store, save: bytes) -> None:
    await talk(store, AYLA)
    with pytest.raises(SaveCorrupt, match=r"the save: .*go back to a copy"):
        await store.restore("main", save)
    assert await store.read(AYLA) == (turn(0),)


@pytest.mark.parametrize(
    ("version", "error", "says"),
    [(2, SaveTooNew, "update npcengine"), (0, SaveTooOld, "an older npcengine")],
)
async def test_a_save_of_another_version_changes_nothing(
    store: Store, version: int, error: type[StoreError], says: str
) -> None:
    await talk(store, AYLA)
    with pytest.raises(error, match=says):
        # What a version of its own holds besides is no reason to call it corrupt.
        await store.restore("main", save_of({"summary": "They met."}, version=version))
    assert await store.read(AYLA) == (turn(0),)


async def test_a_store_may_be_closed_twice(store: Store) -> None:
    await talk(store, AYLA)
    await store.aclose()
    await store.aclose()
