"""Every rule there is, by its code."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from types import MappingProxyType

from npcengine.persona.rules import (
    conditions,
    cost,
    knowing,
    languages,
    lines,
    lore,
    references,
    voice,
)
from npcengine.persona.rules.rule import Rule

_ALL = chain(
    lines.RULES,
    voice.RULES,
    knowing.RULES,
    conditions.RULES,
    cost.RULES,
    languages.RULES,
    references.RULES,
    lore.RULES,
)

RULES: Mapping[str, Rule] = MappingProxyType(
    {rule.code: rule for rule in sorted(_ALL, key=lambda each: each.code)}
)
"""NPC3xx are advice, NPC4xx errors that show only where files are put together."""
