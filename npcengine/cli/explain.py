"""`npcengine explain`: what a persona comes to, and which file and line said so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel
from rich.table import Table
from rich.text import Text

from npcengine.cli.screen import Screen
from npcengine.cli.terms import AsJson, Npc, Personas, found_personas
from npcengine.cli.visible import visible
from npcengine.content.shape import Shape, fields_of
from npcengine.content.yaml_tree import Data, Loc, Scalar, Tree, dotted
from npcengine.errors import UsageError
from npcengine.persona.loader import read_document
from npcengine.persona.model import Persona
from npcengine.spelling import did_you_mean

Field = Annotated[
    str | None,
    typer.Argument(metavar="[FIELD]", help="One field, as `speech.style`; without it, all."),
]
_ORDER = {name: place for place, name in enumerate(fields_of(Persona))}


@dataclass(frozen=True, slots=True)
class Origin:
    """A value, and where it was written."""

    field: str
    value: Scalar
    path: str
    line: int


def explain(
    npc: Npc, field: Field = None, personas: Personas = None, as_json: AsJson = False
) -> None:
    """Show which file and line each value of a persona came from."""
    path = found_personas(personas)
    tree, screen = read_document(path, npc), Screen()
    origins = [each for each in _origins(tree) if field is None or _is_in(each.field, field)]
    if not origins:
        _check(field or "", [each.field for each in _origins(tree)])
    if as_json:
        screen.write_json([asdict(each) for each in origins])
    elif field is None:
        screen.write_table(_table(origins, path))
    elif not origins:
        screen.write(f"Nothing is written there: {field} is as it is by default.")
    for each in origins if field and not as_json else ():
        screen.write(f"{npc} {each.field}  {_place(each, path)}", "bold")
        screen.write(_shown(each.value))


def _origins(tree: Tree) -> Iterator[Origin]:
    names = sorted(tree.data, key=lambda name: _ORDER.get(name, len(_ORDER)))
    for name in names:
        for loc, value in _leaves(tree.data[name], (name,)):
            yield Origin(dotted(loc), value, *tree.place(loc))


def _leaves(value: Data, loc: Loc) -> Iterator[tuple[Loc, Scalar]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, (*loc, name))
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*loc, index))
    else:
        yield loc, value


def _is_in(field: str, wanted: str) -> bool:
    return field == wanted or field.startswith((f"{wanted}.", f"{wanted}["))


def _check(field: str, written: Sequence[str]) -> None:
    """Raise `UsageError` unless a persona may have this field."""
    *group, name = field.partition("[")[0].split(".")
    if name in Shape(Persona).fields(tuple(group)):
        return
    hint = did_you_mean(field, [*written, *_names(Persona)])
    raise UsageError(f"a persona has no field {field!r:.80}{f': {hint}' if hint else ''}")


def _names(model: type[BaseModel], group: str = "") -> Iterator[str]:
    for name, field in fields_of(model).items():
        yield f"{group}{name}"
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _names(inner, f"{group}{name}.")


def _table(origins: Sequence[Origin], path: Path) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("field", no_wrap=True)
    table.add_column("value")
    table.add_column("from", no_wrap=True)
    for each in origins:
        value = " ".join(visible(_shown(each.value)).split())
        on_one_line = Text(value, no_wrap=True, overflow="ellipsis")
        table.add_row(Text(visible(each.field)), on_one_line, Text(visible(_place(each, path))))
    return table


def _place(origin: Origin, path: Path) -> str:
    folder = path if path.is_dir() else path.parent
    return f"{Path(origin.path).relative_to(folder)}:{origin.line}"


def _shown(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
