"""The options that the commands about quests share, and the world that they ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from npcengine.cli.told import facts_in
from npcengine.errors import UsageError
from npcengine.settings import Settings
from npcengine.turns import Fact
from npcengine.world.index import Index
from npcengine.world.loader import load_world
from npcengine.world.model import World as AnyWorld
from npcengine.world.state import State
from npcengine.world.told import check_told

World = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="The world.  [default: as npcengine.yaml says]"),
]
Facts = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="What has changed in the world, a line each: `player.at: inn`."
    ),
]


def world_of(path: Path | None) -> AnyWorld:
    """Load the world. Raises `UsageError` when none is named, or `ContentError`."""
    wanted = path or Settings.from_env().configuration.world
    if not wanted:
        raise UsageError("no world: pass --world FILE, or name it in npcengine.yaml")
    return load_world(wanted)


def told_in(facts: Path | None, world: AnyWorld) -> dict[str, Fact]:
    """Read what has changed in a world. Raises `UsageError` and `ContentError`."""
    told = facts_in(facts)
    try:
        check_told(told, Index.of(world))
    except UsageError as error:
        raise UsageError(f"{facts}: {error}") from error
    return told


def state_of(world: Path | None, facts: Path | None) -> State:
    """Load a world as it is now. Raises what `world_of` and `told_in` raise."""
    loaded = world_of(world)
    return State.of(loaded, told_in(facts, loaded))
