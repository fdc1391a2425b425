"""`npcengine history`: what players and characters said to each other."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from npcengine.cli.counted import counted
from npcengine.cli.screen import Screen
from npcengine.cli.terms import AsJson, Store, store_file
from npcengine.cli.visible import visible
from npcengine.cli.wrap import Wrapped
from npcengine.dialogue.terms import REALM
from npcengine.errors import LISTED, StoreUnavailable, UsageError
from npcengine.spelling import nearest
from npcengine.stores.archive import Archive, Conversation
from npcengine.stores.database import Database
from npcengine.turns import Turn

_NAME_WIDTH = 24
_BESIDE = ("-wal", "-shm", "-lock")
"""How the files end that lie beside a store while a game runs."""

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
    with Archive(store_file(store)) as archive:
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
    with Archive(store_file(store)) as archive:
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
        more = counted(len(others), "older conversation")
        screen.remark(f"{more} with {npc}: --player and --realm choose one.")


@history.command()
def export(file: File, realm: Realm = REALM, force: Force = False, store: Store = None) -> None:
    """Write a realm to a file: a save slot, for a game to restore."""
    path = store_file(store)
    with Archive(path) as archive:
        found = _matching(archive.latest(), {"realm": realm})
        save = archive.export(realm)
    if file == "-":
        typer.get_binary_stream("stdout").write(save)
        return
    try:
        _check_may_write(Path(file), path, force)
        _write_whole(Path(file).resolve(), save)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from error
    Screen().remark(f"Exported: {_amount(found)}.")


def _check_may_write(file: Path, store: Path, force: bool) -> None:
    own = [f"{store.resolve()}{end}" for end in ("", *_BESIDE)]
    if str(file.resolve()) in own:
        raise UsageError(f"{file} belongs to the store itself: name another file")
    if file.exists() and not force:
        raise UsageError(f"{file} is there already: pass --force, or another name")
    if file.exists() and not file.is_file():
        raise UsageError(f"{file} is not a file: give another name, or `-` for stdout")


def _write_whole(file: Path, content: bytes) -> None:
    """Write a file. When that fails, what stood there before is still there."""
    new = file.with_name(f"{file.name}.tmp")
    try:
        with new.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)


@history.command()
def forget(player: Player, yes: Yes = False, store: Store = None) -> None:
    """Forget all that a player and any character said, in every realm."""
    path, screen = store_file(store).resolve(), Screen()
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
    screen.write(f"Forgotten: {counted(turns, 'turn')}.")


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
    near = nearest(value, known)
    hint = f" Did you mean {near!r:.80}?" if near else ""
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
    origin = conversation.origin
    return {
        "realm": origin.realm,
        "npc": origin.npc,
        "player": origin.player,
        "turns": conversation.turns,
        "last": conversation.last,
    }


def _amount(found: Sequence[Conversation]) -> str:
    turns = counted(sum(each.turns for each in found), "turn")
    return f"{turns} in {counted(len(found), 'conversation')}"
