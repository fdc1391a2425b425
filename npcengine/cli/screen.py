"""What the program writes: wrapped and coloured on a terminal, bare everywhere else."""

from __future__ import annotations

import json
from collections.abc import Awaitable

from rich.console import Console
from rich.live import Live
from rich.progress import Progress, ProgressColumn
from rich.table import Table
from rich.text import Text

from npcengine.cli.replies import source_line, spoken, whole
from npcengine.cli.visible import visible
from npcengine.cli.wrap import Wrapped
from npcengine.dialogue.line import Line
from npcengine.turns import Piece, Reply

_NAME_WIDTH = 24
_WAITING = Text("…", "dim")


class Screen:
    """Standard output and standard error. Nothing that is written is taken for markup.

    `decorated` adds names and remarks; by default where the output is a terminal.
    """

    def __init__(self, *, decorated: bool | None = None) -> None:
        self._out = Console(highlight=False, markup=False, emoji=False)
        self._err = Console(highlight=False, markup=False, emoji=False, stderr=True)
        self.decorated = self._out.is_terminal if decorated is None else decorated

    def write(self, text: str | Text, style: str = "", indent: int = 0) -> None:
        """Write a line of output."""
        _write(self._out, text, style, indent)

    def gap(self) -> None:
        """Leave a line empty, as decoration."""
        if self.decorated:
            self._out.line()

    def clear(self) -> None:
        """Empty the terminal; nothing where there is none."""
        if self._out.is_terminal:
            self._out.clear()

    def remark(self, text: str, indent: int = 0) -> None:
        """Write a dim line about the output, as decoration."""
        if self.decorated:
            _write(self._out, text, "dim", indent)

    def warn(self, text: str, indent: int = 0) -> None:
        """Write a dim line to standard error."""
        _write(self._err, text, "dim", indent)

    def complain(self, text: str) -> None:
        """Write to standard error what is wrong and what to do about it."""
        _write(self._err, text, "red")

    def write_table(self, table: Table) -> None:
        """Write a table; in a pipe without the spaces that end its lines."""
        if self._out.is_terminal:
            self._out.print(table)
            return
        with self._out.capture() as captured:
            self._out.print(table)
        lines = captured.get().split("\n")
        self._out.file.write("\n".join(line.rstrip() for line in lines))

    def write_json(self, data: object) -> None:
        """Write one JSON document on one line, in ASCII: no terminal can take harm from it."""
        self._out.file.write(f"{json.dumps(data)}\n")

    async def speak(self, name: str, line: Line) -> Reply:
        """Write a line as it comes, then where it came from."""
        pieces: list[Piece] = []
        with self._live(name) as live:
            async for piece in line:
                pieces.append(piece)
                live.update(_row(name, spoken(pieces)), refresh=True)
        return self._told(name, spoken(pieces), line.reply)

    async def tell(self, name: str, coming: Awaitable[Reply]) -> Reply:
        """Write a reply that comes whole, then where it came from."""
        with self._live(name) as live:
            reply = await coming
            live.update(_row(name, whole(reply)), refresh=True)
        return self._told(name, whole(reply), reply)

    def passing(self, *, quiet: bool = False) -> Live:
        """Give a line to update that is gone once it is left; nothing where no terminal is."""
        console = Console(quiet=True) if quiet or not self._out.is_terminal else self._out
        return Live(console=console, auto_refresh=False, transient=True)

    def bar(self, *columns: str | ProgressColumn) -> Progress:
        """Give a bar on standard error that is gone once it is left; none where no terminal is."""
        return Progress(
            *columns,
            console=self._err,
            transient=True,
            disable=not self._err.is_terminal,
            redirect_stdout=self._out.is_terminal,
        )

    def _live(self, name: str) -> Live:
        console = self._out if self._out.is_terminal else Console(quiet=True)
        return Live(_row(name, _WAITING), console=console, auto_refresh=False)

    def _told(self, name: str, words: Text, reply: Reply) -> Reply:
        if not self.decorated:
            self.write(reply.text)
        elif not self._out.is_terminal:
            self._out.print(_row(name, words))
        self.remark(source_line(reply), indent=2)
        return reply


def _row(name: str, words: Text) -> Table:
    row = Table.grid(padding=(0, 1))
    row.add_column(style="bold", max_width=_NAME_WIDTH, overflow="fold")
    row.add_column(overflow="fold")
    row.add_row(Text(f"{visible(name)}:"), Wrapped(words))
    return row


def _write(console: Console, text: str | Text, style: str, indent: int = 0) -> None:
    shown = Text(visible(text), style) if isinstance(text, str) else text
    if console.is_terminal:
        console.print(Wrapped(shown, indent))
    else:
        shown.pad_left(indent)
        console.print(shown, soft_wrap=True)
