"""The conversations that a game keeps, as whoever runs it looks at them."""

import asyncio
import json
import os
from math import inf
from pathlib import Path

import pytest
from rich.cells import cell_len

from npcengine.messages import Origin
from npcengine.stores.inmemory import InMemoryStore
from npcengine.stores.sqlite import SqliteStore
from npcengine.turns import Turn
from tests.cli.terminal import PATIENCE, PROGRAM, Finished, at_terminal, run

AYLA = Origin("main", "hild", "ayla")
TOM = Origin("main", "hild", "tom")
BO_IN_TWO = Origin("two", "zhou", "bo")
EARLY = 1_767_225_600.0
LONG = "Leave it on the bench; it takes me until the evening, if the coal lasts that long."
UTC = {"TZ": "UTC"}


async def keep(home: Path, *said: tuple[Origin, Turn]) -> None:
    store = SqliteStore(home / "npcengine.db")
    for origin, turn in said:
        await store.append(origin, turn)
    await store.aclose()


@pytest.fixture
async def kept(home: Path) -> Path:
    """A folder with a store in which three players spoke, on two days."""
    await keep(
        home,
        (TOM, Turn("Good day.", "Hm.", EARLY)),
        (AYLA, Turn("", "Mind the sparks.", EARLY + 60)),
        (AYLA, Turn("Can you mend it?", LONG, EARLY + 86_400)),
        (BO_IN_TWO, Turn("你好", "客官，里面请！", EARLY + 120)),
    )
    return home


async def test_the_list_begins_with_the_most_recent(kept: Path) -> None:
    table, machine, two = await asyncio.gather(
        run(kept, "history", "list", env=UTC),
        run(kept, "history", "list", "--json"),
        run(kept, "history", "list", "--limit", "2", env=UTC),
    )
    assert [line.split() for line in table.out.splitlines()] == [
        ["when", "npc", "player", "realm", "turns"],
        ["2026-01-02", "00:00", "hild", "ayla", "main", "2"],
        ["2026-01-01", "00:02", "zhou", "bo", "two", "1"],
        ["2026-01-01", "00:00", "hild", "tom", "main", "1"],
    ]
    assert two.out == "".join(table.out.splitlines(keepends=True)[:3])
    assert json.loads(machine.out)[0] == {
        "realm": "main",
        "npc": "hild",
        "player": "ayla",
        "turns": 2,
        "last": EARLY + 86_400,
    }


async def test_one_realm_is_not_named_in_the_list(home: Path) -> None:
    await keep(home, (AYLA, Turn("Hi.", "Hm.", EARLY)))
    listed = await run(home, "history", "list", env=UTC)
    assert listed.out.split() == "when npc player turns 2026-01-01 00:00 hild ayla 1".split()


async def test_a_conversation_is_shown_as_one(kept: Path) -> None:
    bare, machine, toms = await asyncio.gather(
        run(kept, "history", "show", "hild", env=UTC),
        run(kept, "history", "show", "zhou", "--player", "bo", "--realm", "two", "--json"),
        run(kept, "history", "show", "hild", "--player", "tom", env=UTC),
    )
    assert bare.out.splitlines() == [
        "2026-01-01 00:01 hild: Mind the sparks.",
        "2026-01-02 00:00 ayla: Can you mend it?",
        f"2026-01-02 00:00 hild: {LONG}",
    ]
    assert toms.out == "2026-01-01 00:00 tom: Good day.\n2026-01-01 00:00 hild: Hm.\n"
    turn = {"player_line": "你好", "npc_line": "客官，里面请！", "at": EARLY + 120, "stock": False}
    turn["lore"] = []
    assert json.loads(machine.out).items() >= {"player": "bo", "turns": [turn]}.items()


async def test_at_a_terminal_the_lines_are_wrapped(kept: Path) -> None:
    async with at_terminal(kept, "history", "show", "hild", env=UTC) as (screen, _):
        shown = await screen.until("choose one.")
    lines = [line.rstrip() for line in shown.splitlines()]
    assert max(map(cell_len, lines)) <= 80
    assert lines[:4] == ["hild with ayla in main", "", "2026-01-01", "00:01 hild: Mind the sparks."]
    at = lines.index("2026-01-02")
    assert lines[at + 1] == "00:00 ayla: Can you mend it?"
    assert lines[at + 2].startswith("      hild: Leave it on the bench;")
    assert lines[at + 3].startswith("            ")
    assert lines[-1] == "1 older conversation with hild: --player and --realm choose one."


async def test_names_and_lines_cannot_steer_the_terminal_or_pass_for_others(home: Path) -> None:
    evil = Origin("main", "hild", "\x1b]0;owned\x07\u202e")
    await keep(home, (evil, Turn("\x1b[31mHi.\x9b", "Hm.\n2026-01-01 00:00 hild: Take it.", EARLY)))
    async with at_terminal(home, "history", "list") as (screen, _):
        await screen.until("owned")
    assert "\x1b]0;" not in screen.raw
    shown, unknown = await asyncio.gather(
        run(home, "history", "show", "hild", env=UTC),
        run(home, "history", "show", "hild", "--player", "\x1b[31m"),
    )
    for it in (shown, unknown):
        assert not {"\x1b", "\x9b", "\x07", "\u202e"} & set(it.out + it.err)
    assert shown.out.splitlines()[2] == "  2026-01-01 00:00 hild: Take it."


async def test_a_time_that_no_calendar_has_is_no_obstacle(home: Path) -> None:
    await keep(home, (AYLA, Turn("Hi.", "Hm.", 1e300)))
    listed, shown = await asyncio.gather(
        run(home, "history", "list"), run(home, "history", "show", "hild")
    )
    assert listed.out.splitlines()[1].split() == ["?", "hild", "ayla", "1"]
    assert "ayla: Hi." in shown.out


async def test_an_export_is_what_the_game_restores(kept: Path) -> None:
    slot = kept / "slot.json"
    written = await run(kept, "history", "export", "slot.json")
    again = await run(kept, "history", "export", "slot.json")
    streamed, forced = await asyncio.gather(
        run(kept, "history", "export", "-", "--realm", "two"),
        run(kept, "history", "export", "slot.json", "--force"),
    )
    assert (written, forced) == (Finished(0, "", ""), Finished(0, "", ""))
    assert again.code == 1
    assert "pass --force" in again.err
    game = InMemoryStore()
    await game.restore("main", slot.read_bytes())
    await game.restore("two", streamed.out.encode())
    assert len(await game.read(AYLA)) == 2
    assert len(await game.read(BO_IN_TWO)) == 1


async def test_an_export_never_writes_over_the_store(kept: Path) -> None:
    (kept / "link.json").symlink_to("npcengine.db")
    before = (kept / "npcengine.db").read_bytes()
    names = [f"npcengine.db{end}" for end in ("", "-wal", "-shm", "-lock")]
    for name in ("link.json", "./npcengine.db", *names):
        refused = await run(kept, "history", "export", name, "--force")
        assert refused.code == 1, name
        assert "belongs to the store itself: name another file" in refused.err
    assert (kept / "npcengine.db").read_bytes() == before


async def test_an_export_for_which_there_is_no_room_leaves_the_old_one(kept: Path) -> None:
    (kept / "slot.json").write_bytes(b"old")
    full = ("sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *PROGRAM)
    process = await asyncio.create_subprocess_exec(
        *(*full, "history", "export", "slot.json", "--force"),
        cwd=kept,
        env={"PATH": os.defpath},
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE):
        _, err = await process.communicate()
    assert (process.returncode, b"slot.json cannot be written: " in err) == (1, True)
    assert (kept / "slot.json").read_bytes() == b"old"
    assert not (kept / "slot.json.tmp").exists()


async def test_an_export_replaces_files_only(kept: Path) -> None:
    (kept / "slots").mkdir()
    for name in ("slots", "/dev/null"):
        refused = await run(kept, "history", "export", name, "--force")
        assert (refused.code, "is not a file" in refused.err) == (1, True)


async def test_memory_has_no_history(kept: Path) -> None:
    (kept / "npcengine.yaml").write_text("store: memory\n")
    asked, set_up, file = await asyncio.gather(
        run(kept, "history", "list", "--store", "memory"),
        run(kept, "history", "forget", "ayla", "--yes"),
        run(kept, "history", "list", "--store", "./memory"),
    )
    for it in (asked, set_up):
        assert it.code == 1
        assert "memory has no history, as it ends with its program: pass --store FILE" in it.err
    assert "there is no such file" in file.err


async def test_a_player_is_forgotten_once_it_was_confirmed(kept: Path) -> None:
    async with at_terminal(kept, "history", "forget", "ayla") as (screen, refused):
        await screen.until("Forget 2 turns in 1 conversation of ayla? It cannot be undone. [y/N]:")
        screen.type("n\n")
    assert refused.returncode == 1
    async with at_terminal(kept, "history", "forget", "ayla") as (screen, meant):
        await screen.until("[y/N]:")
        screen.type("y\n")
        await screen.until("Forgotten: 2 turns.")
    assert meant.returncode == 0
    unasked = await run(kept, "history", "forget", "bo")
    assert (unasked.code, "pass --yes" in unasked.err) == (1, True)
    meant_at_once = await run(kept, "history", "forget", "tom", "--yes")
    assert meant_at_once == Finished(0, "Forgotten: 1 turn.\n", "")
    left = json.loads((await run(kept, "history", "list", "--json")).out)
    assert [each["player"] for each in left] == ["bo"]


async def test_who_never_spoke_can_be_forgotten_too(home: Path) -> None:
    store = SqliteStore(home / "npcengine.db")
    await store.put(Origin("", "", "ayla"), "spent", "1.0", inf)
    await store.aclose()
    forgotten = await run(home, "history", "forget", "ayla", "--yes")
    assert forgotten == Finished(0, "Forgotten: 0 turns.\n", "")
    assert "no player 'ayla'" in (await run(home, "history", "forget", "ayla", "--yes")).err


async def test_while_a_game_runs_all_but_forgetting_works(kept: Path) -> None:
    store = SqliteStore(kept / "npcengine.db")
    await store.append(TOM, Turn("And now?", "Aye.", EARLY + 100_000))
    listed, shown, exported, forgotten = await asyncio.gather(
        run(kept, "history", "list", "--json"),
        run(kept, "history", "show", "hild", "--player", "tom"),
        run(kept, "history", "export", "-"),
        run(kept, "history", "forget", "tom", "--yes"),
    )
    assert json.loads(listed.out)[0]["player"] == "tom"
    assert "And now?" in shown.out
    assert exported.out.encode() == await store.export("main")
    assert forgotten.code == 1
    assert "another program holds it" in forgotten.err
    assert "engine.forget('tom')" in forgotten.err
    assert len(await store.read(TOM)) == 2
    await store.aclose()


async def test_what_is_not_there_is_told_with_what_is(kept: Path) -> None:
    (kept / "persona.db").write_text("id: hild\n" * 100)
    cases: dict[tuple[str, ...], tuple[int, str]] = {
        ("show", "hidl"): (1, "there is no npc 'hidl'. Did you mean 'hild'? Kept: hild, zhou."),
        ("show", "hild", "--player", "aila"): (1, "Did you mean 'ayla'?"),
        ("show", "hild", "--realm", "two"): (1, "there is no npc 'hild'. Kept: zhou."),
        ("show", "x" * 100_000): (1, "there is no npc"),
        ("export", "slot.json", "--realm", "mian"): (1, "Did you mean 'main'?"),
        ("export", "no/such/folder.json"): (1, "cannot be written"),
        ("forget", "aila", "--yes"): (1, "Did you mean 'ayla'?"),
        ("list", "--store", "nowhere.db"): (1, "there is no such file"),
        ("list", "--store", "persona.db"): (1, "not a database"),
        ("list", "--limit", "0"): (2, "--limit"),
    }
    ended = await asyncio.gather(*(run(kept, "history", *arguments) for arguments in cases))
    for (arguments, (code, message)), it in zip(cases.items(), ended, strict=True):
        assert it.code == code, arguments
        assert it.out == "", arguments
        assert message in it.err, arguments
        assert "Traceback" not in it.err, arguments
        assert len(it.err) < 1000, arguments
    assert not [name for name in ("slot.json", "nowhere.db") if (kept / name).exists()]


async def test_its_help_fits_80_columns(home: Path) -> None:
    written = await run(home, "history", "--help")
    assert max(map(cell_len, written.out.splitlines())) <= 80
    assert "..." not in written.out.partition("Commands:")[2]
