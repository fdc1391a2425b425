"""Lorebooks: keys that are never found, and entries that nobody can hear of."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from npcengine.content.yaml_tree import Loc
from npcengine.lore.index import Index
from npcengine.lore.keys import KeyTable
from npcengine.lore.loader import Volume
from npcengine.lore.model import Entry
from npcengine.lore.patterns import can_search, is_pattern
from npcengine.persona.rules.rule import Found, Rule, Stage, each_book


def _lost_keys(name: str, volume: Volume, stage: Stage) -> Iterator[Found]:
    book, tree = volume.book, volume.tree
    reasons = _problems(volume)
    for number, entry in enumerate(book.entries):
        for loc, key in _keys(entry):
            reason = reasons.get((entry.id, key))
            if reason is None and not _is_regex(entry, key) and _is_empty(key, entry):
                reason = "there is nothing in it to look for"
            if reason:
                message = f"the key {key!r:.60} is never found: {reason}"
                yield Found(tree, ("entries", number, *loc), message, "write a word, or delete it")


def _problems(volume: Volume) -> dict[tuple[str, str], str]:
    """Return what matching says of regular expressions, where there is what reads them."""
    entries = volume.book.entries
    if not can_search() or not any(
        _is_regex(each, key) for each in entries for _, key in _keys(each)
    ):
        return {}
    problems = Index([volume.book], len).problems
    return {(each.entry, each.key): each.reason for each in problems}


def _is_regex(entry: Entry, key: str) -> bool:
    return entry.regex or is_pattern(key)


def _is_empty(key: str, entry: Entry) -> bool:
    table = KeyTable({0: (key, entry.whole_words)}, cased=entry.case_sensitive)
    return not table.found(key)


def _keys(entry: Entry) -> Iterator[tuple[Loc, str]]:
    for field in ("keys", "secondary", "exclude"):
        for index, key in enumerate(getattr(entry, field)):
            yield (field, index), key
    for group, keys in enumerate(entry.additional):
        for index, key in enumerate(keys):
            yield ("additional", group, index), key


def _unheard(name: str, volume: Volume, stage: Stage) -> Iterator[Found]:
    readers = {_Ears(frozenset(each.scope), each.knows_until) for each in stage.readers(name)}
    if stage.whole and not readers:
        message = "no character has this lorebook"
        yield Found(volume.tree, (), message, f"add it to a persona: lorebooks: [{name}]")
    for number, entry in enumerate(volume.book.entries):
        if not entry.enabled:  # on purpose
            continue
        why = _mute(entry) or (_untold(entry, readers) if stage.whole and readers else None)
        if why:
            loc, message, hint = why
            yield Found(volume.tree, ("entries", number, *loc), message, hint)


def _mute(entry: Entry) -> tuple[Loc, str, str] | None:
    if not entry.text:
        return ("text",), "nothing is told by this entry", "write what the character then knows"
    if not (entry.keys or entry.constant or entry.lasting):
        hint = "add keys, or write constant: true"
        return (), "no word leads to this entry", hint
    if entry.probability == 0:
        return ("probability",), "with 0 it never fires", "write a larger number, up to 1"
    return None


class _Ears(NamedTuple):
    """What decides which lore a character can hear of; most of a cast have the same."""

    scope: frozenset[str]
    knows_until: float | None


def _untold(entry: Entry, readers: Collection[_Ears]) -> tuple[Loc, str, str] | None:
    """Say what keeps an entry from everybody who has the book."""
    scoped = [each for each in readers if not each.scope or each.scope.issuperset(entry.tags)]
    if not scoped:
        message = "nobody who has this lorebook has all these tags in their scope"
        return ("tags",), message, "take some out, or add them to a scope"
    since = entry.since
    if since is None or any(
        each.knows_until is None or since <= each.knows_until for each in scoped
    ):
        return None
    message = "this is later than anybody's knows_until who could hear of it"
    return ("since",), message, "write an earlier number, or a later knows_until"


_HAS = {"mira.yaml": "lorebooks: [town]\n"}

RULES = (
    Rule(
        "NPC318",
        "A key that is never found",
        "A key of nothing but spaces is in no sentence, and a regular expression that is too large "
        "is not searched.",
        each_book(_lost_keys),
        'entries:\n  - {keys: [mill, " "], text: The mill burned down in spring.}\n',
        "entries:\n  - {keys: [mill, miller], text: The mill burned down in spring.}\n",
        file="lore/town.yaml",
        beside=_HAS,
    ),
    Rule(
        "NPC319",
        "Lore that nobody can hear of",
        "No word leads to it, no character has the book, or its tags or its `since` keep it from "
        "all who have. An entry with `enabled: false` is left alone.",
        each_book(_unheard),
        "entries:\n  - {text: The mill burned down in spring.}\n",
        "entries:\n  - {keys: [mill], text: The mill burned down in spring.}\n",
        file="lore/town.yaml",
        beside=_HAS,
    ),
)
