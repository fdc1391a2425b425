"""Read worlds from files, or from a game's own data. Every complaint is told at once."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import NamedTuple, TypeAlias

from npcengine.content.fields import check
from npcengine.content.source import Source, decode_source, read_source
from npcengine.content.yaml_tree import Tree, read_tree
from npcengine.errors import ContentError
from npcengine.world.data import tree_of
from npcengine.world.declared import Hints
from npcengine.world.facts_check import wrong_conditions, wrong_facts
from npcengine.world.model import World
from npcengine.world.references import impossible_entities, kinds_of, wrong_references
from npcengine.world.verb_checks import declared_by, wrong_verbs

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


def world_from(data: Mapping[str, object]) -> World:
    """Make a world of what a game has in its own database, with the fields that files have.

    Raises `ContentError` with everything that is wrong; `field` says where, as there is no line.
    """
    return _checked(tree_of(data, MAX_NODES)).world


def read_world(source: Source) -> Sheet:
    """Read what `load_world` loads, with the places of its fields for further complaints."""
    return _checked(read_tree(source, most=MAX_NODES))


def _checked(tree: Tree) -> Sheet:
    world = check(tree, World)
    kinds = kinds_of(world)
    hints = Hints()
    declared = declared_by(world, kinds, hints)
    complaints = [
        *wrong_references(tree, world, kinds, hints),
        *impossible_entities(tree, world),
        *wrong_conditions(tree, world, declared),
        *wrong_facts(tree, world, declared),
        *wrong_verbs(tree, world, kinds, declared),
    ]
    if complaints:
        raise ContentError(sorted(complaints, key=lambda each: (each.line, each.column)))
    return Sheet(world, tree)
