"""What a game tells with a scene, as somebody gives it to a command: in a file, or one by one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from npcengine.conditions.tree import ENGINE_FACTS
from npcengine.configuration import FactType
from npcengine.content.source import Source, decode_source, read_source
from npcengine.content.yaml_tree import Tree, read_tree
from npcengine.diagnostics import Diagnostic
from npcengine.errors import ContentError, UsageError
from npcengine.facts import check_facts
from npcengine.settings import Settings
from npcengine.turns import Fact

Facts = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="What the game tells, a line each: `trust: 40`."),
]


def declared_facts() -> Mapping[str, FactType]:
    """Return the facts that `npcengine.yaml` declares."""
    return Settings.from_env().configuration.facts


def facts_in(path: Path | None) -> dict[str, Fact]:
    """Read facts from a file, a line each. Raises `ContentError`."""
    return {} if path is None else _facts(read_source(path))


def told_in(path: Path | None) -> dict[str, Fact]:
    """Read from a file what a scene is to tell. Raises `ContentError` and `UsageError`."""
    return _tellable(facts_in(path))


def told(written: str) -> dict[str, Fact]:
    """Read a fact that a scene is to tell, as `trust 40`. Raises as `told_in`."""
    name, _, value = written.partition(" ")
    if not value.strip():
        raise UsageError("say which fact, and what it is: /fact NAME VALUE")
    source = decode_source(f"{name}: {value}".encode("utf-8", "surrogatepass"), "/fact")
    return _tellable(_facts(source))


def shown(value: Fact) -> str:
    """Return a fact as one writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tellable(facts: dict[str, Fact]) -> dict[str, Fact]:
    for name in ENGINE_FACTS:
        if name in facts:
            raise UsageError(f"{name!r} is known from the talk itself: leave it out")
    check_facts(facts, declared_facts())
    return facts


def _facts(source: Source) -> dict[str, Fact]:
    tree = read_tree(source)
    complaints = list(tree.complaints)
    facts: dict[str, Fact] = {}
    for name, value in tree.data.items():
        if isinstance(value, bool | int | float | str):
            facts[name] = value
        else:
            complaints.append(_no_fact(tree, name))
    if complaints:
        raise ContentError(complaints)
    return facts


def _no_fact(tree: Tree, name: str) -> Diagnostic:
    suggestion = "write a truth value, a number or a text"
    return tree.complain("NPC203", (name,), "this is no value that a fact can have", suggestion)
