"""A quest's texts as a player reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from npcengine.quest.model import Objective, Quest, Task, TextPack
from npcengine.quest.telling.phrases import language_of, phrases
from npcengine.quest.telling.tell import line_of, tell
from npcengine.quest.telling.tokens import filled, filled_task
from npcengine.world.model import World


@dataclass(frozen=True, slots=True)
class Readable:
    """What a quest says in one language, with all names and numbers in it."""

    title: str
    offer: str
    accept: str
    decline: str
    remind: str
    thanks: Mapping[str, str]
    """By outcome."""
    fail: str
    objectives: Mapping[str, str]
    """By objective."""


def readable(quest: Quest, world: World, locale: str, player_name: str = "") -> Readable:
    """Return all texts of a quest in a language. What it does not say itself, phrases say.

    Its own texts are those for the locale, or for the language. Where there are phrases in that
    language neither, they are those in English.
    """
    own = _own(quest, locale)
    told = tell(quest, locale, Random(quest.id))

    def put(text: str, objective: Objective | None = None) -> str:
        return _begun(filled(text, quest, world, locale, player_name, objective))

    def part(name: str) -> str:
        return put((own and getattr(own, name)) or getattr(told, name))

    thanks = {**told.thanks, **(own.thanks if own else {})}
    lines = {**told.objectives, **(own.objectives if own else {})}
    return Readable(
        title=part("title"),
        offer=part("offer"),
        accept=part("accept"),
        decline=part("decline"),
        remind=part("remind"),
        thanks={each.id: put(thanks[each.id]) for each in quest.outcomes},
        fail=part("fail"),
        objectives={each.id: put(lines[each.id], each) for each in quest.objectives},
    )


def readable_task(task: Task, world: World, locale: str) -> str:
    """Return what a journal says of something to do, as `Talk to Mira`."""
    return _begun(filled_task(line_of(task, phrases(locale)), task, world, locale))


def _begun(text: str) -> str:
    """Begin with a capital: a name that is none within a text may stand at its beginning."""
    return text[:1].upper() + text[1:]


def _own(quest: Quest, locale: str) -> TextPack | None:
    for wanted in (locale, locale.partition("-")[0], language_of(locale)):
        if wanted in quest.texts:
            return quest.texts[wanted]
    return None
