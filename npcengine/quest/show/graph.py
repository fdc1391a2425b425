"""The graph of a quest: the offer, what is to be done after what, and how it can end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple, TypeAlias

from npcengine.quest.model import Quest
from npcengine.quest.show.fit import seen
from npcengine.quest.show.words import listed, marks_of, outcome_in_words, reward_in_words
from npcengine.quest.telling.names import name_of
from npcengine.quest.telling.readable import readable
from npcengine.world.model import World

NodeKind: TypeAlias = Literal["offer", "objective", "optional", "hidden", "outcome"]


class Node(NamedTuple):
    """A box of the graph."""

    kind: NodeKind
    text: str
    note: str = ""
    """What stands below the text, smaller."""
    id: str = ""
    """What the quest calls it."""


class Graph(NamedTuple):
    """Boxes, and which leads to which, by their numbers."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[int, int], ...]


def graph_of(quest: Quest, world: World, locale: str) -> Graph:
    """Make the graph of a quest. The offer comes first, the outcomes last."""
    shown = readable(quest, world, locale)
    nodes = [Node("offer", seen(name_of(world, quest.giver, locale)))]
    for each in quest.objectives:
        kind: NodeKind = "optional" if each.optional else "hidden" if each.hidden else "objective"
        text = seen(shown.objectives[each.id])
        nodes.append(Node(kind, text, marks_of(each, locale), each.id))
    for outcome in quest.outcomes:
        reward = listed(reward_in_words(outcome.reward, world, locale), locale)
        nodes.append(Node("outcome", outcome_in_words(quest, outcome, locale), reward, outcome.id))
    return Graph(tuple(nodes), tuple(dict.fromkeys(_edges(quest))))


def _edges(quest: Quest) -> Iterator[tuple[int, int]]:
    number = {each.id: at for at, each in enumerate(quest.objectives, 1)}
    before = {each.id: _all_before(quest, each.after) for each in quest.objectives}
    for each in quest.objectives:
        last = [id for id in _last(each.after, before) if id in number]
        yield from ((number[id], number[each.id]) for id in last)
        if not last:
            yield 0, number[each.id]
    for at, outcome in enumerate(quest.outcomes, 1 + len(quest.objectives)):
        last = [id for id in _last(outcome.needs, before) if id in number]
        yield from ((number[id], at) for id in last)


def _last(ids: Iterable[str], before: dict[str, set[str]]) -> list[str]:
    """Leave out what has to be done before another one anyway."""
    ids = list(ids)
    return [
        id for id in ids if not any(id in before.get(other, ()) for other in ids if other != id)
    ]


def _all_before(quest: Quest, ids: Iterable[str]) -> set[str]:
    after = {each.id: each.after for each in quest.objectives}
    found: set[str] = set()
    queue = list(ids)
    while queue:
        id = queue.pop()
        if id in after and id not in found:
            found.add(id)
            queue += after[id]
    return found
