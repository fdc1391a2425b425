"""Whether the names and numbers that stand in texts are those of the quest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from npcengine.guard.folding import is_wide
from npcengine.lore.keys import KeyTable
from npcengine.quest.mentions import is_meant
from npcengine.quest.model import Objective, Quest
from npcengine.quest.reading.counts import read_count
from npcengine.quest.repair.naming import words
from npcengine.quest.rules.rule import Case, Found, Rule
from npcengine.quest.rules.shape import wanted_of
from npcengine.quest.rules.texts import texts, texts_of
from npcengine.quest.telling.names import name_of
from npcengine.quest.tokens import TOKEN
from npcengine.world.index import Index
from npcengine.world.model import World

_SENTENCE = re.compile(r"[^.!?。！？\n]+")
_DIGITS = re.compile(r"\d{1,5}")
_COUNTED_IN = ("en", "zh", "ja")
"""Languages of which the words for numbers are read."""
_SHORTEST = 3
"""Letters of the shortest name that is looked for; two in scripts without spaces."""
_NAMED = ("person", "creature", "item", "thing", "place")


def _other_numbers(case: Case) -> Iterator[Found]:
    quest = case.quest
    of = {each.id: _counts(case.state.world, each) for each in quest.objectives}
    everywhere = {count for counts in of.values() for count in counts}
    for outcome in quest.outcomes:
        reward = outcome.reward
        everywhere |= {int(reward.money), int(reward.experience), *reward.items.values()}
    time = {int(quest.minutes)} if quest.minutes is not None else set()
    for loc, text in texts_of(quest):
        known = of.get(str(loc[3]), everywhere) if loc[2] == "objectives" else everywhere
        in_words = loc[2] == "objectives" and str(loc[1])[:2] in _COUNTED_IN
        for sentence in _SENTENCE.findall(TOKEN.sub(" ", text)):
            number = _number(sentence, in_words=in_words)
            if number is not None and number not in known | time:
                wanted = ", ".join(map(str, sorted(known - {0}))) or "no number"
                message = f"this says {number}, and the quest {wanted}"
                yield Found(loc, message, "write the number as '{count}'")
                break


def _number(sentence: str, *, in_words: bool) -> int | None:
    """Return the number that a sentence names, more than one of something.

    In words only where nothing is said but what there is to do: somebody has only two hands.
    """
    number = read_count(sentence)
    if number is None or number < 2:
        return None
    digits = map(int, _DIGITS.findall(sentence))
    return number if in_words or number in digits else None


def _counts(world: World, objective: Objective) -> set[int]:
    """Return how often something has to be done, as far as an objective says so."""
    wanted = wanted_of(world, objective)
    numbers = [name for name, kinds in wanted.items() if kinds == ("number",)]
    given = {objective.using.get(name, 1) for name in numbers}
    return {each for each in given if isinstance(each, int)}


def _others_named(case: Case) -> Iterator[Found]:
    said = [(loc, text) for loc, text in texts_of(case.quest) if text]
    if not said:
        return
    own = _own(case)
    for loc, text in said:
        called, table = _called(case.state.index, str(loc[1]))
        names, prose = list(called), TOKEN.sub(" ", text)
        found = [names[number] for number in sorted(table.found(prose))]
        found = [
            name
            for name in found
            if any(is_meant(name, id, case.state.index, prose) for id in called[name])
        ]
        mine = [set(words(name)) for name in found if called[name] & own]
        for name in found:
            is_part = any(set(words(name)) <= each for each in mine)
            kinds = {case.state.kind(id) for id in called[name]}
            if is_part or (kinds == {"place"} and loc[2] not in ("title", "objectives")):
                continue
            message = f"{name!r} has no part in this quest"
            yield Found(loc, message, "write the role or the parameter in braces, as '{item}'")
            break


@lru_cache(maxsize=16)
def _called(index: Index, locale: str) -> tuple[Mapping[str, set[str]], KeyTable]:
    """Return what each name that may stand in texts is a name of, and what finds them."""
    called: dict[str, set[str]] = {}
    for id in index.entities:
        if index.kinds[id] in _NAMED:
            name = name_of(index.world, id, locale)
            if len(name) >= (2 if any(map(is_wide, name)) else _SHORTEST):
                called.setdefault(name, set()).add(id)
    return called, KeyTable({number: (name, True) for number, name in enumerate(called)})


def _own(case: Case) -> set[str]:
    """Return who and what a text may name: what the quest has to do with, and where that is."""
    quest, state = case.quest, case.state
    named = set(quest.named()) | set(_rewarded(quest)) | set(_planned(quest))
    for id in tuple(named):
        kind = state.kind(id)
        if kind is None:
            continue
        entity = state.entity(id)
        named.update(state.places(id), getattr(entity, "concerns", ()))
        named.update(getattr(entity, "written", ()), getattr(entity, "gather", ()))
        named.update(filter(None, (getattr(entity, "key", None), getattr(entity, "tool", None))))
        named.update(each.by for each in state.index.sources.get(id, ()))
        make = getattr(entity, "make", None)
        named.update(make.of if make else (), getattr(entity, "repair", ()))
    for id in tuple(named):
        named.update(state.places(id))
    return named | ({state.world.money} if state.world.money else set())


def _rewarded(quest: Quest) -> Iterator[str]:
    for outcome in quest.outcomes:
        yield from outcome.reward.items


def _planned(quest: Quest) -> Iterator[str]:
    for plan in quest.proof.plans if quest.proof else ():
        for step in plan.steps:
            yield from (value for value in step.using.values() if isinstance(value, str))


_TITLE, _OFFER = "A cold supper", "Bring me {count} herrings, will you?"
_EN = texts(_TITLE, _OFFER)

RULES = (
    Rule(
        "QST164",
        "A name that has no part in the quest",
        "The text names somebody or something of the world that the quest has nothing to do with, "
        "and players would look for it. A place may be named in passing, but not in a title nor in "
        "what there is to do. What has no `name` is found where its id stands as a noun: after an "
        "article, or with a capital within a sentence.",
        _others_named,
        f"texts:\n{texts(_TITLE, 'Bring me {count} herrings and the crown, will you?')}",
        f"texts:\n{_EN}",
        severity="warning",
    ),
    Rule(
        "QST165",
        "A number that is not the quest's",
        "The text asks for another number than the objectives do. Written as `{count}`, it is "
        "always right. Numbers in words are read only in what the journal says of an objective.",
        _other_numbers,
        f"texts:\n{texts(_TITLE, 'Bring me 7 herrings, will you?')}",
        f"texts:\n{_EN}",
    ),
)
