"""`npcengine quest check`: whether a quest, or a list of steps, is right in a world."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from npcengine.cli.exits import WRONG_INPUT
from npcengine.cli.findings import plain, summary
from npcengine.cli.findings import write as write_findings
from npcengine.cli.quest_reading import Steps, read_quest_or_steps
from npcengine.cli.quest_terms import Facts, World, state_of
from npcengine.cli.screen import Screen
from npcengine.cli.terms import AsJson
from npcengine.content.yaml_tree import Tree, dotted
from npcengine.diagnostics import Diagnostic
from npcengine.errors import UsageError
from npcengine.quest.check import Finding
from npcengine.quest.check import check as check_quest
from npcengine.quest.loader import WrittenQuest
from npcengine.quest.repair.steps import check_steps, repair_steps
from npcengine.world.state import State

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help='A quest, or steps such as [{"do": "goto", "with": {"to": "inn"}}]; `-` is stdin.',
    ),
]
Fix = Annotated[bool, typer.Option("--fix", help="Write the steps so that they can be done.")]


def check(
    file: File,
    world: World = None,
    facts: Facts = None,
    fix: Fix = False,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with a quest, or with a list of steps."""
    found = read_quest_or_steps(file)
    state, screen = state_of(world, facts), Screen()
    if isinstance(found, WrittenQuest):
        if fix:
            raise UsageError("--fix mends lists of steps; of a quest it is told what to mend")
        is_right = _check_quest(found, state, screen, as_json)
    elif fix:
        is_right = _mend(found, state, screen)
    else:
        is_right = _check_steps(found, state, screen, as_json)
    if not is_right:
        raise typer.Exit(WRONG_INPUT)


def _check_quest(written: WrittenQuest, state: State, screen: Screen, as_json: bool) -> bool:
    findings = list(_placed(check_quest(written.quest, state), written.tree))
    if as_json:
        screen.write_json(plain(findings))
    else:
        write_findings(findings, "text", screen)
        screen.remark(summary(findings))
    return all(each.severity != "error" for each in findings)


def _placed(findings: Sequence[Finding], tree: Tree) -> Iterator[Diagnostic]:
    """Give findings with the lines of the file on which they are."""
    spots = {dotted(loc): spot for loc, spot in tree.spots.items()}
    for each in findings:
        path = each.path
        while path not in spots:  # what is left out stands nowhere, so that its group is told
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        spot = spots[path]
        told = (each.code, spot.start, each.message, each.suggestion)
        yield tree.source.complain(*told, field=each.path, severity=each.severity)


def _check_steps(steps: Steps, state: State, screen: Screen, as_json: bool) -> bool:
    problems = check_steps(state, steps)
    if as_json:
        screen.write_json([asdict(each) for each in problems])
        return not problems
    for each in problems:
        screen.write(str(each))
    if not problems:
        screen.remark("All of it can be done.")
    return not problems


def _mend(steps: Steps, state: State, screen: Screen) -> bool:
    """Write steps that can be done, as JSON, and tell apart from them what was changed."""
    mended = repair_steps(state, steps)
    lines = ",\n".join(f"  {json.dumps(each, ensure_ascii=False)}" for each in mended.steps)
    screen.write(f"[\n{lines}\n]" if lines else "[]")
    for (index, kind, why), fixes in groupby(
        mended.fixes, lambda fix: (fix.index, fix.kind, fix.why)
    ):
        what = ", ".join(each.what for each in fixes)
        screen.warn(f"step {index}: {kind} {what}: {why}")
    return all(each.kind != "left_out" for each in mended.fixes)
