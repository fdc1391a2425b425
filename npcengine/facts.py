"""What a game tells with a scene has to be what it declared, or a typo would go unnoticed."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence

from npcengine.configuration import FactType
from npcengine.errors import UsageError
from npcengine.spelling import did_you_mean
from npcengine.turns import Fact, Scene, Turn

_TYPES: Mapping[FactType, tuple[type, ...]] = {
    "bool": (bool,),
    "number": (int, float),
    "text": (str,),
}


def facts_of(scene: Scene, turns: Sequence[Turn] | None) -> Mapping[str, Fact]:
    """Return what a condition may ask about in a scene, to which `turns` were said before.

    Where nobody knows what was said, with None, it is not known whether they have met either.
    """
    if turns is None:
        return {name: fact for name, fact in scene.facts.items() if name not in ("met", "turns")}
    return {**scene.facts, "met": bool(turns), "turns": len(turns)}


def check_facts(given: Mapping[str, Fact], declared: Mapping[str, FactType]) -> None:
    """Raise `UsageError` unless each fact is declared and of its type; numbers are finite."""
    for name, value in given.items():
        if name not in declared:
            raise UsageError(f"no fact is called {name!r:.80}: {_advice(name, declared)}")
        wanted = declared[name]
        fits = isinstance(value, _TYPES[wanted]) and isinstance(value, bool) == (wanted == "bool")
        too_large = isinstance(value, int) and abs(value) > sys.float_info.max
        if not fits or too_large or (isinstance(value, float) and not math.isfinite(value)):
            shown = "too large" if too_large else f"{value!r:.60}"
            raise UsageError(f"the fact {name!r} is declared as {wanted}, and is {shown}")


def _advice(name: str, declared: Mapping[str, FactType]) -> str:
    declare = "declare it under 'facts' in npcengine.yaml, or as NPCEngine(facts=…)"
    return did_you_mean(name, declared) or declare
