"""What every store does with values: one contract, held by each of them."""

import asyncio
from math import inf, nan
from typing import Any

import pytest

from npcengine.errors import UsageError
from npcengine.messages import Origin
from npcengine.stores.base import Store
from npcengine.testing.manual_clock import ManualClock

AYLA = Origin("main", "mira", "ayla")
DAY = 86_400.0
NO_NUMBER: Any = None
NO_TEXT: Any = None


def tomorrow(clock: ManualClock) -> float:
    return clock.wall() + DAY


async def test_a_value_is_there_until_its_time_is_over(store: Store, clock: ManualClock) -> None:
    assert await store.value(AYLA, "mood") is None
    await store.put(AYLA, "mood", "sour \x00 „鐵匠“", tomorrow(clock))
    await clock.advance(DAY - 1)
    assert await store.value(AYLA, "mood") == "sour \x00 „鐵匠“"
    await clock.advance(1)
    assert await store.value(AYLA, "mood") is None


async def test_the_last_value_that_was_put_counts(store: Store, clock: ManualClock) -> None:
    await store.put(AYLA, "mood", "sour", clock.wall() + 10)
    await store.put(AYLA, "mood", "", inf)
    await clock.advance(100 * DAY)
    assert await store.value(AYLA, "mood") == ""
    await store.put(AYLA, "mood", "gone", clock.wall())
    assert await store.value(AYLA, "mood") is None


async def test_values_are_kept_apart(store: Store, clock: ManualClock) -> None:
    await store.put(AYLA, "mood", "sour", inf)
    for other in (
        Origin("two", "mira", "ayla"),
        Origin("main", "", "ayla"),
        Origin("main", "mira", ""),
        Origin("", "mira", "ayla"),
    ):
        assert await store.value(other, "mood") is None
    assert await store.value(AYLA, "spent") is None


async def test_a_counter_counts_and_begins_again(store: Store, clock: ManualClock) -> None:
    until = tomorrow(clock)
    assert await store.add(AYLA, "spent", 0.25, until) == 0.25
    await clock.advance(DAY / 2)
    # A later addition does not move the moment at which the first one ends.
    assert await store.add(AYLA, "spent", 0.5, tomorrow(clock)) == 0.75
    assert float(await store.value(AYLA, "spent") or "") == 0.75
    await clock.advance(DAY / 2)
    assert await store.value(AYLA, "spent") is None
    assert await store.add(AYLA, "spent", 2, tomorrow(clock)) == 2.0


async def test_what_is_added_at_once_is_counted_once(store: Store, clock: ManualClock) -> None:
    until = tomorrow(clock)
    totals = await asyncio.gather(*(store.add(AYLA, "turns", 1, until) for _ in range(300)))
    assert sorted(totals) == [float(n) for n in range(1, 301)]
    assert await store.value(AYLA, "turns") == "300.0"


async def test_what_cannot_be_kept_is_told_and_harms_nothing_else(
    store: Store, clock: ManualClock
) -> None:
    until = tomorrow(clock)
    await store.put(AYLA, "mood", "sour", until)
    told = await asyncio.gather(
        store.add(AYLA, "mood", 1, until),
        store.add(AYLA, "turns", nan, until),
        store.add(AYLA, "turns", inf, until),
        store.add(AYLA, "turns", 1, nan),
        store.put(AYLA, "mood", "\ud800", until),
        store.add(AYLA, "turns", 1, until),
        return_exceptions=True,
    )
    assert [type(each) for each in told] == [UsageError] * 5 + [float]
    assert await store.value(AYLA, "mood") == "sour"
    assert await store.value(AYLA, "turns") == "1.0"


@pytest.mark.parametrize(
    ("origin", "name", "amount"),
    [
        (AYLA, "turns", NO_NUMBER),
        (AYLA, "turns", 10**400),
        (Origin("main", "", NO_TEXT), "turns", 1.0),
        (AYLA, NO_TEXT, 1.0),
        (AYLA, "x" * 1000, 1.0),
    ],
    ids=["no number", "a number too large", "no player", "no name", "a name too long"],
)
async def test_one_callers_mistake_takes_nothing_along(
    store: Store, origin: Origin, name: str, amount: float
) -> None:
    told = await asyncio.gather(
        store.add(AYLA, "turns", 1, inf),
        store.add(origin, name, amount, inf),
        store.put(AYLA, "mood", "sour", inf),
        store.add(AYLA, "turns", 1, inf),
        return_exceptions=True,
    )
    assert [type(each) for each in told] == [float, UsageError, type(None), float]
    assert await store.value(AYLA, "mood") == "sour"
    assert await store.value(AYLA, "turns") == "2.0"


async def test_a_moment_beyond_all_reckoning_takes_nothing_along(store: Store) -> None:
    await asyncio.gather(
        store.put(AYLA, "mood", "sour", 10**30), store.put(AYLA, "name", "Ayla", inf)
    )
    assert await store.value(AYLA, "mood") == "sour"
    assert await store.value(AYLA, "name") == "Ayla"
    with pytest.raises(UsageError, match="seconds since the epoch"):
        await store.put(AYLA, "mood", "merry", 10**400)


async def test_a_counter_never_becomes_endless(store: Store) -> None:
    await store.add(AYLA, "spent", 1e308, inf)
    with pytest.raises(UsageError, match="a number"):
        await store.add(AYLA, "spent", 1e308, inf)
    assert await store.add(AYLA, "spent", -1e308, inf) == 0.0


async def test_a_calendar_set_back_a_little_ends_nothing(store: Store, clock: ManualClock) -> None:
    await store.add(AYLA, "spent", 1, tomorrow(clock))
    clock.set_wall(clock.wall() - 60)
    assert await store.add(AYLA, "spent", 1, tomorrow(clock)) == 2.0


async def test_a_calendar_set_back_from_a_wrong_year_keeps_nothing(
    store: Store, clock: ManualClock
) -> None:
    today = clock.wall()
    clock.set_wall(today + 4 * 365 * DAY)
    await store.add(AYLA, "spent", 1, tomorrow(clock))
    await store.put(AYLA, "mood", "sour", tomorrow(clock))
    clock.set_wall(today)
    assert await store.value(AYLA, "mood") is None
    assert await store.add(AYLA, "spent", 1, tomorrow(clock)) == 1.0


async def test_a_value_counts_for_twice_its_time_at_most(store: Store, clock: ManualClock) -> None:
    begun = clock.wall()
    await store.put(AYLA, "mood", "sour", begun + DAY)
    for at, kept in ((begun - DAY - 1, None), (begun - DAY, "sour"), (begun + DAY - 1, "sour")):
        clock.set_wall(at)
        assert await store.value(AYLA, "mood") == kept


async def test_forgetting_a_player_drops_the_players_values(
    store: Store, clock: ManualClock
) -> None:
    theirs = [AYLA, Origin("two", "bo", "ayla"), Origin("", "", "ayla")]
    others = [Origin("main", "mira", "tom"), Origin("main", "mira", "")]
    for origin in theirs + others:
        await store.put(origin, "mood", "sour", inf)
    assert await store.forget("ayla") == 0  # turns
    assert [await store.value(origin, "mood") for origin in theirs] == [None] * 3
    assert [await store.value(origin, "mood") for origin in others] == ["sour"] * 2


async def test_going_back_to_a_save_gives_no_money_back(store: Store, clock: ManualClock) -> None:
    until = tomorrow(clock)
    await store.add(AYLA, "spent", 1, until)
    save = await store.export("main")
    await store.add(AYLA, "spent", 2, until)
    await store.restore("main", save)
    assert await store.add(AYLA, "spent", 0, until) == 3.0
