"""What was found, and used for the quest, before it was its turn."""

import asyncio
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npcengine.quest.events import Event
from npcengine.quest.model import Quest
from npcengine.quest.progress import Progress, Tracker
from npcengine.world.loader import parse_world
from npcengine.world.state import State
from tests.quest.journal.village import INDEX, NOTHING, by_hand, journal

REALM = "main"
TALK = Event("talked", "tom")
FOUND, LOST = Event("obtained", "herb", count=2), Event("lost", "herb", count=2)
GAVE = Event("gave", "herb", to="ann", count=2)
MILL = """
places: {mill: {}}
people: {mira: {at: mill}, tom: {at: mill}}
items: {plank: {gather: mill}, oil: {gather: mill, used_up: true},
        table: {make: {of: {plank: 2}, at: mill}}}
things: {wheel: {at: mill, broken: true, repair: {plank: 2}}}
start: {player.at: mill}
"""


def cure(**find: object) -> Quest:
    """Talk to somebody first; then find two herbs, and give them away."""
    return by_hand(
        "remedy",
        "herb",
        ("ask", "talk", {"to": "tom"}, {}),
        ("find", "obtain", {"item": "herb", "count": 2}, {"after": ["ask"], **find}),
        ("treat", "give", {"item": "herb", "to": "ann", "count": 2}, {"after": ["find"]}),
    )


def told(quest: Quest, *events: Event) -> Progress:
    tracker = Tracker(quest, INDEX.world)
    progress = tracker.accept(State.of(INDEX))
    for each in events:
        progress = tracker.advance(progress, each)
    return progress


def test_what_is_had_when_its_turn_comes_counts() -> None:
    assert told(cure(), FOUND, TALK).done == ("ask", "find")


def test_what_was_lost_before_its_turn_is_to_be_found_again() -> None:
    assert told(cure(), FOUND, LOST, TALK).done == ("ask",)
    sold = told(cure(), FOUND, LOST, TALK, FOUND)
    assert sold.done == ("ask", "find")


def test_what_was_given_away_for_the_quest_need_not_be_found_again() -> None:
    assert told(cure(), FOUND, LOST, GAVE, TALK).status == "completed"
    half = Event("gave", "herb", to="ann")
    one = told(cure(), FOUND, Event("lost", "herb"), half, TALK)
    assert one.done == ("ask", "find")
    assert told(cure(), FOUND, LOST, half, TALK).done == ("ask",)
    others = Event("gave", "herb", to="bo", count=2)
    assert told(cure(), FOUND, LOST, others, TALK).done == ("ask",)


def test_what_is_found_and_given_one_by_one_counts_together() -> None:
    one = Event("obtained", "herb"), Event("lost", "herb"), Event("gave", "herb", to="ann")
    assert told(cure(after=[]), *one, TALK).done == ("ask",)
    assert told(cure(after=[]), *one, TALK, *one).status == "completed"


def test_what_others_take_does_not_count_for_what_is_found_after_them() -> None:
    quest = by_hand(
        "remedy",
        "herb",
        ("find", "obtain", {"item": "herb"}, {}),
        ("treat", "give", {"item": "herb", "to": "ann"}, {"after": ["find"]}),
        ("keep", "obtain", {"item": "herb"}, {"after": ["treat"]}),
    )
    gave = Event("obtained", "herb"), Event("lost", "herb"), Event("gave", "herb", to="ann")
    assert told(quest, *gave).done == ("find", "treat")
    assert told(quest, *gave, Event("obtained", "herb")).status == "completed"


@pytest.mark.parametrize(
    ("item", "task", "used"),
    [
        ("plank", ("make", {"item": "table"}), Event("crafted", "table")),
        ("plank", ("repair", {"what": "wheel"}), Event("flag", "wheel.broken", value=False)),
        ("oil", ("use", {"item": "oil", "on": "wheel"}), Event("used", "oil", to="wheel")),
    ],
)
def test_what_was_used_up_for_the_quest_counts(
    item: str, task: tuple[str, dict[str, str]], used: Event
) -> None:
    world = parse_world(MILL, "mill.yaml")
    count = 2 if item == "plank" else 1
    quest = by_hand(
        "item",
        item,
        ("ask", "talk", {"to": "tom"}, {}),
        ("find", "obtain", {"item": item, "count": count}, {"after": ["ask"]}),
        ("use", *task, {"after": ["find"]}),
    )
    tracker = Tracker(quest, world)
    progress = tracker.accept(State.of(world))
    had = Event("obtained", item, count=count), Event("lost", item, count=count)
    for each in (*had, used, TALK):
        progress = tracker.advance(progress, each)
    assert progress.status == "completed"


@settings(max_examples=60)
@given(st.sampled_from([*permutations([TALK, FOUND, LOST, GAVE])]), st.lists(st.integers(0, 3)))
def test_order_and_repetition_do_no_harm(order: tuple[Event, ...], again: list[int]) -> None:
    """Each event has an id here: that is what tells one that comes again from a second one."""
    events = [Event(e.kind, e.what, e.to, count=e.count, id=e.kind) for e in order]
    often = [each for n, event in enumerate(events) for each in (event, *_before(events, n, again))]
    once = told(cure(), *events)
    assert told(cure(), *often) == once
    assert once.status == "completed"


def _before(events: list[Event], number: int, again: list[int]) -> list[Event]:
    return [events[each] for each in again if each <= number]


def test_a_check_does_not_ask_for_it_again() -> None:
    """The only ring was given away before it was asked for: it cannot be found a second time."""
    quest = by_hand(
        "item",
        "ring",
        ("ask", "talk", {"to": "tom"}, {}),
        ("find", "obtain", {"item": "ring"}, {"after": ["ask"]}),
        ("bring", "give", {"item": "ring", "to": "mira"}, {"after": ["find"]}),
    )

    async def run() -> None:
        kept = journal()
        await kept.offer(quest, "ayla", REALM)
        await kept.accept(quest.id, "ayla", NOTHING, REALM)
        early = Event("obtained", "ring"), Event("lost", "ring"), Event("gave", "ring", to="mira")
        for each in early:
            await kept.advance(each, ("ayla",), REALM)
        gone = {"cave.has.ring": 0, "player.has.ring": 0}
        assert await kept.recheck("ayla", gone, REALM) == ()
        [entry] = await kept.advance(TALK, ("ayla",), REALM)
        assert entry.status == "completed"

    asyncio.run(run())


def test_a_check_asks_only_for_what_is_missing() -> None:
    """One of two rings was given away before it was asked for: one more is to be found, not two."""
    quest = by_hand(
        "item",
        "ring",
        ("ask", "talk", {"to": "tom"}, {}),
        ("find", "obtain", {"item": "ring", "count": 2}, {"after": ["ask"]}),
        ("bring", "give", {"item": "ring", "to": "mira", "count": 2}, {"after": ["find"]}),
    )

    async def run() -> None:
        kept = journal()
        await kept.offer(quest, "ayla", REALM)
        await kept.accept(quest.id, "ayla", {"cave.has.ring": 2}, REALM)
        gave = Event("gave", "ring", to="mira")
        for each in (Event("obtained", "ring"), Event("lost", "ring"), gave):
            await kept.advance(each, ("ayla",), REALM)
        now = {"cave.has.ring": 1, "player.has.ring": 0}
        assert await kept.recheck("ayla", now, REALM) == ()
        [entry] = await kept.of("ayla", REALM)
        assert entry.status == "active"

    asyncio.run(run())
