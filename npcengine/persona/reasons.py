"""Why a character knows something now, or does not: the conditions it hangs on, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from npcengine.conditions.condition import Condition, Part
from npcengine.lore.gate import Lock, Moment, lock
from npcengine.lore.model import Entry, Logic, Lorebook
from npcengine.persona.model import Persona
from npcengine.turns import Fact

Kind = Literal["goal", "knowledge", "secret", "lore"]

_HOW_MANY: Mapping[Logic, str] = {
    "and_any": "one",
    "and_all": "all",
    "not_any": "none",
    "not_all": "not all",
}


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
            known, reason = False, _later(fact.since, until)
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


def lore_reasons(
    persona: Persona, books: Iterable[Lorebook], facts: Mapping[str, Fact]
) -> Iterator[Why]:
    """Give the entries of the lorebooks that a persona names, called `BOOK/ENTRY`.

    One is known when nothing locks it: then it comes to mind as the reason says.
    """
    moment = Moment(facts, persona.scope or None, persona.knows_until)
    for book in books:
        for entry in book.entries:
            held = lock(entry, moment)
            reason = _of_lock(held, entry, persona, facts) if held else _of_keys(entry)
            parts = _parts(entry.when, facts)
            yield Why(f"{book.name}/{entry.id}", "lore", entry.text, held is None, reason, parts)


def _of_lock(held: Lock, entry: Entry, persona: Persona, facts: Mapping[str, Fact]) -> str:
    if held == "enabled":
        return "it is not enabled"
    if held == "tags":
        missing = ", ".join(tag for tag in entry.tags if tag not in persona.scope)
        return f"its tags are not in the scope of {persona.id}: {missing}"
    if held == "since":
        return _later(entry.since or 0.0, persona.knows_until or 0.0)
    return _verdict(entry.when, facts)[1]


def _of_keys(entry: Entry) -> str:
    if entry.constant:
        return "nothing locks it, and it is told whatever is said"
    if not entry.keys:
        return "nothing locks it, but it has no keys, so that nothing brings it to mind"
    needs = [f"it comes to mind when one of these is said: {_listed(entry.keys)}"]
    if entry.secondary:
        needs.append(f"and {_HOW_MANY[entry.logic]} of: {_listed(entry.secondary)}")
    needs += (f"and one of: {_listed(group)}" for group in entry.additional)
    if entry.exclude:
        needs.append(f"and none of: {_listed(entry.exclude)}")
    return f"nothing locks it; {', '.join(needs)}"


def _listed(keys: Iterable[str]) -> str:
    return ", ".join(f"'{key}'" for key in keys)


def _later(since: float, until: float) -> str:
    return f"it is so since {since:g}, and knows_until is {until:g}"


def _verdict(gate: Condition | None, facts: Mapping[str, Fact]) -> tuple[bool, str]:
    if gate is None:
        return True, "it hangs on no condition"
    value = gate.value(facts)
    if value is None:
        return False, f"nobody has told enough to decide {gate.text}"
    return value, f"{gate.text} is {str(value).lower()}"


def _parts(gate: Condition | None, facts: Mapping[str, Fact]) -> tuple[Part, ...]:
    return () if gate is None else gate.explain(facts)
