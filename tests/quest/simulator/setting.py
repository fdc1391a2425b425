"""A world as plain data: what is in it, what leads where, and what is so at the start."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from tests.quest.simulator.conditions import ALWAYS, Asked, Every, Fact, read

Data: TypeAlias = Mapping[str, Any]
Step: TypeAlias = Mapping[str, Any]
"""`{"do": …, "with": {…}}`."""

KINDS = {
    "places": "place", "people": "person", "creatures": "creature", "items": "item",
    "things": "thing", "information": "information", "factions": "faction",
}  # fmt: skip


class Way(NamedTuple):
    """One direction in which one can go."""

    to: str
    minutes: float
    door: str | None
    asked: Asked


class Setting:
    """What of a world never changes."""

    def __init__(self, world: Data) -> None:
        self.world = world
        self.money: str | None = world["money"]
        self.kinds = {id: kind for group, kind in KINDS.items() for id in world[group]}
        self.entities: dict[str, Data] = {
            id: each for group in KINDS for id, each in world[group].items()
        }
        self.exists = {id: read(each["when"]) for id, each in self.entities.items()}
        self.ways = self._ways()
        self.ends = self._ends()
        self.facts: dict[str, Fact] = dict(self._facts()) | dict(world["start"])

    def of_kind(self, *kinds: str) -> list[str]:
        """Return the ids of all entities of some kinds."""
        return [id for id, kind in self.kinds.items() if kind in kinds]

    def respawns(self, id: str) -> bool:
        """Tell whether there is always another one of it."""
        return bool(self.entities[id].get("respawns"))

    def _ways(self) -> Mapping[str, Mapping[str, Way]]:
        """An exit leads back as well, unless the other place has one of its own to here."""
        found: dict[str, dict[str, Way]] = {place: {} for place in self.world["places"]}
        for place, each in self.world["places"].items():
            for exit in each["exits"]:
                found[place][exit["to"]] = self._way(exit, exit["to"])
        for place, each in self.world["places"].items():
            for exit in each["exits"]:
                if not exit["one_way"] and place not in found[exit["to"]]:
                    found[exit["to"]][place] = self._way(exit, place)
        return found

    def _way(self, exit: Data, to: str) -> Way:
        asked = tuple(each for each in (read(exit["when"]), self.exists[to]) if each != ALWAYS)
        return Way(to, exit["minutes"], exit["door"], Every(asked))

    def _ends(self) -> Mapping[str, list[str]]:
        """For each door, the places on both sides of it."""
        found: dict[str, list[str]] = defaultdict(list)
        for place, ways in self.ways.items():
            for way in ways.values():
                if way.door is not None:
                    found[way.door] += [place, way.to]
        return {door: list(dict.fromkeys(places)) for door, places in found.items()}

    def _facts(self) -> Iterator[tuple[str, Fact]]:
        for id, each in self.world["people"].items():
            yield from ((f"{id}.at", each["at"]), (f"{id}.alive", True))
            yield f"{id}.captive", each["captive"]
            yield from ((f"{id}.knows.{one}", True) for one in each["knows"])
        for id, each in self.world["creatures"].items():
            yield f"{id}.alive", True
            if not each["respawns"]:
                yield from ((f"{id}.at", each["at"][0]), (f"{id}.captive", False))
        for id, each in self.world["things"].items():
            yield f"{id}.at", each["at"]
            yield f"{id}.locked", each["key"] is not None
            yield f"{id}.broken", each["broken"]
        for id, each in self.entities.items():
            for item, count in (each.get("holds") or each.get("carries") or {}).items():
                yield f"{id}.has.{item}", count


class Change(NamedTuple):
    """What becomes of a fact."""

    fact: str
    value: Fact
    adds: bool = False


class Moment:
    """What is so at one moment."""

    def __init__(self, setting: Setting, told: Mapping[str, Fact]) -> None:
        self.setting = setting
        self.told = told

    def get(self, fact: str) -> Fact | None:
        """Return what a fact is; None when nobody told."""
        if fact in self.told:
            return self.told[fact]
        if fact in self.setting.facts:
            return self.setting.facts[fact]
        return self._otherwise(fact)

    def _otherwise(self, fact: str) -> Fact | None:
        """What somebody has and knows is written down, so that they have nothing else."""
        subject, _, rest = fact.partition(".")
        word, _, id = rest.partition(".")
        if subject != "player" and subject not in self.setting.kinds:
            return None
        if word == "has" and self.setting.kinds.get(id) == "item":
            return 0
        if word == "knows" and self.setting.kinds.get(id) == "information":
            return False
        return False if rest == "guarded" else None

    def amount(self, fact: str) -> float:
        """Return how much there is of something."""
        now = self.get(fact)
        return 0 if now is None or isinstance(now, str) else now

    def spots(self, id: str) -> list[str]:
        """Return the places at one of which one has to be to deal with something."""
        kind = self.setting.kinds[id]
        if kind == "place":
            return [id]
        if kind == "creature" and self.setting.respawns(id):
            return list(self.setting.entities[id]["at"])
        now = self.get(f"{id}.at")
        here = [now] if isinstance(now, str) and now in self.setting.ways else []
        return list(dict.fromkeys([*here, *self.setting.ends.get(id, ())]))

    def after(self, changes: tuple[Change, ...]) -> Moment:
        """Return the moment in which these have changed."""
        told = dict(self.told)
        for fact, value, adds in changes:
            if adds and not isinstance(value, str):
                before = told[fact] if fact in told else self.get(fact)
                value = value + (before if isinstance(before, int | float) else 0)
            told[fact] = value
        return Moment(self.setting, told)
