"""The texts of a quest without any model: phrases of its language, in the giver's own voice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from random import Random

from npcengine.dialogue.authored import pieces_of, spoken
from npcengine.persona.model import Persona
from npcengine.persona.said import always
from npcengine.quest.model import Objective, Quest, Task, TextPack
from npcengine.quest.telling.names import plain
from npcengine.quest.telling.phrases import Lines, Phrases, Wording, language_of, phrases
from npcengine.quest.tokens import TOKEN

MAX_ASKED = 3
"""So many objectives are named in an offer, the last ones; the journal has them all."""
MAX_OPENING = 200
"""Characters of the longest greeting before an offer."""
_IN_PASSING = ("goto", "talk", "ask")
"""A quest is about something else, if it has anything else."""

_FIRST = ("item", "target", "who", "about", "what", "on", "in", "at", "to", "from")
"""What a quest is mostly about, if it is there."""
_PARAMETER = re.compile(r"[a-z][a-z0-9_]*")


def tell(
    quest: Quest, locale: str, rng: Random, persona: Persona | None = None, own: Lines | None = None
) -> TextPack:
    """Make what a quest says: in the language of `locale`, or else in English.

    With a persona its own words come before the offer, where it speaks that language. What `own`
    has takes the place of the general phrases: one of its variants is used. The same seed of
    `rng` gives the same texts, with tokens for names and numbers.
    """
    words = phrases(locale)
    asked = tuple(_asked(quest))
    fitting = words.motives[quest.motive], words.general
    lines = _Choice(own, fitting, _main(quest, asked), _asks(quest, asked, words), rng)
    opening = _opening(persona, locale, rng)
    offer = lines.of("offer")
    return TextPack(
        title=lines.of("title"),
        offer=f"{opening}{words.space}{offer}" if opening else offer,
        accept=lines.of("accept"),
        decline=lines.of("decline"),
        remind=lines.of("remind"),
        thanks={each.id: lines.of("thanks") for each in quest.outcomes},
        fail=lines.of("fail"),
        objectives={each.id: line_of(each, words) for each in quest.objectives},
    )


def line_of(task: Task, words: Phrases) -> str:
    """Return what a journal says of something to do, with tokens of its own parameters."""
    wording = words.verbs.get(task.do, words.other)
    return _pattern(wording.line, task) or _other(words.other.line, task)


class _Choice:
    """Chooses what is said, from a writer's own lines or from the general ones."""

    def __init__(
        self, own: Lines | None, fitting: Iterable[Lines], main: str, asks: str, rng: Random
    ) -> None:
        self._own, self._fitting, self._main, self._asks = own, tuple(fitting), main, asks
        self._rng = rng

    def of(self, part: str) -> str:
        """Return one of the variants of a part of the texts."""
        variants = getattr(self._own, part) if self._own is not None else ()
        variants = variants or [line for lines in self._fitting for line in getattr(lines, part)]
        # A title that names what it is about tells one quest from another.
        named = [each for each in variants if ("{MAIN}" in each) is bool(self._main)]
        variants = named or variants if part == "title" else variants
        chosen: str = self._rng.choice(variants)
        return chosen.replace("{MAIN}", self._main).replace("{ASKS}", self._asks).strip()


def _asked(quest: Quest) -> Iterator[Objective]:
    """Give the objectives that the giver names: those that the others only prepare are not."""
    needed = [id for id in quest.outcomes[0].needs if not quest.objective(id).hidden]
    chosen = [each for each in quest.objectives if each.id in needed]
    told = [each for each in chosen if not _goes_without_saying(each, chosen, quest.giver)]
    yield from (told or chosen)[-MAX_ASKED:]


def _goes_without_saying(one: Objective, chosen: Sequence[Objective], giver: str) -> bool:
    if one.do == "talk" and one.using.get("to") == giver:
        return True  # to report is no errand
    got = one.using.get("item" if one.do == "obtain" else "about")
    later = chosen[chosen.index(one) + 1 :]
    return one.do in ("obtain", "learn") and any(got in each.using.values() for each in later)


def _asks(quest: Quest, asked: Iterable[Objective], words: Phrases) -> str:
    sentences = (_ask(each, quest.giver, words) for each in asked)
    return words.space.join(sentences)


def _ask(objective: Objective, giver: str, words: Phrases) -> str:
    wording: Wording = words.verbs.get(objective.do, words.other)
    patterns = wording.me if giver in objective.using.values() else ()
    text = _pattern(patterns, objective) or _pattern(wording.ask, objective)
    text = text or _other(words.other.ask, objective)
    return TOKEN.sub(lambda found: f"{{{objective.id}.{found[1]}}}", text)


def _main(quest: Quest, asked: Sequence[Objective]) -> str:
    """Return the token of what a quest is mostly about; empty for nothing that has a name."""
    matters = [each for each in asked if each.do not in _IN_PASSING] or asked
    for each in reversed(matters):
        names = [*(name for name in _FIRST if name in each.using), *_parameters(each)]
        for name in names:
            value = each.using[name]
            if isinstance(value, str) and value != quest.giver and each.do != "choose":
                return f"{{{each.id}.{name}}}"
    return ""


def _pattern(patterns: Iterable[str], task: Task) -> str:
    """Return the first pattern of which a task has everything; a count only if it is more than 1.

    Where there is none such, a count of 1 is named too. Empty if none fits.
    """
    there = set(_parameters(task))
    several = there if task.using.get("count") != 1 else there - {"count"}
    for has in (several, there):
        for each in patterns:
            named = {found[1] for found in TOKEN.finditer(each)}
            if named <= has and "{VERB}" not in each:
                return each
    return ""


def _other(patterns: Sequence[str], task: Task) -> str:
    """Put a verb of the game's own into words: its name, and what it is done with."""
    given = ", ".join(f"{{{name}}}" for name in _parameters(task))
    text = next(each for each in patterns if given or "{WITH}" not in each)
    verb = plain(task.do.replace("_", " ")) or "?"
    return text.replace("{VERB}", verb).replace("{WITH}", given)


def _parameters(task: Task) -> Iterator[str]:
    return (name for name in task.using if _PARAMETER.fullmatch(name))


def _opening(persona: Persona | None, locale: str, rng: Random) -> str:
    """Choose a greeting of the giver, or what they like to say, in the language of the offer."""
    if persona is None:
        return ""
    speaker = persona.in_locale(locale)
    if language_of(speaker.locale) != language_of(locale):
        return ""
    lines = always(speaker.greetings) or speaker.speech.catchphrases
    said = [spoken(pieces_of(each)).strip() for each in lines if len(each) <= MAX_OPENING]
    fit = [each for each in said if each and not {"{", "}"} & set(each)]
    return rng.choice(fit) if fit else ""
