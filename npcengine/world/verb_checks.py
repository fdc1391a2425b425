"""Whether a game's own verbs can be done at all, and which facts they change."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from npcengine.conditions.tokens import MAX_LENGTH, ConditionError
from npcengine.configuration import FactType
from npcengine.content.yaml_tree import Loc, Tree
from npcengine.diagnostics import Diagnostic
from npcengine.spelling import did_you_mean
from npcengine.turns import Fact
from npcengine.world.declared import PLAYER, Declared, Flaw, Hints, Pattern, flaws
from npcengine.world.effects import change_of, filled, undefined
from npcengine.world.model import Kind, Verb, World
from npcengine.world.needs import Change, TooManyWays, ways_of
from npcengine.world.references import complain
from npcengine.world.verbs import verb_names

BUILT_IN = frozenset(verb_names(World()))
"""The verbs that every game has."""

_BRACES = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_CHANGED = re.compile(r"(?:not +)?([a-z0-9_.{}]+)")
_SOMEWHERE = ("place", "person", "creature", "thing")
"""What one can be at."""


def type_of(value: Fact) -> FactType:
    """Return the type of the fact that has this value."""
    if isinstance(value, bool):
        return "bool"
    return "text" if isinstance(value, str) else "number"


def declared_by(world: World, kinds: Mapping[str, Kind], hints: Hints) -> Declared:
    """Return the facts that there are: built in, declared, and what verbs change."""
    named: dict[str, FactType] = dict(world.facts)
    patterns: dict[str, dict[Pattern, None]] = defaultdict(dict)
    for verb in world.verbs.values():
        for change, template in _changes(verb, kinds):
            used = [name for name in _BRACES.findall(template) if name in verb.parameters]
            if not used:
                named.setdefault(change.fact, type_of(change.value))
                continue
            parts = _BRACES.split(template)  # what stands in braces is every second one
            name = "".join(
                "([a-z][a-z0-9_]*)" if number % 2 else re.escape(part)
                for number, part in enumerate(parts)
            )
            whose = tuple(verb.parameters[each] for each in used)
            pattern = Pattern(re.compile(name), whose, type_of(change.value))
            patterns[parts[-1]][pattern] = None
    by_end = {end: tuple(some) for end, some in patterns.items()}
    of_some: dict[tuple[str, str], FactType] = {
        (kinds[subject], rest): type_
        for fact, type_ in world.facts.items()
        for subject, _, rest in [fact.partition(".")]
        if subject in kinds
    }
    return Declared({**kinds, PLAYER: PLAYER}, named, by_end, of_some, hints)


def _changes(verb: Verb, kinds: Mapping[str, Kind]) -> Iterator[tuple[Change, str]]:
    """Give what a verb changes, and how the writer wrote the name of the fact."""
    using = stand_ins(verb, kinds)
    for text in verb.then:
        template = _CHANGED.match(text)
        try:
            change = change_of(filled(text, using))
        except ValueError:  # told by `wrong_verbs`
            continue
        if template is not None:
            yield change, template[1]


def stand_ins(verb: Verb, kinds: Mapping[str, Kind]) -> dict[str, str]:
    """Return for each parameter an id that nothing has, or a number."""
    found = {}
    for name, kind in verb.parameters.items():
        id = f"{name}_"
        while id in kinds:
            id += "_"
        found[name] = "1" if kind == "number" else id
    return found


class _Check(NamedTuple):
    """One verb, and what it is looked at with."""

    verb: Verb
    using: Mapping[str, str]
    declared: Declared
    longest: Mapping[str, str]
    """For each kind, the longest id that there is."""

    def shown(self, text: str) -> str:
        """Return a message with the parameters as the writer wrote them."""
        for name, id in self.using.items():
            text = text.replace(id, f"{{{name}}}") if id != "1" else text
        return text


def wrong_verbs(
    tree: Tree, world: World, kinds: Mapping[str, Kind], declared: Declared
) -> Iterator[Diagnostic]:
    """Complain about verbs that hide another, or that could not be done."""
    longest: dict[str, str] = {}
    for id, kind in kinds.items():
        if len(id) > len(longest.get(kind, "")):
            longest[kind] = id
    for name, verb in world.verbs.items():
        loc = ("verbs", name)
        if name in BUILT_IN:
            message = f"every game has a verb {name!r}, and this would hide it"
            yield complain(tree, "NPC511", loc, message, "give it another name", on_key=True)
        yield from _wrong_place(tree, loc, verb)
        if unknown := undefined(verb):
            yield from _braces(tree, loc, verb, unknown)
            continue
        using = stand_ins(verb, kinds)
        more = {id: verb.parameters[each] for each, id in using.items()}
        check = _Check(verb, using, declared.with_stand_ins(more), longest)
        yield from _needs(tree, (*loc, "needs"), check)
        for number, text in enumerate(verb.then):
            for flaw in _effect(text, check):
                where = (*loc, "then", number)
                yield complain(tree, "NPC513", where, check.shown(flaw.message), flaw.suggestion)


def _wrong_place(tree: Tree, loc: Loc, verb: Verb) -> Iterator[Diagnostic]:
    if verb.at is None:
        return
    kind = verb.parameters.get(verb.at)
    places = [name for name, each in verb.parameters.items() if each in _SOMEWHERE]
    hint = f"write one of {', '.join(places)}" if places else "add one: 'with: {where: place}'"
    if kind is None:
        message = f"{verb.at!r:.70} is no parameter of this verb"
        near = did_you_mean(verb.at, verb.parameters)
        yield complain(tree, "NPC512", (*loc, "at"), message, near or hint)
    elif kind not in _SOMEWHERE:
        message = f"one cannot be at {verb.at!r}, which is of the kind {kind}"
        yield complain(tree, "NPC512", (*loc, "at"), message, hint)


def _braces(tree: Tree, loc: Loc, verb: Verb, unknown: list[str]) -> Iterator[Diagnostic]:
    texts = [((*loc, "needs"), verb.needs)]
    texts += [((*loc, "then", number), text) for number, text in enumerate(verb.then)]
    for name in unknown:
        where = next(where for where, text in texts if f"{{{name}}}" in text)
        hint = did_you_mean(name, verb.parameters) or f"add it: 'with: {{{name}: thing}}'"
        message = f"{{{name}}} is no parameter of this verb"
        yield complain(tree, "NPC512", where, message, hint)


def _needs(tree: Tree, loc: Loc, check: _Check) -> Iterator[Diagnostic]:
    verb, text = check.verb, filled(check.verb.needs, check.using)
    if not text:
        return
    longest = {name: check.longest.get(kind, "1") for name, kind in verb.parameters.items()}
    if len(filled(verb.needs, longest)) > MAX_LENGTH:
        message = f"with ids in the place of its braces this has more than {MAX_LENGTH} characters"
        yield complain(tree, "NPC507", loc, message, "let the game tell one fact for several")
        return
    try:
        for flaw in flaws(text, check.declared):
            message, hint = check.shown(flaw.message), check.shown(flaw.suggestion)
            yield complain(tree, "NPC507", loc, message, hint)
        ways_of(text)
    except ConditionError as error:
        hint = check.shown(error.suggestion)
        yield complain(tree, "NPC507", loc, check.shown(error.message), hint)
    except TooManyWays as error:
        yield complain(tree, "NPC508", loc, str(error), "make two verbs of it")


def _effect(text: str, check: _Check) -> Iterator[Flaw]:
    try:
        change = change_of(filled(text, check.using))
    except ValueError as error:
        yield Flaw(str(error), "as '{lamp}.lit', 'not {lamp}.lit' or '{lamp}.oil -= 1'")
        return
    if flaw := check.declared.misnamed(change.fact):
        yield flaw
    elif (known := check.declared.type_of(change.fact)) != (now := type_of(change.value)):
        message = f"{change.fact!r:.80} is of the type {known}, and this makes it a {now}"
        yield Flaw(message, f"write a value of the type {known}, or change a fact of its own")
