"""Write files: new ones only, unless they may be replaced; all of them, or none."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from shutil import copymode

from npcengine.errors import UsageError


def write_files(contents: Mapping[Path, bytes], *, replace: bool = False) -> None:
    """Write files, and the folders that they need.

    Raises:
        UsageError: One is there already, or cannot be written; nothing is changed then.
    """
    try:
        taken = [str(path) for path in contents if path.exists() or path.is_symlink()]
        if taken and not replace:
            are = "is" if len(taken) == 1 else "are"
            raise UsageError(f"{', '.join(taken)} {are} there already: pass --force to replace")
        _write(contents)
    except OSError as error:
        where = error.filename or ", ".join(map(str, contents))
        raise UsageError(f"{where} cannot be written: {error.strerror}") from error


def _write(contents: Mapping[Path, bytes]) -> None:
    """Write everything beside its place first, so that a full disk leaves what was there."""
    beside = {path: path.with_name(f".{path.name}.tmp") for path in contents}
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            beside[path].write_bytes(content)
            if path.exists():
                copymode(path, beside[path])
        for path, new in beside.items():
            new.replace(path)
    finally:
        for new in beside.values():
            with suppress(OSError):
                new.unlink(missing_ok=True)
