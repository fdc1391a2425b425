"""Whether it matters at all in what order a player does what a quest is about.

Where no step takes away what another needs, and every way that is gone leads back, whatever was
done already leaves the rest of a plan as possible as it was; so nothing has to be searched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from npcengine.world.actions import Action
from npcengine.world.needs import Change, Need
from npcengine.world.routes import leads_back, route
from npcengine.world.state import State


def order_matters(
    state: State,
    plans: Sequence[tuple[State, Sequence[Action]]],
    beside: Sequence[Action] = (),
    held: Iterable[Need] = (),
) -> bool:
    """Return False where steps done in another order than planned can never be in the way.

    `plans` are the actions of each, and the state that they lead to; `beside` is what is optional,
    and `held` what has to be so when an objective begins to count. True says only that it is worth
    a search.
    """
    done = [*(each for _, plan in plans for each in plan), *beside]
    actions = list({each.step: each for each in done}.values())
    deeds = [each for each in actions if each.step.do != "goto"]
    return (
        _amounts_clash(state, deeds, held)
        or _values_clash(state, deeds)
        or not all(_leads_back(state, end, plan) for end, plan in plans)
    )


def _amounts_clash(state: State, deeds: Iterable[Action], held: Iterable[Need]) -> bool:
    """Tell whether all of them together take more of something than there will be."""
    there: dict[str, float] = {}
    taken: dict[str, float] = defaultdict(float)
    needed = [(each.fact, float(each.value)) for each in held if not isinstance(each.value, str)]
    for deed in deeds:
        own = {each.fact: float(each.value) for each in deed.changes if each.adds}
        for fact, amount in own.items():
            there.setdefault(fact, state.number(fact))
            if amount < 0:
                taken[fact] -= amount
            else:
                there[fact] += amount
        needed += (
            (need.fact, need.value + min(0.0, own.get(need.fact, 0.0)))
            for need in deed.needs
            if need.sign in (">", ">=") and not isinstance(need.value, str)
        )
    short = any(amount > there[fact] for fact, amount in taken.items())
    return short or any(
        taken[fact] + rest > there.get(fact, state.number(fact))
        for fact, rest in needed
        if taken.get(fact)
    )


def _values_clash(state: State, deeds: Sequence[Action]) -> bool:
    """Tell whether one of them makes so what must not be so for another, or for a way."""
    for deed in deeds:
        for change in deed.changes:
            if change.adds or change.fact == "player.at":
                continue
            ways = state.index.needs_of_ways.get(change.fact, ())
            if change.fact.endswith(".at") or _spoils(change, ways):
                return True
            if any(_spoils(change, other.needs) for other in deeds if other is not deed):
                return True
    return False


def _spoils(change: Change, needs: Iterable[Need]) -> bool:
    look = {change.fact: change.value}.get
    return any(need.fact == change.fact and need.met(look) is False for need in needs)


def _leads_back(begin: State, end: State, plan: Sequence[Action]) -> bool:
    """Tell whether one gets back along the ways of a plan, as things stand at its end."""
    here = str(begin.get("player.at"))
    passed: list[str] = [here]
    for change in (change for each in plan for change in each.changes):
        if change.fact == "player.at":
            way = route(end, passed[-1], str(change.value))
            passed += way.places[1:] if way is not None else [str(change.value)]
    return leads_back(end, passed)
