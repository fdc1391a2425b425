"""What becomes of a quest from its offer to its end."""

import asyncio
from typing import Any

import pytest

from npcengine.errors import UsageError
from npcengine.quest.events import Event
from npcengine.quest.record.book import MAX_OPEN, MAX_OVER
from npcengine.quest.record.journal import Journal
from tests.quest.journal.village import NOTHING, fork, journal, rarity, slay, treat, treated

REALM = "main"


async def begun(kept: Journal, *players: str) -> None:
    for player in players:
        await kept.offer(treat(), player, REALM)
        await kept.accept("treat", player, NOTHING, REALM)


async def test_a_quest_is_offered_accepted_and_completed_by_events_alone() -> None:
    kept = journal()
    entry = await kept.offer(treat(), "ayla", REALM)
    assert (entry.status, entry.change) == ("offered", "offered")
    entry = await kept.accept("treat", "ayla", NOTHING, REALM)
    assert (entry.status, entry.change, entry.outcome) == ("active", "accepted", None)
    assert entry.quest.proof is not None
    assert entry.quest.proof.proved

    done = [await kept.advance(each, ("ayla",), REALM) for each in treated()]
    assert [[(each.change, each.done) for each in some] for some in done] == [
        [],
        [("advanced", ("find",))],
        [],
        [("advanced", ("treat",))],
        [("completed", ("report",))],
    ]
    [entry] = await kept.of("ayla", REALM)
    assert (entry.status, entry.change) == ("completed", "nothing")
    assert entry.outcome == entry.quest.outcomes[0]


async def test_nothing_happens_to_a_quest_that_is_only_offered() -> None:
    kept = journal()
    await kept.offer(treat(), "ayla", REALM)
    for each in treated():
        assert await kept.advance(each, ("ayla",), REALM) == ()
    [entry] = await kept.of("ayla", REALM)
    assert entry.status == "offered"


async def test_one_event_counts_for_a_party_and_for_nobody_else() -> None:
    kept = journal()
    await begun(kept, "ayla", "ben", "cid")
    for each in treated():
        changed = await kept.advance(each, ("ayla", "ben", "ayla"), REALM)
    assert [(each.player, each.status) for each in changed] == [
        ("ayla", "completed"),
        ("ben", "completed"),
    ]
    [entry] = await kept.of("cid", REALM)
    assert entry.progress.done == ()


async def test_realms_and_quests_of_others_are_apart() -> None:
    kept = journal()
    await begun(kept, "ayla")
    await kept.offer(slay(), "ayla", REALM)
    for each in treated():
        assert await kept.advance(each, ("ayla",), "other") == ()
    assert await kept.of("ayla", "other") == ()
    assert [each.status for each in await kept.of("ayla", REALM)] == ["active", "offered"]


async def test_an_event_that_is_told_twice_counts_once() -> None:
    kept = journal()
    await begun(kept, "ayla")
    for _ in range(5):
        await kept.advance(Event("obtained", "herb", id="same"), ("ayla",), REALM)
    [entry] = await kept.of("ayla", REALM)
    assert entry.progress.done == ()
    await kept.advance(Event("obtained", "herb", id="another"), ("ayla",), REALM)
    [entry] = await kept.of("ayla", REALM)
    assert entry.progress.done == ("find",)


async def test_an_event_of_before_the_quest_does_not_count_when_it_is_told_again() -> None:
    kept = journal()
    old = Event("obtained", "herb", count=2, id="old")
    await kept.advance(old, ("ayla",), REALM)
    await begun(kept, "ayla")
    assert await kept.advance(old, ("ayla",), REALM) == ()


async def test_events_that_come_at_once_are_applied_one_after_the_other() -> None:
    kept = journal()
    await kept.offer(treat(), "ayla", REALM)
    await asyncio.gather(
        kept.accept("treat", "ayla", NOTHING, REALM),
        *(kept.advance(each, ("ayla",), REALM) for each in treated()),
        *(kept.advance(each, ("ayla",), REALM) for each in treated()),
    )
    [entry] = await kept.of("ayla", REALM)
    assert entry.status == "completed"


async def test_a_quest_can_be_declined_and_offered_again() -> None:
    kept = journal()
    await kept.offer(treat(), "ayla", REALM)
    entry = await kept.decline("treat", "ayla", REALM)
    assert (entry.status, entry.change) == ("abandoned", "declined")
    assert (await kept.accept("treat", "ayla", NOTHING, REALM)).status == "abandoned"
    assert (await kept.offer(treat(), "ayla", REALM)).change == "offered"
    assert (await kept.accept("treat", "ayla", NOTHING, REALM)).status == "active"


async def test_a_quest_can_be_abandoned_and_nothing_of_it_counts_afterwards() -> None:
    kept = journal()
    await begun(kept, "ayla")
    assert (await kept.decline("treat", "ayla", REALM)).status == "active"
    entry = await kept.abandon("treat", "ayla", REALM)
    assert (entry.status, entry.change) == ("abandoned", "abandoned")
    assert (await kept.abandon("treat", "ayla", REALM)).change == "nothing"
    for each in treated():
        assert await kept.advance(each, ("ayla",), REALM) == ()


async def test_what_the_player_has_or_has_done_is_not_offered_anew() -> None:
    kept = journal()
    await begun(kept, "ayla")
    entry = await kept.offer(treat(), "ayla", REALM)
    assert (entry.status, entry.change) == ("active", "nothing")
    for each in treated():
        await kept.advance(each, ("ayla",), REALM)
    assert (await kept.offer(treat(), "ayla", REALM)).status == "completed"


async def test_a_quest_is_turned_in_where_only_the_giver_is_left() -> None:
    kept = journal()
    await begun(kept, "ayla")
    entry = await kept.turn_in("treat", "ayla", NOTHING, REALM)
    assert (entry.status, entry.change) == ("active", "nothing")
    for each in treated()[:-1]:
        await kept.advance(each, ("ayla",), REALM)
    entry = await kept.turn_in("treat", "ayla", NOTHING, REALM)
    assert (entry.status, entry.change, entry.done) == ("completed", "completed", ("report",))
    assert (await kept.turn_in("treat", "ayla", NOTHING, REALM)).change == "nothing"


async def test_a_quest_fails_when_its_time_is_over() -> None:
    kept = journal()
    await kept.offer(treat(minutes=60.0), "ayla", REALM)
    await kept.accept("treat", "ayla", NOTHING, REALM)
    assert await kept.advance(Event("tick", minutes=59), ("ayla",), REALM) == ()
    [entry] = await kept.advance(Event("tick", minutes=2), ("ayla",), REALM, NOTHING)
    assert (entry.status, entry.change) == ("failed", "failed")
    assert entry.reason == "there were 60 minutes for it, and they are over"


async def test_a_quest_for_which_there_is_not_enough_time_is_refused() -> None:
    kept = journal()
    await kept.offer(treat(minutes=5.0), "ayla", REALM)
    entry = await kept.accept("treat", "ayla", NOTHING, REALM)
    assert (entry.status, entry.change) == ("failed", "refused")
    assert "5" in entry.reason


async def test_the_outcome_is_the_one_that_was_reached() -> None:
    kept = journal()
    await kept.offer(fork(), "ayla", REALM)
    await kept.accept("fork", "ayla", NOTHING, REALM)
    [entry] = await kept.advance(Event("died", "bear"), ("ayla",), REALM)
    assert entry.outcome is not None
    assert entry.outcome.id == "war"


async def test_a_quest_that_fails_with_somebody_s_death_says_whose() -> None:
    kept = journal()
    await begun(kept, "ayla")
    [entry] = await kept.advance(Event("died", "tom"), ("ayla",), REALM)
    assert (entry.status, entry.reason) == ("failed", "tom is dead")
    [again] = await kept.of("ayla", REALM)
    assert again.reason == "tom is dead"


async def test_verbs_for_a_quest_that_the_player_does_not_have_say_which_there_are() -> None:
    kept = journal()
    await begun(kept, "ayla")
    for verb in (
        kept.accept("heal", "ayla", NOTHING, REALM),
        kept.decline("heal", "ayla", REALM),
        kept.abandon("heal", "ayla", REALM),
        kept.turn_in("heal", "ayla", NOTHING, REALM),
    ):
        with pytest.raises(UsageError, match=r"'ayla' has no quest 'heal'.*there are treat"):
            await verb


@pytest.mark.parametrize("id", ["", "a" * 201, "\ud800"])
async def test_ids_that_cannot_be_kept_are_refused(id: str) -> None:
    kept = journal()
    with pytest.raises(UsageError):
        await kept.of(id, REALM)
    with pytest.raises(UsageError):
        await kept.of("ayla", id)


WRONG: list[dict[str, Any]] = [
    {"kind": "eaten"},
    {"kind": "killed", "id": "x" * 201},
    {"kind": "tick", "minutes": float("nan")},
    {"kind": "flag", "what": "tom.alive", "value": float("inf")},
    {"kind": "flag", "what": "tom.at", "value": "x" * 300},
    {"kind": "flag", "what": "tom.at", "value": "\ud800"},
    {"kind": "flag", "what": "tom.at", "value": None},
    {"kind": "reached", "what": "x" * 300},
    {"kind": "reached", "what": None},
    {"kind": "gave", "what": "herb", "to": "\ud800"},
    {"kind": "killed", "what": "wolf", "count": "3"},
    {"kind": "killed", "what": "wolf", "count": 1.5},
    {"kind": "killed", "what": "wolf", "count": 10**400},
    {"kind": "obtained", "what": "herb", "count": -(10**5_000)},
]


@pytest.mark.parametrize("fields", WRONG)
async def test_events_that_make_no_sense_are_refused(fields: dict[str, Any]) -> None:
    kept = journal()
    await begun(kept, "ayla")
    before = await kept.of("ayla", REALM)
    with pytest.raises(UsageError):
        await kept.advance(Event(**fields), ("ayla",), REALM)
    assert await kept.of("ayla", REALM) == before


async def test_the_oldest_offers_make_room_and_active_quests_never_do() -> None:
    kept = journal()
    await begun(kept, "ayla")
    for n in range(MAX_OPEN):
        await kept.offer(slay(f"slay-{n}"), "ayla", REALM)
    ids = {each.quest.id for each in await kept.of("ayla", REALM)}
    assert len(ids) == MAX_OPEN
    assert "treat" in ids
    assert "slay-0" not in ids
    for id in ids - {"treat"}:
        await kept.accept(id, "ayla", NOTHING, REALM)
    with pytest.raises(UsageError, match="finished or abandoned"):
        await kept.offer(rarity(), "ayla", REALM)


async def test_of_what_is_over_the_last_quests_are_kept() -> None:
    kept = journal()
    for n in range(MAX_OVER + 3):
        await kept.offer(slay(f"slay-{n}"), "ayla", REALM)
        await kept.decline(f"slay-{n}", "ayla", REALM)
    ids = [each.quest.id for each in await kept.of("ayla", REALM)]
    assert ids == [f"slay-{n}" for n in range(3, MAX_OVER + 3)]
