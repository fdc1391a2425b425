"""Whether it matters at all in what order a player does what a quest is about.

Where no step takes away what another needs, and every way that is gone leads back, whatever was
done already leaves the rest of a plan as possible as it was; so nothing has to be searched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import TypeAlias

from npcengine.world.actions import Action, Step
from npcengine.world.needs import Change, Need
from npcengine.world.routes import leads_back, reaches
from npcengine.world.state import State

_Deeds: TypeAlias = Mapping[Step, Sequence[Action]]
"""What is done, and in which ways."""


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
    deeds: dict[Step, list[Action]] = defaultdict(list)
    for action in (*(each for _, plan in plans for each in plan), *beside):
        if action.step.do != "goto":
            deeds[action.step].append(action)
    held = tuple(held)
    return (
        _amounts_clash(state, deeds, held)
        or _values_clash(state, deeds, held)
        or not all(_comes_back(state, end, plan) for end, plan in plans)
        or any(_is_trap(state.within(inf), plans[0][0].within(inf), each) for each in beside)
    )


def _amounts_clash(state: State, deeds: _Deeds, held: Iterable[Need]) -> bool:
    """Tell whether all of them together take more of something than there will be."""
    there: dict[str, float] = {}
    taken: dict[str, float] = defaultdict(float)
    needs = [*held]
    needed: list[tuple[str, float]] = []
    for ways in deeds.values():
        own = _least_gained(ways)
        for fact, amount in own.items():
            there.setdefault(fact, state.number(fact))
            if amount < 0:
                taken[fact] -= amount
            else:
                there[fact] += amount
        some = (need for way in ways for need in way.needs)
        needed += ((need.fact, _atleast(need) + min(0.0, own.get(need.fact, 0.0))) for need in some)
    needs += (need for fact in taken for need in state.index.needs_of_ways.get(fact, ()))
    needed += ((need.fact, _atleast(need)) for need in needs)
    short = any(amount > there[fact] for fact, amount in taken.items())
    return short or any(
        taken[fact] + rest > there.get(fact, state.number(fact))
        for fact, rest in needed
        if taken.get(fact)
    )


def _least_gained(ways: Sequence[Action]) -> dict[str, float]:
    """Return how much of everything a step brings at least, whichever way it is done."""
    gains = [{each.fact: float(each.value) for each in way.changes if each.adds} for way in ways]
    facts = dict.fromkeys(fact for each in gains for fact in each)
    return {fact: min(each.get(fact, 0.0) for each in gains) for fact in facts}


def _atleast(need: Need) -> float:
    """Return how much of something there has to be; nothing where there may be too much."""
    if need.sign not in (">", ">=") or isinstance(need.value, str):
        return 0.0
    return float(need.value)


def _values_clash(state: State, deeds: _Deeds, held: Sequence[Need]) -> bool:
    """Tell whether one of them makes so what must not be so for another, or for a way."""
    for step, ways in deeds.items():
        others = [
            need for other in deeds if other != step for way in deeds[other] for need in way.needs
        ]
        for change in (each for way in ways for each in way.changes):
            if change.fact == "player.at":
                continue
            if change.fact.endswith(".at"):
                return True
            passing = state.index.needs_of_ways.get(change.fact, ())
            if any(_spoils(change, need) for need in (*others, *held, *passing)):
                return True
    return False


def _spoils(change: Change, need: Need) -> bool:
    if need.fact != change.fact:
        return False
    if change.adds:  # how much there may be of it in the end, `_amounts_clash` adds up
        grows = float(change.value) > 0
        return need.sign not in ((">", ">=") if grows else (">", ">=", "<", "<="))
    return need.met({change.fact: change.value}.get) is False


def _is_trap(begin: State, end: State, deed: Action) -> bool:
    """Tell whether somebody may get to where a deed is done, however far it is, and not back."""
    here = str(begin.get("player.at"))
    place = next((str(need.value) for need in deed.needs if need.fact == "player.at"), here)
    if place != here and not any(reaches(each, here, place) for each in (begin, end)):
        # Nobody ever comes there, unless by a verb of the game's own.
        return any(each.change.fact == "player.at" for each in begin.index.effects)
    return not _comes_back(begin, end, (deed,))


def _comes_back(begin: State, end: State, actions: Sequence[Action]) -> bool:
    """Tell whether one gets back from wherever one goes, as far as is known at the beginning."""
    here = str(begin.get("player.at"))
    for action in actions:
        needed = ((each.fact, each.value) for each in action.needs if each.sign == "==")
        moved = ((each.fact, each.value) for each in action.changes)
        for fact, there in ((fact, str(value)) for fact, value in (*needed, *moved)):
            if fact == "player.at" and there != here:
                if not leads_back(begin, end, here, there):
                    return False
                here = there
    return True
