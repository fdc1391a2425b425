"""Why a character knows something now, or does not: the conditions it hangs on, part by part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from npcengine.conditions.condition import Condition, Part
from npcengine.persona.model import Persona
from npcengine.turns import Fact

Kind = Literal["goal", "knowledge", "secret"]


@dataclass(frozen=True, slots=True)
class Why:
    """Something that has an id, and whether the character may come up with it."""

    id: str
    kind: Kind
    text: str
    known: bool
    reason: str
    """In words."""
    parts: tuple[Part, ...] = ()
    """What each question of its condition comes to."""
    leak_terms: tuple[str, ...] = ()
    """What may not be said while a secret is shut."""
    deflect: str | None = None
    """What is said instead."""


def reasons(persona: Persona, facts: Mapping[str, Fact]) -> Iterator[Why]:
    """Give all of a persona that has an id, with why it is known, or is not, while `facts` hold."""
    for goal in persona.goals:
        if goal.id is not None:
            known, reason = _verdict(goal.when, facts)
            yield Why(goal.id, "goal", goal.text, known, reason, _parts(goal.when, facts))
    until = persona.knows_until
    for fact in persona.knowledge:
        if fact.id is None:
            continue
        known, reason = _verdict(fact.when, facts)
        if until is not None and fact.since is not None and fact.since > until:
            known, reason = False, f"it is so since {fact.since:g}, and knows_until is {until:g}"
        yield Why(fact.id, "knowledge", fact.text, known, reason, _parts(fact.when, facts))
    for secret in persona.secrets:
        gate = secret.reveal_when
        known, reason = _verdict(gate, facts)
        if gate is None:
            known, reason = False, "it has no reveal_when, so it is never told"
        shut = () if known else secret.leak_terms
        deflect = None if known else secret.deflect
        parts = _parts(gate, facts)
        yield Why(secret.id, "secret", secret.text, known, reason, parts, shut, deflect)


def _verdict(gate: Condition | None, facts: Mapping[str, Fact]) -> tuple[bool, str]:
    if gate is None:
        return True, "it hangs on no condition"
    value = gate.value(facts)
    if value is None:
        return False, f"nobody has told enough to decide {gate.text}"
    return value, f"{gate.text} is {str(value).lower()}"


def _parts(gate: Condition | None, facts: Mapping[str, Fact]) -> tuple[Part, ...]:
    return () if gate is None else gate.explain(facts)
