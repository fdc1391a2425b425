"""What a model reads of a persona before each reply, and what that costs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from npcengine.content.yaml_tree import Tree
from npcengine.persona.loader import Sheet
from npcengine.persona.rules.rule import Found, Rule, Stage, each_sheet
from npcengine.persona.rules.texts import texts_of

CACHED_FROM = 1024
"""Tokens from which on OpenAI, and some others, remember the beginning of a prompt."""
NEAR = 128
"""So many tokens are a few lines."""
_MACRO = re.compile(r"\{\{([^{}]{1,60})\}\}")
_CHANGING = re.compile(
    r"random|pick|roll|dice|time|date|weekday|iso|idle|last|input|(?:get|set|inc|dec|add)?var",
    re.IGNORECASE,
)


def _macros(stage: Stage) -> Iterator[Found]:
    for sheet in stage.sheets:
        yield from _macros_of(sheet.tree)
    for volume in stage.books.values():
        yield from _macros_of(volume.tree)


def _macros_of(tree: Tree) -> Iterator[Found]:
    for loc, text in texts_of(tree.data):
        macro = _MACRO.search(text) if "{{" in text else None
        if macro is None:
            continue
        message = f"{macro[0]} stays as it is: nothing fills it in, and the player may hear it"
        yield Found(tree, loc, message, _instead(macro[1].strip()))


def _instead(macro: str) -> str:
    if _CHANGING.match(macro):
        return "take it out: what changes is told with the scene, and this text never changes"
    return "write a word in its place"


def _nearly_cached(sheet: Sheet, stage: Stage) -> Iterator[Found]:
    if stage.gauges is None:
        return
    tokens = stage.gauges.tokens(sheet.persona)
    if CACHED_FROM - NEAR <= tokens < CACHED_FROM:
        message = (
            f"a model reads about {tokens} tokens of this before each reply; from {CACHED_FROM} "
            "on, some providers ask less for what they have read before"
        )
        hint = "a few lines more, such as another example, make every reply cheaper and faster"
        yield Found(sheet.tree, (), message, hint)


_SENTENCE = "  The forge stands where the road from the mill meets the road from the river.\n"

RULES = (
    Rule(
        "NPC313",
        "A macro in a text",
        "Chat tools replace `{{user}}`, `{{time}}` or `{{random::a::b}}` whenever a text is used. "
        "Here a persona is the same for every player and in every request, so that providers need "
        "not read it anew; the moment is told with the scene. `npcengine cards import` replaces "
        "`{{char}}` and `{{user}}`.",
        _macros,
        'description: "A blacksmith. It is {{time}} now."\n',
        "description: A blacksmith who is at work before dawn.\n",
    ),
    Rule(
        "NPC314",
        "A little too short to be cached",
        "OpenAI, and some others, remember the beginning of a prompt and ask less for it, from "
        f"{CACHED_FROM:,} tokens on. This persona lacks at most {NEAR} of them: a few lines make "
        "each reply cheaper, and it begins sooner. Ignore it if your characters speak through a "
        "server of your own, such as Ollama.",
        each_sheet(_nearly_cached),
        f"backstory: >-\n{_SENTENCE * 44}",
        f"backstory: >-\n{_SENTENCE * 50}",
    ),
)
