"""The program: its commands, and what all of them have in common."""

from __future__ import annotations

import sys
from io import StringIO, TextIOWrapper
from typing import Annotated

import typer

from npcengine.cli.batch import batch
from npcengine.cli.cards import cards
from npcengine.cli.chat import chat
from npcengine.cli.doctor import doctor
from npcengine.cli.exits import EXIT_CODES, explained
from npcengine.cli.explain import explain
from npcengine.cli.history import history
from npcengine.cli.init import init
from npcengine.cli.lint import lint
from npcengine.cli.prompt import prompt
from npcengine.cli.quest import quest
from npcengine.cli.say import say
from npcengine.cli.screen import Screen
from npcengine.cli.why import why
from npcengine.version import __version__

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog=EXIT_CODES,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        Screen().write(f"npcengine {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Game characters that speak for themselves.

    The models of GROQ_API_KEY or OPENAI_API_KEY answer; without either, the characters speak
    their authored lines.
    """


for command in (init, chat, say, batch, prompt, explain, why, lint, doctor):
    app.command()(command)
app.add_typer(cards, name="cards")
app.add_typer(history, name="history")
app.add_typer(quest, name="quest")


def run() -> None:
    """Run the command that the arguments ask for, and exit."""
    if not sys.stdin:  # closed by whoever started the program
        sys.stdin = StringIO()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # no character of a reply may end the program
            stream.reconfigure(errors="backslashreplace")
    with explained():
        app(prog_name="npcengine")
