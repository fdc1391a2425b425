"""What a quest is worth, and what is given for it. The engine prices it; no model does.

A quest is worth the work that it takes, on one curve, and what it costs the player: money that is
spent, and things that the player had before and has no more. What is found on the way is paid by
the minutes that it took, and whatever could be bought instead is worth no more than buying it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import floor, log10
from random import Random
from typing import NamedTuple

from npcengine.errors import UsageError
from npcengine.quest.model import Difficulty, Plan, Proof, Quest, Reward
from npcengine.quest.progress import Tracker
from npcengine.quest.replay import Played, Stuck, replay
from npcengine.world.actions import Action, Step
from npcengine.world.model import Prices
from npcengine.world.needs import Change
from npcengine.world.state import State
from npcengine.world.verbs import Refused, ground

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
_HAS = "player.has."
_FEW = 20
"""Below this, whole numbers are pleasant enough."""


class Work(NamedTuple):
    """Something that takes time."""

    minutes: float
    danger: float = 0.0


class Worth(NamedTuple):
    """What an outcome of a quest is worth."""

    money: float
    """For the work and for what it costs, in the world's money; never above `prices.most`."""
    experience: float
    """For the work alone."""


def worth_of_work(
    prices: Prices, work: Iterable[Work], level: int, difficulty: Difficulty = "medium"
) -> float:
    """Return what work is worth in money: minutes, more for danger and with each level."""
    return prices.per_minute * _effort(prices, work, level, difficulty)


def worth_of(quest: Quest, plan: Plan, state: State) -> Worth:
    """Return what it is worth to carry out one of a quest's plans from a state.

    Where shops sell what the plan finds or makes, it is worth no more than the way by the shops.
    Raises `UsageError` for a plan that does not lead to its outcome from there.
    """
    return _worth_of(quest, state, _carried_out(quest, plan, state))


def value_of(reward: Reward, state: State) -> float:
    """Return what a reward is worth, in money; experience and standing have no price."""
    return reward.money + sum(n * price_of(item, state) for item, n in reward.items.items())


def is_fair(reward: Reward, worth: Worth, state: State) -> bool:
    """Return whether a reward is worth what was done for it, from 0.8 to 1.25 of that.

    In a world without money it may be worth less: not everywhere is there something to give.
    """
    value = value_of(reward, state)
    least = LEAST * worth.money if state.world.money else 0.0
    return least <= value * (1 + 1e-9) and value <= MOST * worth.money * (1 + 1e-9)


def price_of(item: str, state: State) -> float:
    """Return what one of an item is worth: at most what it takes to come by another one."""
    return _price(item, state, ())


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


def _carried_out(quest: Quest, plan: Plan, state: State) -> Played:
    played = replay(Tracker(quest, state.world), state, (each.step for each in plan.steps))
    if isinstance(played, Stuck) or played.progress.outcome != plan.outcome:
        raise UsageError(
            f"the plan for {plan.outcome!r} does not lead there from this state: prove the quest "
            "in the state in which it is priced"
        )
    return played


def _worth_of(quest: Quest, state: State, played: Played) -> Worth:
    short = _by_shops(Tracker(quest, state.world), state, played)
    ways = [(state, played), short] if short else [(state, played)]
    return min(_worth(quest, start, each) for start, each in ways)


def _effort(
    prices: Prices, work: Iterable[Work], level: int, difficulty: Difficulty = "medium"
) -> float:
    minutes = sum(each.minutes * (1 + prices.danger * each.danger) for each in work)
    return minutes * (1 + prices.per_level * max(0, level - 1)) * _DIFFICULTY[difficulty]


def _worth(quest: Quest, start: State, played: Played) -> Worth:
    prices = start.world.prices
    effort = _effort(prices, map(_work, played.actions), quest.level, quest.difficulty)
    money = prices.per_minute * effort + _cost(start, played.state)
    return Worth(min(money, prices.most), prices.experience * effort)


def _work(action: Action) -> Work:
    return Work(action.minutes, action.danger)


def _cost(before: State, after: State) -> float:
    """Return how much less the player has; what was gained makes up for what was given."""
    facts = (fact for fact in after.changed if fact.startswith(_HAS))
    lost = ((fact, before.number(fact) - after.number(fact)) for fact in facts)
    return max(0.0, sum(n * price_of(fact.removeprefix(_HAS), before) for fact, n in lost if n))


def _price(item: str, state: State, within: tuple[str, ...]) -> float:
    if item == state.world.money:
        return 1.0
    entity = state.world.items[item]
    offers = [entity.value] if entity.value else []
    for how, by in state.index.sources.get(item, ()):
        match how:
            case "buy":
                offers.append(state.entity(by).sells[item])
            case "gather":
                offers += _made(item, state, Step.of("gather", item=item, at=by), within)
            case "kill" if state.entity(by).respawns:
                offers += _made(item, state, Step.of("kill", target=by), within)
            case "make" if item not in within:
                offers += _made(item, state, Step.of("make", item=item), (*within, item))
    return min(offers, default=0.0)


def _made(item: str, state: State, step: Step, within: tuple[str, ...]) -> Iterator[float]:
    """Give what one of an item costs that is come by in this way, apart from getting there."""
    try:
        action = ground(state, step)[0]
    except Refused:
        return
    gained = dict(_gains(action))
    if gained.get(item, 0) > 0:
        used = sum(-n * _price(each, state, within) for each, n in gained.items() if n < 0)
        work = worth_of_work(state.world.prices, [_work(action)], 1)
        yield (work + used) / gained[item]


def _gains(action: Action) -> Iterator[tuple[str, float]]:
    """Give how many the player has more of each item."""
    for fact, value, adds in action.changes:
        if adds and fact.startswith(_HAS) and not isinstance(value, str):
            yield fact.removeprefix(_HAS), value


def _by_shops(tracker: Tracker, state: State, played: Played) -> tuple[State, Played] | None:
    """Return how the same comes about when all that shops sell is bought, and where from."""
    steps: list[Step] = []
    money = 0.0
    for action in played.actions:
        for item, count in _gains(action) if action.step.do != "buy" else ():
            seller = _cheapest(item, state) if count > 0 else None
            if seller is not None:
                steps.append(Step.of("goto", to=state.places(seller)[0]))
                steps.append(Step.of("buy", item=item, **{"from": seller}, count=int(count)))
                money += state.entity(seller).sells[item] * int(count)
    if not steps:
        return None
    start = state.after([Change(f"{_HAS}{state.world.money}", money, adds=True)])
    steps += [each.step for each in played.actions]
    found = replay(tracker, start, steps)
    if isinstance(found, Stuck) or found.progress.outcome != played.progress.outcome:
        return None
    return start, _without_needless(tracker, start, found)


def _cheapest(item: str, state: State) -> str | None:
    sources = state.index.sources.get(item, ())
    sellers = [each.by for each in sources if each.how == "buy" and state.places(each.by)]
    return min(sellers, key=lambda each: state.entity(each).sells[item], default=None)


def _without_needless(tracker: Tracker, start: State, played: Played) -> Played:
    """Leave out every step without which the same outcome is reached, the last ones first."""
    for number in reversed(range(len(played.actions))):
        steps = [each.step for each in played.actions]
        del steps[number]
        less = replay(tracker, start, steps)
        if not isinstance(less, Stuck) and less.progress.outcome == played.progress.outcome:
            played = less
    return played


def _reward(quest: Quest, plan: Plan, state: State, rng: Random) -> Reward:
    played = _carried_out(quest, plan, state)
    worth = _worth_of(quest, state, played)
    gift = _gift(quest, state, played, worth.money, rng)
    rest = worth.money - (price_of(gift, state) if gift else 0.0)
    money = min(_pleasant(rest), state.world.prices.most) if state.world.money else 0.0
    return Reward(
        money=money,
        experience=_pleasant(worth.experience),
        items={gift: 1} if gift else {},
        standing=dict(_standing(quest, state, played.actions)) if worth.experience else {},
    )


def _gift(quest: Quest, state: State, played: Played, worth: float, rng: Random) -> str | None:
    """Choose a thing that the giver can part with and that is a good part of the reward."""
    giver = state.world.people.get(quest.giver)
    if rng.random() >= GIFTS or giver is None or not worth:
        return None
    fit = [
        item
        for item in sorted({*giver.carries, *giver.sells} - set(_used(quest, played.actions)))
        if _may_give(item, quest.giver, state)
        and GIFT_LEAST * worth <= price_of(item, state) <= GIFT_MOST * worth
    ]
    return rng.choice(fit) if fit else None


def _used(quest: Quest, actions: Sequence[Action]) -> Iterator[str]:
    """Give everything that the quest asks for, or that changes hands or is needed for it."""
    yield from quest.named()
    for action in actions:
        facts = (each.fact for each in (*action.needs, *action.changes))
        yield from (fact.rpartition(".has.")[2] for fact in facts)


def _may_give(item: str, giver: str, state: State) -> bool:
    entity = state.world.items[item]
    if entity.essential or not entity.in_quests or item == state.world.money:
        return False
    exists = any(all(n.met(state.get) for n in way) for way in state.index.existence(item))
    sold = item in state.world.people[giver].sells and not entity.unique
    return exists and (sold or state.number(f"{giver}.has.{item}") >= 1)


def _standing(quest: Quest, state: State, actions: Iterable[Action]) -> Iterator[tuple[str, int]]:
    giver, factions = state.world.people.get(quest.giver), state.world.factions
    if giver is None or giver.faction is None:
        return
    by = _STANDING[quest.difficulty]
    yield giver.faction, by
    for action in actions:
        victim = action.step.get(_HARM.get(action.step.do, ""))
        side = None if victim is None else state.entity(str(victim)).faction
        if side is not None and (
            side in factions[giver.faction].enemies or giver.faction in factions[side].enemies
        ):
            yield side, -by


def _pleasant(amount: float) -> float:
    """Round to a number that is easily said, from 0.8 to 1.25 of what it was."""
    if amount <= 0:
        return 0.0
    for step in (1.0, 0.5) if amount < _FEW else ():
        near = floor(amount / step + 0.5) * step
        if LEAST * amount <= near <= MOST * amount:
            return near
    size = 10.0 ** floor(log10(amount))
    step = size / 10 if amount < 2 * size else size / 2
    return float(f"{floor(amount / step + 0.5) * step:.3g}")
