"""Worlds made up by a number: the same number makes the same world, as large as it is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, TypeAlias

from npcengine.turns import Fact
from npcengine.world.loader import world_from
from npcengine.world.model import World

Fields: TypeAlias = dict[str, Any]

SMALL = 24
"""So few entities that everything can be tried that can be done among them."""

SHARES = {
    "places": 0.2, "people": 0.2, "creatures": 0.1, "items": 0.33, "things": 0.12,
    "information": 0.05,
}  # fmt: skip
MOTIVES = (
    "knowledge", "comfort", "reputation", "serenity", "protection", "conquest", "wealth",
    "ability", "equipment",
)  # fmt: skip
TAGS = ("old", "holy", "wild", "tool", "potion")
FACTS = {
    "flag.gate_open": "bool", "flag.feast": "bool", "flag.whispered": "bool", "weather": "text",
    "season": "number",
}  # fmt: skip
START: dict[str, Fact] = {"flag.gate_open": False, "flag.feast": True, "season": 2}
"""What is told of them; nobody tells of the others."""
CONDITIONS = (
    "flag.gate_open", "flag.feast", "not flag.gate_open", "season >= 2 and flag.feast",
    "season > 3 or flag.gate_open", "player.level >= 3", "flag.whispered", "weather == 'dry'",
)  # fmt: skip
SOUND = CONDITIONS[:6]
"""Those that hang on nothing that nobody tells."""
VERBS: Mapping[str, Fields] = {
    "light": {
        "with": {"lamp": "thing"}, "at": "lamp", "needs": "not {lamp}.lit and player.has.oil >= 1",
        "then": ["{lamp}.lit", "player.has.oil -= 1"],
    },
    "raise_gate": {
        "with": {"wheel": "thing"}, "at": "wheel", "needs": "not {wheel}.locked",
        "then": ["flag.gate_open"], "minutes": 2,
    },
    "bless": {
        "with": {"who": "person", "times": "number"}, "at": "who",
        "needs": "{who}.alive and season < 9", "then": ["{who}.blessed", "season += 1"],
    },
    "carry_off": {
        "with": {"what": "thing", "to": "place"}, "at": "to",
        "needs": "{what}.broken or season >= 3", "then": ["{what}.owner = {to}"],
    },
}  # fmt: skip


def made_world(seed: int, size: int) -> World:
    """Make a world with about so many entities, checked as the world of a designer is."""
    return world_from(made_fields(seed, size))


def made_fields(seed: int, size: int) -> Fields:
    """Make the fields of a world."""
    return _Maker(seed, size).fields()


class _Maker:
    def __init__(self, seed: int, size: int) -> None:
        self.random = Random(f"world {seed} {size}")
        self.ids = {
            group: [f"{group[:-1] if group[-1] == 's' else group}_{n}" for n in range(count)]
            for group, share in SHARES.items()
            for count in [max(2, round(size * share))]
        }
        self.unique = {item for item in self.ids["items"] if self.random.random() < 0.1}
        self.unlaid = set(self.unique)
        self.common = [item for item in self.ids["items"] if item not in self.unique]
        self.common = self.common or ["oil"]

    def fields(self) -> Fields:
        things = {id: self._thing() for id in self.ids["things"]}
        lamps = {f"{id}.lit": False for id in self.ids["things"] if self._chance(0.7)}
        return {
            "money": "coin",
            "places": self._places(things),
            "people": {id: self._person() for id in self.ids["people"]},
            "creatures": {id: self._creature() for id in self.ids["creatures"]},
            "items": {id: self._item(id) for id in self.ids["items"]}
            | {"coin": {"value": 1}, "oil": {"gather": [self._one("places")], "value": 2}},
            "things": things,
            "information": {id: self._information() for id in self.ids["information"]},
            "factions": {"red": {"enemies": ["blue"]}, "blue": {}, "green": {"enemies": ["red"]}},
            "verbs": dict(VERBS),
            "facts": dict(FACTS),
            "start": {
                "player.at": self.ids["places"][0], "player.level": 4, "player.has.coin": 40,
                **START, **lamps,
            },
        }  # fmt: skip

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _one(self, group: str) -> str:
        return self.random.choice(self.ids[group])

    def _stock(self, most: int = 3) -> Fields:
        """What lies somewhere; of what is unique there is one, in one place."""
        if self.unlaid and self._chance(0.3):
            item = self.random.choice(sorted(self.unlaid))
            self.unlaid.remove(item)
            return {item: 1}
        return {self.random.choice(self.common): self.random.randint(1, most)}

    def _entity(self, when: float = 0.04) -> Fields:
        found: Fields = {}
        if self._chance(0.3):
            found["tags"] = [self.random.choice(TAGS)]
        if self._chance(when):
            found["when"] = self.random.choice(CONDITIONS)
        if self._chance(0.03):
            found["in_quests"] = False
        return found

    def _places(self, things: Fields) -> Fields:
        ids = self.ids["places"]
        places: Fields = {id: self._entity(0.02) | {"exits": []} for id in ids}
        for number, id in enumerate(ids):
            if number:
                near = ids[max(0, number - 1 - int(self.random.expovariate(0.4)))]
                places[id]["exits"].append(self._exit(id, near, things, 0.03))
            if number > 2 and self._chance(0.5):
                other = ids[self.random.randrange(max(0, number - 25), number)]
                if other not in [exit["to"] for exit in places[id]["exits"]]:
                    places[id]["exits"].append(self._exit(id, other, things, 0.25))
            if self._chance(0.4):
                places[id]["holds"] = self._stock()
        for id in ids[1:]:
            there = places[places[id]["exits"][0]["to"]]["exits"]
            if self._chance(0.05) and id not in [exit["to"] for exit in there]:
                there.append({"to": id, "minutes": 7})
        return places

    def _exit(self, id: str, to: str, things: Fields, one_way: float) -> Fields:
        exit: Fields = {"to": to, "minutes": self.random.choice([1, 2.5, 5, 8, 40])}
        if self._chance(0.3):
            exit["danger"] = self.random.randint(1, 5)
        if self._chance(one_way):
            exit["one_way"] = True
        if self._chance(0.1) and things:
            exit["door"] = self.random.choice(list(things))
            if self._chance(0.8):
                things[exit["door"]]["at"] = self.random.choice([id, to])
        if self._chance(0.06):
            exit["when"] = self.random.choice([*CONDITIONS, *self._of_player()])
        return exit

    def _of_player(self) -> list[str]:
        key, known = self.random.choice(self.common), self._one("information")
        return [f"player.has.{key} >= 1 or flag.gate_open", f"player.knows.{known}"]

    def _somebody(self) -> Fields:
        found = self._entity() | {"level": self.random.randint(1, 8)}
        if self._chance(0.7):
            found["faction"] = self.random.choice(["red", "blue", "green"])
        return found

    def _person(self) -> Fields:
        found = self._somebody() | {"at": self._one("places")}
        if self._chance(0.3):
            some = self.random.sample(self.common, min(len(self.common), 2))
            found["sells"] = {item: self.random.choice([1, 2.5, 6, 15]) for item in some}
        if self._chance(0.4):
            found["knows"] = [self._one("information")]
        if self._chance(0.25):
            found["carries"] = self._stock(2)
        if self._chance(0.15):
            found["essential"] = True
        elif self._chance(0.08):
            found["captive"] = True
        if self._chance(0.4):
            found["wants"] = self.random.sample(MOTIVES, 3)
        return found

    def _creature(self) -> Fields:
        respawns = self._chance(0.7)
        homes = self.random.sample(self.ids["places"], 2 if respawns and self._chance(0.3) else 1)
        found = self._somebody() | {"at": homes, "respawns": respawns}
        if self._chance(0.6):
            carried = {self.random.choice(self.common): self.random.randint(1, 2)}
            found["carries"] = carried if respawns else self._stock(2)
        return found | {"hostile": self._chance(0.8)}

    def _item(self, id: str) -> Fields:
        found: Fields = self._entity(0.03) | {"value": self.random.randint(0, 40)}
        found |= {"used_up": self._chance(0.25)}
        if id in self.unique:
            return found | {"unique": True}
        if self._chance(0.05):
            found["essential"] = True
        if self._chance(0.35):
            found["gather"] = [self._one("places")]
            if self._chance(0.3):
                found["tool"] = self.random.choice(self.common)
        elif self._chance(0.25):
            found["make"] = self._recipe()
        return found

    def _recipe(self) -> Fields:
        some = self.random.sample(self.common, min(len(self.common), self.random.randint(1, 2)))
        found: Fields = {"of": {part: self.random.randint(1, 2) for part in some}}
        if self._chance(0.5):
            found["at"] = self._one(self.random.choice(["places", "things"]))
        others = [item for item in self.common if item not in some]
        if others and self._chance(0.4):
            found["tool"] = self.random.choice(others)
        return found

    def _thing(self) -> Fields:
        found = self._entity() | {"at": self._one("places")}
        if self._chance(0.35):
            found["key"] = self.random.choice(self.ids["items"])
        if self._chance(0.5):
            found["holds"] = self._stock()
        if self._chance(0.3):
            found["broken"] = True
            if self._chance(0.8):
                found["repair"] = {self.random.choice(self.common): self.random.randint(1, 2)}
        return found

    def _information(self) -> Fields:
        found = self._entity(0.1) | {"concerns": [self._one("people")]}
        if self._chance(0.5):
            found["written"] = [self._one(self.random.choice(["items", "things"]))]
        return found


def harmed(world: World, random: Random, share: float = 0.05) -> dict[str, Fact]:
    """Return what a game tells after so much of a world was killed, moved or removed."""
    told: dict[str, Fact] = {}
    places = list(world.places)
    somebody = [id for id, each in world.creatures.items() if not each.respawns]
    for id in _some([*world.people, *somebody], random, share):
        now: dict[str, Fact] = {"alive": False, "captive": True, "at": random.choice(["", *places])}
        fact = random.choice(list(now))
        told[f"{id}.{fact}"] = now[fact]
    for id in _some([*world.places, *world.things], random, share):
        holds = (world.places.get(id) or world.things[id]).holds
        told |= {f"{id}.has.{item}": 0 for item in holds}
    for id in _some(list(world.things), random, share):
        told[f"{id}.{random.choice(['locked', 'broken'])}"] = random.random() < 0.5
    return told


def _some(ids: list[str], random: Random, share: float) -> list[str]:
    return random.sample(ids, min(len(ids), max(1, round(len(ids) * share))))


def hostile_worlds() -> Iterator[tuple[str, World, dict[str, Fact], str]]:
    """Give worlds in which there is little to be done: a name, what is told, and who asks."""
    alone: Fields = {"people": {"ann": {"at": "hut"}}, "places": {"hut": {}}}
    yield "nothing but a person", world_from(alone), {"player.at": "hut"}, "ann"
    apart: Fields = {
        "places": {f"isle_{n}": {} for n in range(30)},
        "people": {f"man_{n}": {"at": f"isle_{n}", "knows": ["word"]} for n in range(30)},
        "information": {"word": {}},
        "start": {"player.at": "isle_0"},
    }
    yield "no exits", world_from(apart), {}, "man_7"
    yield "the player is nowhere", world_from(apart), {"player.at": ""}, "man_7"
    yield "the giver is dead", world_from(apart), {"man_0.alive": False}, "man_0"
    yield "the giver is nowhere", world_from(apart), {"man_0.at": ""}, "man_0"
    yield "the giver is held", world_from(apart), {"man_0.captive": True}, "man_0"
    locked: Fields = {
        "places": {f"cell_{n}": {"exits": _cells(n)} for n in range(30)},
        "things": {f"door_{n}": {"at": f"cell_{n}", "key": f"key_{n}"} for n in range(30)},
        "items": {f"key_{n}": {} for n in range(30)},
        "people": {
            f"man_{n}": {"at": f"cell_{n}", "carries": {f"key_{n}": 1}} for n in range(1, 30)
        }
        | {"man_0": {"at": "cell_0"}},
        "start": {"player.at": "cell_0"},
    }
    yield "every door is locked from within", world_from(locked), {}, "man_0"
    one: Fields = {
        "places": {"hall": {"holds": {f"item_{n}": 1 for n in range(40)}}},
        "items": {f"item_{n}": {"make": {"of": {f"item_{(n + 1) % 40}": 2}}} for n in range(40)},
        "people": {f"man_{n}": {"at": "hall", "captive": True} for n in range(20)},
        "start": {"player.at": "hall"},
    }
    yield "one place, and recipes in a circle", world_from(one), {}, "man_0"


def _cells(number: int) -> list[Fields]:
    return [{"to": f"cell_{number + 1}", "door": f"door_{number + 1}"}] if number < 29 else []
