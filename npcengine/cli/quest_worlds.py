"""Worlds for `npcengine lint`, which loads this only for single files."""

from __future__ import annotations

from pathlib import Path

from npcengine.content.source import read_source
from npcengine.content.yaml_tree import read_tree
from npcengine.diagnostics import Diagnostic
from npcengine.errors import ContentError
from npcengine.world.lint import lint_world
from npcengine.world.loader import MAX_BYTES, MAX_NODES

SCHEMA = "npcengine/world@1"


def world_findings(path: Path) -> tuple[Diagnostic, ...] | None:
    """Return what there is to say of a world; None for a file that is none."""
    try:
        top = read_tree(read_source(path, MAX_BYTES), most=MAX_NODES).data
    except ContentError:  # told by who looks at it next
        return None
    is_world = "places" in top or top.get("schema") == SCHEMA
    return tuple(lint_world(path)) if is_world else None
