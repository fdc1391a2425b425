"""When an objective is done: what has to be so, or what has to have happened how often."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from npcengine.quest.events import Event, EventKind
from npcengine.quest.model import Objective, Quest, Task
from npcengine.world.builtin import BUILTIN
from npcengine.world.effects import change_of, filled
from npcengine.world.model import World
from npcengine.world.needs import Need

HAS = "player.has."
GOALS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "obtain": {"item": ("item",), "count": ("number",)},
        "learn": {"about": ("information",)},
    }
)
"""What an objective may ask for beside the verbs of the world, and with what: however it is done,
it is done once the player has or knows it."""


class Deeds(NamedTuple):
    """Something that has to happen so many times."""

    kind: EventKind
    what: str
    to: str = ""
    """Empty for whoever it may be."""
    about: str = ""
    times: int = 1
    in_order: bool = False
    """True when it counts only after all that must be done before; a talk, and what is chosen."""

    def counts(self, event: Event) -> int:
        """Return how many times an event counts."""
        fits = event.kind == self.kind and event.what == self.what
        fits = fits and self.to in ("", event.to) and self.about in ("", event.about)
        return max(0, event.count) if fits else 0


def watch_of(world: World, task: Task) -> Need | Deeds | None:
    """Return what tells that a task is done; None where nothing would."""
    using = task.using
    count = using.get("count", 1)
    if not isinstance(count, int):
        return None
    times = count
    if task.do == "kill" and not _comes_back(world, str(using.get("target"))):
        return Need(f"{using.get('target')}.alive", "==", False)  # whoever did it
    if task.do in _DEEDS:
        kind, what, to, in_order = _DEEDS[task.do]
        named, whom = str(using.get(what, "")), str(using.get(to, "")) if to else ""
        about = str(using.get("about", "")) if in_order else ""
        return Deeds(kind, named, whom, about, times, in_order)
    if task.do in ("obtain", "take", "gather", "buy", "steal"):
        return Need(f"{HAS}{using.get('item')}", ">=", times)
    if task.do in _FACTS:
        fact, value = _FACTS[task.do]
        wanted = filled(value, using) if isinstance(value, str) else value
        return Need(filled(fact, using), "==", wanted)
    return _own(world, task)


def takes(world: World, task: Task) -> Mapping[str, int]:
    """Return which items, and how many, the player has no more each time a task is done."""
    using = task.using
    match task.do:
        case "give":
            return {str(using.get("item")): 1}
        case "pay" if world.money is not None:
            return {world.money: 1}
        case "use":
            item = world.items.get(str(using.get("item")))
            return {str(using["item"]): 1} if item is not None and item.used_up else {}
        case "make":
            item = world.items.get(str(using.get("item")))
            return item.make.of if item is not None and item.make is not None else {}
        case "repair":
            thing = world.things.get(str(using.get("what")))
            return thing.repair if thing is not None else {}
    return {}


def uses_of(quest: Quest, task: Objective, world: World) -> Iterator[tuple[str, int]]:
    """Give the objectives that take what another brings, and how many each time.

    Only those that wait for it: what comes before it, or beside it, takes others.
    """
    watch, waiting, grown = watch_of(world, task), {task.id}, True
    if not isinstance(watch, Need) or not watch.fact.startswith(HAS):
        return
    while grown:
        more = {each.id for each in quest.objectives if waiting.intersection(each.after)}
        grown = not more <= waiting
        waiting |= more
    for each in quest.objectives:
        taken = takes(world, each).get(watch.fact.removeprefix(HAS), 0)
        if taken and each.id in waiting:
            yield each.id, taken


def _comes_back(world: World, id: str) -> bool:
    return id in world.creatures and world.creatures[id].respawns


def _own(world: World, task: Task) -> Need | None:
    """Watch the first thing that a verb of the game sets."""
    verb = world.verbs.get(task.do)
    if verb is None or verb.parameters.keys() != task.using.keys():
        return None
    try:
        changes = [change_of(filled(each, task.using)) for each in verb.then]
    except ValueError:  # a parameter that is no id
        return None
    for fact, value, adds in changes:
        if not adds:
            return Need(fact, "==", value)
    return None


_DEEDS: Mapping[str, tuple[EventKind, str, str, bool]] = MappingProxyType(
    {
        "talk": ("talked", "to", "", True),
        "ask": ("talked", "to", "", True),
        "tell": ("talked", "to", "", True),
        "choose": ("chose", "option", "", True),
        "give": ("gave", "item", "to", False),
        "pay": ("paid", "to", "", False),
        "kill": ("killed", "target", "", False),
        "use": ("used", "item", "on", False),
        "make": ("crafted", "item", "", False),
    }
)
_FACTS: Mapping[str, tuple[str, str | bool]] = MappingProxyType(
    {
        "goto": ("player.at", "{to}"),
        "escort": ("{who}.at", "{to}"),
        "learn": ("player.knows.{about}", True),
        "read": ("player.knows.{about}", True),
        "unlock": ("{what}.locked", False),
        "repair": ("{what}.broken", False),
        "capture": ("{target}.captive", True),
        "free": ("{target}.captive", False),
        "guard": ("{what}.guarded", True),
    }
)


def can_be_asked(world: World, do: str) -> bool:
    """Return whether an objective may have this verb."""
    return do in GOALS or do in BUILTIN or do in ("goto", "escort") or do in world.verbs
