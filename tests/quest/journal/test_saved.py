"""Journals that outlive the process, and what is wrong with one that cannot be read."""

import asyncio
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from math import inf
from pathlib import Path

import pytest

from npcengine.errors import SaveCorrupt, SaveTooNew, SaveTooOld, StoreError
from npcengine.messages import Origin
from npcengine.quest.events import Event
from npcengine.quest.record.journal import Journal
from npcengine.quest.record.keeping import LIST, name_of
from npcengine.stores.sqlite import SqliteStore
from tests.quest.journal.village import NOTHING, journal, slay, treat, treated
from tests.stores.files import full_disk

REALM = "main"
ROOT = Path(__file__).parents[3]
AYLA = Origin(REALM, "", "ayla")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    made = SqliteStore(tmp_path / "game.db")
    yield made
    await made.aclose()


async def begin(kept: Journal) -> None:
    await kept.offer(treat(), "ayla", REALM)
    await kept.accept("treat", "ayla", NOTHING, REALM)


async def test_a_journal_that_is_opened_anew_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "game.db"
    events = iter(treated())
    for run in range(6):
        store = SqliteStore(path)
        kept = journal(store)
        if run == 0:
            await begin(kept)
            await kept.offer(slay(), "ayla", REALM)
        else:
            before = await kept.of("ayla", REALM)
            assert [each.quest.id for each in before] == ["treat", "slay"]
            await kept.advance(next(events), ("ayla",), REALM)
        entries = await kept.of("ayla", REALM)
        assert await journal(store).of("ayla", REALM) == entries
        note = kept.notes("mira", "ayla", REALM)
        await store.aclose()
    assert [each.status for each in entries] == ["offered", "completed"]
    assert "thanks" in note


async def test_an_event_told_again_after_a_restart_counts_once(store: SqliteStore) -> None:
    await begin(journal(store))
    for _ in range(3):
        await journal(store).advance(Event("obtained", "herb", id="e"), ("ayla",), REALM)
    [entry] = await journal(store).of("ayla", REALM)
    assert entry.progress.facts["player.has.herb"] == 1
    # One that was none of the quest's business then is not later either.
    talked = Event("talked", "mira", id="early")
    await journal(store).advance(talked, ("ayla",), REALM)
    for each in treated()[:-1]:
        await journal(store).advance(each, ("ayla",), REALM)
    assert await journal(store).advance(talked, ("ayla",), REALM) == ()
    [entry] = await journal(store).advance(treated()[-1], ("ayla",), REALM)
    assert entry.status == "completed"


async def test_what_was_recast_stays_so(store: SqliteStore) -> None:
    await begin(journal(store))
    [entry] = await journal(store).recheck("ayla", {"tom.alive": False}, REALM)
    [after] = await journal(store).of("ayla", REALM)
    assert (after.quest, after.progress) == (entry.quest, entry.progress)


PROGRAM = """
import asyncio, os, sys
from npcengine.quest.events import Event
from npcengine.stores.sqlite import SqliteStore
from tests.quest.journal.village import NOTHING, journal, treat

async def main():
    kept = journal(SqliteStore(sys.argv[1]))
    for n in range(1000):
        await kept.offer(treat(f"treat-{n}"), f"player-{n % 7}", "main")
        entry = await kept.accept(f"treat-{n}", f"player-{n % 7}", NOTHING, "main")
        await kept.advance(Event("obtained", "herb", id=f"e{n}"), (f"player-{n % 7}",), "main")
        await kept.abandon(f"treat-{n}", f"player-{n % 7}", "main") if n % 3 else None
        print(n, flush=True)

asyncio.run(main())
"""


async def test_a_process_that_is_killed_leaves_whole_journals(tmp_path: Path) -> None:
    for lines in (1, 40, 75):
        path = tmp_path / f"{lines}.db"
        last = kill_after(path, lines)
        store = SqliteStore(path)
        kept = journal(store)
        for n in range(last + 1):
            entries = {each.quest.id: each for each in await kept.of(f"player-{n % 7}", REALM)}
            if last - n < 7:
                entry = entries[f"treat-{n}"]
                assert entry.status == ("abandoned" if n % 3 else "active")
                assert entry.progress.facts["player.has.herb"] == 1
        await store.aclose()


def kill_after(path: Path, lines: int) -> int:
    """Kill a process once it has told so many steps; return the last one."""
    command = [sys.executable, "-c", PROGRAM, str(path)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as game:
        assert game.stdout is not None
        last = [int(game.stdout.readline()) for _ in range(lines)][-1]
        game.send_signal(signal.SIGKILL)
    return last


Break = Callable[[str], str]


def with_version(number: int) -> Break:
    return lambda text: json.dumps({**json.loads(text), "npcengine_journal": number})


BROKEN: list[tuple[Break, type[StoreError]]] = [
    (with_version(99), SaveTooNew),
    (with_version(0), SaveTooOld),
    (lambda text: text[:-40], SaveCorrupt),
    (lambda text: text.replace('"active"', '"won"'), SaveCorrupt),
    (lambda _: "[]", SaveCorrupt),
]


@pytest.mark.parametrize(("spoil", "error"), BROKEN)
async def test_a_quest_that_cannot_be_read_is_told_and_stays(
    store: SqliteStore, spoil: Break, error: type[StoreError], caplog: pytest.LogCaptureFixture
) -> None:
    await begin(journal(store))
    text = await store.value(AYLA, name_of("treat"))
    assert text is not None
    await store.put(AYLA, name_of("treat"), spoil(text), inf)

    kept = journal(store)
    with caplog.at_level(logging.ERROR, "npcengine"):
        assert await kept.of("ayla", REALM) == ()
    assert "the quest 'treat' of 'ayla' in 'main'" in caplog.text
    for verb in (kept.offer(treat(), "ayla", REALM), kept.abandon("treat", "ayla", REALM)):
        with pytest.raises(error):
            await verb
    await kept.offer(slay(), "ayla", REALM)
    await kept.accept("slay", "ayla", NOTHING, REALM)

    assert await store.value(AYLA, name_of("treat")) == spoil(text)
    await store.put(AYLA, name_of("treat"), text, inf)
    assert [each.quest.id for each in await journal(store).of("ayla", REALM)] == ["treat", "slay"]


@pytest.mark.parametrize(("spoil", "error"), BROKEN[:3])
async def test_a_list_that_cannot_be_read_is_not_written_over(
    store: SqliteStore, spoil: Break, error: type[StoreError]
) -> None:
    await begin(journal(store))
    text = await store.value(AYLA, LIST)
    assert text is not None
    await store.put(AYLA, LIST, spoil(text), inf)
    kept = journal(store)
    for verb in (kept.of("ayla", REALM), kept.offer(slay(), "ayla", REALM)):
        with pytest.raises(error):
            await verb
    assert kept.notes("mira", "ayla", REALM) == ""
    await store.put(AYLA, LIST, text, inf)
    assert [each.quest.id for each in await kept.of("ayla", REALM)] == ["treat"]


async def test_a_full_disk_stops_no_quest(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "game.db"
    store = SqliteStore(path)
    kept = journal(store)
    await begin(kept)
    with full_disk(path.stat().st_size + 1), caplog.at_level(logging.ERROR, "npcengine"):
        for n in range(40):
            await kept.offer(treat(f"treat-{n}"), "ayla", REALM)
        for each in treated():
            changed = await kept.advance(each, ("ayla",), REALM)
    assert "disk" in caplog.text
    assert [each.quest.id for each in changed] == ["treat"]
    await kept.offer(slay(), "ben", REALM)
    entries = await kept.of("ayla", REALM)
    await store.aclose()
    store = SqliteStore(path)
    assert await journal(store).of("ayla", REALM) == entries
    await store.aclose()


async def test_a_player_who_is_forgotten_has_nothing(store: SqliteStore) -> None:
    kept = journal(store)
    await begin(kept)
    going = [asyncio.ensure_future(kept.advance(each, ("ayla",), REALM)) for each in treated()]
    await asyncio.sleep(0)
    async with kept.forgetting("ayla"):
        going.append(asyncio.ensure_future(kept.of("ayla", REALM)))
        await asyncio.sleep(0)
        await store.forget("ayla")
    await asyncio.gather(*going)
    assert await kept.of("ayla", REALM) == ()
    assert await store.value(AYLA, name_of("treat")) is None
    assert await store.value(AYLA, LIST) is None
    assert kept.notes("mira", "ayla", REALM) == ""


async def test_a_verb_that_is_cancelled_while_it_saves_is_saved_by_the_next(
    store: SqliteStore,
) -> None:
    kept = journal(store)
    await begin(kept)
    for each in treated():
        going = asyncio.ensure_future(kept.advance(each, ("ayla",), REALM))
        for _ in range(3):
            await asyncio.sleep(0)
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
    await kept.aclose()
    assert await journal(store).of("ayla", REALM) == await kept.of("ayla", REALM)
