"""What people ask for and why: patterns of quests, as data that designers may extend."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from importlib.resources import files
from os import PathLike
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from npcengine.content.fields import check
from npcengine.content.model import Content, Slug
from npcengine.content.source import Source
from npcengine.content.yaml_tree import read_tree
from npcengine.quest.model import Objective, Text
from npcengine.world.model import Id, Kind, Motive, Tag

Amounts = Literal["few", "many"]
StrPath: TypeAlias = str | PathLike[str]


class Role(Content):
    """Who or what may play a part. What is left out does not matter."""

    kind: Kind
    """What it is."""
    tags: tuple[Tag, ...] = ()
    """It has one of these tags."""
    sold: bool | None = None
    """Whether somebody sells the item."""
    gathered: bool | None = None
    """Whether the item is found again and again somewhere."""
    made: bool | None = None
    """Whether there is a recipe for the item."""
    carried: bool | None = None
    """Whether somebody carries the item."""
    hidden: bool | None = None
    """Whether the item lies somewhere or is carried, and there is no easier way to it."""
    used_up: bool | None = None
    """Whether the item is gone once it was used."""
    unique: bool | None = None
    """Whether there is only one of the item."""
    dangerous: bool | None = None
    """Whether something hostile is at the place, or a dangerous way leads there."""
    hostile: bool | None = None
    """Whether the creature does harm."""
    respawns: bool | None = None
    """Whether there is always another one of the creature."""
    enemy: bool | None = None
    """Whether they are of a faction at odds with the giver's."""
    essential: bool | None = None
    """Whether the person must not be harmed."""
    captive: bool = False
    """Whether the person is held."""
    broken: bool | None = None
    """Whether the thing must be repaired."""
    locked: bool | None = None
    """Whether the thing is locked."""
    known_to_giver: bool | None = None
    """Whether the giver shares the information."""
    knows: Id | None = None
    """A role: an information that the person shares."""
    knows_not: Id | None = None
    """A role: an information that the person does not have."""
    has: Id | None = None
    """A role: an item that they carry."""
    sells: Id | None = None
    """A role: an item that the person sells."""

    @cached_property
    def wanted(self) -> Mapping[str, bool]:
        """What must be so or not of whoever plays the part, apart from who is a captive."""
        given = {name: value for name, value in self if name != "captive"}
        return {name: value for name, value in given.items() if isinstance(value, bool)}


class Ending(Content):
    """Another way for a quest to end well."""

    id: Id
    """What the quest calls it."""
    instead_of: tuple[Id, ...]
    """The objectives that it does not need; it needs those of its twist in their place."""


class Fits(Content):
    """What a strategy must have."""

    objectives: tuple[Id, ...] = ()
    """Objectives of these ids."""
    roles: tuple[Id, ...] = ()
    """Roles of these names."""


class Pattern(Content):
    """What strategies and twists have."""

    id: Slug
    """What it is called."""
    count: Amounts = "few"
    """How much `{count}` is: 1 to 3, or 2 to 8."""
    roles: Annotated[Mapping[Id, Role], Field(max_length=8)] = {}
    """Who and what it is about."""
    objectives: Annotated[tuple[Objective, ...], Field(min_length=1, max_length=12)]
    """What there is to do, with roles in braces."""


class Strategy(Pattern):
    """A pattern of a quest."""

    motive: Motive
    """Why somebody asks for it."""
    about: Text = ""
    """What it is, in a sentence with roles in braces; a model may be told."""


class Twist(Pattern):
    """Something that makes a quest longer, or leaves a choice."""

    fits: Fits = Fits()
    """Which strategies it can be added to."""
    before: Literal["all", "last"] | None = None
    """Which objectives wait for those that it adds; none for what is optional."""
    outcome: Ending | None = None
    """The choice that it leaves."""


class Strategies(Content):
    """A file of strategies and twists."""

    strategies: tuple[Strategy, ...] = ()
    """Patterns of quests."""
    twists: tuple[Twist, ...] = ()
    """What may be added to them."""

    def __add__(self, other: Strategies) -> Strategies:
        """Return both; what has the same id is taken from `other`."""
        strategies = {each.id: each for each in (*self.strategies, *other.strategies)}
        twists = {each.id: each for each in (*self.twists, *other.twists)}
        return Strategies(strategies=tuple(strategies.values()), twists=tuple(twists.values()))


@cache
def default_strategies() -> Strategies:
    """Return the strategies that come with the engine."""
    text = files("npcengine.quest.planning").joinpath("strategies.yaml").read_text("utf-8")
    return check(read_tree(Source("strategies.yaml", text)), Strategies)
