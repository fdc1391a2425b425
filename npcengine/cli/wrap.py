"""Line breaks for a terminal, in scripts with and without spaces between words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

# A wide character is a word by itself, and keeps the stops and brackets that close it.
_WORD = re.compile(
    r"(?:[\u2e80-\uffef][、。，．！？：；）」』】〉》”’…—]*|[^\s\u2e80-\uffef]+|\s)\s*"
)


@dataclass(frozen=True, slots=True)
class Wrapped:
    """Text that fits the width it is given; rich alone breaks lines at spaces only."""

    text: Text
    indent: int = 0

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Give the text with its line breaks."""
        lines: list[Text] = []
        for line in self.text.split("\n", allow_blank=True):
            lines += line.divide(_breaks(line.plain, options.max_width - self.indent))
        for line in lines:
            line.rstrip()
            line.pad_left(self.indent)
        yield Text("\n").join(lines)


def _breaks(line: str, width: int) -> Iterator[int]:
    column = 0
    for word in _WORD.finditer(line):
        if column and column + cell_len(word[0].rstrip()) > width:
            yield word.start()
            column = 0
        column += cell_len(word[0])
