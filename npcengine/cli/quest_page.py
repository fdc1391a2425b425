"""How a quest looks in a terminal: as a player reads it, and below it how it can be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from shutil import get_terminal_size

from npcengine.cli.counted import counted
from npcengine.cli.screen import Screen
from npcengine.quest.model import Plan, Proof, Quest
from npcengine.quest.show.text import Style, as_text
from npcengine.quest.show.words import number
from npcengine.quest.telling.readable import readable_task
from npcengine.world.model import World

_STYLES: Mapping[Style, str] = {"title": "bold", "note": "dim", "heading": "bold"}
_PIPED = 10_000
"""Cells of a line where nothing has to fit a terminal."""


def write_quest(quest: Quest, world: World, locale: str, screen: Screen) -> None:
    """Write all that a player reads of a quest, then whether and how it can be finished."""
    width = get_terminal_size().columns if screen.decorated else _PIPED
    screen.gap()
    for text, style in as_text(quest, world, locale, width):
        screen.write(text, _STYLES.get(style, ""))
    screen.write("")
    screen.write(" + ".join((quest.strategy, *quest.twists)), "dim")
    for line, indent in _proof(quest.proof, world, locale):
        screen.write(line, "dim", indent)
    screen.gap()


def _proof(proof: Proof | None, world: World, locale: str) -> Iterator[tuple[str, int]]:
    if proof is None:
        yield "Not proved: nobody has tried; `npcengine quest check` does.", 0
        return
    yield _verdict(proof), 0
    for assumed in proof.assumes:
        yield f"taken for granted: {assumed}", 2
    for plan in proof.plans:
        yield _how(plan, proof), 2
        steps = (readable_task(each, world, locale) for each in plan.steps)
        yield " → ".join(steps), 4


def _verdict(proof: Proof) -> str:
    if proof.proved:
        ends = "to its end" if len(proof.plans) == 1 else f"to each of its {len(proof.plans)} ends"
        return f"Proved: there is a way {ends}, and nowhere to get stuck."
    if proof.assumes:
        return "Not proved: it can be done if what nobody tells is as it has to be."
    return "Not proved: the search for ways to get stuck was given up at its limit."


def _how(plan: Plan, proof: Proof) -> str:
    end = "" if len(proof.plans) == 1 else f"{plan.outcome}: "
    danger = f", danger {number(plan.danger)}" if plan.danger else ""
    return f"{end}{counted(len(plan.steps), 'step')}, {number(plan.minutes)} minutes{danger}"
