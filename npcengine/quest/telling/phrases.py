"""The phrases of one language, as data. `en.yaml` says how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, TypeAlias

from pydantic import Field, StringConstraints

from npcengine.content.fields import check
from npcengine.content.model import Content
from npcengine.content.source import decode_source
from npcengine.content.yaml_tree import read_tree
from npcengine.world.model import Motive

LANGUAGES = ("de", "en", "es", "fr", "ja", "ru", "zh")

Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
_Mark = Annotated[str, StringConstraints(min_length=1, max_length=3)]
Variants: TypeAlias = tuple[Phrase, ...]


class Wording(Content):
    """How something to do is put into words; of its patterns the first is used that fits."""

    line: Annotated[Variants, Field(min_length=1)]
    """In the journal, without a full stop."""
    ask: Annotated[Variants, Field(min_length=1)]
    """When the giver asks for it, as a sentence."""
    me: Variants = ()
    """The same where it is done with the giver."""


class Lines(Content):
    """What is said at each point of a quest; one of the variants is chosen."""

    title: Variants = ()
    """What the journal calls it. One or more has no {MAIN}."""
    offer: Variants = ()
    """To offer it; {ASKS} is what is asked for."""
    accept: Variants = ()
    """When it is taken on."""
    decline: Variants = ()
    """When it is not."""
    remind: Variants = ()
    """While it is not done."""
    thanks: Variants = ()
    """When it is done."""
    fail: Variants = ()
    """When it has come to nothing."""


class Labels(Content):
    """Words for what is shown of a quest beside its own texts."""

    objectives: Phrase
    optional: Phrase
    hidden: Phrase
    reward: Phrase
    or_: Annotated[Phrase, Field(alias="or")]
    experience: Phrase
    level: Phrase
    easy: Phrase
    medium: Phrase
    hard: Phrase
    minutes: Phrase


class Phrases(Content):
    """All phrases of one language."""

    player: Phrase
    """What a player is called whose name nobody told."""
    space: Annotated[str, StringConstraints(max_length=1)]
    """What stands between two sentences."""
    comma: _Mark
    """What stands between the parts of a list."""
    colon: _Mark
    """What stands between a label and what it is one of."""
    labels: Labels
    verbs: Mapping[str, Wording]
    """By verb."""
    other: Wording
    """For a game's own verbs: {VERB} and {WITH}."""
    general: Lines
    """Variants for whatever moves the giver."""
    motives: Mapping[Motive, Lines]
    """Variants by what moves the giver."""


def language_of(locale: str) -> str:
    """Return the language in which there are phrases for a locale: English where there are none."""
    language = locale.partition("-")[0].lower()
    return language if language in LANGUAGES else "en"


def phrases(locale: str) -> Phrases:
    """Return the phrases for a locale: those of its language, or else in English."""
    return _phrases(language_of(locale))


@cache
def _phrases(language: str) -> Phrases:
    file = files("npcengine.quest.telling") / f"{language}.yaml"
    return check(read_tree(decode_source(file.read_bytes(), file.name)), Phrases)
