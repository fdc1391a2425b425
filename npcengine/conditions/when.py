"""The field of a content file that holds a condition."""

from __future__ import annotations

from typing import Annotated

from pydantic import GetPydanticSchema, WithJsonSchema
from pydantic_core import PydanticCustomError, PydanticKnownError
from pydantic_core.core_schema import (
    CoreSchema,
    no_info_plain_validator_function,
    to_string_ser_schema,
)

from npcengine.conditions.condition import Condition
from npcengine.conditions.tokens import MAX_LENGTH, ConditionError


def _read(given: object) -> Condition:
    if isinstance(given, Condition):
        return given
    if isinstance(given, bool | int | float):  # of an unquoted `true` or `40`, YAML makes one
        given = str(given).lower()
    if not isinstance(given, str):
        raise PydanticKnownError("string_type")
    try:
        return Condition.parse(given)
    except ConditionError as error:
        raise PydanticCustomError(
            "condition",
            "{problem}",
            {
                "problem": error.message,
                "suggestion": error.suggestion,
                "position": error.position,
            },
        ) from None


def _schema(_type: object, _handler: object) -> CoreSchema:
    written = to_string_ser_schema(when_used="unless-none")
    return no_info_plain_validator_function(_read, serialization=written)


When = Annotated[
    Condition | None,
    GetPydanticSchema(_schema),
    WithJsonSchema({"type": "string", "maxLength": MAX_LENGTH}),
]
"""A condition, written as text; a field without one is declared `when: When = None`.

An empty field is a mistake: what somebody meant to lock would stand open.
"""
