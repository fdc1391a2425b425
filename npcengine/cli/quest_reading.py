"""Quests and lists of steps in files, as programs and designers write them."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from npcengine.content.source import MAX_BYTES, Source, decode_source, read_source
from npcengine.errors import ContentError, UsageError
from npcengine.quest.loader import WrittenQuest, quest_in, tree_in

Steps: TypeAlias = Sequence[object]


def read_quest(path: Path) -> WrittenQuest:
    """Read a quest in JSON or YAML from a file; `-` is stdin. Raises what `load_quest` does."""
    found = read_quest_or_steps(path)
    if not isinstance(found, WrittenQuest):
        raise UsageError(f"{path}: this is a list of steps, and no quest")
    return found


def read_quest_or_steps(path: Path) -> WrittenQuest | Steps:
    """Read a quest, or a list of steps: JSON, or YAML with `steps` at its top.

    A quest may also stand under `quest`, as in a line of a pool. Raises what `load_quest` raises.
    """
    source = _source(path)
    if source.text.lstrip().startswith("["):
        return _json_list(source)
    tree = tree_in(source)
    if "steps" in tree.data:
        if tree.complaints:
            raise ContentError(tree.complaints)
        steps = tree.data["steps"]
        return steps if isinstance(steps, tuple) else (steps,)
    return quest_in(tree)


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
