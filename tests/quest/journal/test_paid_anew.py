"""What is given for a quest that others have a part in now."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npcengine.quest.events import Event
from npcengine.quest.model import Quest, Reward
from npcengine.quest.pricing.price import is_fair, worth_of
from npcengine.quest.pricing.promise import raised
from npcengine.quest.record.entry import Entry
from npcengine.quest.show.text import as_text
from npcengine.quest.tokens import tokens_for
from npcengine.turns import Fact
from npcengine.world.state import State
from tests.quest.journal.market import (
    INDEX,
    REALM,
    STATE,
    asked,
    bring,
    deliver,
    journal,
    proved,
    reward_of,
)

FAR: dict[str, Fact] = {"tom.at": ""}
FARTHER: dict[str, Fact] = {"tom.at": "", "ann.at": ""}
NEAR: dict[str, Fact] = {"ann.at": ""}
"""Only whom it was for is gone; of the others the first who fits takes the part."""


async def accepted(quest: Quest, told: dict[str, Fact] | None = None) -> Entry:
    kept = journal()
    await kept.offer(quest, "ayla", REALM)
    return await kept.accept(quest.id, "ayla", told or {}, REALM)


async def recast_after(quest: Quest, told: dict[str, Fact], *events: Event) -> Entry:
    kept = journal()
    await kept.offer(quest, "ayla", REALM)
    await kept.accept(quest.id, "ayla", {}, REALM)
    for each in events:
        await kept.advance(each, ("ayla",), REALM)
    [entry] = await kept.recheck("ayla", told, REALM)
    assert entry.change == "recast"
    return entry


def is_fair_now(quest: Quest, told: dict[str, Fact]) -> bool:
    state = State.of(INDEX, told)
    [plan] = proved(quest, state).plans
    return is_fair(reward_of(quest), worth_of(quest, plan, state), state)


async def test_an_offer_is_priced_for_whoever_takes_the_part() -> None:
    quest = deliver("tom")
    far = await accepted(quest, FARTHER)
    assert (far.change, far.quest.roles) == ("recast", {"friend": "bo"})
    assert is_fair_now(far.quest, FARTHER)
    assert reward_of(far.quest).money > 2 * reward_of(quest).money
    dear = deliver("bo")
    told: dict[str, Fact] = {"bo.at": "", "ann.at": ""}
    near = await accepted(dear, told)
    assert near.quest.roles == {"friend": "tom"}
    assert reward_of(near.quest).money < reward_of(dear).money / 2
    assert is_fair_now(near.quest, told)


async def test_whoever_has_begun_is_paid_more_for_more() -> None:
    quest = deliver("tom")
    entry = await recast_after(quest, FARTHER)
    assert entry.quest.roles == {"friend": "bo"}
    assert is_fair_now(entry.quest, FARTHER)
    before, after = reward_of(quest), reward_of(entry.quest)
    assert after.money > 2 * before.money
    assert after.experience > 2 * before.experience


async def test_nobody_is_paid_less_than_was_promised() -> None:
    quest = deliver("bo")
    entry = await recast_after(quest, {"bo.at": "", "ann.at": ""})
    assert entry.quest.roles == {"friend": "tom"}
    assert reward_of(entry.quest) == reward_of(quest)


async def test_what_was_done_before_is_paid_as_well() -> None:
    """The herbs were found: what they are worth is a part of the price, as before."""
    quest = deliver("tom")
    found = Event("obtained", "herb", count=3)
    told: dict[str, Fact] = {**FARTHER, "player.at": "wood", "player.has.herb": 3}
    entry = await recast_after(quest, told, found)
    assert entry.progress.done == ("find",)
    assert reward_of(entry.quest).money > 2 * reward_of(quest).money


async def test_what_was_promised_beside_money_stays() -> None:
    quest = deliver("tom")
    gift = reward_of(quest).model_copy(update={"items": {"heirloom": 1}, "standing": {}})
    [done] = quest.outcomes
    with_gift = quest.model_copy(update={"outcomes": (done.model_copy(update={"reward": gift}),)})
    entry = await recast_after(with_gift, FARTHER)
    assert reward_of(entry.quest).items == {"heirloom": 1}
    assert is_fair_now(entry.quest, FARTHER)


async def test_what_nobody_priced_stays_without_a_price() -> None:
    quest = deliver("tom")
    [done] = quest.outcomes
    bare = quest.model_copy(update={"outcomes": (done.model_copy(update={"reward": Reward()}),)})
    assert reward_of((await accepted(bare, FAR)).quest) == Reward()
    assert reward_of((await recast_after(bare, FAR)).quest) == Reward()


async def test_a_quest_that_is_not_recast_keeps_its_reward() -> None:
    odd = bring(money=17.0)
    entry = await accepted(odd, NEAR)
    assert (entry.change, reward_of(entry.quest)) == ("accepted", reward_of(odd))


async def test_where_what_was_done_cannot_be_done_again_the_rest_is_priced() -> None:
    quest = asked(
        "two",
        {"first": "cid", "friend": "tom"},
        ("hear", "talk", {"to": "cid"}, []),
        ("tell", "talk", {"to": "tom"}, ["hear"]),
        money=5.0,
    )
    told: dict[str, Fact] = {**FARTHER, "cid.at": ""}
    entry = await recast_after(quest, told, Event("talked", "cid"))
    assert entry.quest.roles == {"first": "cid", "friend": "bo"}
    assert reward_of(entry.quest).money > 50


async def test_what_players_read_names_the_reward_of_now() -> None:
    """No text of a quest has a word for its reward; whatever shows one takes it from the quest."""
    quest = deliver("tom")
    after = (await accepted(quest, FARTHER)).quest
    assert not {"money", "reward", "coin", "experience"} & set(tokens_for(after))
    shown = "\n".join(row.text for row in as_text(after, INDEX.world, "en"))
    assert f"{reward_of(after).money:g}" in shown
    assert f"{reward_of(quest).money:g} " not in shown
    assert "Bo" in shown
    assert "Tom" not in shown


amounts = st.integers(0, 10_000).map(float)
standings = st.dictionaries(st.sampled_from(["folk", "thieves"]), st.integers(-3, 3))


@settings(deadline=None)
@given(amounts, amounts, standings, st.sampled_from([{}, {"heirloom": 1}, {"jug": 2}]))
def test_no_part_of_a_promise_is_broken(
    money: float, experience: float, standing: dict[str, int], items: dict[str, int]
) -> None:
    promised = Reward(money=money, experience=experience, standing=standing, items=items)
    quest = deliver("ann")
    [plan] = proved(quest).plans
    now = raised(promised, quest, plan, STATE)
    assert now.money >= money
    assert now.experience >= experience
    assert now.items == items
    assert all(now.standing.get(side, 0) >= by for side, by in standing.items())
    if promised != Reward():
        assert now.money <= max(money, 1.25 * worth_of(quest, plan, STATE).money)


@pytest.mark.parametrize("told", [FAR, FARTHER])
async def test_the_same_world_gives_the_same_price(told: dict[str, Fact]) -> None:
    once, again = await accepted(deliver(), told), await accepted(deliver(), told)
    assert once.quest == again.quest
