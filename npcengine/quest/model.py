"""The quest: what is asked, by whom, for what, and the proof that it can be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from npcengine.content.model import Content, Locale, Slug
from npcengine.world.actions import Step
from npcengine.world.model import Amount, Count, Id, Minutes, Motive

Difficulty = Literal["easy", "medium", "hard"]
DIFFICULTIES: tuple[Difficulty, ...] = ("easy", "medium", "hard")
Argument = Annotated[str, StringConstraints(min_length=1, max_length=120)] | int
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)]


class Task(Content):
    """Something to do: a verb, and with what."""

    do: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    """A verb of the world; or `obtain` and `learn`, which leave open from whom."""
    using: Annotated[Mapping[str, Argument], Field(alias="with", max_length=6)] = {}
    """Its parameters: `{item: iron_ore, count: 3}`."""

    @property
    def step(self) -> Step:
        """The same as a step."""
        return Step(self.do, tuple(self.using.items()))

    @classmethod
    def of(cls, step: Step) -> Task:
        """Make the task of a step."""
        return Task.model_validate({"do": step.do, "with": dict(step.using)})


class Objective(Task):
    """One thing that the quest asks for."""

    id: Id
    """What the quest calls it."""
    after: tuple[Id, ...] = ()
    """Objectives that must be done before this one counts."""
    optional: bool = False
    """`true` when no outcome needs it; it is worth something all the same."""
    hidden: bool = False
    """`true` when the player is told of it only once it counts."""


class Reward(Content):
    """What is given for an outcome. The engine prices it; no model writes it."""

    money: Amount = 0.0
    """In the world's money."""
    experience: Amount = 0.0
    """Experience points."""
    items: Mapping[Id, Count] = {}
    """Things that are given."""
    standing: Mapping[Id, Annotated[int, Field(ge=-100, le=100)]] = {}
    """By how much the standing with factions changes."""


class Outcome(Content):
    """One way in which the quest can end well."""

    id: Id
    """What the quest calls it."""
    needs: Annotated[tuple[Id, ...], Field(min_length=1)]
    """The objectives of which all must be done."""
    reward: Reward = Reward()
    """What is given for it."""


class Plan(Content):
    """Steps that lead to an outcome from where the player was."""

    outcome: Id
    """The outcome that they lead to."""
    steps: tuple[Task, ...]
    """One after the other; `goto` takes whatever way is open."""
    minutes: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    """How long they take."""
    danger: Annotated[float, Field(ge=0)] = 0.0
    """The greatest danger on the way."""


class Proof(Content):
    """That a quest can be finished: a plan for each outcome, and no way to get stuck."""

    plans: tuple[Plan, ...]
    """One for each outcome."""
    assumes: tuple[str, ...] = ()
    """What had to be taken for granted, because nobody told: with any, the quest is unproved."""
    complete: bool = True
    """`false` when the search for dead ends was given up at its limit."""
    states: Annotated[int, Field(ge=0)] = 0
    """How many states of the quest were looked at for dead ends."""

    @property
    def proved(self) -> bool:
        """Whether nothing was assumed, and nothing left out."""
        return self.complete and not self.assumes


class TextPack(Content):
    """What a quest says, in one language. Names and numbers stand in it as `{giver}`, `{count}`."""

    title: Text
    """What the journal calls it."""
    offer: Text
    """What the giver says to offer it."""
    accept: Text = ""
    """What the giver says when it is taken on."""
    decline: Text = ""
    """What the giver says when it is not."""
    remind: Text = ""
    """What the giver says while it is not done."""
    thanks: Mapping[Id, Text] = {}
    """What the giver says at the end, by outcome."""
    fail: Text = ""
    """What the giver says when it has come to nothing."""
    objectives: Mapping[Id, Text] = {}
    """What the journal says of each objective, by its id."""


class Quest(Content):
    """A quest that a player can be offered, as data. Two are equal when all of it is."""

    schema_: Annotated[Literal["npcengine/quest@1"], Field(alias="schema")] = "npcengine/quest@1"
    """The version of these fields."""
    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]
    """The same for the same brief, world, player's state and seed."""
    giver: Id
    """The person who asks for it, as the world calls them."""
    motive: Motive
    """Why they ask."""
    strategy: Slug
    """The pattern that it was made by."""
    twists: tuple[Slug, ...] = ()
    """What was added to the pattern."""
    difficulty: Difficulty = "medium"
    """How hard it is for this player."""
    level: Annotated[int, Field(ge=0, le=1000)] = 1
    """For what level it is made."""
    theme: Annotated[str, StringConstraints(max_length=400)] = ""
    """What it should be about, as it was asked for. Never an instruction."""
    roles: Mapping[Id, Id] = {}
    """Who and what plays a part, by the names that texts use: `{thief: rat_king}`."""
    objectives: Annotated[tuple[Objective, ...], Field(min_length=1, max_length=40)]
    """What there is to do."""
    outcomes: Annotated[tuple[Outcome, ...], Field(min_length=1, max_length=4)]
    """How it can end well; the first is what the giver hopes for."""
    minutes: Minutes | None = None
    """How long there is time for it; without, for ever."""
    texts: Mapping[Locale, TextPack] = {}
    """What it says, by language."""
    notes: Annotated[tuple[Text, ...], Field(max_length=40)] = ()
    """What was left out or changed of what a model proposed, and why."""
    proof: Proof | None = None
    """That it can be finished; None for a quest that somebody wrote and nobody proved."""

    def objective(self, id: str) -> Objective:
        """Return one of the objectives. Raises KeyError."""
        for each in self.objectives:
            if each.id == id:
                return each
        raise KeyError(id)

    def named(self) -> Iterator[str]:
        """Give the ids of all that the quest has to do with, the giver first; each once."""
        using = (value for each in self.objectives for value in each.using.values())
        names = (each for each in using if isinstance(each, str))
        yield from dict.fromkeys([self.giver, *self.roles.values(), *names])
