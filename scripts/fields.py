"""What the models of content files say of their fields: JSON Schemas, and a page for writers."""

import ast
import inspect
import json
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from pydantic import BaseModel

from npcengine.content.merge import MORE
from npcengine.content.shape import fields_of
from npcengine.persona.model import Persona
from npcengine.world.model import World

Schema = dict[str, Any]
NULL = {"type": "null"}


def schema(model: type[BaseModel]) -> str:
    """The JSON Schema of a content file, with what the fields' docstrings say."""
    return written(described(model))


def persona_schema() -> str:
    """The JSON Schema of a persona, which may say less where it takes over from another."""
    whole = described(Persona)
    for group in groups(whole):
        add_inheritance(group)
    parts = [["name", "description"], ["extends"], ["mixins"], ["abstract"]]
    return written(whole | {"required": ["id"], "anyOf": [{"required": each} for each in parts]})


def written(content: Schema) -> str:
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(head | content, indent=2, ensure_ascii=False) + "\n"


def described(model: type[BaseModel]) -> Schema:
    content = model.model_json_schema()
    told = {each.__name__: docstrings(each) for each in models(model)}
    for group in groups(content):
        for name, field in group["properties"].items():
            field["description"] = told[group["title"]][name]
            field.pop("title", None)
            field.pop("default", None)
    return content


def groups(content: Schema) -> Iterator[Schema]:
    """Every group of fields that a schema describes."""
    for each in (content, *content.get("$defs", {}).values()):
        yield from (one for one in (each, *each.get("anyOf", ())) if "properties" in one)


def add_inheritance(group: Schema) -> None:
    """Allow what only a persona that takes over from another may write."""
    needed = group.get("required", [])
    if "id" in group["properties"] and "text" in needed:  # the text may be that of the other
        group["required"] = [name for name in needed if name != "text"]
        if not group["required"]:
            del group["required"]
            group["anyOf"] = [{"required": ["text"]}, {"required": ["id"]}]
    for name, field in list(group["properties"].items()):
        if field.get("type") == "array":
            added = f"Comes after the {name} that are taken over."
            group["properties"][name + MORE] = field | {"description": added}
        if name not in needed:
            group["properties"][name] = or_nothing(field)


def or_nothing(field: Schema) -> Schema:
    """Let a field be empty: it takes away what is taken over."""
    if "anyOf" in field:
        return field if NULL in field["anyOf"] else field | {"anyOf": [*field["anyOf"], NULL]}
    if "type" in field:
        kinds = field["type"] if isinstance(field["type"], list) else [field["type"]]
        choices = {"enum": [*field["enum"], None]} if "enum" in field else {}
        return field | {"type": [*kinds, "null"]} | choices
    return {"anyOf": [{"$ref": field["$ref"]}, NULL], "description": field["description"]}


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model, and all models in it; one may come more than once."""
    yield model
    for field in fields_of(model).values():
        for inner in inner_models(field.annotation):
            yield from models(inner)


def inner_models(annotation: object) -> Iterator[type[BaseModel]]:
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from inner_models(argument)


@cache
def docstrings(model: type[BaseModel]) -> dict[str, str]:
    """The text that stands below each field of a class, by the name that writers give it."""
    found = {}
    for each in reversed(model.__mro__):
        if not issubclass(each, BaseModel) or not each.__module__.startswith("npcengine"):
            continue
        tree = ast.parse(inspect.getsource(sys.modules[each.__module__]))
        [body] = [
            node.body
            for node in tree.body
            if isinstance(node, ast.ClassDef) and node.name == each.__name__
        ]
        for field, below in pairwise(body):
            if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr):
                name, text = ast.unparse(field.target), ast.literal_eval(below.value)
                found[model.model_fields[name].alias or name] = " ".join(text.split())
    return found


PAGE_HEAD = """\
# Every field of a persona

<!-- Written by scripts/docs from npcengine/persona. -->

[Personas](personas.md) shows how to write one; this page has every field there is. All may be left
out but `id`, `name` and `description`. `[]` stands for any entry of a list, `NAME` for the
code of a language.

`personas/persona.schema.json` says the same to editors, which then complete and check as you type.
In VS Code with the YAML extension, this line at the top of a file turns it on:

```text
# yaml-language-server: $schema=persona.schema.json
```
"""
TITLES = {
    "": "The persona",
    "goals[]": "Goals",
    "speech": "Speech",
    "examples[]": "Examples",
    "greetings[]": "Greetings, and every line of `stock_lines`",
    "stock_lines": "Stock lines",
    "knowledge[]": "Knowledge",
    "secrets[]": "Secrets",
    "relationships[]": "Relationships",
    "safety": "Safety",
    "i18n.NAME": "Other languages",
    "model": "The model",
    "cache": "The cache",
}
WORLD_HEAD = """\
# Every field of a world

<!-- Written by scripts/docs from npcengine/world. -->

[Worlds](worlds.md) shows how to write one; this page has every field there is. Only those that are
marked are needed. `[]` stands for any entry of a list, `NAME` for an id that you choose.

`examples/oakvale/world.schema.json` says the same to editors, which then complete and check as you
type. In VS Code with the YAML extension, this line at the top of a file turns it on:

```text
# yaml-language-server: $schema=world.schema.json
```
"""
WORLD_TITLES = {
    "": "The world",
    "places.NAME": "Places",
    "places.NAME.exits[]": "Exits",
    "people.NAME": "People",
    "creatures.NAME": "Creatures",
    "items.NAME": "Items",
    "items.NAME.make": "Recipes",
    "things.NAME": "Things",
    "information.NAME": "Information",
    "factions.NAME": "Factions",
    "verbs.NAME": "Verbs",
    "prices": "Prices",
}
CONDITIONS = ("when", "reveal_when")
ONE_OR_GROUP = "A text by itself is an entry as well: it is the `text` of the group."


def persona_page() -> str:
    return "\n".join([PAGE_HEAD, *sections(Persona, TITLES)]).rstrip() + "\n"


def world_page() -> str:
    return "\n".join([WORLD_HEAD, *sections(World, WORLD_TITLES)]).rstrip() + "\n"


def sections(top: type[BaseModel], titles: Mapping[str, str]) -> Iterator[str]:
    whole = top.model_json_schema()
    for at, (title, model) in grouped(top, "", titles).items():
        yield f"## {title}\n"
        yield f"{inspect.getdoc(model)}\n"
        content = whole if model is top else whole["$defs"][model.__name__]
        if "properties" not in content:
            yield f"{ONE_OR_GROUP}\n"
        yield "| Field | What it is | Normally | |\n| --- | --- | --- | --- |"
        [group] = (one for one in (content, *content.get("anyOf", ())) if "properties" in one)
        for name, field in group["properties"].items():
            path = f"{at}.{name}".removeprefix(".")
            what = "condition" if name in CONDITIONS else kind(field)
            cells = [f"`{path}`", what, usual(name, field, group), docstrings(model)[name]]
            yield f"| {' | '.join(cells)} |"
        yield ""


def grouped(
    model: type[BaseModel], at: str, titles: Mapping[str, str]
) -> dict[str, tuple[str, type[BaseModel]]]:
    """The groups of fields that have a section, by where they stand."""
    found = {at: (titles[at], model)}
    for name, field in fields_of(model).items():
        for inner in inner_models(field.annotation):
            origin = getattr(field.annotation, "__origin__", None)
            mark = {None: "", tuple: "[]"}.get(origin, ".NAME")
            path = f"{at}.{name}{mark}".removeprefix(".")
            if path in titles:
                found |= grouped(inner, path, titles)
    return found


def kind(field: Schema) -> str:
    """What has to be written, in a writer's words."""
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return "one of " + ", ".join(f"`{each}`" for each in field["enum"])
    if "anyOf" in field:
        kinds = (kind(each) for each in field["anyOf"] if each != NULL)
        return " or ".join(dict.fromkeys(kinds))
    if "$ref" in field or field["type"] == "object":
        return "group"
    if field["type"] == "array":
        most = f", at most {field['maxItems']}" if "maxItems" in field else ""
        return ("list" if "$ref" in field["items"] else "list of texts") + most
    if isinstance(field["type"], list):
        return "text or number"
    names = {"string": "text", "integer": "whole number", "boolean": "`true` or `false`"}
    limits = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to"}
    told = [f"{words} {field[name]:,}" for name, words in limits.items() if name in field]
    length = f"{field['maxLength']:,} characters" if "maxLength" in field else ""
    return ", ".join(filter(None, [names.get(field["type"], "number"), " ".join(told), length]))


def usual(name: str, field: Schema, group: Schema) -> str:
    if name in group.get("required", ()):
        return "**needed**"
    default = field.get("default")
    is_plain = isinstance(default, bool | int | float | str) and default != ""
    return f"`{json.dumps(default).strip(chr(34))}`" if is_plain else ""
