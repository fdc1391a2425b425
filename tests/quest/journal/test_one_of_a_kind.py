"""What there is only one of: one quest asks for it or gives it, and no other meanwhile."""

import asyncio
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npcengine import NPCEngine
from npcengine.errors import StoreError
from npcengine.messages import Origin
from npcengine.quest.brief import QuestBrief
from npcengine.quest.events import Event
from npcengine.quest.maker import QuestMaker
from npcengine.quest.model import Quest
from npcengine.quest.pooling.pool import Pool
from npcengine.quest.record.claims import only_ones
from npcengine.quest.record.entry import Entry
from npcengine.quest.record.journal import Journal
from npcengine.quest.record.keeping import CLAIMS, name_of
from npcengine.stores.inmemory import InMemoryStore
from tests.quest.journal.market import INDEX, REALM, asked, bring, deliver, journal, reward_of

WORLD = INDEX.world
PLAYERS = ("ayla", "ben", "cid")


async def taken_on(kept: Journal, quest: Quest, player: str) -> Entry:
    await kept.offer(quest, player, REALM)
    return await kept.accept(quest.id, player, {}, REALM)


def only_the_ring(id: str = "only") -> Quest:
    """A quest of which no role can be played by another thing."""
    return bring(id=id).model_copy(update={"roles": {}})


async def test_two_are_not_asked_for_the_same_thing() -> None:
    kept = journal()
    assert (await taken_on(kept, only_the_ring(), "ayla")).change == "accepted"
    assert await kept.taken(REALM) == {"ring"}
    refused = await taken_on(kept, only_the_ring(), "ben")
    assert refused.change == "refused"
    assert "only one ring" in refused.reason
    other = await kept.offer(only_the_ring(), "ben", "another")
    assert (await kept.accept(other.quest.id, "ben", {}, "another")).change == "accepted"


async def test_nor_is_one_player_asked_twice_who_has_it_already() -> None:
    kept = journal()
    await taken_on(kept, only_the_ring("one"), "ayla")
    await kept.advance(Event("obtained", "ring"), ("ayla",), REALM)
    await kept.offer(only_the_ring("two"), "ayla", REALM)
    entry = await kept.accept("two", "ayla", {"player.has.ring": 1, "cave.has.ring": 0}, REALM)
    assert entry.change == "refused"


async def test_another_thing_is_asked_for_where_that_will_do() -> None:
    kept = journal()
    await taken_on(kept, bring(), "ayla")
    entry = await taken_on(kept, bring(), "ben")
    assert entry.change == "recast"
    assert "ring" not in entry.quest.named()
    assert await kept.taken(REALM) >= {"ring"}


@pytest.mark.parametrize("end", ["abandon", "complete", "fail"])
async def test_it_is_free_once_the_quest_is_over(end: str) -> None:
    kept = journal()
    await taken_on(kept, only_the_ring(), "ayla")
    if end == "abandon":
        await kept.abandon("only", "ayla", REALM)
    elif end == "complete":
        for each in (Event("obtained", "ring"), Event("gave", "ring", to="mira")):
            await kept.advance(each, ("ayla",), REALM)
    else:
        await kept.advance(Event("died", "mira"), ("ayla",), REALM)
    assert await kept.taken(REALM) == set()
    assert (await taken_on(kept, only_the_ring(), "ben")).change == "accepted"


async def test_offers_keep_nothing_from_anybody() -> None:
    kept = journal()
    await kept.offer(only_the_ring(), "ayla", REALM)
    await kept.offer(only_the_ring(), "ben", REALM)
    assert await kept.taken(REALM) == set()
    assert (await kept.accept("only", "ben", {}, REALM)).change == "accepted"
    assert (await kept.accept("only", "ayla", {}, REALM)).change == "refused"


async def test_what_is_promised_is_not_promised_again() -> None:
    kept = journal()
    gift = {"money": 20.0, "experience": 80.0, "items": {"heirloom": 1}}
    first = bring("herb", "first", **gift)
    assert reward_of((await taken_on(kept, first, "ayla")).quest).items == {"heirloom": 1}
    entry = await taken_on(kept, bring("herb", "second", **gift), "ben")
    assert (entry.status, entry.change) == ("active", "recast")
    assert reward_of(entry.quest).items == {}
    assert reward_of(entry.quest).money > 20
    wants = await taken_on(kept, only_the_ring().model_copy(update={"id": "other"}), "ben")
    assert wants.change == "accepted"


async def test_what_is_optional_is_left_out() -> None:
    kept = journal()
    await taken_on(kept, only_the_ring(), "ayla")
    quest = deliver()
    extra = quest.objectives[0].model_validate(
        {"id": "extra", "do": "obtain", "with": {"item": "ring"}, "optional": True}
    )
    more = quest.model_copy(update={"objectives": (*quest.objectives, extra)})
    entry = await taken_on(kept, more, "ben")
    assert entry.change == "recast"
    assert entry.quest.objectives == quest.objectives
    assert (await taken_on(kept, more, "cid")).change == "recast"
    await kept.abandon("only", "ayla", REALM)
    assert (await taken_on(kept, more, "ayla")).quest.objectives == more.objectives


async def test_what_the_giver_has_no_more_is_not_promised() -> None:
    kept = journal()
    quest = bring("herb", items={"heirloom": 1})
    await kept.offer(quest, "ayla", REALM)
    entry = await kept.accept(quest.id, "ayla", {"mira.has.heirloom": 0}, REALM)
    assert entry.change == "recast"
    assert reward_of(entry.quest).items == {}


async def test_what_a_quest_has_is_not_taken_from_it_by_another_that_is_recast() -> None:
    kept = journal()
    await taken_on(kept, bring("crown", "first"), "ayla")
    await taken_on(kept, bring("ring", "second"), "ben")
    assert await kept.taken(REALM) == {"crown", "ring"}
    [entry] = await kept.recheck("ben", {"cave.has.ring": 0}, REALM)
    assert entry.change == "recast"
    assert {"ring", "crown"}.isdisjoint(entry.quest.named())
    assert "ring" not in await kept.taken(REALM)


async def test_a_check_of_what_is_active_takes_nothing_from_it() -> None:
    kept = journal()
    await taken_on(kept, only_the_ring(), "ayla")
    for _ in range(3):
        assert await kept.recheck("ayla", {}, REALM) == ()
        assert (await kept.turn_in("only", "ayla", {}, REALM)).status == "active"
    assert await kept.taken(REALM) == {"ring"}


async def test_it_holds_after_a_restart() -> None:
    store = InMemoryStore()
    await taken_on(journal(store), only_the_ring(), "ayla")
    assert (await taken_on(journal(store), only_the_ring(), "ben")).change == "refused"
    await journal(store).abandon("only", "ayla", REALM)
    assert (await taken_on(journal(store), only_the_ring(), "ben")).change == "accepted"


async def test_a_player_who_is_forgotten_has_nothing() -> None:
    store = InMemoryStore()
    kept = journal(store)
    await taken_on(kept, only_the_ring(), "ayla")
    async with kept.forgetting("ayla"):
        await store.forget("ayla")
    assert await kept.taken(REALM) == set()
    assert "ayla" not in (await store.value(Origin(REALM, "", ""), CLAIMS) or "")
    assert (await taken_on(kept, only_the_ring(), "ben")).change == "accepted"


@pytest.mark.parametrize("later", range(7))
async def test_nor_has_one_who_is_forgotten_while_others_are_sought(later: int) -> None:
    store = InMemoryStore()
    kept = journal(store)
    await kept.of("ben", REALM)
    gift = asked(
        "gift",
        {"friend": "tom"},
        ("find", "obtain", {"item": "ring"}, []),
        ("bring", "give", {"item": "ring", "to": "tom"}, ["find"]),
    )
    await taken_on(kept, gift, "ayla")
    telling = asyncio.create_task(kept.advance(Event("died", "tom"), ("ayla",), REALM, {}))
    for _ in range(later):
        await asyncio.sleep(0)
    async with kept.forgetting("ayla"):
        await store.forget("ayla")
    await telling
    assert await kept.taken(REALM) == set()
    assert "ayla" not in (await store.value(Origin(REALM, "", ""), CLAIMS) or "")


async def test_a_quest_that_the_store_has_no_more_has_nothing() -> None:
    """Whatever a crash or another program left there."""
    store = InMemoryStore()
    await taken_on(journal(store), only_the_ring(), "ayla")
    await store.put(Origin(REALM, "", "ayla"), name_of("only"), "", 0.0)
    assert await journal(store).taken(REALM) == set()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"npcengine_journal": 9}'])
async def test_a_list_that_cannot_be_read_is_written_anew_as_players_come(text: str) -> None:
    store = InMemoryStore()
    await taken_on(journal(store), only_the_ring(), "ayla")
    await store.put(Origin(REALM, "", ""), CLAIMS, text, float("inf"))
    kept = journal(store)
    assert await kept.taken(REALM) == set()
    await kept.of("ayla", REALM)
    assert await journal(store).taken(REALM) == {"ring"}


async def test_of_two_at_once_one_gets_it() -> None:
    kept = journal()
    for player in PLAYERS:
        await kept.offer(bring(), player, REALM)
    entries = await asyncio.gather(*(kept.accept("bring", each, {}, REALM) for each in PLAYERS))
    wanted = [only_ones(each.quest, WORLD) for each in entries]
    assert sum("ring" in each for each in wanted) == 1
    assert sum("crown" in each for each in wanted) <= 1


async def test_what_is_made_neither_asks_for_it_nor_gives_it() -> None:
    taken = frozenset({"ring", "crown", "heirloom"})
    for seed in range(25):
        maker = QuestMaker(INDEX, None, seed)
        brief = QuestBrief("mira", motive="reputation", seed=seed)
        async for made in maker.quests(brief, {}, None, None, taken):
            assert not isinstance(made, Quest) or not only_ones(made, WORLD)


async def test_an_engine_leaves_it_to_whoever_has_it() -> None:
    briefs = [QuestBrief("mira", motive="reputation", seed=seed) for seed in range(20)]
    async with NPCEngine(personas=[], world=WORLD) as engine:
        kept = engine.quests.journal
        before = [await engine.quest(each) for each in briefs]
        assert any(only_ones(each, WORLD) for each in before if isinstance(each, Quest))
        for item in ("ring", "crown"):
            await taken_on(kept, bring(item, item, items={"heirloom": 1}), "ayla")
        assert await kept.taken(REALM) == {"ring", "crown", "heirloom"}
        after = [await engine.quest(replace(each, player="ben")) for each in briefs]
        assert not any(only_ones(each, WORLD) for each in after if isinstance(each, Quest))


async def test_a_pool_keeps_it_for_later() -> None:
    maker = QuestMaker(INDEX, None)
    pool = Pool(INDEX, lambda brief: maker.quests(brief, {}, None, None))
    brief = QuestBrief("mira", motive="reputation")
    [_ async for _ in pool.fill(12, [brief])]
    rare = [each for each in pool if only_ones(each, WORLD)]
    assert rare
    everything = frozenset(WORLD.items)
    while (served := pool.take(brief, {}, everything)) is not None:
        assert not only_ones(served, WORLD)
    assert len(pool) >= len(rare)


QUESTS = (
    only_the_ring(),
    bring(),
    bring("crown", "crown", items={"heirloom": 1}),
    bring("herb", "herb", money=9.0, items={"heirloom": 1}),
    deliver(),
    asked("both", {"one": "ring"}, ("a", "obtain", {"item": "ring"}, []),
          ("b", "obtain", {"item": "crown"}, [])),
)  # fmt: skip
ACTS = st.tuples(
    st.sampled_from(["accept", "accept", "abandon", "recheck", "harm", "end", "restart"]),
    st.sampled_from(PLAYERS),
    st.integers(0, len(QUESTS) - 1),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ACTS, max_size=25), st.randoms(use_true_random=False))
def test_no_two_active_quests_ever_have_the_same(
    acts: list[tuple[str, str, int]], random: Random
) -> None:
    async def run() -> None:
        store = InMemoryStore()
        kept = journal(store)
        for what, player, number in acts:
            quest = QUESTS[number]
            if what == "accept":
                await taken_on(kept, quest, player)
            elif what in ("abandon", "end"):
                await give_up(kept, quest, player, ends=what == "end")
            elif what == "restart":
                kept = journal(store)
            else:
                gone = random.choice(["cave.has.ring", "cave.has.crown", "mira.has.heirloom"])
                await kept.recheck(player, {gone: 0} if what == "harm" else {}, REALM)
            await check(kept)

    asyncio.run(run())


async def give_up(kept: Journal, quest: Quest, player: str, *, ends: bool) -> None:
    if ends:
        await kept.advance(Event("died", "mira"), (player,), REALM)
    elif any(each.quest.id == quest.id for each in await kept.of(player, REALM)):
        await kept.abandon(quest.id, player, REALM)


async def check(kept: Journal) -> None:
    have = [
        item
        for player in PLAYERS
        for entry in await kept.of(player, REALM)
        if entry.status == "active"
        for item in only_ones(entry.quest, WORLD)
    ]
    assert len(have) == len(set(have))
    assert await kept.taken(REALM) == set(have)


async def test_what_cannot_be_kept_stops_no_quest() -> None:
    class Full(InMemoryStore):
        async def put(self, origin: Origin, name: str, value: str, until: float) -> None:
            raise StoreError("the disk", "it is full")

    kept = journal(Full())
    assert (await taken_on(kept, only_the_ring(), "ayla")).change == "accepted"
    assert (await taken_on(kept, only_the_ring(), "ben")).change == "refused"
