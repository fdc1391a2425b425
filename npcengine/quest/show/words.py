"""What the views of a quest have in common: rewards and arguments in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from npcengine.quest.model import Objective, Outcome, Quest, Reward
from npcengine.quest.telling.names import name_of, plain
from npcengine.quest.telling.phrases import Labels, phrases
from npcengine.world.model import World


def labels(locale: str) -> Labels:
    """Return the words that stand beside a quest's own texts."""
    return phrases(locale).labels


def number(value: float) -> str:
    """Write a number without more digits than it needs."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def reward_in_words(reward: Reward, world: World, locale: str) -> tuple[str, ...]:
    """Return the parts of a reward: `75 coin`, `horseshoe`, `folk +2`."""
    return tuple(_parts(reward, world, locale))


def listed(parts: Iterable[str], locale: str) -> str:
    """Write several things as one list; a dash for none."""
    return phrases(locale).comma.join(parts) or "–"


def led(label: str, text: str, locale: str) -> str:
    """Write a label and what it is one of: `or: 30 coin`."""
    return f"{label}{phrases(locale).colon}{text}"


def noted(text: str, marks: str, locale: str) -> str:
    """Write in brackets behind a text what there is to know of it."""
    if not marks:
        return text
    return f"{text} ({marks})" if phrases(locale).space else f"{text}（{marks}）"


def outcome_in_words(quest: Quest, outcome: Outcome, locale: str) -> str:
    """Return what an ending is called: the reward, and with several endings which one it is."""
    label = labels(locale).reward
    if len(quest.outcomes) == 1:
        return label
    return led(label, plain(outcome.id.replace("_", " ")), locale)


def marks_of(objective: Objective, locale: str) -> str:
    """Return what there is to know of an objective beside its text: `optional`."""
    words = labels(locale)
    marks = [words.optional] if objective.optional else []
    marks += [words.hidden] if objective.hidden else []
    return phrases(locale).comma.join(marks)


def about(quest: Quest, world: World, locale: str) -> str:
    """Return who asks, how hard it is, and for what level."""
    words = labels(locale)
    difficulty: str = getattr(words, quest.difficulty)
    parts = [name_of(world, quest.giver, locale), difficulty, f"{words.level} {quest.level}"]
    if quest.minutes is not None:
        parts.append(f"{number(quest.minutes)} {words.minutes}")
    return " · ".join(parts)


def _parts(reward: Reward, world: World, locale: str) -> Iterator[str]:
    if reward.money:
        money = name_of(world, world.money, locale) if world.money else ""
        yield f"{number(reward.money)} {money}".strip()
    for item, count in reward.items.items():
        name = name_of(world, item, locale)
        yield name if count == 1 else f"{name} ({count})"
    if reward.experience:
        yield f"{number(reward.experience)} {labels(locale).experience}"
    for faction, change in reward.standing.items():
        yield f"{name_of(world, faction, locale)} {change:+d}"
