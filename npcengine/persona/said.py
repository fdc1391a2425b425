"""What a character says and knows, line by line: always, or only while a condition is true."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Self

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticKnownError

from npcengine.conditions.when import When
from npcengine.content.model import Content, Slug

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Moment = Annotated[float, Field(allow_inf_nan=False)]


def _written(given: object) -> object:
    if given is None:  # a condition that was forgotten must not open what it was to keep shut
        raise PydanticKnownError("string_type")
    return given


Gate = Annotated[When | None, BeforeValidator(_written)]


class Said(Content):
    """A line, said always or only while a condition is true."""

    text: Line
    """The line itself."""
    when: Gate = None
    """It is so only while this condition is true, as `trust >= 40`; without one, always."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: Any) -> Any:
        if isinstance(given, cls):
            return given
        is_group = isinstance(given, Mapping) and given.keys() & cls.model_fields.keys()
        return given if is_group else {"text": given}

    @classmethod
    def of(cls, *texts: str) -> tuple[Self, ...]:
        """Make lines that hang on no condition."""
        return tuple(cls(text=text) for text in texts)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Allow a text as well."""
        group = handler.resolve_ref_schema(handler(core))
        return {"anyOf": [{"type": "string", "minLength": 1, "maxLength": 600}, group]}

    def __str__(self) -> str:
        return self.text


class Goal(Said):
    """Something that the character wants."""

    id: Slug | None = None
    """By which files that share it, and other languages, call it."""


class Known(Goal):
    """Something that the character knows."""

    since: Moment | None = None
    """Since when it is so; a character whose `knows_until` is earlier does not know it."""


class SecretWords(Content):
    """The words of a secret, as another language may have them."""

    id: Slug
    """By which files that share it, and other languages, call it."""
    text: Line
    """What the character hides. No model reads it before `reveal_when` is true."""
    leak_terms: tuple[Line, ...] = ()
    """Words that would give it away: while it is hidden, the character cannot say them."""
    deflect: Line | None = None
    """What the character says instead; without it, one of `stock_lines.refuse`."""


class Secret(SecretWords):
    """Something that the character hides until a condition is true."""

    reveal_when: Gate = None
    """The condition, as `trust >= 60 and flag.marsh_visited`; without one, it is never told."""


def always(lines: Iterable[Said]) -> tuple[str, ...]:
    """Return the texts of those lines that hang on no condition."""
    return tuple(line.text for line in lines if line.when is None)
