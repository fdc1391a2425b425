"""Whether a quest is right: every rule of the catalogue, the cheap ones first."""

from __future__ import annotations

from collections.abc import Iterable

from npcengine.quest.model import Quest
from npcengine.quest.rules.rule import Case, Finding, Rule
from npcengine.quest.rules.table import LIMITS, PARTS, PROOFS, PROSE, TEXTS
from npcengine.world.model import World
from npcengine.world.state import State

__all__ = ["Finding", "check"]


def check(quest: Quest, world: World | State) -> tuple[Finding, ...]:
    """Return all that is wrong with a quest, in the world as it begins or as it is now.

    Rules that build on others are looked at only where those hold; the proof comes last, and is
    found anew whether the quest carries one or not. Never raises, and ends within its limits.
    """
    case = Case(quest, world)
    findings = _found(LIMITS, case)
    if findings:
        return findings
    findings = _until_one_fails(PARTS, case)
    if _hold(findings):
        findings += (*_found(TEXTS, case), *_until_one_fails(PROOFS, case))
    return tuple(sorted((*findings, *_found(PROSE, case)), key=lambda each: each.code))


def _until_one_fails(tiers: Iterable[Iterable[Rule]], case: Case) -> tuple[Finding, ...]:
    """Apply one tier of rules after the other, up to the first that finds an error."""
    findings: tuple[Finding, ...] = ()
    for tier in tiers:
        findings += _found(tier, case)
        if not _hold(findings):
            break
    return findings


def _hold(findings: Iterable[Finding]) -> bool:
    return all(each.severity == "warning" for each in findings)


def _found(rules: Iterable[Rule], case: Case) -> tuple[Finding, ...]:
    return tuple(finding for rule in rules for finding in rule.apply(case))
