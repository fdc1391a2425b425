"""Ids of entries: one of a kind in their list, and in other languages none but those."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from npcengine.content.model import Content
from npcengine.content.yaml_tree import Loc, Tree
from npcengine.diagnostics import Diagnostic
from npcengine.persona.model import Persona
from npcengine.spelling import did_you_mean

LISTS = ("goals", "knowledge", "secrets")


def wrong_ids(persona: Persona, tree: Tree) -> list[Diagnostic]:
    """Give what is wrong with the ids of a persona's entries."""
    return [each for name in LISTS for each in _wrong(persona, name, tree)]


def _wrong(persona: Persona, name: str, tree: Tree) -> Iterator[Diagnostic]:
    own = dict(_ids(getattr(persona, name), (name,)))
    yield from _twice(own, tree)
    for locale, overlay in persona.i18n.items():
        theirs = dict(_ids(getattr(overlay, name), ("i18n", locale, name)))
        yield from _twice(theirs, tree)
        for loc, entry in theirs.items():
            if entry not in own.values():
                message = f"no entry of {name!r} has the id {entry!r}, so it has no words to change"
                hint = did_you_mean(entry, own.values()) or f"write it under {name!r} first"
                yield tree.complain("NPC212", loc, message, hint)


def _ids(entries: Sequence[Content], at: Loc) -> Iterator[tuple[Loc, str]]:
    for index, entry in enumerate(entries):
        npc: str | None = getattr(entry, "id", None)
        if npc is not None:
            yield (*at, index, "id"), npc


def _twice(ids: dict[Loc, str], tree: Tree) -> Iterator[Diagnostic]:
    first: dict[str, Loc] = {}
    for loc, entry in ids.items():
        at = first.setdefault(entry, loc)
        if at != loc:
            path, line = tree.place(at)
            message = f"the id {entry!r} stands twice: {path}:{line} has it too"
            yield tree.complain("NPC211", loc, message, "give one of them another id")
