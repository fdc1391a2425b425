"""A folder of personas with a parent and a lorebook, and what stands in its files."""

from itertools import count
from pathlib import Path

MIRA = """\
id: mira
extends: smith
name: Mira
description: The blacksmith of Oakvale.
greetings: [Mind the sparks.]
lorebooks: [oakvale]
"""
TOM = "id: tom\nname: Tom\ndescription: The guard.\n"
SMITH = "id: smith\nabstract: true\nrole: blacksmith\ntraits: [strong]\n"
OAKVALE = "entries:\n- keys: [mill]\n  text: The old mill burned.\n"
CAST = {
    "mira.yaml": MIRA,
    "tom.yaml": TOM,
    "archetypes/smith.yaml": SMITH,
    "lore/oakvale.yaml": OAKVALE,
}

_turns = count()


def write(folder: Path, files: dict[str, str] = CAST) -> Path:
    """Write files, each at once as careful editors do, and return the folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}~{next(_turns)}")
        draft.write_text(text, "utf-8")
        draft.replace(path)
    return folder
