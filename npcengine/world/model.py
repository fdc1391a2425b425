"""The world as designers write it: what there is, where it is, and what can be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from npcengine.conditions.when import When
from npcengine.configuration import FactName, FactType
from npcengine.content.model import Content, Locale, Slug
from npcengine.turns import Fact

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Names: TypeAlias = Title | Mapping[Locale, Title]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Amount = Annotated[float, Field(ge=0, le=1_000_000_000, allow_inf_nan=False)]
Level = Annotated[int, Field(ge=0, le=1000)]
Danger = Annotated[int, Field(ge=0, le=10)]
Minutes = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
Effect = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
StateName = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$", max_length=140)
]

Kind = Literal["place", "person", "creature", "item", "thing", "information", "faction"]
Parameter = Literal[
    "place", "person", "creature", "item", "thing", "information", "faction", "number"
]
Motive = Literal[
    "knowledge", "comfort", "reputation", "serenity", "protection", "conquest", "wealth",
    "ability", "equipment",
]  # fmt: skip


def _list(given: object) -> object:
    return (given,) if isinstance(given, str) else given


_ID_SCHEMA = {"type": "string", "pattern": r"^[a-z][a-z0-9_]*$"}
Ids = Annotated[
    tuple[Id, ...],
    BeforeValidator(_list),
    WithJsonSchema({"anyOf": [_ID_SCHEMA, {"type": "array", "items": _ID_SCHEMA}]}),
]
"""One id, or a list of them."""


class Entity(Content):
    """What everything in a world has. Nothing of it is needed."""

    name: Names | None = None
    """What players call it, or that by language: `{en: the mill, de: die Mühle}`."""
    about: Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)] = ""
    """What there is to say of it, in a sentence; a model may be told."""
    tags: tuple[Tag, ...] = ()
    """Words by which strategies and verbs find it: `ore`, `holy`, `hidden`."""
    when: When | None = None
    """It exists only while this condition is true: `flag.bridge_built`."""
    in_quests: bool = True
    """`false` keeps it out of quests that are made."""


class Exit(Content):
    """A way from one place to another. It leads back as well."""

    to: Id
    """The place at its other end."""
    minutes: Minutes = 5.0
    """How long it takes."""
    danger: Danger = 0
    """How dangerous it is: 0 is safe, 10 is deadly."""
    one_way: bool = False
    """`true` when it does not lead back."""
    door: Id | None = None
    """A thing that must not be locked for somebody to pass."""
    when: When | None = None
    """It can be passed only while this condition is true."""

    @model_validator(mode="before")
    @classmethod
    def _from_id(cls, given: Any) -> Any:
        return {"to": given} if isinstance(given, str) else given

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Allow an id as well."""
        return {"anyOf": [_ID_SCHEMA, handler.resolve_ref_schema(handler(core))]}


class Place(Entity):
    """Somewhere to be."""

    exits: tuple[Exit, ...] = ()
    """Where one can go from here: ids of places, or more about each way."""
    holds: Mapping[Id, Count] = {}
    """What lies there to be taken, and how much of it."""


class Somebody(Entity):
    """What people and creatures have."""

    level: Level = 1
    """How strong they are, on the scale of the player's level."""
    faction: Id | None = None
    """Whose side they are on."""
    carries: Mapping[Id, Count] = {}
    """What they have with them; who kills them gets it."""


class Person(Somebody):
    """Somebody to talk to."""

    at: Id
    """The place where they are."""
    persona: Slug | None = None
    """The id of the persona that speaks for them. Left out, it is their own id."""
    essential: bool = False
    """`true` when nobody may kill or capture them."""
    captive: bool = False
    """`true` when they are held where they are."""
    wants: tuple[Motive, ...] = ()
    """What moves them to ask for something; left out, anything may."""
    sells: Mapping[Id, Amount] = {}
    """What they sell, and for how much money each. They do not run out of it."""
    knows: tuple[Id, ...] = ()
    """The information that they share when they are asked."""


class Creature(Somebody):
    """Something alive that does not talk: a kind of beast, or one of its own."""

    at: Ids
    """The place where it lives. One that comes back may live in several."""
    respawns: bool = False
    """`true` when there is always another one."""
    hostile: bool = True
    """`false` when it does no harm."""


class Recipe(Content):
    """How an item is made."""

    of: Mapping[Id, Count]
    """What it is made of; that is used up."""
    at: Id | None = None
    """The place or the thing where it is made; left out, anywhere."""
    tool: Id | None = None
    """An item that one must have; it stays."""
    minutes: Minutes = 10.0
    """How long it takes."""


class Item(Entity):
    """Something to have."""

    value: Amount = 0.0
    """What one of it is worth, in money."""
    unique: bool = False
    """`true` when there is only one."""
    essential: bool = False
    """`true` when it must never be given away or used up for a quest."""
    gather: Ids = ()
    """Places where one finds it again and again."""
    tool: Id | None = None
    """An item that one needs to gather it."""
    make: Recipe | None = None
    """How it is made."""
    used_up: bool = False
    """`true` when it is gone once it was used."""


class Thing(Entity):
    """Something that stays where it is: a door, a chest, a mill wheel, a shrine."""

    at: Id
    """The place where it is."""
    key: Id | None = None
    """The item that unlocks it. With one, it is locked."""
    holds: Mapping[Id, Count] = {}
    """What is in it; that can be taken once it is not locked."""
    broken: bool = False
    """`true` when it must be repaired."""
    repair: Mapping[Id, Count] = {}
    """What that takes; it is used up."""


class Information(Entity):
    """Something to know: a rumour, a name, a way."""

    concerns: Ids = ()
    """What it is about."""
    written: Ids = ()
    """Items and things in which it can be read."""


class Faction(Entity):
    """A side that people and creatures are on."""

    enemies: tuple[Id, ...] = ()
    """Other factions that it is at odds with."""


class Verb(Content):
    """Something that players can do in this game, beside what they can do in any."""

    parameters: Annotated[Mapping[Id, Parameter], Field(alias="with", max_length=6)] = {}
    """What it is done with: a name for each, and what kind of entity that is."""
    at: Id | None = None
    """The parameter where one has to be: a place, or whatever is somewhere."""
    needs: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    """A condition, with parameters in braces: `player.has.oil >= 1 and not {lamp}.lit`."""
    then: Annotated[tuple[Effect, ...], Field(max_length=16)] = ()
    """What changes: `{lamp}.lit`, `not {lamp}.lit`, `{lamp}.colour = red`, `{lamp}.oil -= 1`."""
    minutes: Minutes = 1.0
    """How long it takes."""
    danger: Danger = 0
    """How dangerous it is."""


class Prices(Content):
    """What work is worth in this game, to those who pay for it."""

    per_minute: Amount = 1.0
    """Money for a minute of work by somebody of level 1."""
    per_level: Annotated[float, Field(ge=0, le=10)] = 0.15
    """How much more of everything each level brings: 0.15 is 15 % more than at level 1."""
    danger: Annotated[float, Field(ge=0, le=10)] = 0.25
    """How much more a minute in danger 1 brings; in danger 2, twice that."""
    experience: Amount = 4.0
    """Experience for a minute of work by somebody of level 1."""
    most: Amount = 100_000.0
    """No reward is more money than this."""


class World(Content):
    """Everything that a game tells of itself. An empty one is a world too."""

    schema_: Annotated[Literal["npcengine/world@1"] | None, Field(alias="schema")] = None
    """The version of these fields, `npcengine/world@1`; it may be left out."""
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] = ""
    """What the world is called."""
    money: Id | None = None
    """The item that things are paid with. Without one, nothing is bought and no reward is money."""
    places: Mapping[Id, Place] = {}
    """Where one can be, by id."""
    people: Mapping[Id, Person] = {}
    """Whom one can talk to, by id."""
    creatures: Mapping[Id, Creature] = {}
    """What lives there and does not talk, by id."""
    items: Mapping[Id, Item] = {}
    """What one can have, by id."""
    things: Mapping[Id, Thing] = {}
    """What stays where it is, by id."""
    information: Mapping[Id, Information] = {}
    """What one can come to know, by id."""
    factions: Mapping[Id, Faction] = {}
    """The sides, by id."""
    verbs: Mapping[Id, Verb] = {}
    """What can be done in this game beside what can be done in any, by name."""
    facts: Mapping[FactName, FactType] = {}
    """The game's own facts, beside those of what there is, and the type of each."""
    start: Mapping[StateName, Fact] = {}
    """What is so when nobody says otherwise: `player.at: square`, `player.has.coin: 12`."""
    prices: Prices = Prices()
    """What work is worth."""


def entities(world: World) -> Mapping[str, Mapping[str, Any]]:
    """Return what there is of each kind, by id."""
    return {
        "place": world.places,
        "person": world.people,
        "creature": world.creatures,
        "item": world.items,
        "thing": world.things,
        "information": world.information,
        "faction": world.factions,
    }
