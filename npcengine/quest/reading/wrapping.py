"""What stands around an answer: thoughts, code fences, and characters that nobody sees."""

from __future__ import annotations

import re

from npcengine.reply.characters import UNSEEN

_THOUGHT = re.compile(r"<(/?)(?:think|thinking|thoughts?|reasoning)>", re.IGNORECASE)
_FENCE = re.compile(r"^[ \t]*(?:`{3,}|~{3,})[\w+.-]*[ \t]*$", re.MULTILINE)
_UNSEEN = re.compile(f"[{UNSEEN}]+")

MOST_BODIES = 8


def plain(text: str) -> str:
    """Return the text without thoughts, fence lines and unseen characters."""
    return _FENCE.sub("", _UNSEEN.sub("", without_thoughts(_with_newlines(text))))


def bodies(text: str) -> list[str]:
    """Return what may hold the answer: the inside of each code fence, then what is outside."""
    text = without_thoughts(_with_newlines(text))
    parts, start = [], 0
    for fence in _FENCE.finditer(text):
        parts.append(text[start : fence.start()])
        start = fence.end()
        if len(parts) == 2 * MOST_BODIES:
            break
    parts.append(text[start:])
    return [part for part in (*parts[1::2], "".join(parts[::2])) if part.strip()]


def without_thoughts(text: str) -> str:
    """Return what a model said after thinking aloud; all of it where that would be nothing."""
    said: list[str] = []
    start = depth = 0
    for tag in _THOUGHT.finditer(text):
        if not tag[1]:
            if not depth:
                said.append(text[start : tag.start()])
                start = tag.end()
            depth += 1
        else:
            depth = max(depth - 1, 0)
            if not said:  # the tag that opened it stood in the prompt
                said.append("")
            if not depth:
                start = tag.end()
    said.append(text[start:])
    rest = "".join(said)
    return rest if rest.strip() else _THOUGHT.sub("", text)


def _with_newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
