"""What holds for all books, all lines and all moments."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from npcengine.lore.fold import fold, split
from npcengine.lore.gate import Moment, lock
from npcengine.lore.index import Index
from npcengine.lore.model import Entry, Lorebook
from tests.lore.library import find, word_count

WORDS = ["mill", "old mill", "fire", "Tam", "磨坊", "火", "мельница", "โรงสี", "the king of salt"]
SAID = st.lists(st.sampled_from([*WORDS, "and", "who", "了", "?"]), max_size=8).map(" ".join)
SOME = st.lists(st.sampled_from(WORDS), max_size=3).map(tuple)
FLAG = st.booleans()
ENTRIES = st.builds(
    lambda **fields: Entry(**fields),
    keys=SOME,
    text=SAID,
    secondary=SOME,
    logic=st.sampled_from(["and_any", "and_all", "not_any", "not_all"]),
    exclude=st.lists(st.sampled_from(WORDS), max_size=1).map(tuple),
    case_sensitive=FLAG,
    whole_words=FLAG,
    scan_depth=st.none() | st.integers(0, 3),
    constant=FLAG,
    when=st.sampled_from([None, "trust >= 40", "met", "not met or trust < 10"]),
    tags=st.sampled_from([(), ("crime",), ("crime", "court")]),
    since=st.none() | st.integers(0, 5).map(float),
    probability=st.sampled_from([1.0, 0.5]),
    order=st.integers(0, 3),
    priority=st.integers(0, 2),
    fires_others=FLAG,
    fired_by_others=FLAG,
    after=st.integers(0, 2),
    every=st.integers(1, 2),
    once=FLAG,
    lasting=FLAG,
    expendable=FLAG,
)
LISTS = st.lists(ENTRIES, max_size=8).map(
    lambda found: [one.model_copy(update={"id": str(at)}) for at, one in enumerate(found)]
)
IDS = st.sets(st.integers(0, 8).map(lambda number: f"oakvale/{number}"), max_size=3)
MOMENTS = st.builds(
    Moment,
    facts=st.fixed_dictionaries({}, optional={"trust": st.integers(0, 60), "met": FLAG}),
    scope=st.none() | st.sets(st.sampled_from(["crime", "court"])),
    knows_until=st.none() | st.integers(0, 5).map(float),
    chance=st.text(max_size=3),
    turn=st.integers(0, 3),
    standing=IDS,
    before=IDS,
)
BUDGETS = st.integers(0, 30)


def oakvale(entries: list[Entry], **fields: Any) -> Lorebook:
    return Lorebook(name="oakvale", recursive=True, entries=tuple(entries), **fields)


@given(LISTS, st.lists(SAID, max_size=5), MOMENTS, BUDGETS, BUDGETS, st.randoms())
def test_what_fires(
    entries: list[Entry], said: list[str], moment: Moment, budget: int, own: int, random: Any
) -> None:
    index = Index([oakvale(entries, budget=own)], word_count)
    found = index.find(said, moment, budget)

    both = [*found.fired, *found.cut]
    assert found == index.find(said, moment, budget), "the same again"
    assert len({each.id for each in both}) == len(both), "each at most once"
    assert sum(each.tokens for each in found.fired) <= min(budget, own)
    assert all(lock(each.entry, moment) is None for each in both)
    assert not {each.id for each in both} & set(moment.standing)
    assert all(each.step <= 3 for each in both)

    shuffled = random.sample(entries, len(entries))
    other = Index([oakvale(shuffled, budget=own)], word_count)
    for text in random.sample(said, len(said)):
        other.find([text], moment, budget)  # what was asked before makes no difference
    assert [(each.id, each.cause) for each in other.find(said, moment, budget).fired] == [
        (each.id, each.cause) for each in found.fired
    ]


@given(LISTS, st.lists(SAID, max_size=5), MOMENTS, BUDGETS)
def test_locked_entries_might_as_well_not_be_there(
    entries: list[Entry], said: list[str], moment: Moment, budget: int
) -> None:
    open_ones = [each for each in entries if lock(each, moment) is None]
    assert find(oakvale(entries), *said, moment=moment, budget=budget) == find(
        oakvale(open_ones), *said, moment=moment, budget=budget
    )


def spelt_out(key: str, text: str) -> bool:
    """Tell by the plainest means whether the words of `key` stand in `text`."""
    words, all_words = split(fold(key)), split(fold(text))
    return any(
        all_words[at : at + len(words)] == words for at in range(len(all_words) - len(words) + 1)
    )


NAMES = st.lists(st.sampled_from("ab ba the of king ö ж".split()), min_size=1, max_size=3).map(
    " ".join
)


@given(st.lists(NAMES, max_size=12, unique=True), st.lists(NAMES, max_size=6).map(". ".join))
def test_words_are_found_as_by_the_plainest_means(keys: list[str], text: str) -> None:
    entries = tuple(Entry(id=key, keys=(key,), text="x") for key in keys)
    found = find(Lorebook(name="oakvale", entries=entries), text)

    assert {each.cause for each in found.fired} == {key for key in keys if spelt_out(key, text)}


@given(st.lists(st.text("磨坊火 a", min_size=1, max_size=6), max_size=12), st.text("磨坊火 a"))
def test_pieces_are_found_as_by_the_plainest_means(keys: list[str], text: str) -> None:
    entries = tuple(Entry(keys=(key,), text="x", whole_words=False) for key in set(keys))
    found = find(Lorebook(name="oakvale", entries=entries), text)

    line = " ".join(text.split())
    said = {key for key in keys if key.strip() and " ".join(key.split()) in line}
    assert {each.cause for each in found.fired} == said


def test_ten_thousand_entries() -> None:
    places = ("mill", "forge", "bridge")
    entries = [
        Entry(
            id=f"{number:04}",
            keys=(f"the {place} of King {number}", f"{number}号{place}", f"{place}{number}"),
            text=f"It belongs to the heirs of house {number}.",
        )
        for number in range(10_000)
        for place in [places[number % 3]]
    ]
    index = Index([Lorebook(name="world", entries=tuple(entries))], word_count)

    for wanted in (0, 4711, 9999):
        place = places[wanted % 3]
        for said in (f"Is this the {place} of King {wanted}?", f"{place}{wanted}在哪里"):
            [one] = index.find(["Good day.", said], Moment(), 400).fired
            assert one.id == f"world/{wanted:04}"
    assert index.find(["the mill of King Tam"], Moment(), 400).fired == ()
