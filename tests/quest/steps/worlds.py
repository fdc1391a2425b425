"""Small worlds made up at random, right plans in them, and what goes wrong with plans."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, TypeAlias

from npcengine.quest.model import Task
from npcengine.quest.proving.planner import Course, Planner
from npcengine.world.actions import Step
from npcengine.world.loader import world_from
from npcengine.world.model import World
from npcengine.world.state import State

Data: TypeAlias = dict[str, Any]
Plan: TypeAlias = list[Data]

PLACES = ["mill", "harbour", "old tower", "market", "crypt", "meadow", "chapel", "quarry",
          "lighthouse", "orchard"]  # fmt: skip
PEOPLE = ["Mira", "Aldric", "Béatrice", "Old Tom", "Joanna"]
ITEMS = ["bread", "lantern", "silver ring", "rope", "herring", "parchment"]


def id_of(name: str) -> str:
    return name.lower().replace(" ", "_").replace("é", "e")


def made_up(rng: Random) -> World:
    """Make a world of 3 to 10 places in which every door's key lies before the door."""
    names = rng.sample(PLACES, rng.randint(3, 10))
    places: dict[str, Data] = {id_of(name): {"name": name, "exits": []} for name in names}
    things: dict[str, Data] = {}
    items: dict[str, Data] = {"coin": {}}
    ids = list(places)
    for number, there in enumerate(ids[1:], 1):
        here = rng.choice(ids[:number])
        way: Data = {"to": there, "minutes": rng.randint(1, 9)}
        if rng.random() < 0.4:
            door, key = f"{there}_door", f"{there}_key"
            way["door"] = door
            things[door] = {"at": here, "key": key, "name": f"door of the {there}"}
            items[key] = {"name": f"key of the {there}", "unique": True}
            _put(places[rng.choice(ids[:number])], key)
        places[here]["exits"].append(way)
    people = {id_of(name): _person(name, ids, rng) for name in rng.sample(PEOPLE, 3)}
    for name in rng.sample(ITEMS, 4):
        items[id_of(name)] = {"name": name, "value": 2.0}
        _place(id_of(name), items, places, people, rng)
    start = {"player.at": ids[0], "player.has.coin": rng.randint(0, 12)}
    data = {"places": places, "people": people, "things": things, "items": items}
    return world_from({**data, "start": start, "money": "coin"})


def _person(name: str, places: list[str], rng: Random) -> Data:
    return {"name": name, "at": rng.choice(places), "level": rng.randint(1, 4), "sells": {}}


def _place(
    item: str, items: dict[str, Data], places: dict[str, Data], people: dict[str, Data], rng: Random
) -> None:
    match rng.choice(["lies", "sold", "grows", "made"]):
        case "lies":
            _put(places[rng.choice(list(places))], item, rng.randint(1, 3))
        case "sold":
            people[rng.choice(list(people))]["sells"][item] = float(rng.randint(1, 3))
        case "grows":
            items[item]["gather"] = (rng.choice(list(places)),)
        case _:
            items["wood"] = {"gather": (rng.choice(list(places)),)}
            items[item]["make"] = {"of": {"wood": 2}}


def _put(place: Data, item: str, count: int = 1) -> None:
    place.setdefault("holds", {})[item] = count


def right_plan(world: World, rng: Random) -> Plan:
    """Plan two to five things to do, one after the other; empty when none can be done."""
    course = Course(State.of(world))
    for _ in range(rng.randint(2, 5)):
        done = Planner().do(course, Task.of(_deed(world, rng)))
        course = done or course
    return [each.step.as_data() for each in course.actions]


def _deed(world: World, rng: Random) -> Step:
    person, place = rng.choice(list(world.people)), rng.choice(list(world.places))
    item = rng.choice(list(world.items))
    door = rng.choice(list(world.things) or [""])
    deeds = [
        Step.of("talk", to=person),
        Step.of("goto", to=place),
        Step.of("obtain", item=item, count=rng.randint(1, 2)),
        Step.of("give", item=item, to=person),
        Step.of("kill", target=person),
    ]
    return rng.choice([*deeds, Step.of("unlock", what=door)] if door else deeds)


def random_plan(world: World, rng: Random) -> Plan:
    return [_deed(world, rng).as_data() for _ in range(rng.randint(1, 8))]


def without_a_step(plan: Plan, rng: Random) -> Plan:
    dropped = rng.randrange(len(plan) - 1) if len(plan) > 1 else 0
    return [each for at, each in enumerate(plan) if at != dropped or len(plan) == 1]


def two_swapped(plan: Plan, rng: Random) -> Plan:
    swapped = list(plan)
    first, second = rng.randrange(len(plan)), rng.randrange(len(plan))
    swapped[first], swapped[second] = swapped[second], swapped[first]
    return swapped


def a_name_misspelled(plan: Plan, rng: Random) -> Plan:
    """Write a name as people do: in capitals, with an article, or with a letter too few."""
    at = rng.randrange(len(plan))
    using: Mapping[str, object] = plan[at]["with"]
    texts = [name for name, value in using.items() if isinstance(value, str)]
    name = rng.choice(texts)
    value = str(using[name])
    cut = rng.randrange(1, len(value) - 1)
    shapes = [value.replace("_", " ").title(), f"the {value.replace('_', ' ')}"]
    if len(value) > 4:
        shapes.append(value[:cut] + value[cut + 1 :])
    changed = {**plan[at], "with": {**using, name: rng.choice(shapes)}}
    return [*plan[:at], changed, *plan[at + 1 :]]


def without_unlocks(plan: Plan, _rng: Random) -> Plan:
    return [each for each in plan if each["do"] != "unlock"] or plan


def without_ways(plan: Plan, _rng: Random) -> Plan:
    return [each for each in plan if each["do"] != "goto"] or plan


CORRUPTIONS: dict[str, Callable[[Plan, Random], Plan]] = {
    each.__name__: each
    for each in (
        without_a_step, two_swapped, a_name_misspelled, without_unlocks, without_ways
    )
}  # fmt: skip
