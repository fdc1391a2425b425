"""What begins a line of a script or a list: speaker labels, bullets, headings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from npcengine.reply.markup import plain

# The names that label a line of the player's, or the character's own.
_OF_PLAYER = dict.fromkeys(("you", "player", "user", "human", "玩家", "用户", "你"), True)
_OF_NPC = dict.fromkeys(("npc", "assistant", "ai", "character"), False)
_LONGEST_OWN = max(map(len, (*_OF_PLAYER, *_OF_NPC)))

_WAIT = -1
_NOTHING = 0
_QUOTES = frozenset("\"'“„‘«»「『")
_MOST_QUOTES = 3
_BULLET = re.compile(r"(?:[-–—+•‣▪◦·]{1,8}|#{1,6})\s")
_BULLET_OPEN = re.compile(r"[-–—+•‣▪◦·]{1,8}|#{1,6}")
# After the name: `:`, `):`, ` (smiling):`
_COLON = re.compile(r"(?:\s?\([^():\n]{0,30}\))?[)\s]{0,3}[:：]")
_COLON_OPEN = re.compile(r"(?:\s?\([^():\n]{0,30}\)?)?[)\s]{0,3}")
_AFTER_NAME = 40
# A name that has nothing to do with markup or addresses.
_CLEAR_NAME = re.compile(r"[^\W_]+(?:[ -][^\W_]+)*")
_LONGEST_NAME = 80


class Lines:
    """Drop labels and bullets at the start of lines, and join the lines.

    `stopped` becomes True where the text goes on to speak for the player; nothing follows it.
    """

    def __init__(self, npc_names: Sequence[str], player_names: Sequence[str]) -> None:
        self._names = tuple(npc_names), tuple(player_names)
        self._held = ""
        self._quotes = ""  # those before what begins the line
        self._at_start = True
        self.stopped = False

    @property
    def idle(self) -> bool:
        """True in the middle of a line."""
        return not self._at_start

    def goes_on(self, text: str) -> bool:
        """Tell quickly of a text without `:` that it begins no line in which `feed` has to look."""
        if not self._at_start:
            return True
        longest = max([_LONGEST_OWN, *[len(name) for names in self._names for name in names]])
        return text[:1].isalpha() and len(text) > longest + _AFTER_NAME and "：" not in text

    def passed(self) -> None:
        """Note text of such kind that was delivered without `feed`."""
        self._at_start = False

    def feed(self, text: str, *, final: bool = False) -> str:
        """Return what is certain; with `final`, all that is left."""
        text = self._held + text
        self._held = ""
        kept: list[str] = []
        at, end = 0, len(text)
        while at < end:
            if self._at_start:
                at = self._open(text, at, kept, final=final)
                continue
            newline = text.find("\n", at)
            if newline < 0:
                kept.append(text[at:])
                break
            kept.append(text[at:newline])
            kept.append(" ")
            at, self._at_start = newline + 1, True
        if final and not self.stopped:
            kept.append(self._quotes)
            self._quotes = ""
        return "".join(kept)

    def _open(self, text: str, at: int, kept: list[str], *, final: bool) -> int:
        """Take in one thing at the start of a line; return where the next begins."""
        char = text[at]
        if char.isspace():
            return at + 1
        if char in _QUOTES and len(self._quotes) < _MOST_QUOTES:
            self._quotes += char
            return at + 1
        after = self._bullet(text, at, final=final) or self._label(text, at, final=final)
        if self.stopped:
            return len(text)
        if after == _WAIT:
            self._held = text[at:]
            return len(text)
        if after == _NOTHING:
            self._at_start = False
            kept.append(self._quotes)
            self._quotes = ""
            return at
        return after

    def _bullet(self, text: str, at: int, *, final: bool) -> int:
        if bullet := _BULLET.match(text, at):
            return bullet.end()
        return _WAIT if not final and _BULLET_OPEN.fullmatch(text, at) else _NOTHING

    def _label(self, text: str, at: int, *, final: bool) -> int:
        skipped = 1 if text[at] == "(" else 0
        labels = _labels(*self._names)
        reach = labels.reach
        window = fold(text[at + skipped : at + skipped + reach])
        if not window:
            return _NOTHING if final else _WAIT
        initial = window[0]
        if initial not in labels.initials:
            return _NOTHING
        if (final or len(window) >= reach) and ":" not in window and "：" not in window:
            return _NOTHING
        undecided = False
        for name, of_player in labels.of_player.items():
            if name[0] != initial:
                continue
            if window.startswith(name):
                if colon := _COLON.match(window, len(name)):
                    self.stopped = of_player
                    return at + skipped + colon.end()
                undecided = undecided or _COLON_OPEN.fullmatch(window, len(name)) is not None
            elif name.startswith(window):
                undecided = True
        return _WAIT if undecided and not final else _NOTHING


def fold(text: str) -> str:
    """Return the text in lower case with every character in its old place."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


class _Labels(NamedTuple):
    """What may label a line."""

    of_player: Mapping[str, bool]
    """Each label, and whether it is one of the player's."""
    initials: frozenset[str]
    reach: int
    """So many characters tell whether a line has a label."""


@lru_cache(maxsize=4096)
def _labels(npc_names: tuple[str, ...], player_names: tuple[str, ...]) -> _Labels:
    """Return all labels.

    A name that both have is the character's: its own label must not end its reply.
    """
    known = _labels_of(npc_names)
    of_player = dict(known.of_player)
    initials, reach = known.initials, known.reach
    for each in player_names:
        name = _plain_name(each)
        if name and name not in of_player:
            of_player[name] = True
            initials |= {name[0]}
            reach = max(reach, len(name) + _AFTER_NAME)
    return _Labels(of_player, initials, reach)


@lru_cache(maxsize=1024)
def _labels_of(npc_names: tuple[str, ...]) -> _Labels:
    plain_names = filter(None, map(_plain_name, npc_names))
    names = {**_OF_PLAYER, **_OF_NPC, **dict.fromkeys(plain_names, False)}
    reach = max(map(len, names)) + _AFTER_NAME
    return _Labels(names, frozenset(name[0] for name in names), reach)


def _plain_name(name: str) -> str:
    """Return a name as it looks once a text's markup is gone; none if it is too long to hold."""
    known = fold(name if _CLEAR_NAME.fullmatch(name) else plain(name))
    return known if len(known) <= _LONGEST_NAME else ""
