"""A quest as a page of Markdown, with all that its designer may want to see."""

from __future__ import annotations

import re
from collections.abc import Iterator

from npcengine.quest.model import Objective, Plan, Proof, Quest, Task
from npcengine.quest.show.fit import seen
from npcengine.quest.show.words import number, reward_in_words
from npcengine.quest.telling.readable import Readable, readable, readable_task
from npcengine.world.model import World

_MARKS = re.compile(r"([\\`*_\[\]#|~])")


def as_markdown(quest: Quest, world: World, locale: str) -> str:
    """Return all of a quest: objectives, outcomes, rewards, texts, plans and the proof.

    Names and texts are in the language of `locale`, headings in English.
    """
    return "\n".join(_page(quest, world, locale)) + "\n"


def _page(quest: Quest, world: World, locale: str) -> Iterator[str]:
    shown = readable(quest, world, locale)
    yield f"# {escaped(shown.title)}"
    yield ""
    yield from _facts(quest, world, locale)
    yield "\n## Objectives\n"
    yield "| id | text | step | after | |"
    yield "| --- | --- | --- | --- | --- |"
    yield from (_objective(each, shown) for each in quest.objectives)
    yield "\n## Outcomes\n"
    for outcome in quest.outcomes:
        reward = ", ".join(reward_in_words(outcome.reward, world, locale)) or "nothing"
        needs = ", ".join(map(code, outcome.needs))
        yield f"- {code(outcome.id)} needs {needs} and brings {escaped(reward)}"
    yield "\n## Texts\n"
    yield from _texts(quest, shown)
    yield "\n## Proof\n"
    yield from _proof(quest.proof, world, locale)


def _facts(quest: Quest, world: World, locale: str) -> Iterator[str]:
    yield f"- id: {code(quest.id)}"
    yield f"- giver: {code(quest.giver)}"
    yield f"- motive: {quest.motive}, by the strategy {code(quest.strategy)}"
    yield f"- difficulty: {quest.difficulty}, for level {quest.level}"
    if quest.minutes is not None:
        yield f"- time: {number(quest.minutes)} minutes"
    if quest.theme:
        yield f"- theme: {escaped(quest.theme)}"
    for role, entity in quest.roles.items():
        yield f"- {code(role)} is {code(entity)}"


def _objective(objective: Objective, shown: Readable) -> str:
    marks = [name for name in ("optional", "hidden") if getattr(objective, name)]
    cells = (
        code(objective.id),
        escaped(shown.objectives[objective.id]),
        code(str(objective.step)),
        ", ".join(map(code, objective.after)),
        ", ".join(marks),
    )
    return f"| {' | '.join(cells)} |"


def _texts(quest: Quest, shown: Readable) -> Iterator[str]:
    for part in ("offer", "accept", "decline", "remind", "fail"):
        yield f"- {part}: {escaped(getattr(shown, part))}"
    for outcome in quest.outcomes:
        yield f"- thanks for {code(outcome.id)}: {escaped(shown.thanks[outcome.id])}"


def _proof(proof: Proof | None, world: World, locale: str) -> Iterator[str]:
    if proof is None:
        yield "Nobody has proved that this can be done."
        return
    verdict = "It is proved that this can be done" if proof.proved else "This is not proved"
    search = "" if proof.complete else "; then the search was given up"
    plans = f"{len(proof.plans)} plan{'s' * (len(proof.plans) != 1)}"
    looked = f"{proof.states} states looked at for dead ends" if proof.states else "in any order"
    yield f"{verdict}: {plans}, {looked}{search}."
    if proof.assumes:
        yield "\nIt was assumed that:\n"
        yield from (f"- {code(each)}" for each in proof.assumes)
    for plan in proof.plans:
        yield from _plan(plan, world, locale)


def _plan(plan: Plan, world: World, locale: str) -> Iterator[str]:
    yield f"\n### How to reach {code(plan.outcome)}\n"
    yield f"{number(plan.minutes)} minutes, the greatest danger {number(plan.danger)}.\n"
    for at, task in enumerate(plan.steps, 1):
        yield f"{at}. {_step(task, world, locale)}"


def _step(task: Task, world: World, locale: str) -> str:
    return f"{escaped(readable_task(task, world, locale))}: {code(str(task.step))}"


def escaped(text: str) -> str:
    """Return a text in which nothing is taken for Markdown or HTML."""
    shown = seen(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKS.sub(r"\\\1", shown)


def code(text: str) -> str:
    """Return a word of the engine's as code."""
    shown = seen(text).replace("`", "'").replace("|", "/")
    return f"`{shown or ' '}`"
