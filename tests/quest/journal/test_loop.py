"""A game loop that the journal shares: it has its turn while others are sought for a part."""

import asyncio
import contextlib

from npcengine.quest.events import Event
from npcengine.turns import Fact
from tests.quest.journal.market import REALM, bring, deliver, journal

DIED = Event("died", "tom", id="e1")


class Loop:
    """Counts how often somebody else has the event loop."""

    def __init__(self) -> None:
        self.turns = 0

    async def run(self) -> None:
        while True:
            self.turns += 1
            await asyncio.sleep(0)


async def test_others_have_their_turn_between_one_try_and_the_next() -> None:
    kept, loop = journal(), Loop()
    quest = bring()
    await kept.offer(quest, "ayla", REALM)
    told: dict[str, Fact] = {"cave.has.ring": 0, "cave.has.crown": 0}
    going = asyncio.ensure_future(loop.run())
    await asyncio.sleep(0)
    before = loop.turns
    entry = await kept.accept(quest.id, "ayla", told, REALM)
    going.cancel()
    assert entry.change == "recast"
    assert loop.turns - before >= 4


async def test_an_event_that_is_cut_short_was_not_told() -> None:
    """Whoever was cut short while others were sought tells it again, and it counts once."""
    kept = journal()
    for quest in (deliver(), deliver(id="second")):
        await kept.offer(quest, "ayla", REALM)
        await kept.accept(quest.id, "ayla", {}, REALM)
    before = await kept.of("ayla", REALM)
    telling = asyncio.ensure_future(kept.advance(DIED, ["ayla"], REALM, {}))
    for _ in range(3):
        await asyncio.sleep(0)
    telling.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await telling
    assert await kept.of("ayla", REALM) == before
    changed = await kept.advance(DIED, ["ayla"], REALM, {})
    assert [each.change for each in changed] == ["recast", "recast"]
    assert await kept.advance(DIED, ["ayla"], REALM, {}) == ()


async def test_events_of_others_do_not_wait_for_a_search() -> None:
    kept = journal()
    for player in ("ayla", "ben"):
        await kept.offer(deliver(), player, REALM)
        await kept.accept("deliver", player, {}, REALM)
    searching = asyncio.ensure_future(kept.recheck("ayla", {"tom.at": ""}, REALM))
    await asyncio.sleep(0)
    herbs = Event("obtained", "herb", count=3)
    [entry] = await kept.advance(herbs, ["ben"], REALM)
    assert entry.done == ("find",)
    assert not searching.done()
    [entry] = await searching
    assert entry.change == "recast"
