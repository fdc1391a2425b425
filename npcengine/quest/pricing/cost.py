"""What things cost: no more than it takes to come by another one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from npcengine.world.actions import Action, Step
from npcengine.world.model import Prices
from npcengine.world.state import State
from npcengine.world.verbs import Refused, ground

HAS = "player.has."


def effort(prices: Prices, work: Iterable[tuple[float, float]], level: int) -> float:
    """Return how many minutes of safe work at level 1 are worth as much.

    `work` is of minutes and the danger in them, from 0 to 10.
    """
    minutes = sum(each * (1 + prices.danger * danger) for each, danger in work)
    return minutes * (1 + prices.per_level * max(0, level - 1))


def price_of(item: str, state: State) -> float:
    """Return what one of an item is worth, in money: its value, or less where it costs less.

    Raises KeyError where there is no such item.
    """
    return _price(item, state, ())


def comes_again(item: str, state: State) -> bool:
    """Return whether one can come by an item as often as one likes."""
    return item == state.world.money or any(True for _ in _again(item, state, ()))


def gains(action: Action) -> Iterator[tuple[str, float]]:
    """Give how many the player has more of each item after an action, or less."""
    for fact, value, adds in action.changes:
        if adds and fact.startswith(HAS) and not isinstance(value, str):
            yield fact.removeprefix(HAS), value


def _price(item: str, state: State, within: tuple[str, ...]) -> float:
    if item == state.world.money:
        return 1.0
    value = state.world.items[item].value
    offers = [*_again(item, state, within), *([value] if value else [])]
    return min(offers, default=0.0)


def _again(item: str, state: State, within: tuple[str, ...]) -> Iterator[float]:
    """Give what it costs to come by an item in the ways that do not run dry."""
    for how, by in state.index.sources.get(item, ()):
        match how:
            case "buy":
                yield state.entity(by).sells[item]
            case "gather":
                yield from _made(state, Step.of("gather", item=item, at=by), within)
            case "kill" if state.entity(by).respawns:
                yield from _made(state, Step.of("kill", target=by), within)
            case "make" if item not in within:
                yield from _made(state, Step.of("make", item=item), (*within, item))


def _made(state: State, step: Step, within: tuple[str, ...]) -> Iterator[float]:
    """Give what each thing costs that a step brings, apart from getting there."""
    try:
        action = ground(state, step)[0]
    except Refused:
        return
    brought = sum(count for _, count in gains(action) if count > 0)
    if brought:
        used = sum(-n * _price(each, state, within) for each, n in gains(action) if n < 0)
        prices = state.world.prices
        work = prices.per_minute * effort(prices, [(action.minutes, action.danger)], 1)
        yield (work + used) / brought
