"""What is left out of a prompt that is too large, in which order, and what never is."""

from hypothesis import given
from hypothesis import strategies as st

from npcengine.prompt.fitting import GIVES_WAY, LAST_TURNS, Item, fit

ORDER = [way.section for way in GIVES_WAY]
STAYS = ("rules", "identity", "speech", "scene", "reminder", "player")
ITEMS = st.lists(
    st.builds(
        Item,
        section=st.sampled_from([*ORDER, *STAYS, "history", "examples"]),
        text=st.text(max_size=3),
        tokens=st.integers(0, 60),
        priority=st.integers(-1, 2),
        kept_always=st.booleans(),
    ),
    max_size=20,
)
LIMITS = st.integers(0, 600)

RULES = Item("rules", "Speak as one character.", 90)
SAID = Item("player", "Where is Tam?", 10)


def turns(count: int, tokens: int = 20) -> list[Item]:
    return [Item("history", f"turn {number}", tokens) for number in range(count)]


def must_stay(items: list[Item]) -> list[Item]:
    last = [item for item in items if item.section == "history"][-LAST_TURNS:]
    first = [item for item in items if item.section == "examples"][:1]
    return [
        item
        for item in items
        if item.kept_always
        or item.section in STAYS
        or any(item is spared for spared in (*last, *first))
    ]


def texts(items: tuple[Item, ...]) -> list[str]:
    return [item.text for item in items]


def test_what_fits_is_left_alone() -> None:
    items = [RULES, *turns(3), SAID]
    kept, report = fit(items, 160)
    assert kept == tuple(items)
    assert report.lines() == ("The prompt takes 160 tokens of at most 160.",)


def test_sections_give_way_one_after_the_other() -> None:
    shown = Item("examples", "the first", 10)
    items = [shown, RULES, *(Item(section, section, 10) for section in ORDER), *turns(2), SAID]
    kept, report = fit(items, 0)
    assert [cut.item.section for cut in report.cuts] == ORDER
    assert texts(kept) == ["the first", RULES.text, "turn 0", "turn 1", SAID.text]


def test_the_oldest_turns_go_first_and_the_last_two_never() -> None:
    items = [RULES, *turns(6), SAID]
    assert texts(fit(items, 170).kept) == [RULES.text, "turn 3", "turn 4", "turn 5", SAID.text]
    assert texts(fit(items, 1).kept) == [RULES.text, "turn 4", "turn 5", SAID.text]


def test_the_first_example_stays() -> None:
    items = [Item("examples", text, 30) for text in ("one", "two", "three")]
    assert texts(fit(items, 60).kept) == ["one", "two"]
    assert texts(fit(items, 0).kept) == ["one"]


def test_lore_goes_by_its_priority_and_then_from_its_end() -> None:
    mill, king = Item("lore", "The mill burned.", 10), Item("lore", "The king is old.", 10, 5)
    salt, core = Item("lore", "Salt is dear.", 10), Item("lore", "Iron is sacred.", 10, -9, True)
    called = Item("recursed_lore", "Tam left.", 10, 9)
    gone = [cut.item for cut in fit([mill, king, salt, core, called], 10).report.cuts]
    assert gone == [called, salt, mill, king]


def test_the_report_says_what_went_and_why() -> None:
    lore = [Item("recursed_lore", "Tam left.", 40), Item("recursed_lore", "He ran.", 30)]
    report = fit([RULES, *lore, *turns(4), SAID], 150).report
    assert report.lines() == (
        "The prompt takes 140 tokens of at most 150.",
        "Left out: 2 of recursed lore, 70 tokens (only other lore had called for it).",
        "Left out: 2 of history, 40 tokens (the oldest goes first).",
    )
    assert not report.excess


def test_what_has_to_stay_may_be_too_much_and_the_report_says_so() -> None:
    kept, report = fit([RULES, *turns(3), SAID], 100)
    assert texts(kept) == [RULES.text, "turn 1", "turn 2", SAID.text]
    assert report.excess == 40
    assert report.lines()[-1] == (
        "That is 40 too many, and all the rest has to stay: shorten the persona, or choose a "
        "model with a larger context."
    )


@given(ITEMS, LIMITS)
def test_it_fits_or_only_that_is_left_which_has_to_stay(items: list[Item], limit: int) -> None:
    kept, report = fit(items, limit)
    assert report.tokens == sum(item.tokens for item in kept)
    assert report.tokens <= limit or list(kept) == must_stay(items)
    assert report.excess == max(report.tokens - limit, 0)


@given(ITEMS, LIMITS)
def test_what_has_to_stay_stays_and_nothing_is_moved_or_lost(items: list[Item], limit: int) -> None:
    kept, report = fit(items, limit)
    identities = [id(item) for item in kept]
    assert {id(item) for item in must_stay(items)} <= set(identities)
    assert identities == [id(item) for item in items if id(item) in set(identities)]
    assert len(kept) + len(report.cuts) == len(items)


@given(ITEMS, LIMITS)
def test_sections_give_way_in_order(items: list[Item], limit: int) -> None:
    kept, report = fit(items, limit)
    went = [ORDER.index(cut.item.section) for cut in report.cuts]
    assert went == sorted(went)
    for cut in report.cuts:
        earlier = ORDER[: ORDER.index(cut.item.section)]
        assert not [
            item for item in kept if item.section in earlier and item not in must_stay(items)
        ]


@given(ITEMS, LIMITS, LIMITS)
def test_a_larger_limit_keeps_all_that_a_smaller_one_keeps(
    items: list[Item], one: int, other: int
) -> None:
    less, more = (fit(items, limit) for limit in sorted((one, other)))
    assert {id(item) for item in less.kept} <= {id(item) for item in more.kept}
    assert less.report.cuts[: len(more.report.cuts)] == more.report.cuts


@given(ITEMS, LIMITS)
def test_the_same_items_give_the_same(items: list[Item], limit: int) -> None:
    assert fit(items, limit) == fit(list(items), limit)


@given(ITEMS, LIMITS)
def test_nothing_goes_that_need_not(items: list[Item], limit: int) -> None:
    report = fit(items, limit).report
    for cut in report.cuts[-1:]:
        assert report.tokens + cut.item.tokens > limit
