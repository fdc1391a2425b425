"""Plain data to a model, and what is wrong with its fields in the words of who wrote it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar
from unicodedata import combining, normalize

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from npcengine.content.model import LOCALE_PATTERN
from npcengine.content.shape import Shape
from npcengine.content.syntax import quoted, uncurled
from npcengine.content.yaml_tree import Loc, Tree
from npcengine.diagnostics import Diagnostic
from npcengine.errors import ContentError
from npcengine.spelling import did_you_mean

M = TypeVar("M", bound=BaseModel)

_LONGEST_NAME = 64
_LONGEST_SHOWN = 40

_MARKS = {".": ".", "_": "_", "-": "_-]"}
"""What an id may have beside letters and digits, and how its pattern says so."""
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe"})

_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "model_type": "a group of fields",
    "dict_type": "a group of fields",
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

    shape: Shape
    loc: Loc
    type: str
    value: object
    raw: str
    context: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.loc[-1])


_SWITCHES = dict.fromkeys(("yes", "y", "on"), "true") | dict.fromkeys(("no", "n", "off"), "false")
"""What YAML 1.1 took for truth values."""
_TIME = re.compile(r"\d{1,2}:\d\d(:\d\d)?")

_Verdict: TypeAlias = tuple[str, str, str]
"""Code, message, suggestion."""


def check(tree: Tree, model: type[M]) -> M:
    """Make what a document describes.

    Raises `ContentError` with everything that is wrong with the document, its YAML included.
    """
    complaints = list(tree.complaints)
    try:
        made = model.model_validate(tree.data)
    except ValidationError as error:
        shape, details = Shape(model), error.errors(include_url=False)
        complaints += [
            _complaint(tree, shape, each)
            for each in details
            if tree.written(each["loc"]) not in tree.blamed
        ]
    else:
        if not complaints:
            return made
    raise ContentError(sorted(complaints, key=lambda each: (each.path, each.line, each.column)))


def first_problem(error: ValidationError, model: type[BaseModel]) -> tuple[Loc, str]:
    """Return where the first mistake is in values that stand in no file, and what to do."""
    first = error.errors(include_url=False)[0]
    loc, value, context = first["loc"], first["input"], first.get("ctx", {})
    finding = _Finding(Shape(model), loc, first["type"], value, str(value), context)
    _, message, suggestion = _judge(finding)
    return loc, f"{message} ({suggestion})" if suggestion else message


def _complaint(tree: Tree, shape: Shape, error: ErrorDetails) -> Diagnostic:
    loc, kind = error["loc"], error["type"]
    is_name = loc[-1:] == ("[key]",)  # so pydantic marks what is wrong with a name, not its value
    if is_name:
        loc = loc[:-1]
    at = tree.written(loc[:-1] if kind == "missing" else loc)
    loc = (*at, loc[-1]) if kind == "missing" else at
    finding = _Finding(shape, loc, kind, error["input"], tree.raw(at), error.get("ctx", {}))
    code, message, suggestion = _judge(finding)
    on_key = is_name or kind == "extra_forbidden" or not finding.raw
    return tree.complain(code, loc, message, suggestion, at=at, on_key=on_key)


def _judge(finding: _Finding) -> _Verdict:
    if finding.value is None and finding.type not in ("missing", "extra_forbidden"):
        return _empty(finding)
    return _RULES.get(finding.type, _other)(finding)


def _missing(finding: _Finding) -> _Verdict:
    return "NPC201", "this field is missing", f"add a line '{finding.name}: …'"


def _unknown(finding: _Finding) -> _Verdict:
    name = _shown(finding.name)
    return (
        "NPC202",
        f"there is no field {name} here",
        finding.shape.place_for(finding.name, finding.loc[:-1]),
    )


def _wrong_type(finding: _Finding) -> _Verdict:
    wanted = _WANTED[finding.type]
    message = f"this has to be {wanted}, and is {_kind(finding.value)}"
    return "NPC203", message, _retype(finding, wanted)


def _bad_pattern(finding: _Finding) -> _Verdict:
    value = str(finding.value)
    if finding.context["pattern"] == LOCALE_PATTERN:
        message = f"{_shown(value)} is not the code of a language"
        return "NPC209", message, "write a code such as en, zh or pt-BR"
    pattern = finding.context["pattern"]
    marks = [mark for mark, sign in _MARKS.items() if sign in pattern]
    plain = normalize("NFKD", value[:_LONGEST_NAME].lower().translate(_SPELT_OUT))
    plain = "".join(char for char in plain if not combining(char))
    slug = re.sub(rf"[^a-z0-9{''.join(marks)}]+", marks[-1], plain).strip(".-_")
    allowed = ", ".join(["lower case letters", "digits", *map(repr, marks[:-1])])
    message = f"{_shown(value)} is not an id: {allowed} and {marks[-1]!r} only"
    is_id = re.fullmatch(pattern, slug) is not None
    return "NPC204", message, f"write '{slug}'" if is_id else "write a name such as 'blacksmith'"


def _out_of_range(finding: _Finding) -> _Verdict:
    words, key = _LIMITS[finding.type]
    limit = finding.context[key]
    return "NPC205", f"this is {finding.value:.15g}, and has to be {words} {limit:,.12g}", ""


def _too_long(finding: _Finding) -> _Verdict:
    limit = finding.context["max_length"]
    length = finding.context.get("actual_length", len(str(finding.value)))
    unit = "entries" if finding.type == "too_long" else "characters"
    return "NPC206", f"{length:,} {unit}, and at most {limit:,} are allowed", ""


def _empty(finding: _Finding) -> _Verdict:
    if isinstance(finding.loc[-1], int):
        return "NPC207", "this entry is empty", "write it, or delete its line"
    suggestion = (
        "write it" if finding.shape.is_required(finding.loc) else "write it, or delete the field"
    )
    return "NPC207", "nothing is written here", suggestion


def _unknown_choice(finding: _Finding) -> _Verdict:
    choices = re.findall(r"'([^']*)'", finding.context["expected"])
    hint = did_you_mean(str(finding.value), choices)
    return "NPC208", f"{_shown(finding.raw)} is none of {', '.join(choices)}", hint


def _bad_condition(finding: _Finding) -> _Verdict:
    return "NPC210", finding.context["problem"], finding.context["suggestion"]


def _other(finding: _Finding) -> _Verdict:
    return "NPC203", f"{_shown(finding.raw)} cannot be used here", ""


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
    "condition": _bad_condition,
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
        names = ", ".join(finding.shape.fields(finding.loc))
        return f"write its fields below it, indented: {names}".removesuffix(": ")
    if wanted == "a whole number" and isinstance(finding.value, float):
        return "write digits only, without a point"
    if wanted == "true or false":
        meant = _SWITCHES.get(finding.raw.lower())
        return f"write {meant}, without quotes" if meant else "write one of the two, without quotes"
    if wanted != "text":
        if _TIME.fullmatch(finding.raw):
            return "a time of day is text: write one number, as 18.5 for half past six"
        return "write digits, without quotes"
    if isinstance(finding.value, tuple | dict):
        return _untangle(finding.raw)
    return f"put it in quotes: {quoted(finding.raw)}"


def _untangle(raw: str) -> str:
    """Say how to write a text that YAML took for a list or a group."""
    if "\n" in raw:
        return "write one text, without '- ' and without fields below it"
    return f"put the whole text in quotes: {quoted(uncurled(raw))}"


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…")
