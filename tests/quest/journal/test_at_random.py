"""Whatever a game tells, in whatever order and how often it likes."""

import asyncio
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from npcengine.quest.events import Event, EventKind
from npcengine.quest.model import Quest
from npcengine.quest.record.entry import Entry
from npcengine.quest.record.journal import Journal
from npcengine.stores.inmemory import InMemoryStore
from npcengine.turns import Fact
from tests.quest.journal.village import INDEX, NOTHING, fork, journal, rarity, slay, treat, treated

REALM = "main"
QUESTS = (treat(minutes=500.0), slay(), rarity(), fork())
IDS = [*INDEX.entities, "player", "", "zed"]
FACTS = [f"{id}.{name}" for id in IDS for name in ("at", "alive", "has.herb", "locked")]
VALUES: st.SearchStrategy[Fact] = st.one_of(
    st.booleans(), st.sampled_from(IDS), st.floats(-1e9, 1e9), st.integers(-3, 3)
)
NAMES = st.sampled_from(IDS)
EVENTS = st.one_of(
    st.builds(
        Event,
        st.sampled_from(get_args(EventKind)),
        st.one_of(NAMES, st.sampled_from(FACTS)),
        to=NAMES,
        about=NAMES,
        count=st.integers(-5, 10**12),
        value=VALUES,
        minutes=st.floats(-10, 200),
        id=st.sampled_from(["", "", *"abcdefgh"]),
    ),
    st.sampled_from([*treated(), Event("died", "bear"), Event("obtained", "ring")]),
    st.sampled_from([Event("gave", "ring", "mira"), Event("talked", "mira"), Event("died", "tom")]),
)
TOLD = st.dictionaries(st.sampled_from(FACTS), VALUES, max_size=4)
ACTS = st.one_of(EVENTS, TOLD, st.sampled_from(["turn_in", "abandon", "again"]))


async def begun(store: InMemoryStore) -> Journal:
    kept = journal(store)
    for quest in QUESTS:
        await kept.offer(quest, "ayla", REALM)
        await kept.accept(quest.id, "ayla", NOTHING, REALM)
    return kept


async def act(kept: Journal, did: Event | dict[str, Fact] | str) -> None:
    match did:
        case Event():
            await kept.advance(did, ("ayla",), REALM)
        case "turn_in":
            await kept.turn_in("treat", "ayla", NOTHING, REALM)
        case "abandon":
            await kept.abandon("slay", "ayla", REALM)
        case "again":
            await kept.offer(slay(), "ayla", REALM)
            await kept.accept("slay", "ayla", NOTHING, REALM)
        case dict():
            await kept.recheck("ayla", did, REALM)


def is_earned(entry: Entry) -> bool:
    """Tell whether all is done that the outcome of a completed quest needs."""
    return entry.outcome is not None and set(entry.outcome.needs) <= set(entry.progress.done)


def is_later(before: Entry, after: Entry) -> bool:
    """Tell whether nothing was undone, and nothing that was over has begun again."""
    if before.is_over:
        return before == after or after.quest.id == "slay"  # which is offered again
    kept = after.progress.done[: len(before.progress.done)] == before.progress.done
    return kept and after.progress.minutes >= before.progress.minutes


def names_nobody_twice(quest: Quest) -> bool:
    return len(set(quest.roles.values())) == len(quest.roles)


@settings(max_examples=150)
@given(st.lists(ACTS, max_size=25))
def test_no_quest_ends_well_without_all_that_it_needs(
    acts: list[Event | dict[str, Fact] | str],
) -> None:
    async def run() -> None:
        kept = await begun(InMemoryStore())
        before = {each.quest.id: each for each in await kept.of("ayla", REALM)}
        for did in acts:
            await act(kept, did)
            after = {each.quest.id: each for each in await kept.of("ayla", REALM)}
            assert after.keys() == before.keys()
            for id, entry in after.items():
                assert is_later(before[id], entry)
                assert entry.status != "completed" or is_earned(entry)
                assert names_nobody_twice(entry.quest)
            kept.notes("mira", "ayla", REALM)
            before = after

    asyncio.run(run())


@settings(max_examples=100)
@given(st.lists(st.tuples(ACTS, st.booleans()), max_size=20))
def test_it_makes_no_difference_when_a_journal_is_closed_and_opened(
    acts: list[tuple[Event | dict[str, Fact] | str, bool]],
) -> None:
    async def run() -> None:
        store = InMemoryStore()
        kept, reopened = await begun(InMemoryStore()), await begun(store)
        for did, anew in acts:
            await act(kept, did)
            await act(reopened, did)
            reopened = journal(store) if anew else reopened
            entries = await kept.of("ayla", REALM)
            assert [plain(each) for each in await reopened.of("ayla", REALM)] == [
                plain(each) for each in entries
            ]

    asyncio.run(run())


def plain(entry: Entry) -> tuple[object, ...]:
    """What there is of an entry, without the ids of events that were none of its business."""
    progress = entry.progress
    facts = dict(progress.facts), dict(progress.counts)
    return entry.quest, progress.status, progress.done, facts, progress.minutes, entry.reason


@settings(max_examples=100)
@given(st.permutations(treated()), st.lists(st.sampled_from(treated()), max_size=10))
def test_duplicates_make_no_difference(events: list[Event], again: list[Event]) -> None:
    async def run() -> None:
        once, often = await begun(InMemoryStore()), await begun(InMemoryStore())
        for each in events:
            await once.advance(each, ("ayla",), REALM)
            await often.advance(each, ("ayla",), REALM)
            for other in again:
                if other in events[: events.index(each)]:
                    await often.advance(other, ("ayla",), REALM)
        assert await once.of("ayla", REALM) == await often.of("ayla", REALM)

    asyncio.run(run())
