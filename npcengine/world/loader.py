"""Read worlds from files. Every complaint of a file is told at once."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import NamedTuple, TypeAlias

from npcengine.content.fields import check
from npcengine.content.source import Source, decode_source, read_source
from npcengine.content.yaml_tree import Tree, read_tree
from npcengine.world.model import World

StrPath: TypeAlias = str | PathLike[str]

MAX_BYTES = 8 * 1024 * 1024
"""How large the file of a world may be."""
MAX_NODES = 400_000
"""How many fields, ids and the like it may have."""


class Sheet(NamedTuple):
    """A world and the document that it was read from."""

    world: World
    tree: Tree


def load_world(path: StrPath) -> World:
    """Load the world in one file. Raises `ContentError` with everything that is wrong."""
    return read_world(read_source(Path(path), MAX_BYTES)).world


def parse_world(text: str, path: str) -> World:
    """Make a world of YAML text; `path` is what complaints call it.

    Raises `ContentError` with everything that is wrong.
    """
    return read_world(decode_source(text.encode("utf-8", "surrogatepass"), path, MAX_BYTES)).world


def read_world(source: Source) -> Sheet:
    """Read what `load_world` loads, with the places of its fields for further complaints."""
    tree = read_tree(source, most=MAX_NODES)
    return Sheet(check(tree, World), tree)
