"""The commands of `npcengine quest`, with all that it takes to load them."""

from __future__ import annotations

import typer

from npcengine.cli.quest_check import check
from npcengine.cli.quest_make import make
from npcengine.cli.quest_show import show

commands = typer.Typer(rich_markup_mode=None)
for command in (make, check, show):
    commands.command()(command)
