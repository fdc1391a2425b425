"""Other languages: what is not said in them, and conditions that get lost in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from npcengine.content.model import Content
from npcengine.content.yaml_tree import Loc
from npcengine.persona.loader import Sheet
from npcengine.persona.model import Overlay, Persona
from npcengine.persona.rules.rule import Found, Rule, Stage, each_sheet

_LISTS = ("goals", "knowledge", "examples", "greetings")
_STOCK = ("fallback", "confused", "refuse", "busy", "thinking")


def _missing(sheet: Sheet, stage: Stage) -> Iterator[Found]:
    persona = sheet.persona
    for locale, overlay in persona.i18n.items():
        lacking = [
            name
            for (name, own), (_, theirs) in zip(_spoken(persona), _spoken(overlay), strict=True)
            if own and not theirs and not _above(persona, locale, name)
        ]
        if lacking:
            message = f"players hear these in {persona.locale!r}: {', '.join(lacking)}"
            hint = f"write them under i18n.{locale}"
            yield Found(sheet.tree, ("i18n", locale), message, hint)


def _spoken(words: Persona | Overlay) -> Iterator[tuple[str, Sequence[Content]]]:
    """Give what is said as it stands, by its name."""
    yield "greetings", words.greetings
    for kind in _STOCK:
        yield f"stock_lines.{kind}", getattr(words.stock_lines, kind)


def _above(persona: Persona, locale: str, name: str) -> bool:
    """Tell whether a locale such as `de-AT` has something from `de`, or from the same language."""
    language = locale.partition("-")[0]
    if language == persona.locale.partition("-")[0]:
        return True
    wider = [each for each in persona.i18n if locale.startswith(f"{each}-")]
    return any(dict(_spoken(persona.i18n[each]))[name] for each in wider)


def _lost(sheet: Sheet, stage: Stage) -> Iterator[Found]:
    own = dict(_lists(sheet.persona))
    for locale, overlay in sheet.persona.i18n.items():
        for loc, entries in _lists(overlay):
            at = ("i18n", locale, *loc)
            for index, gate in _changed(own[loc], entries):
                message = f"this hangs on something else than {gate!r}, as the entry itself does"
                yield Found(sheet.tree, (*at, index, "when"), message, _KEEPS)
            if lost := _replaced(own[loc], entries):
                listed = ", ".join(repr(each) for each in sorted(lost))
                message = f"this takes the place of entries that hang on {listed}"
                by_id = "give both the same 'id'" if loc[0] in ("goals", "knowledge") else ""
                hint = by_id or "write their 'when' here too"
                yield Found(sheet.tree, at, message, hint)


_KEEPS = "leave 'when' out: by its id, the entry keeps its own"


def _changed(own: Sequence[Content], entries: Sequence[Content]) -> Iterator[tuple[int, str]]:
    """Give the entries that are known by their ids and get another condition, with their own."""
    gates = {_id(each): gate for each in own for gate in _gates([each])}
    for index, each in enumerate(entries):
        gate = gates.get(_id(each), "") if _id(each) else ""
        if gate and "when" in each.model_fields_set and gate not in _gates([each]):
            yield index, gate


def _replaced(own: Sequence[Content], entries: Sequence[Content]) -> set[str]:
    """Return the conditions of entries that others take the place of, which do not have them.

    That some have it is not enough where more hang on nothing than before.
    """
    if any(map(_id, entries)):  # then only those without an id are replaced
        own, entries = ([each for each in some if not _id(each)] for some in (own, entries))
    if not entries:
        return set()
    before, after = _gates(own), _gates(entries)
    more_are_open = len(entries) - after.total() > len(own) - before.total()
    return {gate for gate in before - after if more_are_open or gate not in after}


def _id(entry: Content) -> str | None:
    return getattr(entry, "id", None)


def _lists(words: Persona | Overlay) -> Iterator[tuple[Loc, Sequence[Content]]]:
    for name in _LISTS:
        yield (name,), getattr(words, name)
    for kind in _STOCK:
        yield ("stock_lines", kind), getattr(words.stock_lines, kind)


def _gates(entries: Sequence[Content]) -> Counter[str]:
    gates = (getattr(each, "when", None) for each in entries)
    return Counter(str(gate) for gate in gates if gate is not None)


_STOCK_EXAMPLE = (
    "    stock_lines:\n"
    '      fallback: [Hm., "Frag mich, wenn das Eisen kalt ist.", Frag den Rat.]\n'
    '      refuse: ["Nein."]\n      busy: [Warte.]\n'
)
_OPENS = "greetings:\n  - {text: Back again?, when: met}\n  - Mind the sparks.\n"

RULES = (
    Rule(
        "NPC315",
        "Lines that are missing in a language",
        "Greetings and stock lines are said as they stand. Where a language under `i18n` has none "
        "of its own, its players hear them in the language of the persona.",
        each_sheet(_missing),
        "i18n:\n  de:\n    role: Schmiedin von Oakvale\n",
        "i18n:\n  de:\n    role: Schmiedin von Oakvale\n    greetings: ['Achtung, Funken.']\n"
        + _STOCK_EXAMPLE,
    ),
    Rule(
        "NPC316",
        "A condition that is lost in a language",
        "A list under `i18n` takes the place of the whole list, with all conditions in it. So what "
        "should be said to friends only is said to nobody, or to all. Write the conditions there "
        "too, or give entries an `id`: these keep their conditions, as long as no other one is "
        "written, and only what has no `id` is replaced.",
        each_sheet(_lost),
        f"{_OPENS}i18n:\n  de:\n    greetings: [Wieder da?, 'Achtung, Funken.']\n{_STOCK_EXAMPLE}",
        f"{_OPENS}i18n:\n  de:\n    greetings:\n      - {{text: Wieder da?, when: met}}\n"
        f"      - Achtung, Funken.\n{_STOCK_EXAMPLE}",
    ),
)
