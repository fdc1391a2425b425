"""What a step comes to in a state of the world: the verbs of any game, and a game's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Literal, NamedTuple

from npcengine.conditions.tokens import ConditionError
from npcengine.spelling import did_you_mean
from npcengine.world.actions import Action, Argument, Step
from npcengine.world.builtin import BUILTIN, NOWHERE, Deed
from npcengine.world.effects import change_of, filled
from npcengine.world.model import World
from npcengine.world.needs import Change, Need, TooManyWays, ways_of
from npcengine.world.routes import openings, route, route_if_opened
from npcengine.world.state import State

Code = Literal[
    "unknown_verb", "missing", "unknown_parameter", "unknown", "wrong_kind", "wrong_number",
    "impossible", "no_path", "shut", "elsewhere", "not_held", "dead", "not_so",
]  # fmt: skip
"""Why something cannot be done."""

MOST = 10_000
"""No step does anything more often than this."""

_TRAVEL: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "goto": {"to": ("place",)},
    "escort": {"who": ("person",), "to": ("place",)},
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a step cannot be done, and what it hangs on."""

    code: Code
    message: str
    fact: str = ""
    """The fact that is not as it must be; empty where it is none."""


class Refused(ValueError):
    """A step that cannot be done whatever the state is, or for want of a way. Carries why."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal.message)


def parameters(world: World, do: str) -> Mapping[str, tuple[str, ...]]:
    """Return the parameters of a verb and the kinds that each may be.

    Raises `Refused` when there is no such verb.
    """
    if do in BUILTIN:
        return BUILTIN[do].parameters
    if do in _TRAVEL:
        return _TRAVEL[do]
    if do in world.verbs:
        return {name: (kind,) for name, kind in world.verbs[do].parameters.items()}
    hint = did_you_mean(do, verb_names(world))
    text = f"there is no verb {do!r:.60}" + (f": {hint}" if hint else "")
    raise Refused(Refusal("unknown_verb", text))


def verb_names(world: World) -> tuple[str, ...]:
    """Return what all verbs are called."""
    return (*_TRAVEL, *BUILTIN, *world.verbs)


def ground(state: State, step: Step) -> tuple[Action, ...]:
    """Return the ways in which a step can be done, now or once their needs are met.

    Raises `Refused` for what makes no sense in this world, and for a way that is not open.
    """
    using = dict(step.using)
    _check(state, step.do, using)
    deeds = tuple(_deeds(state, step.do, using))
    if not deeds:
        raise Refused(Refusal("impossible", f"{step} cannot be done in this world"))
    named = [each for each in using.values() if isinstance(each, str)]
    return tuple(
        _action(step, deed, first) for deed in deeds for first in _exist(state, named, deed)
    )


def _exist(state: State, named: Iterable[str], deed: Deed) -> Iterator[tuple[Need, ...]]:
    """Give the ways in which all that takes part can exist."""
    ways = state.index.conditional
    taking_part = dict.fromkeys((*named, *deed.beside))
    for exists in product(*(ways[each] for each in taking_part if each in ways)):
        yield tuple(need for needs in exists for need in needs)


class Done(NamedTuple):
    """A step that was done."""

    state: State
    """The state afterwards."""
    action: Action
    """The way in which it was done."""
    assumes: tuple[str, ...] = ()
    """What had to be so and nobody told, as `bridge_open`."""


def perform(state: State, step: Step) -> Done | Refusal:
    """Do a step, or say why it cannot be done. What nobody told is taken to be as it must be."""
    try:
        actions = ground(state, step)
    except Refused as error:
        return error.refusal
    done = [each for each in (_done(state, action) for action in actions) if each is not None]
    if done:
        return min(done, key=lambda each: len(each.assumes))
    return why_not(state, min(actions, key=lambda each: _unmet(state, each)))


def _done(state: State, action: Action) -> Done | None:
    assumes: list[str] = list(action.assumes)
    for need in action.needs:
        verdict = need.met(state.get)
        if verdict is False:
            return None
        if verdict is None:
            assumes.append(str(need))
    return Done(state.after(action.changes), action, tuple(assumes))


def why_not(state: State, action: Action) -> Refusal:
    """Say what is in the way of an action, of which one need or more is not met."""
    need = next(each for each in action.needs if each.met(state.get) is False)
    now = state.get(need.fact)
    subject, _, rest = need.fact.partition(".")
    if need.fact == "player.at":
        message = f"the player is at {now}, and this is done at {need.value}"
        return Refusal("elsewhere", message, need.fact)
    if rest.startswith("has."):
        who = "the player" if subject == "player" else subject
        item = rest.removeprefix("has.")
        message = f"{who} has {now:g} {item}, and this takes {need.value}"
        return Refusal("not_held", message, need.fact)
    if rest == "alive" and now is False:
        return Refusal("dead", f"{subject} is dead", need.fact)
    if rest == "locked" and now is True:
        return Refusal("shut", f"{subject} is locked", need.fact)
    return Refusal("not_so", f"it must be that {need}, and {need.fact} is {now}", need.fact)


def _unmet(state: State, action: Action) -> int:
    return sum(need.met(state.get) is False for need in action.needs)


def _action(step: Step, deed: Deed, existence: tuple[Need, ...]) -> Action:
    at = () if deed.place is None else (Need("player.at", "==", deed.place),)
    needs = (*existence, *deed.needs, *at)
    return Action(step, needs, deed.changes, deed.minutes, deed.danger, deed.assumes)


def _check(state: State, do: str, using: Mapping[str, Argument]) -> None:
    wanted = parameters(state.world, do)
    optional = BUILTIN[do].optional if do in BUILTIN else frozenset()
    for name in using:
        if name not in wanted:
            hint = did_you_mean(name, wanted) or f"it has {', '.join(wanted) or 'none'}"
            text = f"{do} has no parameter {name!r:.60}: {hint}"
            raise Refused(Refusal("unknown_parameter", text))
    for name, kinds in wanted.items():
        if name in using:
            _check_argument(state, f"{do} {name}", using[name], kinds)
        elif name not in optional:
            raise Refused(Refusal("missing", f"{do} needs a parameter {name!r}"))


def _check_argument(state: State, where: str, given: Argument, kinds: tuple[str, ...]) -> None:
    if kinds == ("number",):
        if isinstance(given, bool) or not isinstance(given, int) or not 0 < given <= MOST:
            text = f"{where} is a whole number from 1 to {MOST:,}"
            raise Refused(Refusal("wrong_number", text))
        return
    if kinds == ("text",):
        return
    kind = state.kind(given) if isinstance(given, str) else None
    if kind is None:
        near = did_you_mean(str(given), [i for i, k in state.index.kinds.items() if k in kinds])
        text = f"there is no {' or '.join(kinds)} {given!r:.60}" + (f": {near}" if near else "")
        raise Refused(Refusal("unknown", text))
    if kind not in kinds:
        raise Refused(Refusal("wrong_kind", f"{where} is a {' or '.join(kinds)}, not a {kind}"))


def _deeds(state: State, do: str, using: Mapping[str, Argument]) -> Iterator[Deed]:
    if do in BUILTIN:
        return BUILTIN[do].deeds(state, using)
    if do in _TRAVEL:
        return _travel(state, using.get("who"), str(using["to"]))
    return _own(state, do, using)


def _travel(state: State, who: Argument | None, to: str) -> Iterator[Deed]:
    here = state.get("player.at")
    way = route(state, str(here), to) if here is not None else None
    if here is not None and way is None:
        raise Refused(_no_way(state, str(here), to))
    # Where nobody tells where the player is, a way from there is taken for granted.
    minutes, danger = (way.minutes, way.danger) if way else (0.0, 0.0)
    assumes = way.assumes if way else (f"there is a way to {to} from where the player is",)
    arrives = Change("player.at", to)
    if who is None:
        yield Deed(None, (), (arrives,), minutes, danger, assumes)
        return
    needs = (Need(f"{who}.alive", "==", True), Need(f"{who}.captive", "==", False))
    changes = (Change(f"{who}.at", to), arrives)
    for place in state.places(str(who)) or (NOWHERE,):
        yield Deed(place, needs, changes, minutes, danger, assumes)


def _no_way(state: State, here: str, to: str) -> Refusal:
    way = route_if_opened(state, here, to)
    if way is None or way.shut is None:
        return Refusal("no_path", f"no way leads from {here} to {to}", "player.at")
    place, beyond = way.shut
    needs = next(openings(state, place, beyond))
    need = next(each for each in needs if each.met(state.get) is False)
    message = f"the way from {place} to {beyond} is shut: it must be that {need}"
    return Refusal("shut", message, need.fact)


def _own(state: State, do: str, using: Mapping[str, Argument]) -> Iterator[Deed]:
    verb = state.world.verbs[do]
    if verb.at is None:
        places: tuple[str | None, ...] = (None,)
    else:
        places = state.places(str(using[verb.at])) or (NOWHERE,)
    changes = tuple(change_of(filled(each, using)) for each in verb.then)
    for needs in _ways(filled(verb.needs, using)):
        for place in places:
            yield Deed(place, needs, changes, verb.minutes, verb.danger)


@lru_cache(maxsize=4096)
def _ways(condition: str) -> tuple[tuple[Need, ...], ...]:
    try:
        return ways_of(condition)
    except (ConditionError, TooManyWays) as error:  # a loader has told the designer before
        raise Refused(Refusal("impossible", str(error))) from None
