"""Every rule there is, by its code, and which have to hold for which others to be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from types import MappingProxyType

from npcengine.quest.rules import (
    agreement,
    cast,
    graph,
    possibility,
    references,
    rewards,
    shape,
    texts,
)
from npcengine.quest.rules.rule import Rule

LIMITS = shape.LIMITS
"""Looked at first: with one of these, nothing else is."""
PROSE = texts.PROSE
"""Looked at whatever else is wrong."""
PARTS = (
    (*shape.RULES, *references.RULES),
    graph.ORDER,
    (*graph.RULES, *cast.RULES, *rewards.RULES),
)
"""What a quest is put together of. Each is looked at only where none before has an error."""
TEXTS = (*texts.TOKENS, *agreement.RULES)
PROOFS = (possibility.BEFORE_IT, (*possibility.RULES, *rewards.FAIRNESS))
"""Looked at, like the `TEXTS`, only where the parts have no error; and one after the other."""

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        rule.code: rule
        for rule in sorted(chain(LIMITS, PROSE, *PARTS, TEXTS, *PROOFS), key=lambda each: each.code)
    }
)
