"""Who hears of an entry: what is locked is out before anything is matched."""

import pytest

from npcengine.lore.gate import Lock, Moment, lock
from npcengine.lore.model import Entry
from tests.lore.library import book, entry, fired, fires


@pytest.mark.parametrize(
    ("locked", "moment", "reason"),
    [
        (entry("mill"), Moment(), None),
        (entry("mill", enabled=False), Moment(), "enabled"),
        (entry("mill", when="trust >= 40"), Moment(facts={"trust": 40}), None),
        (entry("mill", when="trust >= 40"), Moment(facts={"trust": 39}), "when"),
        (entry("mill", when="trust >= 40"), Moment(), "when"),
        (entry("mill", when="not met"), Moment(), "when"),
        (entry("mill", since=12), Moment(), None),
        (entry("mill", since=12), Moment(knows_until=12), None),
        (entry("mill", since=12), Moment(knows_until=11.5), "since"),
        (entry("mill"), Moment(knows_until=0), None),
        (entry("mill"), Moment(scope=set()), None),
        (entry("mill", tags=("crime",)), Moment(), None),
        (entry("mill", tags=("crime",)), Moment(scope={"crime", "trade"}), None),
        (entry("mill", tags=("crime",)), Moment(scope=set()), "tags"),
        (entry("mill", tags=("crime", "court")), Moment(scope={"crime"}), "tags"),
    ],
)
def test_what_keeps_an_entry_from_a_character(
    locked: Entry, moment: Moment, reason: Lock | None
) -> None:
    assert lock(locked, moment) == reason
    assert fires(locked, "the mill", moment=moment) is (reason is None)


@pytest.mark.parametrize(
    ("keys", "way"), [((), {"constant": True}), ((), {"lasting": True}), (("mill",), {})]
)
def test_no_way_leads_to_a_locked_entry(keys: tuple[str, ...], way: dict[str, bool]) -> None:
    secret = entry(*keys, **way, id="secret", text="Tam did it.", when="trust >= 40")
    two = book(secret, entry("fire", text="The mill."), recursive=True)
    moment = Moment(facts={"trust": 10}, before={"oakvale/secret"})

    assert fired(two, "fire at the mill", moment=moment) == ["fire"]


def test_the_text_of_a_locked_entry_is_not_read_for_keys() -> None:
    secret = entry("mill", text="Tam did it.", when="trust >= 40")
    two = book(secret, entry("tam"), recursive=True)

    assert fired(two, "mill", moment=Moment(facts={"trust": 10})) == []
    assert fired(two, "mill", moment=Moment(facts={"trust": 50})) == ["mill", "tam"]


def test_a_locked_entry_takes_no_room() -> None:
    secret = entry("mill", text="word " * 90, constant=True, priority=9, when="trust >= 40")
    two = book(secret, entry("mill", id="public", text="word " * 90))

    assert fired(two, "mill", budget=100) == ["public"]
