"""Mend what can be mended in content files, and leave every other byte as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from npcengine.cards.writing import write_files
from npcengine.content.mending import mended
from npcengine.content.source import read_source
from npcengine.errors import ContentError
from npcengine.persona.parents import SUFFIXES

_MARK = b"\xef\xbb\xbf"
"""What some editors begin a file with."""


def fix_files(path: Path) -> Iterator[str]:
    """Mend a file, or all files in a folder and in the folders there; say what was changed.

    Each is written whole or not at all. Raises `UsageError` when one cannot be written.
    """
    for file in _files(path):
        try:
            source = read_source(file)
        except ContentError:  # told by who looks at it next
            continue
        text, changes = mended(source)
        if changes:
            mark = _MARK if file.read_bytes().startswith(_MARK) else b""
            write_files({file.resolve(): mark + text.encode()}, replace=True)
        for change in changes:
            yield f"{file}:{change.line}: {change.what}"


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path] if path.is_file() else []
    return sorted(
        file
        for file in path.rglob("*")
        if file.suffix.lower() in SUFFIXES
        and not any(part[0] in "._" for part in file.relative_to(path).parts)
        and file.is_file()
    )
