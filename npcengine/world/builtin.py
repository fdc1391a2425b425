"""What players can do in any game, one verb after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from npcengine.world.actions import Argument
from npcengine.world.model import Person, Recipe
from npcengine.world.needs import Change, Need
from npcengine.world.state import State

NOWHERE = "no place"
"""Where nobody ever is: no id has a space in it."""
GUARDED_MINUTES = 30.0
"""How long something is guarded."""
FIGHT_MINUTES = 5.0
"""How long a fight takes."""
STEAL_DANGER = 3.0
"""How dangerous it is to steal."""


class Deed(NamedTuple):
    """What a verb comes to with its parameters filled in, but for where one has to be."""

    place: str | None
    """Where one has to be; None for anywhere."""
    needs: tuple[Need, ...] = ()
    changes: tuple[Change, ...] = ()
    minutes: float = 1.0
    danger: float = 0.0
    assumes: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    """Who and what else has to exist: what holds or sells it, a bench, a tool."""


Using: TypeAlias = Mapping[str, Argument]
_Deeds: TypeAlias = Callable[[State, Using], Iterator[Deed]]


@dataclass(frozen=True, slots=True)
class Builtin:
    """A verb, and with what it is used."""

    parameters: Mapping[str, tuple[str, ...]]
    """For each, the kinds of entities that it may be; `number` for a count, `text` for a word."""
    deeds: _Deeds
    """Give the ways in which it can be done, one for each place or holder that was left open."""
    optional: frozenset[str] = frozenset()


ANYBODY = ("person", "creature")
HOLDERS = ("place", "thing")


def _has(who: str, item: str, count: float) -> Need:
    return Need(f"{who}.has.{item}", ">=", count)


def _gets(who: str, item: str, count: float) -> Change:
    return Change(f"{who}.has.{item}", count, adds=True)


def _count(using: Using) -> int:
    count = using.get("count", 1)
    return count if isinstance(count, int) else 1


def _alive(state: State, id: str) -> tuple[Need, ...]:
    return (Need(f"{id}.alive", "==", True),) if state.kind(id) in ANYBODY else ()


def _at(state: State, id: str) -> tuple[str, ...]:
    """Return the places where something can be dealt with; a place that is nowhere is never one."""
    return state.places(id) or (NOWHERE,)


def _talk(state: State, using: Using) -> Iterator[Deed]:
    to = str(using["to"])
    for place in _at(state, to):
        yield Deed(place, _alive(state, to))


def _ask(state: State, using: Using) -> Iterator[Deed]:
    to, about = str(using["to"]), str(using["about"])
    needs = (*_alive(state, to), Need(f"{to}.knows.{about}", "==", True))
    for place in _at(state, to):
        yield Deed(place, needs, (Change(f"player.knows.{about}", True),))


def _tell(state: State, using: Using) -> Iterator[Deed]:
    to, about = str(using["to"]), str(using["about"])
    needs = (Need(f"player.knows.{about}", "==", True), *_alive(state, to))
    for place in _at(state, to):
        yield Deed(place, needs, (Change(f"{to}.knows.{about}", True),))


def _read(state: State, using: Using) -> Iterator[Deed]:
    about, text = str(using["about"]), str(using["in"])
    changes = (Change(f"player.knows.{about}", True),)
    if text not in state.entity(about).written:
        return
    if state.kind(text) == "item":
        yield Deed(None, (_has("player", text, 1),), changes)
        return
    for place in _at(state, text):
        yield Deed(place, (Need(f"{text}.locked", "==", False),), changes)


def _take(state: State, using: Using) -> Iterator[Deed]:
    item, count = str(using["item"]), _count(using)
    named = using.get("from")
    holders = [each.by for each in state.index.sources.get(item, ()) if each.how == "take"]
    for holder in [str(named)] if named is not None else holders:
        needs = [_has(holder, item, count)]
        if state.kind(holder) == "thing":
            needs.append(Need(f"{holder}.locked", "==", False))
        changes = (_gets(holder, item, -count), _gets("player", item, count))
        for place in _at(state, holder):
            yield Deed(place, tuple(needs), changes, beside=(holder,))


def _steal(state: State, using: Using) -> Iterator[Deed]:
    item, count, holder = str(using["item"]), _count(using), str(using["from"])
    needs = (_has(holder, item, count), *_alive(state, holder))
    changes = (_gets(holder, item, -count), _gets("player", item, count))
    for place in _at(state, holder):
        yield Deed(place, needs, changes, 5.0, STEAL_DANGER)


def _gather(state: State, using: Using) -> Iterator[Deed]:
    item, count, named = str(using["item"]), _count(using), using.get("at")
    entity = state.entity(item)
    needs = () if entity.tool is None else (_has("player", entity.tool, 1),)
    for place in entity.gather:
        if named in (None, place):
            yield Deed(place, needs, (_gets("player", item, count),), 3.0 * count)


def _buy(state: State, using: Using) -> Iterator[Deed]:
    item, count, named = str(using["item"]), _count(using), using.get("from")
    money = state.world.money
    sellers = [each.by for each in state.index.sources.get(item, ()) if each.how == "buy"]
    for seller in sellers:
        if money is None or named not in (None, seller):
            continue
        price = state.entity(seller).sells[item] * count
        needs = (_has("player", money, price), *_alive(state, seller))
        changes = (_gets("player", money, -price), _gets("player", item, count))
        for place in _at(state, seller):
            yield Deed(place, needs, changes, beside=(seller,))


def _make(state: State, using: Using) -> Iterator[Deed]:
    item, count = str(using["item"]), _count(using)
    recipe: Recipe | None = state.entity(item).make
    if recipe is None:
        return
    tool = () if recipe.tool is None else (_has("player", recipe.tool, 1),)
    parts = tuple(_has("player", part, each * count) for part, each in recipe.of.items())
    used = tuple(_gets("player", part, -each * count) for part, each in recipe.of.items())
    changes = (*used, _gets("player", item, count))
    beside = tuple(each for each in (recipe.at, recipe.tool, *recipe.of) if each is not None)
    for place in (None,) if recipe.at is None else _at(state, recipe.at):
        yield Deed(place, (*tool, *parts), changes, recipe.minutes * count, beside=beside)


def _give(state: State, using: Using) -> Iterator[Deed]:
    item, count, to = str(using["item"]), _count(using), str(using["to"])
    changes = (_gets("player", item, -count), _gets(to, item, count))
    for place in _at(state, to):
        yield Deed(place, (_has("player", item, count), *_alive(state, to)), changes)


def _pay(state: State, using: Using) -> Iterator[Deed]:
    money = state.world.money
    if money is not None:
        yield from _give(state, {**using, "item": money})


def _kill(state: State, using: Using) -> Iterator[Deed]:
    target, count = str(using["target"]), _count(using)
    entity = state.entity(target)
    returns = getattr(entity, "respawns", False)
    if (isinstance(entity, Person) and entity.essential) or (count > 1 and not returns):
        return
    loot = [(item, state.number(f"{target}.has.{item}")) for item in entity.carries]
    changes = tuple(_gets("player", item, each * count) for item, each in loot if each)
    if not returns:
        gone = (Change(f"{target}.has.{item}", 0) for item, each in loot if each)
        changes = (Change(f"{target}.alive", False), *changes, *gone)
    minutes, danger = FIGHT_MINUTES * count, float(min(10, entity.level))
    for place in _at(state, target):
        yield Deed(place, _alive(state, target), changes, minutes, danger)


def _use(state: State, using: Using) -> Iterator[Deed]:
    item, on = str(using["item"]), using.get("on")
    changes = (_gets("player", item, -1),) if state.entity(item).used_up else ()
    for place in (None,) if on is None else _at(state, str(on)):
        yield Deed(place, (_has("player", item, 1),), changes)


def _unlock(state: State, using: Using) -> Iterator[Deed]:
    what = str(using["what"])
    key = state.entity(what).key
    if key is None:
        return
    needs = (_has("player", key, 1), Need(f"{what}.locked", "==", True))
    for place in _at(state, what):
        yield Deed(place, needs, (Change(f"{what}.locked", False),))


def _repair(state: State, using: Using) -> Iterator[Deed]:
    what = str(using["what"])
    parts = state.entity(what).repair.items()
    needs = tuple(_has("player", item, count) for item, count in parts)
    used = tuple(_gets("player", item, -count) for item, count in parts)
    for place in _at(state, what):
        broken = Need(f"{what}.broken", "==", True)
        yield Deed(place, (*needs, broken), (*used, Change(f"{what}.broken", False)), 15.0)


def _capture(state: State, using: Using) -> Iterator[Deed]:
    target = str(using["target"])
    entity = state.entity(target)
    if getattr(entity, "essential", False) or getattr(entity, "respawns", False):
        return
    needs = (*_alive(state, target), Need(f"{target}.captive", "==", False))
    changes = (Change(f"{target}.captive", True),)
    for place in _at(state, target):
        yield Deed(place, needs, changes, FIGHT_MINUTES, float(min(10, entity.level)))


def _free(state: State, using: Using) -> Iterator[Deed]:
    target = str(using["target"])
    needs = (*_alive(state, target), Need(f"{target}.captive", "==", True))
    for place in _at(state, target):
        yield Deed(place, needs, (Change(f"{target}.captive", False),), 5.0)


def _guard(state: State, using: Using) -> Iterator[Deed]:
    what = str(using["what"])
    changes = (Change(f"{what}.guarded", True),)
    for place in _at(state, what):
        yield Deed(place, _alive(state, what), changes, GUARDED_MINUTES, 2.0)


def _choose(_state: State, _using: Using) -> Iterator[Deed]:
    yield Deed(None)


_COUNT = frozenset({"count"})
_ITEM, _NUMBER, _PERSON, _THING = ("item",), ("number",), ("person",), ("thing",)

BUILTIN: Mapping[str, Builtin] = MappingProxyType(
    {
        "talk": Builtin({"to": _PERSON}, _talk),
        "ask": Builtin({"to": _PERSON, "about": ("information",)}, _ask),
        "tell": Builtin({"to": _PERSON, "about": ("information",)}, _tell),
        "read": Builtin({"about": ("information",), "in": ("item", "thing")}, _read),
        "take": Builtin(
            {"item": _ITEM, "from": HOLDERS, "count": _NUMBER}, _take, _COUNT | {"from"}
        ),
        "steal": Builtin({"item": _ITEM, "from": _PERSON, "count": _NUMBER}, _steal, _COUNT),
        "gather": Builtin(
            {"item": _ITEM, "at": ("place",), "count": _NUMBER}, _gather, _COUNT | {"at"}
        ),
        "buy": Builtin({"item": _ITEM, "from": _PERSON, "count": _NUMBER}, _buy, _COUNT | {"from"}),
        "make": Builtin({"item": _ITEM, "count": _NUMBER}, _make, _COUNT),
        "give": Builtin(
            {"item": _ITEM, "to": ("person", "thing"), "count": _NUMBER}, _give, _COUNT
        ),
        "pay": Builtin({"to": _PERSON, "count": _NUMBER}, _pay),
        "kill": Builtin({"target": ANYBODY, "count": _NUMBER}, _kill, _COUNT),
        "use": Builtin(
            {"item": _ITEM, "on": ("place", "thing", "person", "creature")},
            _use,
            frozenset({"on"}),
        ),
        "unlock": Builtin({"what": _THING}, _unlock),
        "repair": Builtin({"what": _THING}, _repair),
        "capture": Builtin({"target": ANYBODY}, _capture),
        "free": Builtin({"target": _PERSON}, _free),
        "guard": Builtin({"what": ("place", "thing", "person")}, _guard),
        "choose": Builtin({"option": ("text",)}, _choose),
    }
)
"""All but `goto` and `escort`, which depend on what ways are open."""
