"""How players' words and the scene's are put so that they cannot pass for instructions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from npcengine.errors import InvalidLine
from npcengine.guard.heard import harmless, inert
from npcengine.guard.heard import printable as printable
from npcengine.turns import Scene

MAX_LINE = 1000
"""Characters that a player may say at once."""
MAX_DETAIL = 400
"""Characters of each detail of a scene that are shown."""
MAX_NOTES = 800
"""Characters of its notes that are: what the game tells, and what the engine knows of quests."""
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


def check_line(line: str, names: Sequence[str] = (), longest: int = MAX_LINE) -> str:
    """Return a player's line as mere speech: what is said, and nothing that claims to be more.

    `names` are those for whom the player might pretend to speak.

    Raises:
        InvalidLine: Nothing is left of it, or it has more than `longest` characters.
    """
    if len(line) > longest:
        raise InvalidLine(
            f"the player's line has {len(line):,} characters; pass at most {longest:,}"
        )
    said = harmless(line, names)
    if not said:
        raise InvalidLine("the player's line is empty; pass what the player says")
    return said


def speech(line: str) -> str:
    """Return a player's line, delimited as speech."""
    if not line:
        return APPROACH
    # No line that was checked has these: what an old save may bring is checked now.
    if "<" in line or ">" in line or "[" in line or "{" in line:
        line = harmless(line)
    return f"<speech>{line}</speech>"


def describe(scene: Scene) -> str:
    """Return the scene in one line; empty when it says nothing."""
    place, time, notes = scene.place[:MAX_DETAIL], scene.time[:MAX_DETAIL], scene.notes[:MAX_NOTES]
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
    return inert(text).rstrip(".") if text else ""
