"""What is looked for in speech: terms and phrases as a tree of folded letters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from npcengine.guard.endings import BARE, Shape, shapes
from npcengine.guard.folding import JOINTS, fold, is_wide

Kind = Literal["character", "banned", "leak", "voice", "recital", "canary"]

MAX_TERM = 80
"""Characters of a term that count: of a longer one, its beginning is enough."""
_SHORTEST_JOINED = 8
"""Letters of the shortest term whose words are found without spaces too."""


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must not be said. Its repr may be logged: it shows no secret."""

    kind: Kind
    """`character`: what no character says; `banned`: a word the persona must not use; `leak`: a
    term of a locked secret; `voice`: somebody else's line; `recital`: a part of the prompt;
    `canary`: the prompt's mark."""
    about: str
    """Of a leak, the secret's id; else the phrase, word or name, if there is one."""
    term: str = field(repr=False)
    """What was found, as its author wrote it."""


@dataclass(slots=True)
class Node:
    """Where one is after some letters of a term."""

    next: dict[str, Node] = field(default_factory=dict)
    ends: dict[frozenset[str], Node] = field(default_factory=dict)
    """A word may end here, with one of these endings: the node is where it then goes on."""
    found: Violation | None = None


def add_term(root: Node, term: str, found: Violation, locale: str) -> None:
    """Let the term be found in every shape that it has in the language."""
    term = term[:MAX_TERM]
    for spelled in dict.fromkeys((term, _without_umlauts(term))):
        words = _words(spelled)
        ways = [words] if words else []
        joined = "".join(words)
        if len(words) > 1 and len(joined) >= _SHORTEST_JOINED and not any(map(is_wide, joined)):
            ways.append([joined])
        for way in ways:
            nodes = [root]
            for word in way:
                nodes = _after(nodes, shapes(word, locale))
            _mark(nodes, found)


def add_phrases(root: Node, lines: str) -> None:
    """Let each of the phrases be found, one a line, in the notation of `phrases`."""
    for line in filter(None, map(str.strip, lines.splitlines())):
        ways = {"": [root]}
        for slot in line.split():
            longer = {
                f"{said} {choice}".strip(): _after_words(nodes, choice)
                for choice in slot.removesuffix("?").replace("_", " ").split("|")
                for said, nodes in ways.items()
            }
            ways = {**ways, **longer} if slot.endswith("?") else longer
        for said, nodes in ways.items():
            _mark(nodes, Violation("character", said, said))


def _words(text: str) -> list[str]:
    """Return the folded words of a text; of scripts without spaces, every letter is one."""
    words = [""]
    for symbol in fold(text):
        if symbol in JOINTS:
            words.append("")
        elif is_wide(symbol):
            words += (symbol, "")
        else:
            words[-1] += symbol
    return [word for word in words if word]


def _after_words(nodes: list[Node], text: str) -> list[Node]:
    for word in _words(text):
        nodes = _after(nodes, [(word, BARE)])
    return nodes


def _after(nodes: list[Node], ways: Iterable[Shape]) -> list[Node]:
    """Return the nodes that one of the ways of saying a word leads to, made where missing."""
    return [_led(node, letters, endings) for node in nodes for letters, endings in ways]


def _led(node: Node, letters: str, endings: frozenset[str]) -> Node:
    for letter in letters:
        if letter not in node.next:
            node.next[letter] = Node()
        node = node.next[letter]
    if is_wide(letters[-1]):
        return node
    if endings not in node.ends:
        node.ends[endings] = Node()
    return node.ends[endings]


def _mark(nodes: list[Node], found: Violation) -> None:
    for node in nodes:
        node.found = node.found or found


def _without_umlauts(term: str) -> str:
    """Return the term as it is spelled where there are no umlauts."""
    return term.lower().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
