"""Where a plan leads: the ways that are gone, and what is done where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from npcengine.quest.model import Plan, Task
from npcengine.world.routes import route
from npcengine.world.state import State
from npcengine.world.verbs import Refusal, perform

NEAR = 2
"""Places so many ways from the route are on its map."""
FEW, MANY = 30, 150
"""At least so many places are on a map, if there are, and at most."""


@dataclass
class Stop:
    """A place where something is done."""

    place: str
    tasks: list[Task] = field(default_factory=list)


@dataclass
class Journey:
    """The course of a plan through the places of a world."""

    start: str
    legs: list[tuple[str, str]] = field(default_factory=list)
    """One way after the other."""
    stops: list[Stop] = field(default_factory=list)
    """In the order in which they are made; a place may come again."""

    @property
    def places(self) -> tuple[str, ...]:
        """All places on the way, each once."""
        return tuple(dict.fromkeys([self.start, *(place for leg in self.legs for place in leg)]))


def journey(plan: Plan, state: State) -> Journey | None:
    """Follow a plan from a state; None where nobody told where the player is.

    Where it cannot be followed any further, the journey ends.
    """
    here = state.get("player.at")
    if not isinstance(here, str) or here not in state.world.places:
        return None
    found = Journey(here)
    for task in plan.steps:
        to = task.using.get("to") if task.do in ("goto", "escort") else None
        way = route(state, here, str(to)) if to is not None else None
        done = perform(state, task.step)
        if isinstance(done, Refusal):
            break
        if task.do != "goto":
            _stop(found, here).tasks.append(task)
        if way is not None:
            found.legs += pairwise(way.places)
            here = way.places[-1]
        state = done.state
    return found


def _stop(journey: Journey, place: str) -> Stop:
    if not journey.stops or journey.stops[-1].place != place:
        journey.stops.append(Stop(place))
    return journey.stops[-1]


def around(state: State, places: Iterable[str]) -> tuple[str, ...]:
    """Return these places and those around them that belong on a map, the nearest first."""
    beside = neighbours(state)
    found = dict.fromkeys(places)
    ring, far = list(found), 0
    while ring and (far < NEAR or len(found) < FEW):
        ring = [other for place in ring for other in beside[place] if other not in found]
        ring = list(dict.fromkeys(ring))[: max(0, MANY - len(found))]
        found |= dict.fromkeys(ring)
        far += 1
    return tuple(found)


def neighbours(state: State) -> Mapping[str, tuple[str, ...]]:
    """Return the places that one way connects with each, in whichever direction."""
    found: dict[str, dict[str, None]] = {place: {} for place in state.world.places}
    for place, ways in state.index.exits.items():
        for way in ways:
            found[place][way.to] = None
            found[way.to][place] = None
    return {place: tuple(others) for place, others in found.items()}
