"""`npcengine quest`: quests made, checked and looked at."""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

COMMANDS = ("make", "check", "show")


class _Late(TyperGroup):
    """Takes whatever is no command for a giver, and loads the commands when one is wanted.

    All that makes quests takes half as long to load as everything else in the program together.
    """

    # `Any`, because newer versions of typer bring their own click, and older ones do not.

    @cached_property
    def _loaded(self) -> TyperGroup:
        return get_group(import_module("npcengine.cli.quest_commands").commands)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `make` before the id of a giver, or its options."""
        if args and args[0] not in (*COMMANDS, "--help"):
            args = ["make", *args]
        return super().parse_args(ctx, args)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command."""
        return self._loaded.get_command(ctx, cmd_name)

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands."""
        return list(COMMANDS)


quest = typer.Typer(
    cls=_Late,
    no_args_is_help=True,
    rich_markup_mode=None,
    subcommand_metavar="GIVER | COMMAND [ARGS]...",
    help="Hand out quests that can be finished, and check and show them.\n\n"
    "`npcengine quest GIVER` makes one: it is short for `npcengine quest make GIVER`.",
)
