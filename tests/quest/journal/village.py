"""A village with enough people in it that others can take a part, and quests in it."""

from typing import Any

from npcengine.quest.events import Event
from npcengine.quest.model import Quest
from npcengine.quest.planning.strategy import default_strategies
from npcengine.quest.record.journal import Journal
from npcengine.stores.base import ValueStore
from npcengine.stores.inmemory import InMemoryStore
from npcengine.turns import Fact
from npcengine.world.index import Index
from npcengine.world.loader import parse_world

WORLD = """
places:
  square: {exits: [forge, {to: inn, minutes: 3}, {to: wood, minutes: 10}]}
  forge: {}
  inn: {}
  wood: {exits: [{to: cave, minutes: 5}]}
  cave: {holds: {ring: 1}}
people:
  mira: {name: Mira Holt, at: forge}
  tom: {name: Tom, at: inn}
  ann: {name: Ann, at: square}
  bo: {name: Bo, at: square, knows: [rumour]}
creatures:
  wolf: {at: wood, respawns: true}
  bear: {at: cave}
  boar: {at: wood}
items:
  herb: {name: moonpetal, gather: wood}
  root: {gather: wood}
  ring: {unique: true}
information:
  rumour: {}
start: {player.at: square, player.level: 1}
"""

INDEX = Index.of(parse_world(WORLD, "village.yaml"))
STRATEGIES = default_strategies()


def journal(store: ValueStore | None = None) -> Journal:
    return Journal(INDEX, store or InMemoryStore(), STRATEGIES)


def _quest(strategy: str, roles: dict[str, str], *objectives: Any, **more: Any) -> Quest:
    each = [{"id": id, "do": do, "with": using, **rest} for id, do, using, rest in objectives]
    fields = {
        "giver": "mira",
        "motive": strategy.partition(".")[0],
        "strategy": strategy,
        "roles": roles,
        "objectives": each,
        "outcomes": [{"id": "done", "needs": [one["id"] for one in each]}],
    }
    return Quest.model_validate(fields | more, strict=False)


def treat(id: str = "treat", patient: str = "tom", **more: Any) -> Quest:
    """Two herbs for somebody who is ill."""
    return _quest(
        "protection.treat",
        {"remedy": "herb", "patient": patient},
        ("find", "obtain", {"item": "herb", "count": 2}, {}),
        ("treat", "give", {"item": "herb", "to": patient, "count": 2}, {"after": ["find"]}),
        ("report", "talk", {"to": "mira"}, {"after": ["treat"]}),
        id=id,
        **more,
    )


def slay(id: str = "slay") -> Quest:
    """A beast of which there is only one."""
    return _quest(
        "serenity.revenge",
        {"beast": "bear"},
        ("slay", "kill", {"target": "bear"}, {}),
        ("report", "talk", {"to": "mira"}, {"after": ["slay"]}),
        id=id,
    )


def rarity(id: str = "rarity") -> Quest:
    """A thing of which there is only one, and no other."""
    return _quest(
        "reputation.rarity",
        {"item": "ring"},
        ("find", "obtain", {"item": "ring"}, {}),
        ("bring", "give", {"item": "ring", "to": "mira"}, {"after": ["find"]}),
        id=id,
    )


def fork(id: str = "fork") -> Quest:
    """A quest that can end in two ways."""
    return _quest(
        "serenity.by_hand",
        {"friend": "tom", "beast": "bear"},
        ("talk", "talk", {"to": "tom"}, {}),
        ("slay", "kill", {"target": "bear"}, {}),
        id=id,
        outcomes=[{"id": "peace", "needs": ["talk"]}, {"id": "war", "needs": ["slay"]}],
    )


def by_hand(role: str, id: str, *objectives: Any) -> Quest:
    """A quest of no strategy with one role."""
    return _quest("wealth.by_hand", {role: id}, *objectives, id="by_hand")


def treated(patient: str = "tom") -> list[Event]:
    """What a game tells when a player does what `treat` asks."""
    return [
        Event("obtained", "herb", id="e1"),
        Event("obtained", "herb", id="e2"),
        Event("lost", "herb", count=2, id="e3"),
        Event("gave", "herb", to=patient, count=2, id="e4"),
        Event("talked", "mira", id="e5"),
    ]


NOTHING: dict[str, Fact] = {}
