"""Plain data as YAML that a writer would like to go on with: one field a line, text in blocks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from npcengine.content.source import MAX_BYTES, decode_source
from npcengine.content.yaml_tree import MAX_NODES, read_tree
from npcengine.lore import loader as lore

_WIDTH = 96
_LONG = 80
_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?: [A-Za-z0-9_]+){0,7}")
_WORDS = re.compile(r"(?:true|false|null)\Z", re.IGNORECASE)
_FOLDABLE = re.compile(r"\S+(?: \S+)*")


class _Writer(yaml.SafeDumper):
    """Writes texts in the styles of the sample cast, and every value where it is used."""

    def ignore_aliases(self, data: object) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    if "\n" in text:
        style = "|"
    elif len(text) > _LONG and _FOLDABLE.fullmatch(text):
        style = ">"
    elif _BARE.fullmatch(text) and not _WORDS.match(text):
        return writer.represent_scalar("tag:yaml.org,2002:str", text)
    else:
        style = '"'
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _text)


def write_yaml(data: Mapping[str, Any]) -> str:
    """Write a document. Raises `ContentError` if it is more than a content file may be."""
    return _written(data, MAX_BYTES, MAX_NODES)


def write_lorebook(book: Mapping[str, Any]) -> str:
    """Write a lorebook. Raises `ContentError` if it is more than one may be."""
    return _written(book, lore.MAX_BYTES, lore.MAX_NODES)


def _written(data: Mapping[str, Any], most: int, entries: int) -> str:
    text: str = yaml.dump(
        dict(data), Dumper=_Writer, sort_keys=False, allow_unicode=True, width=_WIDTH
    )
    read_tree(
        decode_source(text.encode("utf-8"), "the file that would be written", most), most=entries
    )
    return text
