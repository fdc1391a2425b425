"""Which entries fire, in which order, and which fit."""

import pytest

from npcengine.errors import UsageError
from npcengine.lore.gate import Moment
from npcengine.lore.index import Index
from npcengine.lore.model import Entry
from tests.lore.library import book, entry, find, fired, fires, word_count


def test_an_entry_fires_when_its_key_is_said() -> None:
    found = find(book(entry("mill", text="The old mill burned.")), "What of the mill?")

    [mill] = found.fired
    assert (mill.id, mill.cause, mill.step, mill.tokens) == ("oakvale/mill", "mill", 0, 4)
    assert mill.entry.text == "The old mill burned."
    assert found.cut == ()


def test_nothing_fires_when_nothing_is_said() -> None:
    assert fired(book(entry("mill"))) == []
    assert fired([], "mill") == []


@pytest.mark.parametrize(
    ("logic", "said", "expected"),
    [
        ("and_any", "mill", False),
        ("and_any", "mill fire", True),
        ("and_any", "fire ash", False),
        ("and_all", "mill fire", False),
        ("and_all", "mill fire ash", True),
        ("not_any", "mill", True),
        ("not_any", "mill ash", False),
        ("not_all", "mill ash", True),
        ("not_all", "mill fire ash", False),
    ],
)
def test_secondary_keys(logic: str, said: str, expected: bool) -> None:
    assert fires(entry("mill", secondary=("fire", "ash"), logic=logic), said) is expected


def test_of_each_additional_group_one_is_said_too() -> None:
    mill = entry("mill", additional=(("fire", "ash"), ("night",)))
    assert fires(mill, "ash at the mill that night")
    assert not fires(mill, "fire and ash at the mill")


def test_an_excluded_key_keeps_an_entry_quiet() -> None:
    mill = entry("mill", exclude=("pepper",))
    assert fires(mill, "the mill")
    assert not fires(mill, "the pepper mill")
    assert not fires(mill, "pepper", "the mill")


def test_keys_are_looked_for_in_the_last_messages() -> None:
    said = ["the mill", "a", "b"]
    assert fired(book(entry("mill"), scan_depth=3), *said) == ["mill"]
    assert fired(book(entry("mill"), scan_depth=2), *said) == []
    assert fired(book(entry("mill", scan_depth=3), scan_depth=2), *said) == ["mill"]
    assert fired(book(entry("mill", scan_depth=0)), "mill") == []


def test_secondary_keys_may_be_said_in_another_message() -> None:
    mill = entry("mill", secondary=("fire",))
    assert fires(mill, "fire!", "at the mill")
    assert not fired(book(mill, scan_depth=1), "fire!", "at the mill")


def test_a_constant_entry_fires_whatever_is_said() -> None:
    assert fires(entry(constant=True), "good morning")
    assert fires(entry("mill", constant=True))
    assert not fires(entry(constant=True, enabled=False), "good morning")


def test_an_entry_without_text_adds_nothing() -> None:
    assert not fires(entry("mill", text=" \n"), "mill")


def test_what_stands_in_the_prompt_does_not_fire_again() -> None:
    two = book(entry("mill"), entry("river", constant=True))
    assert fired(two, "mill", moment=Moment(standing={"oakvale/mill"})) == ["river"]
    assert fired(two, "mill", moment=Moment(standing={"oakvale/river"})) == ["mill"]


def test_an_entry_may_fire_once_in_a_conversation() -> None:
    before = Moment(before={"oakvale/mill"})
    assert fires(entry("mill"), "mill", moment=before)
    assert fires(entry("mill", once=True), "mill")
    assert not fires(entry("mill", once=True), "mill", moment=before)


def test_an_entry_may_last() -> None:
    before = Moment(before={"oakvale/mill", "oakvale/gone"})
    assert fires(entry("mill", lasting=True), "hello", moment=before)
    assert not fires(entry("mill", lasting=True), "hello")
    assert not fires(entry("mill"), "hello", moment=before)


def test_an_entry_may_wait_for_replies() -> None:
    for turn, expected in ((0, False), (2, False), (3, True), (4, True)):
        assert fires(entry("mill", after=3), "mill", moment=Moment(turn=turn)) is expected
    for turn, expected in ((0, True), (1, False), (2, True), (3, False)):
        assert fires(entry("mill", every=2), "mill", moment=Moment(turn=turn)) is expected


def test_an_entry_may_belong_to_a_greeting() -> None:
    for greeting, expected in ((1, True), (0, False), (None, False)):
        moment = Moment(greeting=greeting)
        assert fires(entry("mill", greeting=1), "mill", moment=moment) is expected


def test_chance_is_decided_by_the_text_that_seeds_it() -> None:
    half = entry("mill", probability=0.5)
    rolls = [fires(half, "mill", moment=Moment(chance=f"mira ayla {turn}")) for turn in range(400)]
    again = [fires(half, "mill", moment=Moment(chance=f"mira ayla {turn}")) for turn in range(400)]

    assert rolls == again
    assert 150 < sum(rolls) < 250
    assert not fires(entry("mill", probability=0), "mill")
    two = book(entry("mill", probability=0.5, id="a"), entry("mill", probability=0.5, id="b"))
    different = [fired(two, "mill", moment=Moment(chance=str(each))) for each in range(40)]
    assert ["a"] in different
    assert ["b"] in different


CHAIN = [entry(f"k{step}", text=f"See k{step + 1}.", id=str(step)) for step in range(6)]


def test_texts_of_entries_fire_others_in_a_recursive_book() -> None:
    found = find(book(*CHAIN, recursive=True), "k0")

    assert [(each.id, each.step) for each in found.fired] == [
        ("oakvale/0", 0),
        ("oakvale/1", 1),
        ("oakvale/2", 2),
        ("oakvale/3", 3),
    ]
    assert fired(book(*CHAIN), "k0") == ["0"]


def test_recursion_comes_to_an_end_where_texts_name_each_other() -> None:
    circle = [entry("hen", text="From an egg."), entry("egg", text="From a hen.")]
    assert fired(book(*circle, recursive=True), "hen") == ["egg", "hen"]


def test_recursion_does_not_ask_how_long_ago() -> None:
    two = (entry("mill", text="Ash."), entry("ash", id="ash", scan_depth=0))
    assert fired(book(*two, recursive=True), "mill") == ["ash", "mill"]


def test_entries_may_stay_out_of_recursion() -> None:
    mill, ash = entry("mill", text="Ash."), entry("ash", id="ash")
    quiet = mill.model_copy(update={"fires_others": False})
    deaf = ash.model_copy(update={"fired_by_others": False})

    assert fired(book(mill, ash, recursive=True), "mill") == ["ash", "mill"]
    assert fired(book(quiet, ash, recursive=True), "mill") == ["mill"]
    assert fired(book(mill, deaf, recursive=True), "mill") == ["mill"]
    assert fired(book(mill, deaf, recursive=True), "mill ash") == ["ash", "mill"]


def test_a_text_may_bring_the_secondary_key_that_was_missing() -> None:
    waiting = entry("mill", secondary=("ash",), id="waiting")
    two = book(waiting, entry("fire", text="Ash."), recursive=True)
    assert fired(two, "fire at the mill") == ["fire", "waiting"]


def test_an_entry_of_one_book_fires_those_of_another() -> None:
    books = [
        book(entry("mill", text="Ash."), recursive=True),
        book(entry("ash"), name="world"),
    ]
    assert [each.id for each in find(books, "mill").fired] == ["oakvale/mill", "world/ash"]


def test_entries_stand_by_their_order_then_by_their_id() -> None:
    three = [entry("mill", id="b"), entry("mill", id="a"), entry("mill", id="z", order=1)]
    assert fired(book(*three), "mill") == ["z", "a", "b"]


def sized(id: str, words: int, **fields: object) -> Entry:
    return entry("mill", id=id, text="word " * words, **fields)


def test_what_is_too_large_is_passed_over_and_the_next_is_tried() -> None:
    three = book(sized("a", 60, priority=3), sized("b", 60, priority=2), sized("c", 40))
    found = find(three, "mill", budget=100)

    assert [each.id for each in found.fired] == ["oakvale/a", "oakvale/c"]
    assert [each.id for each in found.cut] == ["oakvale/b"]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (sized("z", 60, constant=True), sized("a", 60, priority=9)),
        (sized("z", 60, priority=2), sized("a", 60, priority=1)),
        (sized("z", 60, order=200), sized("a", 60)),
        (sized("a", 60), sized("z", 60)),
        (sized("z", 60), sized("a", 60, expendable=True, constant=True)),
    ],
)
def test_what_is_worth_more_is_kept(better: Entry, worse: Entry) -> None:
    assert fired(book(worse, better), "mill", budget=100) == [better.id]


def test_what_was_said_is_worth_more_than_what_came_by_recursion() -> None:
    told = entry("ash", id="a", text="word " * 60)
    three = book(entry("mill", text="ash"), sized("z", 60), told, recursive=True)
    assert fired(three, "mill", budget=100) == ["mill", "z"]
    higher = told.model_copy(update={"priority": 1})
    assert fired(book(*three.entries[:2], higher, recursive=True), "mill", budget=100) == [
        "a",
        "mill",
    ]


def test_each_book_has_a_budget_of_its_own_within_the_whole() -> None:
    books = [book(sized("a", 60), name=name, budget=100) for name in ("north", "south")]
    assert [each.id for each in find(books, "mill").fired] == ["north/a", "south/a"]
    assert [each.id for each in find(books, "mill", budget=100).fired] == ["north/a"]
    assert find(book(sized("a", 60), budget=50), "mill").fired == ()


def test_two_of_one_name_are_refused() -> None:
    with pytest.raises(UsageError, match="'oakvale'"):
        Index([book(), book()], word_count)
    with pytest.raises(UsageError, match="'oakvale/a'"):
        Index([book(entry("x", id="a"), entry("y", id="a"))], word_count)


def test_entries_without_ids_are_called_by_what_they_have() -> None:
    three = book(entry("mill"), entry("磨坊", "mill"), entry(text="All is well.", constant=True))
    assert [each.id for each in three.entries] == ["mill", "磨坊", "All is well."]


def test_entries_without_ids_that_share_a_key_are_told_apart_whatever_their_order() -> None:
    public = entry("mill", text="It burned.")
    secret = entry("mill", text="Tam burned it.", when="trust >= 40")

    names = {each.text: each.id for each in book(public, secret).entries}
    assert len(set(names.values())) == 2
    assert all(name.startswith("mill~") for name in names.values())
    assert names == {each.text: each.id for each in book(secret, public).entries}
