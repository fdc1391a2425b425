"""What the commands keep, and how npcengine.yaml steers them."""

import asyncio
from pathlib import Path

from npcengine.messages import Origin
from npcengine.stores.sqlite import SqliteStore
from npcengine.turns import Turn
from tests.cli.terminal import run

PLAYER = Origin("main", "hild", "player")


async def kept(path: Path) -> tuple[Turn, ...]:
    store = SqliteStore(path)
    try:
        return await store.read(PLAYER)
    finally:
        await store.aclose()


async def test_what_was_said_is_there_next_time(home: Path) -> None:
    for line in ("Good day.", "Farewell."):
        assert (await run(home, "say", "hild", line)).code == 0
    said = await kept(home / "npcengine.db")
    assert [turn.player_line for turn in said] == ["Good day.", "Farewell."]


async def test_a_talk_need_not_be_kept(home: Path) -> None:
    await run(home, "say", "hild", "Good day.", "--store", "memory")
    assert not (home / "npcengine.db").exists()
    assert not (home / "memory").exists()


async def test_a_file_may_be_called_memory(home: Path) -> None:
    await run(home, "say", "hild", "Good day.", "--store", "./memory")
    assert [turn.player_line for turn in await kept(home / "memory")] == ["Good day."]


async def test_a_path_may_begin_at_home(home: Path) -> None:
    done = await run(home, "say", "hild", "Good day.", "--store=~/saves/oakvale.db")
    assert done.code == 0
    assert await kept(home / "saves" / "oakvale.db")  # the tests' HOME is this folder
    assert not (home / "~").exists()


async def test_what_cannot_be_said_begins_no_store(home: Path) -> None:
    for refused in (("say", "nobody", "Hi."), ("say", "hild", " "), ("chat", "nobody")):
        assert (await run(home, *refused)).code == 1
        assert not (home / "npcengine.db").exists()


async def test_a_folder_is_no_store(home: Path) -> None:
    done = await run(home, "say", "hild", "Good day.", "--store", "personas")
    assert (done.code, done.out) == (1, "")
    assert "this is a folder: name a file in it" in " ".join(done.err.split())


async def test_a_file_that_is_in_use_is_told_and_the_talk_goes_on(home: Path) -> None:
    store = SqliteStore(home / "npcengine.db")
    done = await run(home, "say", "hild", "Good day.")
    assert (done.code, done.out.strip() != "") == (0, True)
    assert "another program holds it" in done.err
    assert "will not be remembered" in " ".join(done.err.split())
    await store.aclose()


async def test_a_file_that_was_asked_for_has_to_be_free(home: Path) -> None:
    store = SqliteStore(home / "oakvale.db")
    done = await run(home, "say", "hild", "Good day.", "--store", "oakvale.db")
    assert (done.code, done.out) == (1, "")
    assert "another program holds it, or another engine of this one" in done.err
    await store.aclose()


async def test_the_usual_file_has_to_be_free_too_where_it_was_asked_for(home: Path) -> None:
    store = SqliteStore(home / "npcengine.db")
    option = await run(home, "say", "hild", "Good day.", "--store", "npcengine.db")
    variable = await run(home, "say", "hild", "Hi.", env={"NPCENGINE_STORE": "npcengine.db"})
    assert (option.code, option.out, variable.code, variable.out) == (1, "", 1, "")
    await store.aclose()


async def test_the_file_says_where_everything_is(home: Path) -> None:
    (home / "personas").rename(home / "cast")
    (home / "npcengine.yaml").write_text("personas: cast\nstore: saves/oakvale.db\n")
    said, linted = await asyncio.gather(run(home, "say", "hild", "Good day."), run(home, "lint"))
    assert (said.code, linted.code) == (0, 0), said.err + linted.err
    assert await kept(home / "saves" / "oakvale.db")


async def test_a_typo_in_the_file_is_told_with_its_place(home: Path) -> None:
    (home / "npcengine.yaml").write_text("deadlines:\n  trun: 3\n")
    for command in (("say", "hild", "Good day."), ("chat", "hild"), ("lint",)):
        done = await run(home, *command)
        assert (done.code, done.out) == (1, "")
        assert "npcengine.yaml:2:3: NPC202 deadlines.trun: there is no field 'trun'" in done.err
