"""Whether what a strategy names is there: roles, objectives, verbs and what they are done with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from npcengine.content.fields import check
from npcengine.content.source import read_source
from npcengine.content.yaml_tree import Loc, Tree, read_tree
from npcengine.diagnostics import Diagnostic
from npcengine.errors import ContentError
from npcengine.quest.model import Task
from npcengine.quest.planning.strategy import Pattern, Strategies, StrPath, Twist
from npcengine.quest.tokens import tokens_in
from npcengine.quest.watch import GOALS
from npcengine.spelling import did_you_mean
from npcengine.world.model import World
from npcengine.world.verbs import Refused, parameters, verb_names

_RELATIONS = ("knows", "knows_not", "has", "sells")
"""Fields of a role that name another one."""
_ALWAYS = ("giver", "home", "count")


class _Named(NamedTuple):
    """A word of a strategy, and those of which it has to be one."""

    loc: Loc
    word: str
    known: Iterable[str]
    is_name: bool = False
    """Whether it stands before the colon."""


def load_strategies(path: StrPath, world: World) -> Strategies:
    """Load a designer's strategies. Raises `ContentError` with everything that is wrong."""
    tree = read_tree(read_source(Path(path)))
    strategies = check(tree, Strategies)
    complaints = misnamed(tree, strategies, world)
    if complaints:
        raise ContentError(complaints)
    return strategies


def misnamed(tree: Tree, strategies: Strategies, world: World) -> list[Diagnostic]:
    """Complain of each word of a strategy that stands for nothing in it, or in the world."""
    return [
        tree.complain(
            "NPC208",
            each.loc,
            f"{each.word!r:.80} is none of {', '.join(each.known)}",
            did_you_mean(each.word, each.known),
            at=tree.written(each.loc),
            on_key=each.is_name,
        )
        for each in _named(strategies, world)
        if each.word not in each.known
    ]


def _named(strategies: Strategies, world: World) -> Iterator[_Named]:
    for index, strategy in enumerate(strategies.strategies):
        yield from _of_pattern(("strategies", index), strategy, world)
    for index, twist in enumerate(strategies.twists):
        yield from _of_pattern(("twists", index), twist, world)


def _of_pattern(loc: Loc, pattern: Pattern, world: World) -> Iterator[_Named]:
    fits = pattern.fits if isinstance(pattern, Twist) else None
    roles = [*pattern.roles, *(fits.roles if fits else ())]
    ids = [*(each.id for each in pattern.objectives), *(fits.objectives if fits else ())]
    for name, role in pattern.roles.items():
        for relation in _RELATIONS:
            other = getattr(role, relation)
            if other is not None:
                yield _Named((*loc, "roles", name, relation), other, roles)
    if isinstance(pattern, Twist) and pattern.outcome is not None:
        for at, id in enumerate(pattern.outcome.instead_of):
            yield _Named((*loc, "outcome", "instead_of", at), id, ids)
    for index, each in enumerate(pattern.objectives):
        here = (*loc, "objectives", index)
        for at, id in enumerate(each.after):
            yield _Named((*here, "after", at), id, ids)
        yield from _of_task(here, each, (*roles, *_ALWAYS), world)


def _of_task(loc: Loc, task: Task, tokens: Iterable[str], world: World) -> Iterator[_Named]:
    yield _Named((*loc, "do"), task.do, (*verb_names(world), *GOALS))
    wanted = _parameters(world, task.do)
    for name, value in task.using.items():
        if wanted:
            yield _Named((*loc, "with", name), name, wanted, is_name=True)
        for token in tokens_in(str(value)):
            yield _Named((*loc, "with", name), token, tokens)


def _parameters(world: World, do: str) -> Iterable[str]:
    if do in GOALS:
        return tuple(GOALS[do])
    try:
        return tuple(parameters(world, do))
    except Refused:
        return ()
