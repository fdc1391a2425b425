"""`headings.toml`: the headings and field names of a quest's parts in many languages."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias, cast

from npcengine.guard.folding import JOINTS, fold

Part: TypeAlias = Literal["title", "description", "objectives", "rewards", "other", "count"]

LONGEST = 64
"""Characters: no heading or field name is longer."""

_APART = re.compile(r"(?<=\w)\s*[(（\[][^()（）\[\]]*[)）\]]\W*\Z")


class Heading(NamedTuple):
    """What part of a quest a heading opens, and how sure that is: 0 is the surest."""

    part: Part
    rank: int


@cache
def tables() -> dict[str, Any]:
    """Return the whole of `headings.toml`."""
    return tomllib.loads(Path(__file__).with_name("headings.toml").read_text(encoding="utf-8"))


def heading(text: str) -> Heading | None:
    """Return what a heading or a field name stands for; None where it is not known.

    Marks around it, numbers at its ends and a remark in brackets behind it do not count.
    """
    if len(text) > LONGEST:
        return None
    known = _known()
    return known.get(_key(text)) or known.get(_key(_APART.sub("", text)))


@cache
def _known() -> Mapping[str, Heading]:
    known: dict[str, Heading] = {}
    for language in tables()["languages"].values():
        for part, names in language.items():
            for rank, name in enumerate(names):
                key = _key(name)
                before = known.get(key)
                best = rank if before is None else min(rank, before.rank)
                known[key] = Heading(cast(Part, part), best)
    return known


def _key(text: str) -> str:
    folded = fold(unicodedata.normalize("NFKC", text))
    bare = "".join(char for char in folded if char not in JOINTS)
    return bare.strip(_numerals())


@cache
def _numerals() -> str:
    return "0123456789" + str(tables()["marks"]["numerals"])
