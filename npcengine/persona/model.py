"""The persona: everything that a writer says about one character."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from npcengine.content.model import Content, Locale, Slug
from npcengine.messages import CacheScope

Tier = Literal["fast", "smart", "deep"]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]


class Example(Content):
    """A short exchange that shows the character's voice better than any description."""

    player: Line
    npc: Line


class Speech(Content):
    """How the character talks."""

    style: Prose = ""
    """Register, rhythm, accent: what one would tell an actor."""
    catchphrases: tuple[Line, ...] = ()
    """Said now and then, never in every line."""
    avoid: tuple[Line, ...] = ()
    """Words and topics that never cross the character's lips."""
    max_sentences: Annotated[int, Field(ge=1, le=12)] = 3
    """A reply is cut after so many sentences."""


class StockLines(Content):
    """Lines for when no model can answer. Every one must sound like the character."""

    fallback: tuple[Line, ...] = ()
    """When there is nothing better to say."""
    confused: tuple[Line, ...] = ()
    """When the player said something that makes no sense."""
    refuse: tuple[Line, ...] = ()
    """When the character will not talk about something."""
    busy: tuple[Line, ...] = ()
    """When an answer took too long."""
    thinking: tuple[Line, ...] = ()
    """Shown while an answer is on its way: `scratches her chin`."""


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

    id: Slug
    """How the game calls the character: lower case, digits, `.`, `_`, `-`."""
    name: Name
    """How people call the character."""
    description: Annotated[Prose, Field(min_length=1)]
    """Who the character is, in a few sentences."""
    role: Prose = ""
    """What the character does in the world: `blacksmith of Oakvale`."""
    traits: tuple[Line, ...] = ()
    """A few words each: `gruff`, `cannot resist a wager`."""
    backstory: Prose = ""
    """What made the character so. Shown to the model, not told to the player unasked."""
    goals: tuple[Line, ...] = ()
    """What the character wants."""
    speech: Speech = Speech()
    """How the character talks."""
    examples: Annotated[tuple[Example, ...], Field(max_length=12)] = ()
    """Two to six short exchanges teach a voice best."""
    greetings: tuple[Line, ...] = ()
    """First lines, said unasked."""
    stock_lines: StockLines = StockLines()
    """Lines for when no model can answer."""
    knowledge: tuple[Line, ...] = ()
    """Plain facts that the character knows and may tell."""
    locale: Locale = "en"
    """The language of everything above, and of the replies: `en`, `zh`, `pt-BR`."""
    model: ModelChoice = ModelChoice()
    """Which kind of model speaks for the character."""
    cache: Cache = Cache()
    """Whether replies may be used again."""
