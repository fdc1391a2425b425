"""Quests in a world in which somebody died, went away, or something is gone."""

import pytest

from npcengine.errors import UsageError
from npcengine.quest.events import Event
from npcengine.quest.model import Reward
from npcengine.turns import Fact
from tests.quest.journal.village import (
    NOTHING,
    by_hand,
    fork,
    journal,
    rarity,
    slay,
    treat,
    treated,
)

REALM = "main"


async def test_a_quest_that_cannot_be_finished_is_refused_with_the_reason() -> None:
    kept = journal()
    await kept.offer(rarity(), "ayla", REALM)
    entry = await kept.accept("rarity", "ayla", {"cave.has.ring": 0}, REALM)
    assert (entry.status, entry.change) == ("failed", "refused")
    assert "obtain(item=ring)" in entry.reason
    [entry] = await kept.of("ayla", REALM)
    assert entry.reason
    assert (await kept.offer(rarity(), "ayla", REALM)).change == "offered"
    assert (await kept.accept("rarity", "ayla", NOTHING, REALM)).change == "accepted"


GONE: list[tuple[dict[str, Fact], str]] = [
    ({"mira.alive": False}, "dead"),
    ({"mira.captive": True}, "captive"),
    ({"mira.at": ""}, "nowhere"),
]


@pytest.mark.parametrize(("told", "why"), GONE, ids=str)
async def test_nobody_takes_a_quest_from_a_giver_who_is_gone(
    told: dict[str, Fact], why: str
) -> None:
    kept = journal()
    await kept.offer(slay(), "ayla", REALM)
    entry = await kept.accept("slay", "ayla", told, REALM)
    assert entry.change == "refused"
    assert why in entry.reason


async def test_a_giver_who_is_nobody_gives_nothing() -> None:
    kept = journal()
    await kept.offer(slay().model_copy(update={"giver": "zed"}), "ayla", REALM)
    assert (await kept.accept("slay", "ayla", NOTHING, REALM)).change == "refused"


async def test_others_take_the_part_of_who_died_before_the_quest_was_accepted() -> None:
    kept = journal()
    await kept.offer(treat(), "ayla", REALM)
    entry = await kept.accept("treat", "ayla", {"tom.alive": False}, REALM)
    assert (entry.status, entry.change) == ("active", "recast")
    patient = entry.quest.roles["patient"]
    assert patient in ("ann", "bo")
    assert entry.quest.roles["remedy"] == "herb"
    assert entry.quest.objective("treat").using == {"item": "herb", "to": patient, "count": 2}
    for each in treated(patient):
        changed = await kept.advance(each, ("ayla",), REALM)
    assert [each.status for each in changed] == ["completed"]


async def test_what_is_done_already_stays_done_when_others_take_a_part() -> None:
    kept = journal()
    await kept.offer(treat(), "ayla", REALM)
    await kept.accept("treat", "ayla", NOTHING, REALM)
    for each in treated()[:2]:
        await kept.advance(each, ("ayla",), REALM)
    [entry] = await kept.recheck("ayla", {"tom.at": ""}, REALM)
    assert (entry.change, entry.progress.done) == ("recast", ("find",))
    patient = entry.quest.roles["patient"]
    for each in treated(patient)[2:]:
        changed = await kept.advance(each, ("ayla",), REALM)
    assert [each.status for each in changed] == ["completed"]


async def test_an_offer_is_recast_before_anybody_accepts_it() -> None:
    kept = journal()
    await kept.offer(slay(), "ayla", REALM)
    told: dict[str, Fact] = {"bear.at": ""}
    [entry] = await kept.recheck("ayla", told, REALM)
    assert (entry.status, entry.change, entry.quest.roles) == (
        "offered",
        "recast",
        {"beast": "boar"},
    )
    assert await kept.recheck("ayla", told, REALM) == ()
    assert (await kept.accept("slay", "ayla", told, REALM)).change == "accepted"


async def test_what_is_so_already_counts() -> None:
    kept = journal()
    await kept.offer(slay(), "ayla", REALM)
    await kept.accept("slay", "ayla", NOTHING, REALM)
    [entry] = await kept.recheck("ayla", {"bear.alive": False}, REALM)
    assert (entry.change, entry.done) == ("advanced", ("slay",))


async def test_what_events_told_holds_where_the_game_does_not_tell_it_again() -> None:
    kept = journal()
    await kept.offer(rarity(), "ayla", REALM)
    await kept.accept("rarity", "ayla", NOTHING, REALM)
    await kept.advance(Event("obtained", "ring"), ("ayla",), REALM)
    assert await kept.recheck("ayla", {"cave.has.ring": 0}, REALM) == ()
    told: dict[str, Fact] = {"cave.has.ring": 0, "player.has.ring": 0}
    [entry] = await kept.recheck("ayla", told, REALM)
    assert (entry.status, entry.change) == ("failed", "failed")
    assert "give" in entry.reason


async def test_one_way_to_end_an_active_quest_is_enough() -> None:
    kept = journal()
    await kept.offer(fork(), "ayla", REALM)
    await kept.accept("fork", "ayla", NOTHING, REALM)
    assert await kept.recheck("ayla", {"tom.alive": False}, REALM) == ()
    [entry] = await kept.of("ayla", REALM)
    assert entry.status == "active"
    assert entry.quest.roles == fork().roles


async def test_without_a_strategy_somebody_of_the_same_kind_takes_the_part() -> None:
    kept = journal()
    await kept.offer(fork(), "ayla", REALM)
    entry = await kept.accept("fork", "ayla", {"bear.at": "", "tom.alive": False}, REALM)
    assert entry.change == "recast"
    assert entry.quest.roles["beast"] == "boar"
    assert entry.quest.roles["friend"] in ("ann", "bo")


async def test_a_death_that_an_event_tells_ends_a_quest_unless_somebody_can_take_the_part() -> None:
    kept = journal()
    for player in ("ayla", "ben"):
        await kept.offer(treat(), player, REALM)
        await kept.accept("treat", player, NOTHING, REALM)
    died = Event("died", "tom")
    [entry] = await kept.advance(died, ("ayla",), REALM)
    assert (entry.status, entry.change) == ("failed", "failed")
    [entry] = await kept.advance(died, ("ben",), REALM, NOTHING)
    assert (entry.status, entry.change) == ("active", "recast")
    died = Event("died", "mira")
    [entry] = await kept.advance(died, ("ben",), REALM, NOTHING)
    assert (entry.status, entry.change) == ("failed", "failed")


async def test_what_is_given_as_a_reward_is_not_what_is_asked_for() -> None:
    kept = journal()
    told: dict[str, Fact] = {"cave.has.ring": 0}
    quest = by_hand("item", "ring", ("bring", "give", {"item": "ring", "to": "mira"}, {}))
    done = quest.outcomes[0].model_copy(update={"reward": Reward(items={"herb": 1})})
    for id, outcome, item in (("a", quest.outcomes[0], {"herb", "root"}), ("b", done, {"root"})):
        offered = quest.model_copy(update={"id": id, "outcomes": (outcome,)})
        await kept.offer(offered, "ayla", REALM)
        entry = await kept.accept(id, "ayla", told, REALM)
        assert entry.change == "recast"
        assert entry.quest.roles["item"] in item


async def test_a_recheck_of_somebody_without_quests_is_nothing() -> None:
    kept = journal()
    assert await kept.recheck("ayla", NOTHING, REALM) == ()
    with pytest.raises(UsageError):
        await kept.recheck("", NOTHING, REALM)
