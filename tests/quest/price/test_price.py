from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npcengine.errors import UsageError
from npcengine.quest.model import DIFFICULTIES, Difficulty, Quest, Reward
from npcengine.quest.pricing.cost import price_of
from npcengine.quest.pricing.price import (
    LEAST,
    MOST,
    is_fair,
    priced,
    value_of,
    worth_of,
    worth_of_work,
)
from npcengine.turns import Fact
from npcengine.world.model import Prices, World
from npcengine.world.needs import Change
from npcengine.world.state import State
from tests.quest.price.hamlet import HAMLET, QUESTS, START, hamlet, proved, quest, rich_quest

minutes = st.floats(0, 1000)
work = st.lists(st.tuples(minutes, st.floats(0, 10)), max_size=6)
prices = st.builds(
    Prices,
    per_minute=st.floats(0.001, 1000),
    per_level=st.floats(0, 2),
    danger=st.floats(0, 2),
    experience=st.floats(0, 100),
    most=st.floats(10, 1_000_000),
)


def reward(quest: Quest, state: State = START, seed: int = 0) -> Reward:
    return priced(quest, proved(quest, state), state, Random(seed)).outcomes[0].reward


def rates(**prices: float) -> World:
    return HAMLET.model_copy(update={"prices": Prices(**prices)})


@given(work, prices, st.integers(0, 100), st.sampled_from(DIFFICULTIES))
def test_no_work_is_worth_less_than_less_of_it(
    work: list[tuple[float, float]], prices: Prices, level: int, difficulty: Difficulty
) -> None:
    worth = worth_of_work(prices, work, level, difficulty)
    longer = [(minutes + 1, danger) for minutes, danger in work]
    worse = [(minutes, danger + 1) for minutes, danger in work]
    assert worth <= worth_of_work(prices, longer, level, difficulty)
    assert worth <= worth_of_work(prices, worse, level, difficulty)
    assert worth <= worth_of_work(prices, work, level + 1, difficulty)
    assert worth <= worth_of_work(prices, work, level, "hard") * 1.0001


def test_the_curve() -> None:
    prices = Prices(per_minute=2, per_level=0.1, danger=0.5)
    assert worth_of_work(prices, [(10, 0)], 1) == 20
    assert worth_of_work(prices, [(10, 2)], 1) == 40
    assert worth_of_work(prices, [(10, 2)], 6) == 60
    assert worth_of_work(prices, [(10, 0), (1, 0)], 0) == 22


@settings(deadline=None)
@given(
    st.sampled_from(QUESTS),
    prices,
    st.integers(0, 60),
    st.sampled_from(DIFFICULTIES),
    st.integers(0, 1000),
)
def test_every_reward_lies_on_the_curve(
    quest: Quest, prices: Prices, level: int, difficulty: Difficulty, seed: int
) -> None:
    quest = quest.model_copy(update={"level": level, "difficulty": difficulty})
    world = HAMLET.model_copy(update={"prices": prices})
    state = State.of(world)
    proof = proved(quest, state)
    made = priced(quest, proof, state, Random(seed))
    for plan, outcome in zip(proof.plans, made.outcomes, strict=True):
        worth = worth_of(quest, plan, state)
        value = value_of(outcome.reward, state)
        assert LEAST * worth.money <= value * 1.0001
        assert value <= MOST * worth.money * 1.0001
        assert is_fair(outcome.reward, worth, state)
        assert outcome.reward.money <= prices.most
        experience = outcome.reward.experience
        assert LEAST * worth.experience <= experience * 1.0001
        assert experience <= MOST * worth.experience * 1.0001


def test_every_outcome_is_paid_by_its_own_plan() -> None:
    quest = rich_quest()
    furs, crowned = priced(quest, proved(quest), START, Random(3)).outcomes
    assert furs.reward.experience > 3 * crowned.reward.experience > 0


def test_the_same_seed_gives_the_same_reward() -> None:
    assert all(reward(each, seed=5) == reward(each, seed=5) for each in QUESTS)


@pytest.mark.parametrize("rate", [0.01, 0.5, 1, 3, 7, 11, 90, 12_345])
def test_pay_for_work_is_a_round_number(rate: float) -> None:
    state = State.of(rates(per_minute=rate))
    for task in ("guard what=inn", "tell to=mira about=rumour", "talk to=humphrey"):
        money = reward(quest(task), state).money
        digits = f"{money:.3e}".partition("e")[0].replace(".", "").rstrip("0")
        assert money in range(20) or len(digits) == 1 or (len(digits) == 2 and digits[1] == "5")


def test_what_is_spent_is_paid_back() -> None:
    (plan,) = proved(quest("pay to=humphrey count=150")).plans
    assert worth_of(quest("pay to=humphrey count=150"), plan, START).money == 150 + plan.minutes


def test_what_the_player_had_is_paid_and_what_is_found_is_not() -> None:
    asked = quest("give item=herb count=10 to=mira")
    had = START.after([Change("player.has.herb", 10)])
    (found,), (given,) = proved(asked).plans, proved(asked, had).plans
    assert worth_of(asked, given, had).money == 5 + 1 + 10 * price_of("herb", had)
    worth = worth_of(asked, found, START)
    assert worth.money == worth.work


def test_what_the_player_keeps_makes_up_for_what_it_cost() -> None:
    asked = quest("obtain item=bread count=10")
    (plan,) = proved(asked).plans
    assert worth_of(asked, plan, START).money == plan.minutes
    asked = quest("kill target=wolf count=2")
    (plan,) = proved(asked).plans
    work = worth_of_work(HAMLET.prices, [(20, 1), (10, 2)], 1)
    assert worth_of(asked, plan, START).money == work - 2 * price_of("pelt", START)


def test_what_a_shop_sells_is_worth_no_more_than_buying_it() -> None:
    """Whoever buys and delivers must not be paid as if they had dug for hours."""
    told: dict[str, Fact] = {"player.has.pickaxe": 1, "player.at": "mine"}
    asked = quest("give item=ore count=40 to=mira")
    state = State.of(HAMLET, told)
    (plan,) = proved(asked, state).plans
    assert [each.do for each in plan.steps] == ["gather", "goto", "give"]
    dug = worth_of_work(HAMLET.prices, [(120, 0), (30, 3), (1, 0)], 1)
    assert worth_of(asked, plan, state).money == dug
    near = HAMLET.people["humphrey"].model_copy(update={"sells": {"ore": 0.5}, "at": "forge"})
    cheap = HAMLET.model_copy(update={"people": {**HAMLET.people, "humphrey": near}})
    bought = worth_of_work(HAMLET.prices, [(30, 3), (1, 0), (1, 0)], 1) + 40 * 0.5
    assert worth_of(asked, plan, State.of(cheap, told)).money == pytest.approx(bought)


def test_nothing_is_paid_where_nothing_is_done() -> None:
    world = hamlet("").model_copy(
        update={"verbs": {"wave": HAMLET.verbs["light"].model_copy(update={"minutes": 0.0})}}
    )
    asked = quest("wave lamp=wheel")
    assert reward(asked, State.of(world)) == Reward()


def test_an_item_costs_no_more_than_to_come_by_another() -> None:
    assert price_of("coin", START) == 1
    assert price_of("bread", START) == 3  # both what it is worth, and its price
    assert price_of("ore", START) == 3  # three minutes' digging, whatever it is said to be worth
    assert price_of("sword", START) == 3 * 3 + 20  # ore and work
    assert price_of("pelt", START) == 7  # a fight takes longer
    assert price_of("crown", START) == 30  # there is only one
    with pytest.raises(KeyError):
        price_of("moon", START)


def test_items_made_of_each_other_have_a_price() -> None:
    items = hamlet().items
    recipe = items["sword"].make
    assert recipe is not None
    circle = {
        "ale": items["ale"].model_copy(
            update={"value": 0.0, "make": recipe.model_copy(update={"of": {"bread": 1}})}
        ),
        "bread": items["bread"].model_copy(
            update={"value": 0.0, "make": recipe.model_copy(update={"of": {"ale": 1}})}
        ),
    }
    state = State.of(HAMLET.model_copy(update={"items": {**items, **circle}, "money": None}))
    assert price_of("ale", state) == price_of("bread", state) == 0 + 20 + 20


def test_a_gift_is_something_that_the_giver_has_and_nobody_needs() -> None:
    asked = quest("give item=pelt count=3 to=mira")
    gifts = {item for seed in range(60) for item in reward(asked, seed=seed).items}
    assert gifts == {"heirloom", "sword"}
    gone = START.after([Change("mira.has.heirloom", 0)])
    gifts = {item for seed in range(60) for item in reward(asked, gone, seed).items}
    assert gifts == {"sword"}


@pytest.mark.parametrize("asked", QUESTS)
def test_a_gift_is_never_what_the_quest_is_about(asked: Quest) -> None:
    steps = str(proved(asked).plans[0].steps) + str(asked.objectives)
    for seed in range(40):
        given = reward(asked, seed=seed)
        assert not any(f"'{item}'" in steps for item in given.items)
        assert "ring" not in given.items
        assert value_of(given, START) > sum(price_of(item, START) for item in given.items)


def test_sides_take_note() -> None:
    assert reward(quest("kill target=rat_king")).standing == {"folk": 2, "thieves": -2}
    assert reward(quest("kill target=wolf")).standing == {"folk": 2}
    hard = quest("steal item=ring from=fence", difficulty="hard")
    assert reward(hard).standing == {"folk": 3, "thieves": -3}
    assert reward(quest("talk to=mira", giver="fence")).standing == {"thieves": 2}


def test_a_world_without_money_pays_none() -> None:
    state = State.of(HAMLET.model_copy(update={"money": None}))
    asked = quest("give item=pelt count=3 to=mira")
    (plan,) = proved(asked, state).plans
    for seed in range(20):
        given = reward(asked, state, seed)
        assert given.money == 0
        assert given.experience > 0
        assert is_fair(given, worth_of(asked, plan, state), state)


def test_a_reward_that_is_too_much_or_too_little_is_not_fair() -> None:
    asked = quest("guard what=inn")
    worth = worth_of(asked, proved(asked).plans[0], START)
    assert not is_fair(Reward(money=worth.money * 1.3), worth, START)
    assert not is_fair(Reward(money=worth.money * 0.7), worth, START)
    assert not is_fair(Reward(money=worth.money, items={"sword": 1}), worth, START)


def test_a_proof_of_something_else_is_refused() -> None:
    asked = quest("give item=pelt count=3 to=mira")
    with pytest.raises(UsageError, match="prove this quest first"):
        priced(rich_quest(), proved(asked), START, Random(0))
    dead = START.after([Change("mira.alive", False)])
    with pytest.raises(UsageError, match="mira is dead"):
        priced(asked, proved(asked), dead, Random(0))
