"""How a character talks, and what of it another language may have in other words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from npcengine.content.model import Content
from npcengine.persona.said import Gate, Goal, Known, Line, Name, Prose, Said, SecretWords

Verbosity = Literal["terse", "normal", "talkative"]
C = TypeVar("C", bound=Content)


class Example(Content):
    """A short exchange that shows the character's voice better than any description."""

    player: Line
    """What somebody says to the character."""
    npc: Line
    """What the character answers."""
    when: Gate = None
    """It is shown only while this condition is true, as `trust >= 40`; without one, always."""


class Speech(Content):
    """How the character talks."""

    style: Prose = ""
    """Rhythm, accent, turns of phrase: what one would tell an actor."""
    register_: Annotated[Prose, Field(alias="register")] = ""
    """The level of the language: `plain`, `courtly`, `street slang`."""
    verbosity: Verbosity = "normal"
    """How much the character likes to talk: `terse`, `normal` or `talkative`."""
    catchphrases: tuple[Line, ...] = ()
    """Said now and then, never in every line."""
    catchphrase_rest: Annotated[int, Field(ge=0, le=100)] = 4
    """How many exchanges pass before the same catchphrase is said again."""
    avoid: tuple[Line, ...] = ()
    """Words and topics that never cross the character's lips."""
    banned: tuple[Line, ...] = ()
    """Words that a reply must not have: one that has them is not shown."""
    max_sentences: Annotated[int, Field(ge=1, le=12)] = 3
    """A reply is cut after so many sentences."""


class StockLines(Content):
    """Lines for when no model can answer. Every one must sound like the character."""

    fallback: tuple[Said, ...] = ()
    """When there is nothing better to say."""
    confused: tuple[Said, ...] = ()
    """When the player said something that makes no sense."""
    refuse: tuple[Said, ...] = ()
    """When the character will not talk about something."""
    busy: tuple[Said, ...] = ()
    """When an answer took too long."""
    thinking: tuple[Said, ...] = ()
    """Shown while an answer is on its way: `scratches her chin`."""


class Overlay(Content):
    """What is said in other words in another language; all else stays as it is."""

    name: Name = ""
    """How people call the character."""
    aka: tuple[Name, ...] = ()
    """Other names."""
    pronouns: Prose = ""
    """Which pronouns to use."""
    species: Prose = ""
    """What kind of being the character is."""
    age: Prose = ""
    """How old, in words."""
    faction: Prose = ""
    """To whom the character belongs."""
    home: Prose = ""
    """Where the character lives."""
    role: Prose = ""
    """What the character does in the world."""
    description: Annotated[Prose, Field(min_length=1)] = ""
    """Who the character is."""
    appearance: Prose = ""
    """What others see."""
    traits: tuple[Line, ...] = ()
    """A few words each."""
    values: tuple[Line, ...] = ()
    """What the character holds to."""
    flaws: tuple[Line, ...] = ()
    """Where the character fails."""
    backstory: Prose = ""
    """What made the character so."""
    goals: tuple[Goal, ...] = ()
    """What the character wants; entries with an `id` keep the conditions they have."""
    speech: Speech = Speech()
    """How the character talks; what is left out stays as it is."""
    examples: Annotated[tuple[Example, ...], Field(max_length=12)] = ()
    """Short exchanges."""
    greetings: tuple[Said, ...] = ()
    """First lines."""
    stock_lines: StockLines = StockLines()
    """Lines for when no model can answer."""
    knowledge: tuple[Known, ...] = ()
    """What the character knows; entries with an `id` keep the conditions they have."""
    ignorance: tuple[Line, ...] = ()
    """What the character knows nothing about."""
    secrets: tuple[SecretWords, ...] = ()
    """The words of secrets; each keeps its condition."""
    instructions: Prose = ""
    """What the model is told beside all this."""
    reminder: Prose = ""
    """What the model is told after the talk so far."""


def overlaid(base: C, over: Content) -> C:
    """Return `base` with whatever `over` sets. Entries of lists are matched by their ids."""
    update: dict[str, object] = {}
    for name in over.model_fields_set:
        below, value = getattr(base, name), getattr(over, name)
        if isinstance(value, Content):
            value = overlaid(below, value)
        elif name == "leak_terms":
            value = tuple(dict.fromkeys((*value, *below)))  # a secret leaks in any language
        elif isinstance(value, tuple) and any(getattr(each, "id", None) for each in value):
            value = tuple(_matched(below, value))
        update[name] = value
    return base.model_copy(update=update)


def _matched(below: Sequence[Content], over: Sequence[Content]) -> Iterator[Content]:
    """Give the entries below, in the words of those above; an id that is only above is left out.

    Entries above without an id stand in place of those below that have none.
    """
    words = {getattr(each, "id", None): each for each in over}
    for each in below:
        id = getattr(each, "id", None)
        if id in words and id is not None:
            yield overlaid(each, words[id])
        elif id is not None or None not in words:
            yield each
    yield from (each for each in over if getattr(each, "id", None) is None)
