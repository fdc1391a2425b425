"""Secrets: what gives them away, and who can ever learn them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from npcengine.content.yaml_tree import Loc, Tree, dotted
from npcengine.persona.loader import Sheet
from npcengine.persona.rules.rule import Found, Rule, Stage, each_sheet
from npcengine.persona.rules.texts import open_texts_of, words_of

_HINT = "list words that would give it away"


def _no_terms(sheet: Sheet, stage: Stage) -> Iterator[Found]:
    persona, tree = sheet
    for index, secret in enumerate(persona.secrets):
        if not secret.leak_terms:
            message = f"nothing keeps the character from saying words of {secret.id!r} by chance"
            yield Found(tree, ("secrets", index, "leak_terms"), message, _HINT)
    guarded = {secret.id for secret in persona.secrets if secret.leak_terms}
    for locale, overlay in persona.i18n.items():
        for index, words in enumerate(overlay.secrets):
            if words.id in guarded and not words.leak_terms:
                message = f"the words that would give it away are not those of {locale!r}"
                loc = ("i18n", locale, "secrets", index, "leak_terms")
                yield Found(tree, loc, message, f"{_HINT} in that language")


class _Term(NamedTuple):
    """A word that would give a secret away, and where it is listed."""

    tree: Tree
    loc: Loc
    text: str
    words: list[str]


def _said_openly(stage: Stage) -> Iterator[Found]:
    terms = [term for sheet in stage.sheets for term in _terms(sheet)]
    if not terms:
        return
    texts = [
        (sheet, loc, words_of(text)) for sheet in stage.sheets for loc, text in open_texts_of(sheet)
    ]
    sought = _by_rarest_word(terms, Counter(word for *_, words in texts for word in words))
    told: set[tuple[str, Loc]] = set()
    for sheet, loc, words in texts:
        for at, word in enumerate(words):
            for term, before in sought.get(word, ()):
                key = term.tree.source.path, term.loc
                start = at - before
                if start >= 0 and words[start : start + len(term.words)] == term.words:
                    if key not in told:
                        yield _openly(term, sheet, loc)
                    told.add(key)


def _by_rarest_word(terms: list[_Term], counts: Counter[str]) -> dict[str, list[tuple[_Term, int]]]:
    """Return terms by the word by which a text with them is found soonest, and its place there.

    Those with a word that is in no text are left out.
    """
    sought: dict[str, list[tuple[_Term, int]]] = {}
    for term in terms:
        rarest = min(term.words, key=counts.__getitem__)
        if counts[rarest]:
            sought.setdefault(rarest, []).append((term, term.words.index(rarest)))
    return sought


def _terms(sheet: Sheet) -> Iterator[_Term]:
    persona, tree = sheet
    lists = [(("secrets", n, "leak_terms"), each) for n, each in enumerate(persona.secrets)]
    found: list[tuple[Loc, tuple[str, ...]]] = [(loc, each.leak_terms) for loc, each in lists]
    for locale, overlay in persona.i18n.items():
        for number, words in enumerate(overlay.secrets):
            found.append((("i18n", locale, "secrets", number, "leak_terms"), words.leak_terms))
    for loc, terms in found:
        for index, text in enumerate(terms):
            folded = words_of(text)
            if folded:
                yield _Term(tree, (*loc, index), text, folded)


def _openly(term: _Term, sheet: Sheet, loc: Loc) -> Found:
    path, line = sheet.tree.place(sheet.tree.written(loc))
    whose = "here" if sheet.tree is term.tree else f"of {sheet.persona.id}"
    message = f"{term.text!r:.60} stands in {dotted(loc)} {whose} ({path}:{line}), open to all"
    hint = "take it out there, or choose another word"
    return Found(term.tree, term.loc, message, hint)


def _never_learned(sheet: Sheet, stage: Stage) -> Iterator[Found]:
    for index, secret in enumerate(sheet.persona.secrets):
        if secret.reveal_when is None:
            message = f"nobody can ever learn {secret.id!r}, and no model ever reads it"
            hint = "say when it is told: reveal_when: met"
            yield Found(sheet.tree, ("secrets", index, "reveal_when"), message, hint)


_CHAIN = "secrets:\n  - id: chain\n    text: She sold a chain to the smugglers.\n"
_GUARDED = _CHAIN + "    leak_terms: [smugglers]\n"

RULES = (
    Rule(
        "NPC308",
        "A secret without leak terms",
        "While a secret is locked, no model reads it. It may still guess, from what a player says, "
        "or come upon the words by chance. Words under `leak_terms` are refused for as long, in "
        "every simple form; each language needs its own.",
        each_sheet(_no_terms),
        _CHAIN + "    reveal_when: met\n",
        _GUARDED + "    reveal_when: met\n",
    ),
    Rule(
        "NPC309",
        "A leak term that is said openly",
        "A word that would give a secret away stands in a text that hangs on no condition, of this "
        "character or another one. So the word is read, and said, before its time. If everybody "
        "knows it, it gives nothing away, and another word should be listed.",
        _said_openly,
        "role: blacksmith, once of the smugglers\n" + _GUARDED + "    reveal_when: met\n",
        "role: blacksmith\n" + _GUARDED + "    reveal_when: met\n",
    ),
    Rule(
        "NPC310",
        "A secret that nobody can learn",
        "Without `reveal_when`, no model ever reads the secret: it is as good as not written, "
        "but for its leak terms. Words that must never be said belong under `speech.banned`.",
        each_sheet(_never_learned),
        _GUARDED,
        _GUARDED + "    reveal_when: met and turns > 5\n",
    ),
)
