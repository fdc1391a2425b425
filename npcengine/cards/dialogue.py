"""Lists in a card that are written as text: example talks, greetings, traits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_BLOCKS = re.compile(r"<START>", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•·]|\d+[.)])\s+")
_COMMAS = re.compile(r"[,;，、；]")
_SENTENCES = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])")
_LONGEST_TRAIT = 60
_PLAYER = r"\{\{\s*user\s*\}\}|<user>"
_CHARACTER = r"\{\{\s*(?:char|bot)\s*\}\}|<(?:bot|char)>"


class Exchange(NamedTuple):
    """What a player says and what the character answers, as the card has it."""

    player: str
    npc: str


def exchanges(text: str, names: Sequence[str]) -> list[Exchange]:
    """Return the exchanges of example talks; `names` are what the character is called.

    A line that goes on without a name belongs to who spoke before. What the character says
    unasked makes no exchange.
    """
    called = "|".join([_CHARACTER, *(re.escape(each) for each in names if each)])
    line = re.compile(rf"^[ \t]*(?:({_PLAYER})|(?:{called}))[ \t]*[:：][ \t]*", re.I | re.M)
    found: list[Exchange] = []
    for block in _BLOCKS.split(text):
        asked = ""
        for is_player, said in _turns(block, line):
            if is_player:
                asked = f"{asked}\n{said}".strip()
            elif asked:
                found.append(Exchange(asked, said))
                asked = ""
            elif found and said:
                found[-1] = Exchange(found[-1].player, f"{found[-1].npc}\n{said}")
    return [each for each in found if each.player and each.npc]


def _turns(block: str, line: re.Pattern[str]) -> Iterator[tuple[bool, str]]:
    starts = list(line.finditer(block))
    ends = [each.start() for each in starts[1:]] + [len(block)]
    for start, end in zip(starts, ends, strict=False):
        yield start[1] is not None, block[start.end() : end].strip()


def as_talks(found: Sequence[Exchange]) -> str:
    """Write exchanges as a card has them."""
    return "\n".join(
        f"<START>\n{{{{user}}}}: {each.player}\n{{{{char}}}}: {each.npc}" for each in found
    )


def traits(text: str) -> list[str]:
    """Return the traits in a description of somebody's character: a list, or its sentences."""
    lines = [_BULLET.sub("", line).strip() for line in text.split("\n") if line.strip()]
    if len(lines) == 1:
        parts = [part.strip() for part in _COMMAS.split(lines[0].rstrip(".。")) if part.strip()]
        is_list = len(parts) > 1 and not any(_SENTENCES.search(part) for part in parts)
        if is_list and max(map(len, parts)) <= _LONGEST_TRAIT:
            return parts
        return [each.strip() for each in _SENTENCES.split(lines[0]) if each.strip()]
    return lines


def as_personality(given: Sequence[str], like: str) -> str:
    """Write traits as a card has them: as `like` does, its own text before the change."""
    cleanly = [each.strip() for each in given]
    if "\n" in like.strip() or any(len(each) > _LONGEST_TRAIT for each in cleanly):
        return "\n".join(cleanly)
    return ", ".join(cleanly)
