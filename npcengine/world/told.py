"""Whether what a game tells of a world is something that can be so there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from npcengine.errors import UsageError
from npcengine.facts import check_facts
from npcengine.turns import Fact
from npcengine.world.declared import Declared, Flaw, Hints, no_place
from npcengine.world.index import Index
from npcengine.world.verb_checks import declared_by


def check_told(told: Mapping[str, Fact], index: Index) -> None:
    """Raise `UsageError` unless a world has each of these facts, of that type, in such a place.

    Only a dict is looked through: anything else may be a database, and is asked as it is used.
    """
    if not isinstance(told, dict):
        return
    declared = replace(_declared(index), hints=Hints())
    for name, value in told.items():
        type_ = declared.type_of(name)
        if type_ is None:
            raise _wrong(declared.unknown(name))
        check_facts({name: value}, {name: type_})
        elsewhere = no_place(name, value, declared)
        if elsewhere is not None:
            raise _wrong(elsewhere)


@lru_cache(maxsize=8)
def _declared(index: Index) -> Declared:
    return declared_by(index.world, index.kinds, Hints())


def _wrong(flaw: Flaw) -> UsageError:
    return UsageError(f"{flaw.message} ({flaw.suggestion})")
