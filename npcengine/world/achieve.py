"""What would make something so: for a need, the steps that could meet it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from math import ceil
from typing import NamedTuple

from npcengine.world.actions import Argument, Step
from npcengine.world.index import Source
from npcengine.world.needs import Need
from npcengine.world.state import State

MAX_FREE = 20
"""So many entities are tried for a parameter of a verb that a need says nothing of."""
MAX_SOURCES = 64
"""So many sources of an item are considered."""

_STOLEN = 240.0
_PER_LEVEL = 15.0


class Lead(NamedTuple):
    """A step that could help, and what is known of how much trouble it is."""

    step: Step
    places: tuple[str, ...] = ()
    """Where it can be done; empty for anywhere."""
    trouble: float = 0.0
    """Minutes that it counts more than it takes, so that nobody steals what lies about."""


def leads(state: State, need: Need) -> Iterator[Lead]:
    """Give the steps that could help to meet a need that is not met, without those to travel."""
    subject, _, rest = need.fact.partition(".")
    if subject == "player" and rest.startswith("has."):
        yield from _obtaining(state, rest.removeprefix("has."), need)
    elif subject == "player" and rest.startswith("knows."):
        yield from _learning(state, rest.removeprefix("knows."))
    elif need.sign == "==":
        yield from _changing(state, subject, rest, need)
    yield from _own(state, need)


def _obtaining(state: State, item: str, need: Need) -> Iterator[Lead]:
    if need.sign not in (">", ">=") or isinstance(need.value, str):
        return
    missing = ceil(need.value - state.number(need.fact)) + (need.sign == ">")
    for source in islice(state.index.sources.get(item, ()), MAX_SOURCES):
        yield from _from(state, item, source, max(1, missing))


def _from(state: State, item: str, source: Source, missing: int) -> Iterator[Lead]:
    by, places = source.by, state.places(source.by) if source.by else ()
    there = int(state.number(f"{by}.has.{item}"))
    match source.how:
        case "take" if there:
            step = Step.of("take", item=item, **{"from": by}, count=min(missing, there))
            yield Lead(step, places)
        case "gather":
            yield Lead(Step.of("gather", item=item, at=by, count=missing), places)
        case "buy":
            yield Lead(Step.of("buy", item=item, **{"from": by}, count=missing), places)
        case "make":
            yield Lead(Step.of("make", item=item, count=missing), (), _PER_LEVEL)
        case "kill" if there:
            times = ceil(missing / there) if state.entity(by).respawns else 1
            step = Step.of("kill", target=by, count=times)
            yield Lead(step, places, _PER_LEVEL * state.entity(by).level)
        case "steal" if there:
            step = Step.of("steal", item=item, **{"from": by}, count=min(missing, there))
            yield Lead(step, places, _STOLEN)


def _learning(state: State, about: str) -> Iterator[Lead]:
    for teller in state.index.tellers.get(about, ()):
        if state.kind(teller) == "person":
            yield Lead(Step.of("ask", to=teller, about=about), state.places(teller))
        else:
            step = Step.of("read", about=about, **{"in": teller})
            yield Lead(step, state.places(teller) if state.kind(teller) == "thing" else ())


def _changing(state: State, subject: str, rest: str, need: Need) -> Iterator[Lead]:
    places = state.places(subject) if state.kind(subject) is not None else ()
    match rest, need.value:
        case "alive", False:
            step = Step.of("kill", target=subject)
            yield Lead(step, places, _PER_LEVEL * state.entity(subject).level)
        case "captive", True:
            yield Lead(Step.of("capture", target=subject), places)
        case "captive", False:
            yield Lead(Step.of("free", target=subject), places)
        case "locked", False:
            yield Lead(Step.of("unlock", what=subject), places)
        case "broken", False:
            yield Lead(Step.of("repair", what=subject), places)
        case "guarded", True:
            yield Lead(Step.of("guard", what=subject), places)
        case "at", str(place) if state.kind(subject) == "person":
            yield Lead(Step.of("escort", who=subject, to=place), places)
        case _, True if rest.startswith("knows."):
            yield Lead(Step.of("tell", to=subject, about=rest.removeprefix("knows.")), places)


def _own(state: State, need: Need) -> Iterator[Lead]:
    for effect in state.index.effects:
        using = effect.using(need)
        if using is None or any(state.kind(each) is None for each in using.values()):
            continue
        free = [name for name in effect.verb.parameters if name not in using]
        choices = [_choices(state, effect.verb.parameters[name]) for name in free]
        for chosen in product(*choices):
            filled: dict[str, Argument] = {**using, **dict(zip(free, chosen, strict=True))}
            at = filled.get(effect.verb.at or "")
            places = state.places(str(at)) if at is not None else ()
            order = {name: filled[name] for name in effect.verb.parameters}
            yield Lead(Step(effect.do, tuple(order.items())), places)


def _choices(state: State, kind: str) -> tuple[Argument, ...]:
    if kind == "number":
        return (1,)
    ids = (id for id, each in state.index.kinds.items() if each == kind)
    return tuple(islice(ids, MAX_FREE))
