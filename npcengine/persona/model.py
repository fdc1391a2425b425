"""The persona: everything that a writer says about one character."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache, reduce
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from npcengine.content.model import NOTHING, Content, Extensions, Locale, Slug
from npcengine.messages import CacheScope
from npcengine.persona.said import (
    Gate,
    Goal,
    Known,
    Line,
    Moment,
    Name,
    Prose,
    Said,
    Secret,
    SecretWords,
)
from npcengine.persona.spoken import Example, Overlay, Speech, StockLines, overlaid

__all__ = [
    "Example", "Goal", "Known", "Line", "Name", "Overlay", "Persona", "Prose", "Said", "Secret",
    "SecretWords", "Speech", "StockLines",
]  # fmt: skip

_BETWEEN_NAMES = re.compile("[ ·・‧]")

Schema = Literal["npcengine/persona@1"]
Tier = Literal["fast", "smart", "deep"]
Rating = Literal["everyone", "teen", "mature"]


def _in_words(given: object) -> object:
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    return f"{given:.15g}" if is_number else given


Age = Annotated[Prose, BeforeValidator(_in_words), WithJsonSchema({"type": ["string", "number"]})]


def called(npc: str) -> str:
    """Return what somebody is called of whom only the id is known: `gate_guard` is Gate Guard."""
    return re.sub(r"[._-]+", " ", npc).title()


class Relationship(Content):
    """What another character is to this one."""

    npc: Slug
    """The id of the other one."""
    kind: Line
    """In a word or two: `friend`, `rival`, `owes her money`."""
    note: Line | None = None
    """What there is to know about it."""
    when: Gate = None
    """It is so only while this condition is true, as `met`; without one, always."""


class Safety(Content):
    """For whom the character is fit, and what is not talked about."""

    rating: Rating = "teen"
    """`everyone`, `teen` or `mature`."""
    blocked: tuple[Line, ...] = ()
    """Topics that the character does not enter into, whoever begins."""


class ModelChoice(Content):
    """Which kind of model speaks for the character, and how freely."""

    tier: Tier = "fast"
    """`fast` for dialogue, `smart` for important characters, `deep` for offline authoring."""
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.8
    """0 is sober, 1 is lively; above that, expect surprises."""
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    """Leave it out unless you know that you want it."""
    max_tokens: Annotated[int, Field(ge=16, le=2000)] = 160
    """The longest reply, in tokens that the player can see."""
    stop: Annotated[tuple[Line, ...], Field(max_length=4)] = ()
    """A reply ends before the first of these."""


class Cache(Content):
    """Whether replies may be used again for the same words in the same situation."""

    scope: CacheScope = "npc"
    """`none`, `player` (again for the same player) or `npc` (for every player)."""
    ttl: Annotated[float, Field(gt=0, le=604_800)] = 600.0
    """Seconds that a reply is kept."""
    variants: Annotated[int, Field(ge=1, le=16)] = 4
    """How many different replies are collected before they repeat."""


class Persona(Content):
    """One character. The smallest is `id`, `name` and `description`."""

    schema_: Annotated[Schema | None, Field(alias="schema")] = None
    """The version of these fields, `npcengine/persona@1`; it may be left out."""
    id: Slug
    """How the game calls the character: lower case, digits, `.`, `_`, `-`."""
    name: Name
    """How people call the character."""
    description: Annotated[Prose, Field(min_length=1)]
    """Who the character is, in a few sentences."""
    extends: Slug | None = None
    """The id of a persona whose fields are taken over where this one has none of its own."""
    mixins: Annotated[tuple[Slug, ...], Field(max_length=16)] = ()
    """Ids of more personas to take fields from: a later one changes what an earlier one says."""
    abstract: bool = False
    """`true` makes it no character, but a part of others: `name` and `description` may miss."""
    role: Prose = ""
    """What the character does in the world: `blacksmith of Oakvale`."""
    aka: tuple[Name, ...] = ()
    """Other names by which people call the character."""
    pronouns: Prose = ""
    """`she/her`, `he/him`, `they/them`."""
    species: Prose = ""
    """What kind of being the character is: `human`, `elf`."""
    age: Age = ""
    """How old, as a number or in words: `41`, `older than the tower`."""
    faction: Prose = ""
    """To whom the character belongs: `the guild of Ashford`."""
    home: Prose = ""
    """Where the character lives."""
    appearance: Prose = ""
    """What others see."""
    traits: tuple[Line, ...] = ()
    """A few words each: `gruff`, `cannot resist a wager`."""
    values: tuple[Line, ...] = ()
    """What the character holds to: `a debt is a debt`."""
    flaws: tuple[Line, ...] = ()
    """Where the character fails: `holds grudges`."""
    backstory: Prose = ""
    """What made the character so. Shown to the model, not told to the player unasked."""
    goals: tuple[Goal, ...] = ()
    """What the character wants."""
    speech: Speech = Speech()
    """How the character talks."""
    examples: Annotated[tuple[Example, ...], Field(max_length=12)] = ()
    """Two to six short exchanges teach a voice best."""
    greetings: tuple[Said, ...] = ()
    """First lines, said unasked."""
    stock_lines: StockLines = StockLines()
    """Lines for when no model can answer."""
    knowledge: tuple[Known, ...] = ()
    """Plain facts that the character knows and may tell."""
    scope: tuple[Slug, ...] = ()
    """Tags of lore that the character can have heard of; without any, of all lore."""
    ignorance: tuple[Line, ...] = ()
    """What the character knows nothing about: `magic`, `what happens in the capital`."""
    knows_until: Moment | None = None
    """The character knows nothing whose `since` is later than this number."""
    secrets: tuple[Secret, ...] = ()
    """What the character hides until a condition is true. It is withheld, not forbidden."""
    relationships: tuple[Relationship, ...] = ()
    """What other characters are to this one."""
    safety: Safety = Safety()
    """For whom the character is fit, and what is not talked about."""
    lorebooks: tuple[Slug, ...] = ()
    """Names of lorebooks in the folder `lore`, without `.yaml`."""
    instructions: Prose = ""
    """What the model is told beside all this, word for word."""
    reminder: Prose = ""
    """What the model is told after the talk so far, where it weighs most."""
    i18n: Mapping[Locale, Overlay] = {}
    """The same character in other languages, by their codes: `de`, `zh`, `pt-BR`."""
    locale: Locale = "en"
    """The language of everything above, and of the replies: `en`, `zh`, `pt-BR`."""
    model: ModelChoice = ModelChoice()
    """Which kind of model speaks for the character."""
    cache: Cache = Cache()
    """Whether replies may be used again."""
    extensions: Extensions = NOTHING
    """What other tools keep here. npcengine does not read it, and keeps it as it is."""

    def __hash__(self) -> int:
        return hash((self.id, self.locale, self.description))

    @property
    def names(self) -> tuple[str, ...]:
        """The names that people know: the whole one, the first of its parts, other ones."""
        first = _BETWEEN_NAMES.split(self.name, maxsplit=1)[0] or self.name
        return tuple(dict.fromkeys((self.name, first, *self.aka)))

    @property
    def known(self) -> tuple[Known, ...]:
        """What the character knows at its time of what stands under `knowledge`."""
        end = self.knows_until
        if end is None:
            return self.knowledge
        return tuple(each for each in self.knowledge if each.since is None or each.since <= end)

    @property
    def shown(self) -> tuple[Example, ...]:
        """The examples that hang on no condition."""
        return tuple(each for each in self.examples if each.when is None)

    def in_locale(self, locale: str) -> Persona:
        """Return the character in the words that `i18n` has for a language.

        For `de-AT` those of `de`, and over them those of `de-AT`; without either, this one. The
        same arguments give the same object.
        """
        wanted = locale.lower().split("-")
        steps = {"-".join(wanted[:length]) for length in range(1, len(wanted) + 1)}
        found = sorted((each for each in self.i18n if each.lower() in steps), key=len)
        return _in_locales(self, tuple(found)) if found else self


@lru_cache(maxsize=1024)
def _in_locales(persona: Persona, locales: tuple[str, ...]) -> Persona:
    spoken = reduce(lambda base, locale: overlaid(base, base.i18n[locale]), locales, persona)
    return spoken.model_copy(update={"locale": locales[-1]})
