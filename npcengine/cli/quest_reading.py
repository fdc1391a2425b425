"""Quests and lists of steps in files, as programs and designers write them."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, TypeAlias

from npcengine.content.fields import check
from npcengine.content.source import MAX_BYTES, Source, decode_source, read_source
from npcengine.content.yaml_tree import Tree, read_tree
from npcengine.errors import ContentError, UsageError
from npcengine.quest.model import Quest

_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")


class WrittenQuest(NamedTuple):
    """A quest and the document that it was read from."""

    quest: Quest
    tree: Tree


Steps: TypeAlias = Sequence[object]


def read_quest(path: Path) -> WrittenQuest:
    """Read a quest in JSON or YAML from a file; `-` is stdin. Raises `ContentError`."""
    found = read_quest_or_steps(path)
    if not isinstance(found, WrittenQuest):
        raise UsageError(f"{path}: this is a list of steps, and no quest")
    return found


def read_quest_or_steps(path: Path) -> WrittenQuest | Steps:
    """Read a quest, or a list of steps: JSON, or YAML with `steps` at its top.

    A quest may also stand under `quest`, as in the lines of a pool. Raises `ContentError`.
    """
    source = _source(path)
    if source.text.lstrip().startswith("["):
        return _json_list(source)
    tree = read_tree(_without_pairs(source))
    if "steps" in tree.data:
        if tree.complaints:
            raise ContentError(tree.complaints)
        steps = tree.data["steps"]
        return steps if isinstance(steps, tuple) else (steps,)
    tree = _inner(tree)
    return WrittenQuest(check(tree, Quest), tree)


def _source(path: Path) -> Source:
    if path != Path("-"):
        return read_source(path)
    return decode_source(sys.stdin.buffer.read(MAX_BYTES + 1), "<stdin>")


def _json_list(source: Source) -> Steps:
    try:
        steps: list[object] = json.loads(source.text)
    except json.JSONDecodeError as error:
        where = f"{source.path}:{error.lineno}:{error.colno}"
        raise UsageError(f"{where}: this is not JSON: {error.msg}") from error
    except RecursionError as error:
        raise UsageError(f"{source.path}: it is nested too deeply") from error
    return steps


def _without_pairs(source: Source) -> Source:
    """Put characters that JSON may write as two in the place of those, which YAML cannot read."""
    if not source.text.lstrip().startswith("{"):
        return source
    return replace(
        source, text=_PAIR.sub(lambda pair: str(json.loads(f'"{pair[0]}"')), source.text)
    )


def _inner(tree: Tree) -> Tree:
    quest = tree.data.get("quest")
    if not isinstance(quest, dict):
        return tree
    spots = {loc[1:]: spot for loc, spot in tree.spots.items() if loc[:1] == ("quest",)}
    return replace(tree, data=quest, spots=spots)
