"""The program `npcengine`."""

from __future__ import annotations

import sys

_EXTRA = ("rich", "typer")

try:
    from npcengine.cli.program import run
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] not in _EXTRA:
        raise
    _complete = False
else:
    _complete = True


def main() -> None:
    """Run the command line; it needs the extra `cli`."""
    if not _complete:
        sys.exit("npcengine: the command line is an extra: pip install 'npcengine[cli]'")
    try:
        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
