"""Plain data of a program as a document, so that it is checked as files are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from npcengine.content.source import Source
from npcengine.content.yaml_tree import MAX_DEPTH, Loc, Spot, Tree, dotted
from npcengine.errors import ContentError

NAME = "<world>"
"""What complaints have in the place of a file."""
_LONGEST = 200
"""Characters of a value that complaints may quote."""


def tree_of(data: Mapping[str, object], most: int) -> Tree:
    """Make a document of mappings, lists and plain values, with at most so many entries.

    Raises `ContentError` for more, and for what is nested too deeply.
    """
    spots: dict[Loc, Spot] = {}

    def taken(value: object, loc: Loc) -> Any:
        if len(loc) > MAX_DEPTH:
            raise _refused(loc, f"more than {MAX_DEPTH} levels of nesting")
        if len(spots) > most:
            raise _refused((), f"there are more than {most:,} entries")
        is_plain = isinstance(value, str | int | float) or value is None
        text = str(value)[:_LONGEST] if is_plain else type(value).__name__
        spots[loc] = Spot(Source(NAME, text), 0, 0, len(text))
        if isinstance(value, Mapping):
            return {str(name): taken(each, (*loc, str(name))) for name, each in value.items()}
        if isinstance(value, list | tuple):
            return tuple(taken(each, (*loc, number)) for number, each in enumerate(value))
        return value

    made = taken(data, ())
    return Tree(Source(NAME, ""), made, spots, (), frozenset())


def _refused(loc: Loc, message: str) -> ContentError:
    hint = "check that this is the right data, and that nothing in it holds itself"
    complaint = Source(NAME, "").complain("NPC109", 0, message, hint, field=dotted(loc[:3]))
    return ContentError([complaint])
