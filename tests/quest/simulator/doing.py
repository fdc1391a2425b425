"""Steps done one by one: the moments that each can lead to, or why it cannot be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from heapq import heappop, heappush
from typing import Any, NamedTuple

from tests.quest.simulator.conditions import Asked, Every, Is, answer
from tests.quest.simulator.deeds import TRAVEL, VERBS, Deed, own
from tests.quest.simulator.setting import Change, Moment, Step


class Cannot(Exception):
    """A step that cannot be done, and why."""


class Done(NamedTuple):
    """A step that was done."""

    moment: Moment
    changes: tuple[Change, ...]
    minutes: float
    assumed: frozenset[str]
    """What nobody told and must have been so."""


class Reach(NamedTuple):
    """How a place can be reached."""

    minutes: float
    assumed: frozenset[str]


def do(moment: Moment, step: Step) -> list[Done]:
    """Do a step in every way in which it can be done here. Raises `Cannot`."""
    do_, using = step["do"], dict(step["with"])
    _check(moment, do_, using)
    named = [each for each in using.values() if each in moment.setting.kinds]
    done: list[Done] = []
    why = "there is no way at all to do it"
    for deed in deeds(moment, do_, using):
        asked = _asked(moment, deed, named)
        wrong = [each for each in asked if answer(each, moment.get) is False]
        if wrong:
            why = f"it is not so that {wrong[0]}"
            continue
        unknown = frozenset(str(each) for each in asked if answer(each, moment.get) is None)
        done.append(Done(moment.after(deed.changes), deed.changes, deed.minutes, unknown))
    if not done:
        raise Cannot(f"{do_} {using}: {why}")
    return sorted(done, key=lambda each: len(each.assumed))


def deeds(moment: Moment, do: str, using: Mapping[str, Any]) -> Iterator[Deed]:
    """Give the ways in which something may be done; whether it can be is not looked at."""
    if do in TRAVEL:
        return _travel(moment, using)
    return VERBS[do][0](moment, using) if do in VERBS else own(moment, do, using)


def _asked(moment: Moment, deed: Deed, named: list[str]) -> list[Asked]:
    exist = [moment.setting.exists[id] for id in dict.fromkeys([*named, *deed.entities])]
    here = [] if deed.place is None else [Is("player.at", "==", deed.place)]
    return [*exist, *deed.asked, *here]


def _check(moment: Moment, do: str, using: Mapping[str, Any]) -> None:
    wanted: Mapping[str, tuple[str, ...]]
    optional: tuple[str, ...] = ()
    if do in TRAVEL:
        wanted = TRAVEL[do]
    elif do in VERBS:
        _, wanted, optional = VERBS[do]
    elif do in moment.setting.world["verbs"]:
        verb = moment.setting.world["verbs"][do]
        wanted = {name: (kind,) for name, kind in verb["with"].items()}
    else:
        raise Cannot(f"there is no verb {do}")
    if not using.keys() <= wanted.keys() or wanted.keys() - using.keys() - set(optional):
        raise Cannot(f"{do} is done with {list(wanted)}, not with {list(using)}")
    for name, value in using.items():
        _check_one(moment, f"{do} {name}", value, wanted[name])


def _check_one(moment: Moment, what: str, value: object, kinds: tuple[str, ...]) -> None:
    if kinds == ("number",):
        fits = isinstance(value, int) and not isinstance(value, bool) and value > 0
    elif kinds == ("text",):
        fits = isinstance(value, str | int)
    else:
        fits = isinstance(value, str) and moment.setting.kinds.get(value) in kinds
    if not fits:
        raise Cannot(f"{what} cannot be {value!r}")


def _travel(moment: Moment, using: Mapping[str, Any]) -> Iterator[Deed]:
    to, who = using["to"], using.get("who")
    here = moment.get("player.at")
    reach = reachable(moment, str(here), to).get(to) if here is not None else None
    if here is not None and reach is None:
        raise Cannot(f"no open way leads from {here} to {to}")
    unknown = frozenset({"player.at"}) if reach is None else reach.assumed
    asked: tuple[Asked, ...] = tuple(Is(each, "==", True) for each in sorted(unknown))
    arrived = (Change("player.at", to),)
    if who is None:
        yield Deed(None, asked, arrived, 0.0 if reach is None else reach.minutes)
        return
    both = (Change(f"{who}.at", to), *arrived)
    can = (Is(f"{who}.alive", "==", True), Is(f"{who}.captive", "==", False))
    for place in moment.spots(who):
        yield Deed(place, (*asked, *can), both, 0.0 if reach is None else reach.minutes)


def reachable(moment: Moment, start: str, end: str | None = None) -> dict[str, Reach]:
    """Find where open ways lead, those first that hang on nothing that nobody told.

    With an `end`, it stops there.
    """
    found: dict[str, Reach] = {}
    queue: list[tuple[int, float, str, tuple[str, ...]]] = [(0, 0.0, start, ())]
    while queue:
        _, minutes, place, assumed = heappop(queue)
        if place in found:
            continue
        found[place] = Reach(minutes, frozenset(assumed))
        if place == end:
            break
        for way in moment.setting.ways.get(place, {}).values():
            if way.to not in found:
                asked = Every((*_door(way.door), way.asked))
                open_ = answer(asked, moment.get)
                if open_ is not False:
                    more = (*assumed, f"the way from {place} to {way.to}") if not open_ else assumed
                    heappush(queue, (len(more), minutes + way.minutes, way.to, more))
    return found


def _door(door: str | None) -> tuple[Asked, ...]:
    return () if door is None else (Is(f"{door}.locked", "==", False),)
