"""Which fields may stand where in a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from npcengine.content.merge import MORE
from npcengine.content.yaml_tree import Loc, dotted
from npcengine.spelling import did_you_mean

_SHOWN = 16
"""Names of fields that are listed."""


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
            elif model is not None and part in fields_of(model):
                annotation = fields_of(model)[part].annotation
            else:
                return None
        return None if _is_mapping(annotation) else next(_models(annotation), None)

    def fields(self, loc: Loc) -> list[str]:
        """Return the names of the fields that may stand in the group at `loc`."""
        model = self.model_at(loc)
        return list(fields_of(model)) if model else []

    def is_required(self, loc: Loc) -> bool:
        """Return True for a field that the group it stands in cannot do without."""
        *group, name = loc
        model = self.model_at(tuple(group))
        return model is not None and fields_of(model)[str(name)].is_required()

    def place_for(self, name: str, group: Loc) -> str:
        """Say what was meant by a field that cannot stand in `group`, or where it can stand."""
        if name.endswith(MORE):
            return f"'{MORE}' adds to the list of a persona that this one extends"
        if group and name in fields_of(self.model):
            return f"it does not belong under '{group[0]}': indent it like '{group[0]}'"
        homes = list(_homes(name, self.model))
        if homes:
            near = [f"'{dotted(loc)}'" for loc in homes if len(loc) == min(map(len, homes))]
            return f"it belongs under {' or '.join(near)}"
        known = self.fields(group)
        more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
        return did_you_mean(name, known) or f"the fields here are {', '.join(known[:_SHOWN])}{more}"


def fields_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of a model by the names that writers give them."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _homes(name: str, model: type[BaseModel]) -> Iterator[Loc]:
    """Give the groups below this one in which a field may stand; entries of lists are none."""
    for inner, field in fields_of(model).items():
        group = next(_models(field.annotation), None)
        if group is None or get_origin(field.annotation) is tuple:
            continue
        here = (inner, "NAME") if _is_mapping(field.annotation) else (inner,)
        if name in fields_of(group):
            yield here
        for loc in _homes(name, group):
            yield (*here, *loc)


def _is_mapping(annotation: object) -> bool:
    origin = get_origin(annotation)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)
