"""Which fields may stand where in a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import get_args, get_origin

from pydantic import BaseModel

from npcengine.content.yaml_tree import Loc

_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Shape:
    """The fields of a document, as its model declares them."""

    model: type[BaseModel]

    def model_at(self, loc: Loc) -> type[BaseModel] | None:
        """Return the model of the group at `loc`; None where no group with set names stands."""
        annotation: object = self.model
        for part in loc:
            if isinstance(part, int):
                continue
            model = next(_models(annotation), None)
            if _is_mapping(annotation):
                annotation = get_args(annotation)[1]
            elif model is not None and part in model.model_fields:
                annotation = model.model_fields[part].annotation
            else:
                return None
        return None if _is_mapping(annotation) else next(_models(annotation), None)

    def fields(self, loc: Loc) -> list[str]:
        """Return the names of the fields that may stand in the group at `loc`."""
        model = self.model_at(loc)
        return list(model.model_fields) if model else []

    def is_required(self, loc: Loc) -> bool:
        """Return True for a field that the group it stands in cannot do without."""
        *group, name = loc
        model = self.model_at(tuple(group))
        return model is not None and model.model_fields[str(name)].is_required()

    def place_for(self, name: str, group: Loc) -> str:
        """Say what was meant by a field that cannot stand in `group`, or where it can stand."""
        known = self.fields(group)
        if hint := did_you_mean(name, known):
            return hint
        top = self.model.model_fields
        if group and name in top:
            return f"it does not belong under '{group[0]}': indent it like '{group[0]}'"
        for home, field in top.items():
            if get_origin(field.annotation) is not tuple and name in self.fields((home,)):
                return f"it belongs under '{home}'"
        return f"the fields here are {', '.join(known)}"


def did_you_mean(word: str, known: list[str]) -> str:
    """Ask whether one of the words that are known was meant; empty when none is near."""
    close = get_close_matches(word.lower(), known, 1) if len(word) <= _LONGEST_NAME else []
    return f"did you mean {close[0]!r}?" if close else ""


def _is_mapping(annotation: object) -> bool:
    origin = get_origin(annotation)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)
