"""Answers in YAML: plain `key: value` lines, with lists and texts below them."""

from __future__ import annotations

import json
import re
from typing import Any

from npcengine.content.source import Source
from npcengine.content.yaml_tree import read_tree
from npcengine.errors import ContentError

MAX_CHARS = 32 * 1024

# A field or an entry of a list. A line that begins with `#` is a heading of Markdown, and one
# that only goes on with the line above it would lose its line break: both are no YAML here.
_LINE = re.compile(r"""[ ]*(?:-[ ]+\S|(?:-[ ]+)*[^\s:#\-*>|&!%@`"'{}\[\]][^:\n]{0,63}:(?:[ ]|$))""")
_VALUE = re.compile(r"((?:[ ]*-[ ]+)?[^\s:\-][^:\n]{0,63}:[ ]+|[ ]*-[ ]+)(\S.*)")
_PLAIN = re.compile(r"-?(?:0|[1-9]\d{0,17})|true|false|null|[\"'\[{|>].*|.*:")
_BLOCK = re.compile(r":[ ]*[|>][+-]?[ ]*$")


def read_yaml(text: str) -> dict[str, Any] | None:
    """Return the fields of an answer; None where it is no YAML, or has but one plain field."""
    if len(text) > MAX_CHARS or not _is_of_fields(text):
        return None
    lines = (_VALUE.sub(_quoted, line, 1) for line in text.split("\n"))
    try:
        tree = read_tree(Source("", "\n".join(lines)))
    except ContentError:
        return None
    fields = tree.data
    if tree.complaints:  # fields that stand there twice may be those of two answers
        return None
    if len(fields) > 1 or any(isinstance(value, dict) for value in fields.values()):
        return dict(fields)
    return None


def _is_of_fields(text: str) -> bool:
    block: int | None = None
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip(" "))
        if not line.strip() or (block is not None and indent > block):
            continue
        if not _LINE.match(line):
            return False
        block = indent if _BLOCK.search(line) else None
    return True


def _quoted(found: re.Match[str]) -> str:
    """Put a text in quotes, so that YAML makes nothing else of it."""
    value = found[2].rstrip()
    is_left = _PLAIN.fullmatch(value)
    return found[0] if is_left else found[1] + json.dumps(value, ensure_ascii=False)
