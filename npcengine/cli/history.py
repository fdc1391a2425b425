"""`npcengine history`: what players and characters said to each other."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from difflib import get_close_matches
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from npcengine.cli.screen import Screen
from npcengine.cli.terms import AsJson, Store, store_path
from npcengine.cli.visible import visible
from npcengine.cli.wrap import Wrapped
from npcengine.engine import REALM
from npcengine.errors import LISTED, StoreUnavailable, UsageError
from npcengine.stores.archive import Archive, Conversation
from npcengine.stores.database import Database
from npcengine.turns import Turn

_LONGEST_NAME = 100
"""Characters of a name for which one that is near is looked for: what is longer takes long."""
_NAME_WIDTH = 24

Limit = Annotated[int, typer.Option(metavar="N", min=1, help="How many to list.")]
Npc = Annotated[str, typer.Argument(metavar="NPC", help="The id of a persona.")]
OfPlayer = Annotated[
    str | None,
    typer.Option("--player", metavar="ID", help="Who spoke.  [default: whoever spoke last]"),
]
OfRealm = Annotated[
    str | None,
    typer.Option("--realm", metavar="ID", help="In which realm.  [default: where they spoke last]"),
]
Realm = Annotated[str, typer.Option(metavar="ID", help="Which realm.")]
File = Annotated[str, typer.Argument(metavar="FILE", help="Where to; `-` is stdout.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")]
Player = Annotated[str, typer.Argument(metavar="PLAYER", help="The id of a player.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")]

history = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Look at what was said. All but forget work while a game runs.",
)


@history.command("list")
def list_(limit: Limit = 20, store: Store = None, as_json: AsJson = False) -> None:
    """List conversations, the most recent first."""
    screen = Screen()
    with Archive(store_path(store)) as archive:
        found = archive.latest(limit + 1)
    if as_json:
        screen.write_json([_plain(each) for each in found[:limit]])
    elif not found:
        screen.remark("Nothing was said yet.")
    else:
        screen.write_table(_table(found[:limit]))
        if len(found) > limit:
            screen.remark("There are older ones: --limit lists more.")


@history.command()
def show(
    npc: Npc,
    player: OfPlayer = None,
    realm: OfRealm = None,
    store: Store = None,
    as_json: AsJson = False,
) -> None:
    """Show what was said to a character, and what it answered."""
    screen = Screen()
    with Archive(store_path(store)) as archive:
        found, *others = _matching(archive.latest(), {"realm": realm, "npc": npc, "player": player})
        turns = archive.read(found.origin)
    if as_json:
        screen.write_json(_plain(found) | {"turns": [asdict(turn) for turn in turns]})
        return
    screen.remark(f"{found.origin.npc} with {found.origin.player} in {found.origin.realm}")
    for day, said in groupby(turns, lambda turn: _moment(turn.at, "%Y-%m-%d")):
        if screen.decorated:
            screen.gap()
            screen.write(day, "bold")
            screen.write_table(_lines(found, list(said)))
        else:
            for turn in said:
                _write_lines(screen, found, turn, day)
    if others:
        screen.gap()
        more = _count(len(others), "older conversation")
        screen.remark(f"{more} with {npc}: --player and --realm choose one.")


@history.command()
def export(file: File, realm: Realm = REALM, force: Force = False, store: Store = None) -> None:
    """Write a realm to a file: a save slot, for a game to restore."""
    with Archive(store_path(store)) as archive:
        found = _matching(archive.latest(), {"realm": realm})
        save = archive.export(realm)
    if file == "-":
        typer.get_binary_stream("stdout").write(save)
        return
    try:
        with Path(file).open("wb" if force else "xb") as out:
            out.write(save)
    except FileExistsError as error:
        raise UsageError(f"{file} is there already: pass --force, or another name") from error
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from error
    Screen().remark(f"Exported: {_amount(found)}.")


@history.command()
def forget(player: Player, yes: Yes = False, store: Store = None) -> None:
    """Forget all that a player and any character said, in every realm."""
    path, screen = store_path(store).resolve(), Screen()
    with Archive(path) as archive:
        _check_known("player", player, archive.players())
        found = [each for each in archive.latest() if each.origin.player == player]
    with closing(_opened(path, player)) as database:
        if not (yes or sys.stdin.isatty()):
            raise UsageError("this cannot be undone, and there is nobody to ask: pass --yes")
        if not yes:
            question = f"Forget {_amount(found)} of {player}? It cannot be undone."
            typer.confirm(visible(question), abort=True)
        turns = database.forget(player)
    screen.write(f"Forgotten: {_count(turns, 'turn')}.")


def _opened(path: Path, player: str) -> Database:
    try:
        return Database(path)
    except StoreUnavailable as error:
        raise UsageError(
            f"{error}. A game that holds it can do this itself: engine.forget({player!r})"
        ) from error


def _matching(kept: list[Conversation], wanted: dict[str, str | None]) -> list[Conversation]:
    """Return the conversations with these parts, of which there is at least one."""
    for part, value in wanted.items():
        if value is not None:
            _check_known(part, value, {getattr(each.origin, part) for each in kept})
            kept = [each for each in kept if getattr(each.origin, part) == value]
    return kept


def _check_known(part: str, value: str, known: Collection[str]) -> None:
    if value in known:
        return
    near = get_close_matches(value, known, 1) if len(value) <= _LONGEST_NAME else []
    hint = f" Did you mean {near[0]!r:.80}?" if near else ""
    listed = ", ".join(f"{each:.40}" for each in sorted(known)[:LISTED]) or "nothing"
    more = f" and {len(known) - LISTED} more" if len(known) > LISTED else ""
    raise UsageError(f"there is no {part} {value!r:.80}.{hint} Kept: {listed}{more}.")


def _table(found: Sequence[Conversation]) -> Table:
    several = len({each.origin.realm for each in found}) > 1
    table = Table("when", box=None, pad_edge=False, header_style="bold")
    for name in ("npc", "player", "realm")[: 2 + several]:
        table.add_column(name, overflow="fold")
    table.add_column("turns", justify="right")
    for each in found:
        origin = each.origin
        names = (origin.npc, origin.player, origin.realm)[: 2 + several]
        when = _moment(each.last, "%Y-%m-%d %H:%M")
        table.add_row(when, *map(visible, names), str(each.turns))
    return table


def _lines(conversation: Conversation, turns: Sequence[Turn]) -> Table:
    names = [visible(name) for name in (conversation.origin.player, conversation.origin.npc)]
    lines = Table.grid(padding=(0, 1))
    lines.add_column(style="dim", no_wrap=True)
    lines.add_column(style="bold", max_width=_NAME_WIDTH, overflow="fold")
    lines.add_column(overflow="fold")
    for turn in turns:
        when = _moment(turn.at, "%H:%M")
        for name, line in zip(names, (turn.player_line, turn.npc_line), strict=True):
            if line:
                lines.add_row(when, f"{name}:", Wrapped(Text(visible(line))))
                when = ""
    return lines


def _write_lines(screen: Screen, conversation: Conversation, turn: Turn, day: str) -> None:
    origin, when = conversation.origin, f"{day} {_moment(turn.at, '%H:%M')}"
    for name, line in ((origin.player, turn.player_line), (origin.npc, turn.npc_line)):
        if line:
            # What goes on in another line cannot be taken for somebody else's.
            screen.write(f"{when} {name}: {line}".replace("\n", "\n  "))


def _moment(at: float, form: str) -> str:
    try:
        return datetime.fromtimestamp(at).strftime(form)
    except (OverflowError, ValueError, OSError):  # no calendar goes so far
        return "?"


def _plain(conversation: Conversation) -> dict[str, object]:
    return {
        **asdict(conversation.origin),
        "turns": conversation.turns,
        "last": conversation.last,
    }


def _amount(found: Sequence[Conversation]) -> str:
    turns = _count(sum(each.turns for each in found), "turn")
    return f"{turns} in {_count(len(found), 'conversation')}"


def _count(number: int, of: str) -> str:
    return f"{number:,} {of}{'s'[: number != 1]}"
