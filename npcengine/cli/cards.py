"""`npcengine cards`: characters of other tools, taken over and given back."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from npcengine.cards.container import Format
from npcengine.cards.exporting import Exported, export_card, export_document
from npcengine.cards.importing import Imported, import_file
from npcengine.cards.writing import write_files
from npcengine.cli.exits import WRONG_INPUT
from npcengine.cli.screen import Screen
from npcengine.cli.terms import AsJson, Personas, personas_path
from npcengine.cli.visible import visible
from npcengine.cli.wrap import Wrapped
from npcengine.errors import NPCEngineError, UsageError
from npcengine.lore.loader import read_book
from npcengine.persona.loader import read_document
from npcengine.persona.parents import SUFFIXES, Parents

Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", help="Character cards and lorebooks: JSON, PNG, CHARX."),
]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="The folder for the personas.  [default: as npcengine.yaml says, or personas]",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Replace files that are there.")]
What = Annotated[
    str, typer.Argument(metavar="NPC|FILE", help="The id of a persona, or a file of any kind.")
]
Wanted = Annotated[Format, typer.Option("--format", help="The kind of file.")]
Out = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Where to; `-` is stdout.  [default: NPC.json and so on]"),
]
Image = Annotated[
    Path | None, typer.Option(metavar="FILE", help="The PNG picture that carries the card.")
]
_OFF = "to turn one on, copy it from extensions.card to `instructions` or `reminder`"

cards = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Take over character cards and lorebooks, and give them back.",
)


@cards.command("import")
def import_(
    files: Files, out: Folder = None, force: Force = False, as_json: AsJson = False
) -> None:
    """Make personas of character cards, and lorebooks of lorebooks.

    Nothing is fetched and nothing in a file is run. The card itself is kept in the folder cards.
    """
    screen, folder = Screen(), personas_path(out)
    told: list[dict[str, object]] = []
    made: set[Path] = set()
    failed = False
    for file in files:
        try:
            imported = import_file(file)
            paths = {folder / name: content for name, content in imported.contents.items()}
            write_files(paths, replace=force and not made & set(paths))
        except NPCEngineError as error:
            failed = True
            screen.complain(str(error))
            continue
        made |= set(paths)
        if as_json:
            told.append(_plain(imported, list(paths)))
        else:
            _show(screen, imported, list(paths))
    if as_json:
        screen.write_json(told)
    if failed:
        raise typer.Exit(WRONG_INPUT)


@cards.command()
def export(
    what: What,
    format: Wanted,
    out: Out = None,
    image: Image = None,
    personas: Personas = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Make a character card of a persona, or put a card into another kind of file.

    A persona that came from a card gives that card back, with what its writer has changed.
    """
    screen = Screen()
    exported, name = _exported(what, format, image, personas)
    if out == "-":
        sys.stdout.buffer.write(exported.content)
        return
    path = Path(out or f"{name}.{format}")
    write_files({path: exported.content}, replace=force)
    if as_json:
        told = asdict(exported) | {"file": str(path)}
        del told["content"]
        screen.write_json(told)
        return
    screen.write(f"{path}: {exported.kind}, {format.upper()}")
    rows = [("changed", ", ".join(exported.changed)), ("left out", ", ".join(exported.left_out))]
    if exported.original:
        rows.insert(0, ("from", f"cards/{exported.original}"))
    _write_rows(screen, rows)


def _exported(
    what: str, format: Format, image: Path | None, personas: Path | None
) -> tuple[Exported, str]:
    """Return a card, and the name that its file gets."""
    file = Path(what)
    if not file.is_file():
        if "/" in what or file.suffix:
            raise UsageError(f"{what}: there is no such file; check the path and its spelling")
        folder = personas_path(personas)
        folder = folder if folder.is_dir() else folder.parent
        return export_document(read_document(folder, what), folder, format, image), what
    if file.suffix.lower() not in SUFFIXES:
        return export_card(file, format, image), file.stem
    tree = read_book(file)
    folder = file.parent
    if "entries" in tree.data:
        folder = folder.parent
    else:
        tree = Parents(folder).complete(tree)
    return export_document(tree, folder, format, image), file.stem


def _plain(imported: Imported, paths: Sequence[Path]) -> dict[str, object]:
    told = asdict(imported)
    del told["contents"]
    return told | {
        "made": [str(path) for path in paths],
        "notes": [note._asdict() for note in imported.notes],
    }


def _show(screen: Screen, imported: Imported, paths: Sequence[Path]) -> None:
    screen.gap()
    screen.write(f"{imported.name} ({imported.kind})", "bold")
    taken = [
        name if name == place else f"{name} -> {place}" for name, place in imported.taken.items()
    ]
    notes = [f"{note.field}: {note.text}" if note.field else note.text for note in imported.notes]
    off = f"{', '.join(imported.off)}: {_OFF}" if imported.off else ""
    _write_rows(
        screen,
        [
            ("from", imported.file),
            ("made", "\n".join(map(str, paths))),
            ("in play", ", ".join(taken)),
            ("kept", ", ".join(imported.kept)),
            ("off", off),
            ("look at", "\n".join(notes)),
        ],
    )


def _write_rows(screen: Screen, rows: Sequence[tuple[str, str]]) -> None:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, told in rows:
        if told:
            table.add_row(f"  {name}", Wrapped(Text(visible(told))))
    screen.write_table(table)
