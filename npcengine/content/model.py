"""What the models of all content files have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

LOCALE_PATTERN = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=64)]
Locale = Annotated[str, StringConstraints(pattern=LOCALE_PATTERN)]


def fixed(value: Any) -> Any:
    """Return data with tuples for lists: JSON as YAML is read."""
    if isinstance(value, Mapping):
        return {name: fixed(inner) for name, inner in value.items()}
    return tuple(map(fixed, value)) if isinstance(value, list | tuple) else value


Extensions = Annotated[Mapping[str, Any], AfterValidator(fixed)]
"""What other tools keep in a file: it is kept as it is, and not read."""
NOTHING: Mapping[str, Any] = {}


class Content(BaseModel):
    """The base of what people author: frozen, and unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)
