"""`npcengine quest show`: a quest as text, as a drawing, or as a page for its designer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from npcengine.cli.quest_page import write_quest
from npcengine.cli.quest_reading import read_quest
from npcengine.cli.quest_terms import Facts, World, state_of
from npcengine.cli.screen import Screen
from npcengine.errors import UsageError
from npcengine.quest.show.markdown import as_markdown
from npcengine.quest.show.mermaid import as_mermaid
from npcengine.quest.show.svg import as_svg

File = Annotated[
    Path, typer.Argument(metavar="FILE", help="A quest, as JSON or YAML; `-` reads it from stdin.")
]
Locale = Annotated[
    str | None,
    typer.Option(metavar="CODE", help="The player's language.  [default: the quest's own]"),
]
Mermaid = Annotated[bool, typer.Option("--mermaid", help="Its graph, for Mermaid.")]
Svg = Annotated[bool, typer.Option("--svg", help="Its graph, and the way on the map.")]
Markdown = Annotated[bool, typer.Option("--markdown", help="All of it, for its designer.")]


def show(
    file: File,
    world: World = None,
    facts: Facts = None,
    locale: Locale = None,
    mermaid: Mermaid = False,
    svg: Svg = False,
    markdown: Markdown = False,
) -> None:
    """Show a quest as players read it, or draw it."""
    if mermaid + svg + markdown > 1:
        raise UsageError("choose one of --mermaid, --svg and --markdown")
    quest = read_quest(file).quest
    state = state_of(world, facts)
    locale = locale or next(iter(quest.texts), "en")
    if mermaid:
        typer.echo(as_mermaid(quest, state.world, locale), nl=False)
    elif svg:
        typer.echo(as_svg(quest, state, locale), nl=False)
    elif markdown:
        typer.echo(as_markdown(quest, state.world, locale), nl=False)
    else:
        write_quest(quest, state.world, locale, Screen())
