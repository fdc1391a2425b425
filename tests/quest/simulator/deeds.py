"""What can be done in any game and in this one: what it asks for, and what comes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from tests.quest.simulator.conditions import Asked, Fact, Is, read
from tests.quest.simulator.setting import Change, Moment


class Deed(NamedTuple):
    """One way to do something; `place` is where, and None for anywhere."""

    place: str | None
    asked: tuple[Asked, ...] = ()
    changes: tuple[Change, ...] = ()
    minutes: float = 0.0
    entities: tuple[str, ...] = ()
    """Who and what else takes part, without being named."""


Using: TypeAlias = Mapping[str, Any]
Doing: TypeAlias = Callable[[Moment, Using], Iterator[Deed]]


def _yes(fact: str) -> Is:
    return Is(fact, "==", True)


def _no(fact: str) -> Is:
    return Is(fact, "==", False)


def _lives(moment: Moment, id: str) -> tuple[Asked, ...]:
    return (_yes(f"{id}.alive"),) if moment.setting.kinds[id] in ("person", "creature") else ()


def _has(who: str, item: str, count: float) -> Is:
    return Is(f"{who}.has.{item}", ">=", count)


def _moves(item: str, count: float, giver: str | None, taker: str | None) -> tuple[Change, ...]:
    lost = () if giver is None else (Change(f"{giver}.has.{item}", -count, adds=True),)
    got = () if taker is None else (Change(f"{taker}.has.{item}", count, adds=True),)
    return lost + got


def _with(
    moment: Moment, id: str, asked: tuple[Asked, ...] = (), changes: tuple[Change, ...] = ()
) -> Iterator[Deed]:
    for place in moment.spots(id):
        yield Deed(place, (*_lives(moment, id), *asked), changes)


def talk(moment: Moment, using: Using) -> Iterator[Deed]:
    yield from _with(moment, using["to"])


def ask(moment: Moment, using: Using) -> Iterator[Deed]:
    to, about = using["to"], using["about"]
    learned = (Change(f"player.knows.{about}", True),)
    yield from _with(moment, to, (_yes(f"{to}.knows.{about}"),), learned)


def tell(moment: Moment, using: Using) -> Iterator[Deed]:
    to, about = using["to"], using["about"]
    told = (Change(f"{to}.knows.{about}", True),)
    yield from _with(moment, to, (_yes(f"player.knows.{about}"),), told)


def read_in(moment: Moment, using: Using) -> Iterator[Deed]:
    about, text = using["about"], using["in"]
    learned = (Change(f"player.knows.{about}", True),)
    if text not in moment.setting.entities[about]["written"]:
        return
    if moment.setting.kinds[text] == "item":
        yield Deed(None, (_has("player", text, 1),), learned)
    else:
        yield from _with(moment, text, (_no(f"{text}.locked"),), learned)


def take(moment: Moment, using: Using) -> Iterator[Deed]:
    item, count = using["item"], using.get("count", 1)
    holders = [using["from"]] if "from" in using else moment.setting.of_kind("place", "thing")
    for holder in holders:
        asked: tuple[Asked, ...] = (_has(holder, item, count),)
        if moment.setting.kinds[holder] == "thing":
            asked += (_no(f"{holder}.locked"),)
        for place in moment.spots(holder) if moment.amount(f"{holder}.has.{item}") else ():
            yield Deed(place, asked, _moves(item, count, holder, "player"), 0.0, (holder,))


def steal(moment: Moment, using: Using) -> Iterator[Deed]:
    item, count, holder = using["item"], using.get("count", 1), using["from"]
    moved = _moves(item, count, holder, "player")
    yield from _with(moment, holder, (_has(holder, item, count),), moved)


def gather(moment: Moment, using: Using) -> Iterator[Deed]:
    item, count = using["item"], using.get("count", 1)
    each = moment.setting.entities[item]
    asked = () if each["tool"] is None else (_has("player", each["tool"], 1),)
    for place in each["gather"]:
        if using.get("at", place) == place:
            yield Deed(place, asked, _moves(item, count, None, "player"), 0.0, (place,))


def buy(moment: Moment, using: Using) -> Iterator[Deed]:
    item, count, money = using["item"], using.get("count", 1), moment.setting.money
    sellers = [using["from"]] if "from" in using else moment.setting.of_kind("person")
    for seller in sellers:
        price = moment.setting.entities[seller]["sells"].get(item)
        if price is None or money is None:
            continue
        changes = _moves(money, price * count, "player", None) + _moves(item, count, None, "player")
        for deed in _with(moment, seller, (_has("player", money, price * count),), changes):
            yield deed._replace(entities=(seller,))


def make(moment: Moment, using: Using) -> Iterator[Deed]:
    item, count = using["item"], using.get("count", 1)
    recipe = moment.setting.entities[item]["make"]
    if recipe is None:
        return
    asked = tuple(_has("player", part, each * count) for part, each in recipe["of"].items())
    used = (_moves(part, each * count, "player", None) for part, each in recipe["of"].items())
    changes = sum(used, ()) + _moves(item, count, None, "player")
    tool, where, minutes = recipe["tool"], recipe["at"], recipe["minutes"] * count
    asked += () if tool is None else (_has("player", tool, 1),)
    beside = tuple(each for each in (tool, where) if each is not None)
    for place in [None] if where is None else moment.spots(where):
        yield Deed(place, asked, changes, minutes, beside)


def give(moment: Moment, using: Using) -> Iterator[Deed]:
    item, count, to = using["item"], using.get("count", 1), using["to"]
    yield from _with(moment, to, (_has("player", item, count),), _moves(item, count, "player", to))


def pay(moment: Moment, using: Using) -> Iterator[Deed]:
    if moment.setting.money is not None:
        yield from give(moment, {**using, "item": moment.setting.money})


def kill(moment: Moment, using: Using) -> Iterator[Deed]:
    target, count = using["target"], using.get("count", 1)
    each, again = moment.setting.entities[target], moment.setting.respawns(target)
    if each.get("essential") or (count > 1 and not again):
        return
    changes: tuple[Change, ...] = () if again else (Change(f"{target}.alive", False),)
    for item in moment.setting.world["items"]:
        there = moment.amount(f"{target}.has.{item}")
        if there:
            changes += _moves(item, there * count, None, "player")
            changes += () if again else (Change(f"{target}.has.{item}", 0),)
    yield from _with(moment, target, (), changes)


def use(moment: Moment, using: Using) -> Iterator[Deed]:
    item, on = using["item"], using.get("on")
    gone = moment.setting.entities[item]["used_up"]
    changes = _moves(item, 1, "player", None) if gone else ()
    for place in [None] if on is None else moment.spots(on):
        yield Deed(place, (_has("player", item, 1),), changes)


def unlock(moment: Moment, using: Using) -> Iterator[Deed]:
    what = using["what"]
    key = moment.setting.entities[what]["key"]
    if key is not None:
        asked = (_has("player", key, 1), _yes(f"{what}.locked"))
        yield from _with(moment, what, asked, (Change(f"{what}.locked", False),))


def repair(moment: Moment, using: Using) -> Iterator[Deed]:
    what = using["what"]
    parts = moment.setting.entities[what]["repair"].items()
    asked = (_yes(f"{what}.broken"), *(_has("player", item, count) for item, count in parts))
    used: tuple[Change, ...] = sum((_moves(i, n, "player", None) for i, n in parts), ())
    yield from _with(moment, what, asked, (*used, Change(f"{what}.broken", False)))


def capture(moment: Moment, using: Using) -> Iterator[Deed]:
    target = using["target"]
    if not moment.setting.entities[target].get("essential") and not moment.setting.respawns(target):
        held = (Change(f"{target}.captive", True),)
        yield from _with(moment, target, (_no(f"{target}.captive"),), held)


def free(moment: Moment, using: Using) -> Iterator[Deed]:
    target = using["target"]
    asked = (_yes(f"{target}.captive"),)
    yield from _with(moment, target, asked, (Change(f"{target}.captive", False),))


def guard(moment: Moment, using: Using) -> Iterator[Deed]:
    yield from _with(moment, using["what"], (), (Change(f"{using['what']}.guarded", True),))


def choose(_moment: Moment, _using: Using) -> Iterator[Deed]:
    yield Deed(None)


_EFFECT = re.compile(r"(not )?([a-z0-9_.]+)(?: *(\+=|-=|=) *(.+))?")


def own(moment: Moment, do: str, using: Using) -> Iterator[Deed]:
    """Do what the game has a verb of its own for."""
    verb = moment.setting.world["verbs"][do]

    def filled(text: str) -> str:
        for name, value in using.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    changes = tuple(effect(filled(each)) for each in verb["then"])
    for place in [None] if verb["at"] is None else moment.spots(using[verb["at"]]):
        yield Deed(place, (read(filled(verb["needs"])),), changes, verb["minutes"])


def effect(text: str) -> Change:
    """Read what a verb changes."""
    found = _EFFECT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"this is no change: {text!r}")
    no, fact, sign, written = found.groups()
    if sign is None:
        return Change(fact, not no)
    value = _value(written.strip().strip("'\""))
    if sign == "=" or isinstance(value, str):
        return Change(fact, value)
    return Change(fact, value if sign == "+=" else -value, adds=True)


def _value(text: str) -> Fact:
    if text in ("true", "false"):
        return text == "true"
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else text


PERSON, THING, ITEM, ANYBODY = ("person",), ("thing",), ("item",), ("person", "creature")
INFORMATION, NUMBER, TEXT = ("information",), ("number",), ("text",)
SOMETHING = ("place", "thing", "person", "creature")
VERBS: Mapping[str, tuple[Doing, Mapping[str, tuple[str, ...]], tuple[str, ...]]] = {
    "talk": (talk, {"to": PERSON}, ()),
    "ask": (ask, {"to": PERSON, "about": INFORMATION}, ()),
    "tell": (tell, {"to": PERSON, "about": INFORMATION}, ()),
    "read": (read_in, {"about": INFORMATION, "in": ("item", "thing")}, ()),
    "take": (
        take,
        {"item": ITEM, "from": ("place", "thing"), "count": NUMBER},
        ("from", "count"),
    ),
    "steal": (steal, {"item": ITEM, "from": PERSON, "count": NUMBER}, ("count",)),
    "gather": (gather, {"item": ITEM, "at": ("place",), "count": NUMBER}, ("at", "count")),
    "buy": (buy, {"item": ITEM, "from": PERSON, "count": NUMBER}, ("from", "count")),
    "make": (make, {"item": ITEM, "count": NUMBER}, ("count",)),
    "give": (give, {"item": ITEM, "to": ("person", "thing"), "count": NUMBER}, ("count",)),
    "pay": (pay, {"to": PERSON, "count": NUMBER}, ()),
    "kill": (kill, {"target": ANYBODY, "count": NUMBER}, ("count",)),
    "use": (use, {"item": ITEM, "on": SOMETHING}, ("on",)),
    "unlock": (unlock, {"what": THING}, ()),
    "repair": (repair, {"what": THING}, ()),
    "capture": (capture, {"target": ANYBODY}, ()),
    "free": (free, {"target": PERSON}, ()),
    "guard": (guard, {"what": ("place", "thing", "person")}, ()),
    "choose": (choose, {"option": TEXT}, ()),
}
"""For each verb how it is done, with what, and what of that may be left out."""
TRAVEL: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "goto": {"to": ("place",)},
    "escort": {"who": PERSON, "to": ("place",)},
}
