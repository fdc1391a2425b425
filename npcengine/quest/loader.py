"""Read quests from the files that they were kept in, or that a designer wrote."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import NamedTuple, TypeAlias

from npcengine.content.fields import check
from npcengine.content.source import Source, read_source
from npcengine.content.yaml_tree import Tree, read_tree
from npcengine.quest.model import Quest
from npcengine.stores.base import check_version

StrPath: TypeAlias = str | PathLike[str]

VERSION = 1
OLDEST_LOADABLE = 1
# What each version of `npcengine/quest@…` added. 1: all of it.

_SCHEMA = re.compile(r"npcengine/quest@(\d{1,6})")
_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")


class WrittenQuest(NamedTuple):
    """A quest and the document that it was read from."""

    quest: Quest
    tree: Tree


def load_quest(path: StrPath) -> Quest:
    """Load the quest in one file: JSON, as `npcengine quest --out` writes it, or YAML.

    Whether it can be done in the world as it is now is what `check` says. Raises `ContentError`
    with everything that is wrong, and `SaveTooOld` or `SaveTooNew` for a quest of a version of
    npcengine that cannot be read any more, or not yet.
    """
    return quest_in(tree_in(read_source(Path(path)))).quest


def tree_in(source: Source) -> Tree:
    """Return the fields of a document in JSON or YAML."""
    return read_tree(_without_pairs(source))


def quest_in(tree: Tree) -> WrittenQuest:
    """Return the quest that a document is, or has under `quest`. Raises what `load_quest` does."""
    inner = tree.data.get("quest")
    if isinstance(inner, dict):
        spots = {loc[1:]: spot for loc, spot in tree.spots.items() if loc[:1] == ("quest",)}
        tree = replace(tree, data=inner, spots=spots)
    version = _SCHEMA.fullmatch(str(tree.data.get("schema", "")))
    if version is not None:
        oldest, newest = OLDEST_LOADABLE, VERSION
        check_version(tree.source.path, int(version[1]), oldest=oldest, newest=newest)
    return WrittenQuest(check(tree, Quest), tree)


def _without_pairs(source: Source) -> Source:
    """Put characters that JSON may write as two in the place of those, which YAML cannot read."""
    if not source.text.lstrip().startswith("{"):
        return source
    return replace(
        source, text=_PAIR.sub(lambda pair: str(json.loads(f'"{pair[0]}"')), source.text)
    )
