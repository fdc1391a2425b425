"""Conditions in the light of the facts that a game declares."""

from __future__ import annotations

from collections.abc import Iterator

from npcengine.conditions.condition import Condition
from npcengine.conditions.problems import Problem
from npcengine.conditions.tree import ENGINE_FACTS
from npcengine.content.yaml_tree import Loc, Tree
from npcengine.persona.rules.rule import Found, Rule, Stage
from npcengine.persona.rules.texts import conditions_in

_SHOWN = 3
"""Facts that are named where there are many."""


def _conditions(stage: Stage) -> Iterator[tuple[Tree, Loc, Condition]]:
    for sheet in stage.sheets:
        for loc, condition in conditions_in(sheet.persona):
            yield sheet.tree, loc, condition
    for volume in stage.books.values():
        for loc, condition in conditions_in(volume.book):
            yield volume.tree, loc, condition


def _never_true(stage: Stage) -> Iterator[Found]:
    yield from _judged(stage, "error")


def _always_true(stage: Stage) -> Iterator[Found]:
    yield from _judged(stage, "advice")


def _judged(stage: Stage, severity: str) -> Iterator[Found]:
    known: dict[str, tuple[Problem, ...]] = {}
    for tree, loc, condition in _conditions(stage):
        if not stage.facts and _undeclared(condition):  # told once, by another rule
            continue
        if condition.text not in known:
            known[condition.text] = condition.problems(stage.facts)
        for each in known[condition.text]:
            if each.severity == severity:
                offset = _offset(tree, loc, condition, each.position)
                yield Found(tree, loc, each.message, each.suggestion, offset)


def _offset(tree: Tree, loc: Loc, condition: Condition, position: int) -> int:
    """Return how far behind the quotes and what else stands before the condition."""
    before = tree.raw(tree.written(loc)).find(condition.text)
    return 0 if before < 0 else before + position


def _undeclared(condition: Condition) -> list[str]:
    return sorted(condition.names - ENGINE_FACTS.keys())


def _no_facts(stage: Stage) -> Iterator[Found]:
    if stage.facts:
        return
    asking = [each for each in _conditions(stage) if _undeclared(each[2])]
    if not asking:
        return
    types = {name: each[2].types[name] for each in asking for name in _undeclared(each[2])}
    names = sorted(types)
    tree, loc, _ = asking[0]
    listed = ", ".join(repr(name) for name in names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    message = f"no facts are declared, so a misspelt one would not be told: {listed}{more}"
    declared = ", ".join(f"{name}: {types[name]}" for name in names[:_SHOWN])
    hint = f"write in npcengine.yaml 'facts: {{{declared}}}'"
    yield Found(tree, loc, message, hint)


_FACTS = {"npcengine.yaml": "facts:\n  trust: number\n  mill_seen: bool\n"}
_KNOWS = "knowledge:\n  - text: The mill burned down.\n    when: "

RULES = (
    Rule(
        "NPC311",
        "A condition that is always true",
        "Whatever the facts are, this is true, so it changes nothing. Most often an `or` should be "
        "an `and`.",
        _always_true,
        f"{_KNOWS}trust > 10 or trust < 40\n",
        f"{_KNOWS}trust > 10 and trust < 40\n",
        beside=_FACTS,
    ),
    Rule(
        "NPC312",
        "No facts are declared",
        "Conditions ask about facts that the game tells with a scene. When `npcengine.yaml` "
        "declares them under `facts`, a misspelt name is an error here, and not a secret that "
        "never opens. The file is looked for in the folders above the personas, and where the "
        "program starts; `--config` names another one. `met` and `turns` are always there.",
        _no_facts,
        f"{_KNOWS}trust > 40\n",
        f"{_KNOWS}turns > 4\n",
    ),
    Rule(
        "NPC403",
        "A condition that can never be true",
        "It asks about a fact that nobody declares, compares a number with a text, or wants two "
        "things that exclude each other. What hangs on it stays shut for ever.",
        _never_true,
        f"{_KNOWS}trsut > 40\n",
        f"{_KNOWS}trust > 40\n",
        beside=_FACTS,
        severity="error",
    ),
)
