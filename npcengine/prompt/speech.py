"""How players' words and the scene's are put so that they cannot pass for instructions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from npcengine.errors import InvalidLine
from npcengine.turns import Scene

MAX_LINE = 1000
"""Characters that a player may say at once."""
MAX_DETAIL = 400
"""Characters of each detail of a scene that are shown."""
MAX_PRESENT = 12
"""Names of those present that are listed."""

LANGUAGES: Mapping[str, str] = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek",
    "en": "English", "es": "Spanish", "fi": "Finnish", "fr": "French", "he": "Hebrew",
    "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese",
    "ko": "Korean", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "th": "Thai", "tr": "Turkish",
    "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip

APPROACH = "(Somebody comes up to the character, who speaks first.)"

# The marks of chat templates, so that no line can pretend to be another speaker's message.
_TEMPLATE_MARKS = re.compile(r"<\|?|\|?>|\[/?INST\]|<{2}/?SYS>{2}", re.IGNORECASE)
_LOOKALIKES = {"<": "‹", ">": "›", "<|": "‹", "|>": "›"}


def check_line(line: str) -> str:
    """Return a player's line without what nobody can say aloud.

    Raises:
        InvalidLine: Nothing is left of it, or it is longer than `MAX_LINE` characters.
    """
    if len(line) > MAX_LINE:
        raise InvalidLine(
            f"the player's line has {len(line):,} characters; pass at most {MAX_LINE:,}"
        )
    said = printable(line)
    if not said:
        raise InvalidLine("the player's line is empty; pass what the player says")
    return said


def printable(text: str) -> str:
    """Return `text` on one line, without control, format and unassigned characters.

    Joiners stay where letters or emoji need them.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = [
        char if unicodedata.category(char)[0] != "C" or char in "\u200c\u200d" else " "
        for char in unicodedata.normalize("NFC", text)
    ]
    return " ".join("".join(kept).strip("\u200c\u200d").split())


def quoted(text: str) -> str:
    """Return words of a player or the game without anything that a model takes for markup."""
    if "<" not in text and ">" not in text and "[" not in text:
        return text
    return _TEMPLATE_MARKS.sub(lambda mark: _LOOKALIKES.get(mark[0], "|"), text)


def speech(line: str) -> str:
    """Return a player's line, delimited as speech."""
    return f"<speech>{quoted(line)}</speech>" if line else APPROACH


def describe(scene: Scene) -> str:
    """Return the scene in one line; empty when it says nothing."""
    place, time, notes = (text[:MAX_DETAIL] for text in (scene.place, scene.time, scene.notes))
    present = tuple(name[:MAX_DETAIL] for name in scene.present[:MAX_PRESENT])
    return _described(place, time, present, notes)


@lru_cache(maxsize=256)
def _described(place: str, time: str, present: tuple[str, ...], notes: str) -> str:
    where = ", ".join(part for part in (_detail(place), _detail(time)) if part)
    others = ", ".join(_detail(name) for name in present)
    parts = [
        f"Here and now: {where}." if where else "",
        f"Also here: {others}." if others else "",
        _detail(notes),
    ]
    return " ".join(part for part in parts if part)


def _detail(text: str) -> str:
    return quoted(printable(text)).rstrip(".") if text else ""
