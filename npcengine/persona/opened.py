"""What of a persona may come up now: what hangs on a condition is there only while that is true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from npcengine.conditions.condition import Condition
from npcengine.persona.model import Example, Goal, Known, Persona, Relationship, Said, Secret
from npcengine.turns import Fact

VIEWS = 4096
"""So many views are kept, of all personas."""


G = TypeVar("G", Said, Goal, Known, Relationship, Example)


@dataclass(frozen=True, slots=True)
class Opened:
    """A persona as it is to one player now. What is shut is in none of these but `shut`."""

    persona: Persona
    """With what is open, as if that hung on no condition, and without all that is shut."""
    goals: tuple[Goal, ...] = ()
    """What is open and hangs on a condition, here and below; `persona` has it too."""
    knowledge: tuple[Known, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    examples: tuple[Example, ...] = ()
    secrets: tuple[Secret, ...] = ()
    shut: tuple[Secret, ...] = ()
    """The secrets that must not come out."""


def opened(persona: Persona, facts: Mapping[str, Fact]) -> Opened:
    """Return what of `persona` is open while `facts` hold.

    Only a condition that is certainly true opens anything. The same truths give the same object.
    """
    gates = conditions_of(persona)
    return _opened(persona, frozenset(gate.text for gate in gates if gate.value(facts) is True))


@lru_cache(maxsize=VIEWS)
def conditions_of(persona: Persona) -> tuple[Condition, ...]:
    """Return every condition that something of the persona hangs on, in order, each once."""
    stock = persona.stock_lines
    lines = [line for kind in type(stock).model_fields for line in getattr(stock, kind)]
    found: list[Condition | None] = [
        *(each.when for each in persona.goals),
        *(each.when for each in persona.knowledge),
        *(each.when for each in persona.relationships),
        *(each.when for each in persona.examples),
        *(each.when for each in (*persona.greetings, *lines)),
        *(each.reveal_when for each in persona.secrets),
    ]
    return tuple(dict.fromkeys(gate for gate in found if gate is not None))


@lru_cache(maxsize=VIEWS)
def _opened(persona: Persona, truths: frozenset[str]) -> Opened:
    def known(gate: Condition | None) -> bool:
        return gate is not None and gate.text in truths

    def of(entries: tuple[G, ...]) -> tuple[G, ...]:
        return tuple(each for each in entries if each.when is None or known(each.when))

    def more(entries: tuple[G, ...]) -> tuple[G, ...]:
        return tuple(each for each in entries if known(each.when))

    secrets = tuple(each for each in persona.secrets if known(each.reveal_when))
    shut = tuple(
        each.model_copy(update={"leak_terms": _leaks(persona, each)})
        for each in persona.secrets
        if not known(each.reveal_when)
    )
    if not conditions_of(persona) and not shut:
        return Opened(persona)
    stock = persona.stock_lines
    kinds = {kind: _free(of(getattr(stock, kind))) for kind in type(stock).model_fields}
    update = {
        "goals": _free(of(persona.goals)),
        "knowledge": _free(of(persona.knowledge)),
        "relationships": _free(of(persona.relationships)),
        "examples": _free(of(persona.examples)),
        "greetings": _free(of(persona.greetings)),
        "stock_lines": stock.model_copy(update=kinds),
        "secrets": secrets,
        "i18n": {},
    }
    return Opened(
        persona.model_copy(update=update),
        more(persona.goals),
        more(persona.known),
        more(persona.relationships),
        more(persona.examples),
        secrets,
        shut,
    )


def _leaks(persona: Persona, secret: Secret) -> tuple[str, ...]:
    """Return what would give a secret away, in whatever language somebody asks for it."""
    others = (each for over in persona.i18n.values() for each in over.secrets)
    terms = (term for each in others if each.id == secret.id for term in each.leak_terms)
    return tuple(dict.fromkeys((*secret.leak_terms, *terms)))


def _free(entries: tuple[G, ...]) -> tuple[G, ...]:
    """Return entries that are open as such that hang on nothing."""
    return tuple(each.model_copy(update={"when": None}) for each in entries)
