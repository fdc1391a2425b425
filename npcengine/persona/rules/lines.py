"""Lines that a character needs when no model can answer, and how they are written."""

from __future__ import annotations

from collections.abc import Iterator

from npcengine.content.syntax import CURLY_QUOTES
from npcengine.persona.loader import Sheet
from npcengine.persona.rules.rule import Found, Rule, Stage, each_sheet
from npcengine.persona.rules.texts import texts_of

FEW = 3
"""So many lines at least stand under `fallback`."""
_KINDS = {
    "refuse": "refuses something",
    "busy": "is waited for too long",
}


def _no_greetings(sheet: Sheet, stage: Stage) -> Iterator[Found]:
    if not sheet.persona.greetings:
        message = "the character cannot speak first without a model"
        yield Found(sheet.tree, ("greetings",), message, "write two or three first lines")


def _no_fallback(sheet: Sheet, stage: Stage) -> Iterator[Found]:
    if not sheet.persona.stock_lines.fallback:
        message = "the character has nothing to say when no model can answer"
        hint = "write three or more lines that fit any question"
        yield Found(sheet.tree, ("stock_lines", "fallback"), message, hint)


def _no_examples(sheet: Sheet, stage: Stage) -> Iterator[Found]:
    if not sheet.persona.examples:
        message = "no example shows how the character talks"
        yield Found(sheet.tree, ("examples",), message, "write two to six short exchanges")


def _few_stock_lines(sheet: Sheet, stage: Stage) -> Iterator[Found]:
    stock = sheet.persona.stock_lines
    if not stock.fallback:  # told already
        return
    if len(stock.fallback) < FEW:
        message = "without a model the character soon repeats itself"
        hint = f"write {FEW} lines or more that fit any question"
        yield Found(sheet.tree, ("stock_lines", "fallback"), message, hint)
    missing = [name for name in _KINDS if not getattr(stock, name)]
    if missing:
        when = " or ".join(_KINDS[name] for name in missing)
        message = f"there is no line of its own for when the character {when}"
        hint = f"write one or two under {' and '.join(repr(name) for name in missing)}"
        yield Found(sheet.tree, ("stock_lines", missing[0]), message, hint)


def _long_examples(sheet: Sheet, stage: Stage) -> Iterator[Found]:
    if stage.gauges is None:
        return
    most = sheet.persona.speech.max_sentences
    for index, example in enumerate(sheet.persona.examples):
        count = stage.gauges.sentences(example.npc)
        if count > most:
            message = f"this has {count} sentences, and a reply is cut after {most}"
            hint = "shorten it, or raise speech.max_sentences"
            yield Found(sheet.tree, ("examples", index, "npc"), message, hint)


def _curly_quotes(sheet: Sheet, stage: Stage) -> Iterator[Found]:
    for loc, text in texts_of(sheet.tree.data):
        first = text[:1]
        end = CURLY_QUOTES.get(first)
        if end and end not in text[1:-1] and sheet.tree.raw(loc).startswith(first):
            message = "curly quotes are no quotes to YAML: players see them as part of the text"
            yield Found(sheet.tree, loc, message, "use straight ones: \"…\" or '…'")


RULES = (
    Rule(
        "NPC301",
        "No greetings",
        "A character without greetings cannot speak first when no model can answer.",
        each_sheet(_no_greetings),
        "greetings: []\n",
        "greetings:\n  - Mind the sparks.\n",
    ),
    Rule(
        "NPC302",
        "No fallback lines",
        "When no model can answer and nothing else fits, the character says one of "
        "`stock_lines.fallback`.",
        each_sheet(_no_fallback),
        'stock_lines:\n  refuse: ["No."]\n  busy: [Wait.]\n',
        "stock_lines:\n  fallback:\n    - Hm.\n    - Ask me when the iron is cold.\n"
        "    - That's for the council. I make hinges.\n"
        '  refuse: ["No."]\n  busy: [Wait.]\n',
    ),
    Rule(
        "NPC303",
        "No examples",
        "Examples teach the voice better than any description, and are answers when no model can "
        "give one.",
        each_sheet(_no_examples),
        "examples: []\n",
        "examples:\n  - player: Can you mend this sword?\n"
        "    npc: I'd sooner bury it. Come back at dusk.\n",
    ),
    Rule(
        "NPC304",
        "Few stock lines",
        "The same line is never said twice running, so two lines take turns. Under `busy` stands "
        "what the character says when an answer took too long, under `refuse` what it says to "
        "what it will not talk about; without them one of `fallback` has to do.",
        each_sheet(_few_stock_lines),
        'stock_lines:\n  fallback: [Hm., Ask the council.]\n  refuse: ["No."]\n  busy: [Wait.]\n',
        "stock_lines:\n  fallback: [Hm., Ask the council., Ask me when the iron is cold.]\n"
        '  refuse: ["No."]\n  busy: [Wait.]\n',
    ),
    Rule(
        "NPC305",
        "An example longer than a reply may be",
        "A model answers as long as the examples are, and what is longer than "
        "`speech.max_sentences` is cut off. So it learns to be cut.",
        each_sheet(_long_examples),
        "speech: {max_sentences: 2}\n"
        "examples:\n  - player: Can you mend this sword?\n"
        "    npc: Mend it? I'd sooner bury it. Come back at dusk.\n",
        "speech: {max_sentences: 2}\n"
        "examples:\n  - player: Can you mend this sword?\n"
        "    npc: I'd sooner bury it. Come back at dusk.\n",
    ),
    Rule(
        "NPC306",
        "Typographic quotes around a text",
        "Word processors make curly quotes of straight ones. YAML knows only the straight ones: "
        "curly ones are shown with the text, and a colon between them still makes a field. "
        "`npcengine lint --fix` makes them straight.",
        each_sheet(_curly_quotes),
        "greetings:\n  - “Mind the sparks.”\n",
        'greetings:\n  - "Mind the sparks."\n',
    ),
)
