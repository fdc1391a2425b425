"""A quest written as text under headings, in the languages of `headings.toml`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from npcengine.quest.reading.headings import Heading, Part
from npcengine.quest.reading.lines import Line, read_line, split_list, unquoted

MOST_ENTRIES = 40
"""Entries of a list that are read; the rest is left out."""
MOST_LINES = 4_000

_LONGEST_TITLE = 80
_SUB_INDENT = 2
_PROSE_END = re.compile(r"[.!?:。！？：…]\Z")


@dataclass(slots=True)
class Headed:
    """The parts of a quest as they stood under their headings; empty where there was none."""

    title: str = ""
    description: list[str] = field(default_factory=list)
    """Its lines."""
    objectives: list[str] = field(default_factory=list)
    rewards: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_headed(text: str) -> Headed:
    """Return the quest that a text tells under headings; of several, the first.

    A heading stands at the beginning of a line, alone, in brackets or with a colon or the like
    after it; bullets, numbers and Markdown around it do not count. Never raises.
    """
    reader = _Reader()
    for number, raw in enumerate(text.splitlines()):
        if number == MOST_LINES:
            reader.made.notes.append(f"only the first {MOST_LINES:,} lines were read")
            break
        if not reader.take(read_line(raw)):
            reader.made.notes.append("what came after the first quest was left out")
            break
    return reader.finished()


class _Reader:
    """Takes lines in, and puts each into the part whose heading was the last."""

    def __init__(self) -> None:
        self.made = Headed()
        self._part: Part | None = None
        self._before: list[Line] = []
        self._title_rank = 0
        self._indent: int | None = None
        """Where the bullets of the list that is being read stand."""
        self._has_inline = False
        self._after_blank = False

    def take(self, line: Line) -> bool:
        """Take in one line; False where another quest begins with it."""
        if line.is_blank:
            self._after_blank = True
            return True
        if line.heading is None or self._is_entry(line):
            self._add(line)
        elif line.heading.part == "title" and self.made.title:
            if self.made.objectives:
                return False
            self._title_again(line, line.heading)
        else:
            self._open(line, line.heading)
        self._after_blank = False
        return True

    def finished(self) -> Headed:
        """Give what was read, with a title that had no heading if there was one."""
        made = self.made
        if made.objectives and not made.title:
            self._take_title()
        return made

    @property
    def _list(self) -> list[str] | None:
        if self._part == "objectives":
            return self.made.objectives
        return self.made.rewards if self._part == "rewards" else None

    def _is_entry(self, line: Line) -> bool:
        """Tell whether a line with a heading is only an entry, or a part of one, of a list."""
        if line.heading is None or self._list is None:
            return False
        if self._indent is None and self._has_inline:
            return False
        if self._indent is not None and line.indent >= self._indent + _SUB_INDENT:
            return True
        part = line.heading.part
        is_detail = part in ("other", "count") or (part == "title" and bool(self.made.title))
        return line.is_entry and is_detail

    def _open(self, line: Line, heading: Heading) -> None:
        goes_on = heading.part == self._part and line.value
        self._part, self._has_inline = heading.part, bool(line.value)
        if not goes_on:
            self._indent = None
        if heading.part == "title":
            self.made.title, self._title_rank = unquoted(line.value), heading.rank
        elif heading.part == "description":
            self.made.description += [line.value] if line.value else []
        elif self._list is not None and line.value:
            for entry in split_list(line.value):
                self._append(entry)

    def _title_again(self, line: Line, heading: Heading) -> None:
        if self._part == "description":
            self.made.description.append(line.raw)
        elif heading.rank < self._title_rank and line.value:
            self._open(line, heading)

    def _add(self, line: Line) -> None:
        if self._part is None:
            self._before += [line] if len(self._before) < MOST_ENTRIES else []
        elif self._part == "title" and not self.made.title:
            self.made.title = unquoted(line.text)
        elif self._part in ("title", "description"):
            self._part = "description"
            self.made.description.append(line.raw)
        elif self._list is not None:
            self._add_entry(line, self._list)

    def _add_entry(self, line: Line, entries: list[str]) -> None:
        if self._indent is not None and line.indent >= self._indent + _SUB_INDENT:
            self._go_on(line, entries)
        elif line.is_entry:
            self._indent = line.indent if self._indent is None else self._indent
            self._append(line.text)
        elif self._after_blank and (self._indent is not None or self._has_inline):
            self._part = "other"  # prose after the list
        elif self._indent is None:
            self._append(line.text)
        else:
            self._go_on(line, entries)

    def _append(self, entry: str) -> None:
        entries = self._list
        entry = unquoted(entry)
        if entries is None or not entry:
            return
        if len(entries) < MOST_ENTRIES:
            entries.append(entry)
        elif len(entries) == MOST_ENTRIES:
            note = f"only the first {MOST_ENTRIES} {self._part} were read"
            self.made.notes += [note] if note not in self.made.notes else []

    def _go_on(self, line: Line, entries: list[str]) -> None:
        if entries and len(entries[-1]) < 400:
            entries[-1] += f" {line.text}"

    def _take_title(self) -> None:
        for at, line in enumerate(self._before):
            title = unquoted(line.text)
            is_short = len(title) <= _LONGEST_TITLE and not _PROSE_END.search(title)
            if title and (line.is_marked or is_short):
                self.made.title = title
                self.made.notes.append("the title stood without a heading")
                after = (each.raw for each in self._before[at + 1 :])
                self.made.description = self.made.description or list(after)
                return
