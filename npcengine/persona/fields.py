"""Plain data to a `Persona`, and what is wrong with its fields in a writer's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeAlias, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from npcengine.errors import ContentError, Diagnostic
from npcengine.persona.model import Persona
from npcengine.persona.syntax import quoted
from npcengine.persona.yaml_tree import Loc, Tree

_LONGEST_NAME = 64
_LONGEST_SHOWN = 40

_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "tuple_type": "a list",
    "model_type": "a group of fields",
}
_LIMITS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


@dataclass(frozen=True, slots=True)
class _Finding:
    """One of pydantic's errors, with what the writer typed there."""

    loc: Loc
    type: str
    value: object
    raw: str
    context: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.loc[-1])


_Verdict: TypeAlias = tuple[str, str, str]
"""Code, message, suggestion."""


def check(tree: Tree) -> Persona:
    """Make the persona of a document.

    Raises `ContentError` with everything that is wrong with the document, its YAML included.
    """
    complaints = list(tree.complaints)
    try:
        persona = Persona.model_validate(tree.data)
    except ValidationError as error:
        details = error.errors(include_url=False)
        complaints += [_complaint(tree, each) for each in details if each["loc"] not in tree.blamed]
    else:
        if not complaints:
            return persona
    raise ContentError(sorted(complaints, key=lambda each: (each.line, each.column)))


def _complaint(tree: Tree, error: ErrorDetails) -> Diagnostic:
    loc, kind = error["loc"], error["type"]
    is_absent = kind == "missing"
    at = loc[:-1] if is_absent else loc
    finding = _Finding(loc, kind, error["input"], tree.raw(at), error.get("ctx", {}))
    code, message, suggestion = _judge(finding)
    return tree.complain(
        code, loc, message, suggestion, at=at, on_key=kind == "extra_forbidden" or not finding.raw
    )


def _judge(finding: _Finding) -> _Verdict:
    if finding.value is None and finding.type not in ("missing", "extra_forbidden"):
        return _empty(finding)
    return _RULES.get(finding.type, _other)(finding)


def _missing(finding: _Finding) -> _Verdict:
    return "NPC201", "this field is missing", f"add a line '{finding.name}: …'"


def _unknown(finding: _Finding) -> _Verdict:
    name = _shown(finding.name)
    return "NPC202", f"there is no field {name} here", _place_for(finding.name, finding.loc[:-1])


def _wrong_type(finding: _Finding) -> _Verdict:
    wanted = _WANTED[finding.type]
    message = f"this has to be {wanted}, and is {_kind(finding.value)}"
    return "NPC203", message, _retype(finding, wanted)


def _bad_pattern(finding: _Finding) -> _Verdict:
    value = str(finding.value)
    if finding.loc != ("id",):
        message = f"{_shown(value)} is not the code of a language"
        return "NPC209", message, "write a code such as en, zh or pt-BR"
    slug = re.sub(r"[^a-z0-9._-]+", "-", value[:_LONGEST_NAME].lower()).strip(".-_")
    message = f"{_shown(value)} is not an id: lower case letters, digits, '.', '_' and '-' only"
    return "NPC204", message, f"write '{slug}'" if slug else "write a name such as 'blacksmith'"


def _out_of_range(finding: _Finding) -> _Verdict:
    words, key = _LIMITS[finding.type]
    limit = finding.context[key]
    return "NPC205", f"this is {finding.value}, and has to be {words} {limit:g}", ""


def _too_long(finding: _Finding) -> _Verdict:
    limit = finding.context["max_length"]
    length = finding.context.get("actual_length", len(str(finding.value)))
    unit = "entries" if finding.type == "too_long" else "characters"
    return "NPC206", f"{length:,} {unit}, and at most {limit:,} are allowed", ""


def _empty(finding: _Finding) -> _Verdict:
    *group, name = finding.loc
    if isinstance(name, int):
        return "NPC207", "this entry is empty", "write it, or delete its line"
    model = _model(tuple(group))
    is_required = model is not None and model.model_fields[name].is_required()
    suggestion = "write it" if is_required else "write it, or delete the field"
    return "NPC207", "nothing is written here", suggestion


def _unknown_choice(finding: _Finding) -> _Verdict:
    choices = re.findall(r"'([^']*)'", finding.context["expected"])
    hint = _did_you_mean(str(finding.value), choices)
    return "NPC208", f"{_shown(finding.raw)} is none of {', '.join(choices)}", hint


def _other(finding: _Finding) -> _Verdict:
    return "NPC203", f"{_shown(finding.raw)} cannot be used here", "see docs/personas.md"


_RULES: dict[str, Callable[[_Finding], _Verdict]] = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    **dict.fromkeys(_WANTED, _wrong_type),
    "string_pattern_mismatch": _bad_pattern,
    **dict.fromkeys(_LIMITS, _out_of_range),
    "string_too_long": _too_long,
    "too_long": _too_long,
    "string_too_short": _empty,
    "literal_error": _unknown_choice,
}


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, tuple):
        return "a list"
    return "a group of fields" if isinstance(value, dict) else "text"


def _retype(finding: _Finding, wanted: str) -> str:
    if wanted == "a list":
        return "write each entry on a line of its own that begins with '- '"
    if wanted == "a group of fields":
        return f"write its fields below it, indented: {', '.join(_fields(finding.loc))}"
    if wanted != "text":
        return "write digits, without quotes"
    if isinstance(finding.value, tuple | dict):
        return _untangle(finding.raw)
    return f"put it in quotes: {quoted(finding.raw)}"


def _untangle(raw: str) -> str:
    """Say how to write a text that YAML took for a list or a group."""
    if "\n" in raw:
        return "write one text, without '- ' and without fields below it"
    return f"put the whole text in quotes: {quoted(raw)}"


def _place_for(name: str, group: Loc) -> str:
    known = _fields(group)
    if hint := _did_you_mean(name, known):
        return hint
    if group and name in Persona.model_fields:
        return f"it does not belong under '{group[0]}': indent it like '{group[0]}'"
    for home in Persona.model_fields:
        if home != "examples" and name in _fields((home,)):
            return f"it belongs under '{home}'"
    return f"the fields here are {', '.join(known)}"


def _did_you_mean(word: str, known: list[str]) -> str:
    close = get_close_matches(word.lower(), known, 1) if len(word) <= _LONGEST_NAME else []
    return f"did you mean {close[0]!r}?" if close else ""


def _fields(loc: Loc) -> list[str]:
    """Give the names of the fields that may stand in the group at `loc`."""
    model = _model(loc)
    return list(model.model_fields) if model else []


def _model(loc: Loc) -> type[BaseModel] | None:
    model: type[BaseModel] | None = Persona
    for part in loc:
        if model is not None and isinstance(part, str):
            model = next(_models(model.model_fields[part].annotation), None)
    return model


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…")
