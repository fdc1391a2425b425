"""What the models of all content files have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

LOCALE_PATTERN = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=64)]
Locale = Annotated[str, StringConstraints(pattern=LOCALE_PATTERN)]


class Content(BaseModel):
    """The base of what people author: frozen, and unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)
