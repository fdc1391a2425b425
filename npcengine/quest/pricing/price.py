"""What a quest is worth, and what is given for it. The engine prices it; no model does.

A quest is worth the work that it takes, on one curve, and what it costs the player: money that is
spent, and things that the player had before and has no more. What is found on the way is paid by
the minutes that it took, and whatever could be bought instead is worth no more than buying it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import floor, log10
from random import Random
from typing import NamedTuple, TypeAlias

from npcengine.errors import UsageError
from npcengine.quest.model import Difficulty, Plan, Proof, Quest, Reward
from npcengine.quest.pricing.cost import HAS, comes_again, effort, gains, price_of
from npcengine.quest.proving.prove import Limits, NoProof, endings
from npcengine.world.actions import Action, Step
from npcengine.world.model import Prices
from npcengine.world.needs import Change
from npcengine.world.state import State
from npcengine.world.verbs import Refusal, perform

_Work: TypeAlias = tuple[float, float]

LEAST, MOST = 0.8, 1.25
"""A fair reward is worth between so much and so much of what was done for it."""
GIFTS = 0.25
"""How often a thing is given in the place of some of the money."""
GIFT_LEAST, GIFT_MOST = 0.3, 0.9
"""Such a thing is worth between so much and so much of the whole reward."""

_DIFFICULTY: Mapping[Difficulty, float] = {"easy": 0.8, "medium": 1.0, "hard": 1.25}
_STANDING: Mapping[Difficulty, int] = {"easy": 1, "medium": 2, "hard": 3}
_HARM = {"kill": "target", "capture": "target", "steal": "from"}
"""What is done to somebody against their will, and the parameter that says to whom."""
_MOST_EXPERIENCE = 1_000_000_000.0
_NEAR = 1e-9
_LIMITS = Limits(steps=400, plays=0)
_FEW = 20  # below this, whole numbers are pleasant enough


class Worth(NamedTuple):
    """What an outcome of a quest is worth."""

    money: float
    """For the work and for what it costs, in the world's money; never above `prices.most`."""
    work: float
    """How much of that is for the work. Only so far is it a matter of taste."""
    experience: float
    """For the work as well."""

    @property
    def least(self) -> float:
        """No fair reward is worth less: 0.8 of the work, and all that it costs."""
        return self.money - (1 - LEAST) * self.work

    @property
    def most(self) -> float:
        """No fair reward is worth more: 1.25 of the work, and what it costs."""
        return self.money + (MOST - 1) * self.work


def worth_of_work(
    prices: Prices, work: Iterable[_Work], level: int, difficulty: Difficulty = "medium"
) -> float:
    """Return what work is worth in money: minutes, more for danger and with each level.

    `work` is of minutes and the danger in them, from 0 to 10.
    """
    return prices.per_minute * effort(prices, work, level) * _DIFFICULTY[difficulty]


def worth_of(quest: Quest, plan: Plan, state: State) -> Worth:
    """Return what it is worth to carry out one of a quest's plans from a state.

    Where shops sell what the plan finds or makes, it is worth no more than the way by the shops.
    Raises `UsageError` for a plan that cannot be carried out there.
    """
    return _worth_of(quest, plan, _carried_out((each.step for each in plan.steps), state))


def value_of(reward: Reward, state: State) -> float:
    """Return what a reward is worth, in money; experience and standing have no price."""
    return reward.money + sum(n * price_of(item, state) for item, n in reward.items.items())


def is_fair(reward: Reward, worth: Worth, state: State) -> bool:
    """Return whether a reward is worth what was done for it.

    In a world without money it may be worth less: not everywhere is there something to give.
    """
    value = value_of(reward, state)
    least = worth.least if state.world.money else 0.0
    return least <= value * (1 + _NEAR) and value <= worth.most * (1 + _NEAR)


def priced(quest: Quest, proof: Proof, state: State, rng: Random) -> Quest:
    """Return the quest with a reward for each outcome, by the plan that the proof has for it.

    `state` is the one in which it was proved. Raises `UsageError` where that cannot be.
    """
    plans = {plan.outcome: plan for plan in proof.plans}
    missing = [each.id for each in quest.outcomes if each.id not in plans]
    if missing:
        raise UsageError(f"the proof has no plan for {', '.join(missing)}: prove this quest first")
    outcomes = tuple(
        each.model_copy(update={"reward": _reward(quest, plans[each.id], state, rng)})
        for each in quest.outcomes
    )
    return quest.model_copy(update={"outcomes": outcomes})


def paid_with(quest: Quest, plan: Plan, state: State, items: Mapping[str, int]) -> Reward:
    """Return what a plan is worth from a state, in these things and the rest in money.

    Raises what `worth_of` raises.
    """
    way = _carried_out((each.step for each in plan.steps), state)
    return _paid(quest, way, _worth_of(quest, plan, way), items)


class _Goods(NamedTuple):
    item: str
    amount: int
    seller: str


class _Way(NamedTuple):
    """How an outcome comes about."""

    start: State
    end: State
    actions: tuple[Action, ...]


def _carried_out(steps: Iterable[Step], state: State) -> _Way:
    now, actions = state, list[Action]()
    for step in steps:
        done = perform(now, step)
        if isinstance(done, Refusal):
            hint = "price a quest in the state in which it was proved"
            raise UsageError(f"a plan cannot be carried out: {done.message}; {hint}")
        now = done.state
        actions.append(done.action)
    return _Way(state, now, tuple(actions))


def _worth_of(quest: Quest, plan: Plan, way: _Way) -> Worth:
    """Return what the plan is worth, or what it takes with goods from shops if that is less."""
    best, goods = _worth(quest, way), list[_Goods]()
    only = [each for each in quest.outcomes if each.id == plan.outcome]
    quest = quest.model_copy(update={"outcomes": tuple(only)})
    for each in _sold(way):
        short = _by_shops(quest, way.start, [*goods, each])
        worth = best if short is None else _worth(quest, short)
        if worth < best:
            best = worth
            goods.append(each)
    return best


def _worth(quest: Quest, way: _Way) -> Worth:
    prices = way.start.world.prices
    done = [(each.minutes, each.danger) for each in way.actions]
    work = worth_of_work(prices, done, quest.level, quest.difficulty)
    money = min(max(0.0, work + _cost(way.start, way.end)), prices.most)
    minutes = effort(prices, done, quest.level) * _DIFFICULTY[quest.difficulty]
    experience = min(prices.experience * minutes, _MOST_EXPERIENCE)
    return Worth(money, min(work, money), experience)


def _cost(before: State, after: State) -> float:
    """Return how much less the player has; what is gained and comes again makes up for it."""
    cost = 0.0
    for fact in after.changed:
        item, less = fact.removeprefix(HAS), before.number(fact) - after.number(fact)
        if fact.startswith(HAS) and (less > 0 or (less < 0 and comes_again(item, before))):
            cost += less * price_of(item, before)
    return cost


def _sold(way: _Way) -> Iterator[_Goods]:
    """Give what the plan finds or makes although shops sell it, and where it is cheapest."""
    state = way.start
    for action in way.actions:
        for item, count in gains(action) if action.step.do != "buy" else ():
            sources = state.index.sources.get(item, ()) if count > 0 else ()
            sellers = [each.by for each in sources if each.how == "buy" and state.places(each.by)]
            if sellers:
                seller = min(sellers, key=lambda each: state.entity(each).sells[item])
                yield _Goods(item, int(count), seller)


def _by_shops(quest: Quest, state: State, goods: Iterable[_Goods]) -> _Way | None:
    """Return how a quest is done by somebody who has money and buys these goods first."""
    steps, money = list[Step](), 0.0
    for item, amount, seller in goods:
        steps.append(Step.of("goto", to=state.places(seller)[0]))
        steps.append(Step.of("buy", item=item, **{"from": seller}, count=amount))
        money += state.entity(seller).sells[item] * amount
    start = state.after([Change(f"{HAS}{state.world.money}", money, adds=True)])
    try:
        way = _carried_out(steps, start)
    except UsageError:  # the shop is out of reach
        return None
    rest = endings(quest, way.end, _LIMITS)
    if isinstance(rest, NoProof):
        return way if rest.code == "done" else None
    then = rest[0].played
    return _Way(start, then.state, way.actions + then.actions)


def _reward(quest: Quest, plan: Plan, state: State, rng: Random) -> Reward:
    way = _carried_out((each.step for each in plan.steps), state)
    worth = _worth_of(quest, plan, way)
    gift = _gift(quest, way, worth, rng)
    return _paid(quest, way, worth, {gift: 1} if gift else {})


def _paid(quest: Quest, way: _Way, worth: Worth, items: Mapping[str, int]) -> Reward:
    prices, experience = way.start.world.prices, worth.experience
    given = value_of(Reward(items=items), way.start)
    money = _pleasant(worth.money - given, worth.least - given, worth.most - given)
    return Reward(
        money=min(money, prices.most) if way.start.world.money else 0.0,
        experience=_pleasant(experience, LEAST * experience, MOST * experience),
        items=items,
        standing=dict(_standing(quest, way)) if experience else {},
    )


def _gift(quest: Quest, way: _Way, worth: Worth, rng: Random) -> str | None:
    """Choose a thing that the giver can part with and that is a good part of the reward."""
    state = way.start
    giver = state.world.people.get(quest.giver)
    if rng.random() >= GIFTS or giver is None or not worth.money:
        return None
    fit = [
        item
        for item in sorted({*giver.carries, *giver.sells} - set(_used(quest, way.actions)))
        if _may_give(item, quest.giver, state)
        and GIFT_LEAST * worth.money <= price_of(item, state) <= GIFT_MOST * worth.money
    ]
    return rng.choice(fit) if fit else None


def _used(quest: Quest, actions: Sequence[Action]) -> Iterator[str]:
    """Give everything that the quest asks for, or that changes hands or is needed for it."""
    yield from quest.named()
    for action in actions:
        facts = [*(each.fact for each in action.needs), *(each.fact for each in action.changes)]
        yield from (fact.rpartition(".has.")[2] for fact in facts)


def _may_give(item: str, giver: str, state: State) -> bool:
    entity = state.world.items[item]
    if entity.essential or not entity.in_quests or item == state.world.money:
        return False
    exists = any(all(n.met(state.get) for n in way) for way in state.index.existence(item))
    sold = item in state.world.people[giver].sells and not entity.unique
    return exists and (sold or state.number(f"{giver}.has.{item}") >= 1)


def _standing(quest: Quest, way: _Way) -> Iterator[tuple[str, int]]:
    state = way.start
    giver, factions = state.world.people.get(quest.giver), state.world.factions
    if giver is None or giver.faction is None:
        return
    by = _STANDING[quest.difficulty]
    yield giver.faction, by
    for action in way.actions:
        victim = action.step.get(_HARM.get(action.step.do, ""))
        side = None if victim is None else state.entity(str(victim)).faction
        if side is not None and (
            side in factions[giver.faction].enemies or giver.faction in factions[side].enemies
        ):
            yield side, -by


def _pleasant(amount: float, least: float, most: float) -> float:
    """Round to a number that is easily said, if there is one near."""
    if amount <= 0:
        return 0.0
    size = 10.0 ** floor(log10(amount))
    for step in (size / 2 if amount >= _FEW else 1.0, size / 2, size / 10, size / 20, size / 100):
        near = float(f"{floor(amount / step + 0.5) * step:.9g}")
        if least <= near <= most:
            return near
    return amount
