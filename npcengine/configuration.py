"""What `npcengine.yaml` may say: everything about an engine that is no secret."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from npcengine.content.fields import check
from npcengine.content.model import Content
from npcengine.content.source import read_source
from npcengine.content.yaml_tree import Tree, read_tree
from npcengine.messages import Lane, Waits

FILE = "npcengine.yaml"
"""Read from the current directory, unless another path is named."""
MEMORY = "memory"
"""In place of the path of a store: what is said lasts as long as the process."""

FactType = Literal["bool", "number", "text"]
FactName = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$", max_length=64)
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Route = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]
Seconds = Annotated[float, Field(gt=0, le=600)]


class TierRoutes(Content):
    """The models to ask, in order, for each kind of work: `PROVIDER:MODEL`."""

    fast: tuple[Route, ...] = ()
    """For dialogue. Left out, the default routes of those providers whose keys are set."""
    smart: tuple[Route, ...] = ()
    """For a few important characters."""
    deep: tuple[Route, ...] = ()
    """For writing done before the game runs."""


Limit = Annotated[int, Field(ge=1, le=1_000_000_000_000)]


class Limits(Content):
    """What may be asked of each model of a provider, where its answers do not say so themselves.

    Where they do, the smaller of both counts.
    """

    requests_per_minute: Limit | None = None
    """Groq's answers do not tell it."""
    tokens_per_minute: Limit | None = None
    """Of prompts and answers together."""
    requests_per_day: Limit | None = None
    """In any 24 hours, as near as that can be counted."""
    tokens_per_day: Limit | None = None
    """Groq's answers do not tell it."""
    concurrent: Limit | None = None
    """Requests that are answered at the same time: as many as a server of your own has slots."""


class Endpoint(Content):
    """Where a provider is reached, and how much may be asked of it."""

    base_url: Text = ""
    """In place of its public address: `http://10.0.0.5:11434/v1`."""
    limits: Limits = Limits()
    """How much may be asked of each of its models."""


class LaneDeadlines(Content):
    """How long somebody waits, in seconds."""

    connect: Seconds = 0.8
    """Until there is a connection to a provider."""
    first: Seconds = 1.2
    """Until the first content; then the next route is asked as well."""
    between: Seconds = 1.5
    """From one piece of an answer to the next."""
    whole: Seconds = 4.0
    """Until all of it is there, whoever answers."""

    @property
    def waits(self) -> Waits:
        """Return what a request says of them."""
        return Waits(self.connect, self.first, self.between)


class Deadlines(Content):
    """How long is waited, by who waits. What one of them leaves out has its default below."""

    player: LaneDeadlines = LaneDeadlines()
    """A player, for a line."""
    quest: LaneDeadlines = LaneDeadlines(connect=2, first=5, between=5, whole=30)
    """A player, for a quest."""
    background: LaneDeadlines = LaneDeadlines(connect=5, first=20, between=20, whole=120)
    """Nobody."""
    thinking: Seconds = 1.5
    """Seconds until a line that has not begun shows that the character is thinking."""
    per_pass: Annotated[float, Field(ge=0, le=1)] = 0.002
    """Seconds of one pass of the event loop that lines may take; the others take later ones."""

    @field_validator("quest", "background", mode="before")
    @classmethod
    def _complete(cls, given: object, field: ValidationInfo) -> object:
        if isinstance(given, LaneDeadlines):
            given = given.model_dump(exclude_unset=True)
        if not isinstance(given, Mapping):
            return given
        usual: LaneDeadlines = cls.model_fields[str(field.field_name)].default
        return {**usual.model_dump(), **given}

    def of(self, lane: Lane) -> LaneDeadlines:
        """Return those of whoever waits."""
        deadlines: LaneDeadlines = getattr(self, lane)
        return deadlines


class CacheSize(Content):
    """How much is kept of what models said, to be said again."""

    requests: Annotated[int, Field(ge=0, le=1_000_000)] = 4096
    """So many requests' replies, in memory; 0 turns it off."""


Amount = Annotated[float, Field(ge=0)]


class Budget(Content):
    """What may be spent in an hour and in a day of UTC; what is left out has no limit."""

    dollars_per_hour: Amount = inf
    """US dollars, by the prices that are known."""
    dollars_per_day: Amount = inf
    """US dollars, until midnight."""
    tokens_per_hour: Amount = inf
    """Tokens of prompts and answers."""
    tokens_per_day: Amount = inf
    """Tokens of prompts and answers, until midnight."""


class Budgets(Content):
    """What may be spent. Near its end answers get shorter and cheaper, then there are none."""

    total: Budget = Budget()
    """In all."""
    each_player: Budget = Budget()
    """On what one player says, to whomever."""
    each_npc: Budget = Budget()
    """On what one character answers, to whomever."""


class Players(Content):
    """How much a player may say."""

    longest_line: Annotated[int, Field(ge=1, le=1000)] = 1000
    """Characters that may be said at once; a longer line raises `InvalidLine`."""
    lines_per_minute: Annotated[int, Field(ge=1, le=1000)] | None = None
    """In any minute, to whomever; beyond that characters say authored lines. Normally no limit."""


class Configuration(Content):
    """The settings of one engine. All of them may be left out."""

    personas: Text = ""
    """The folder of the personas, or one file; relative to this file."""
    world: Text = ""
    """The file of the world in which quests are made, relative to this file."""
    strategies: Text = ""
    """The file of a game's own strategies of quests, relative to this file."""
    store: Text = ""
    """The file in which conversations are kept, relative to this file; or `memory`."""
    tiers: TierRoutes = TierRoutes()
    """The models to ask."""
    providers: Mapping[str, Endpoint] = {}
    """Where a provider is reached and its limits, by its name: `groq`, `openai`, `ollama`."""
    deadlines: Deadlines = Deadlines()
    """How long a player waits."""
    cache: CacheSize = CacheSize()
    """How much is kept of what models said."""
    budgets: Budgets = Budgets()
    """What may be spent on models; without one, there is no limit."""
    players: Players = Players()
    """How much a player may say."""
    facts: Mapping[FactName, FactType] = {}
    """What the game tells with a scene, as `trust: number`: `bool`, `number` or `text`."""


def read_configuration(path: Path) -> Tree:
    """Read a configuration file and check it.

    Raises `ContentError` with everything that is wrong.
    """
    tree = read_tree(read_source(path))
    check(tree, Configuration)
    return tree
