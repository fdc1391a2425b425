"""A village in which work is paid, and in which there is one of some things."""

from random import Random
from typing import Any

from npcengine.quest.model import Proof, Quest, Reward
from npcengine.quest.planning.strategy import default_strategies
from npcengine.quest.pricing.price import priced
from npcengine.quest.proving.prove import prove
from npcengine.quest.record.journal import Journal
from npcengine.stores.base import ValueStore
from npcengine.stores.inmemory import InMemoryStore
from npcengine.world.index import Index
from npcengine.world.loader import parse_world
from npcengine.world.state import State

WORLD = """
money: coin
places:
  square: {exits: [forge, {to: inn, minutes: 3}, {to: wood, minutes: 10}]}
  forge: {}
  inn: {exits: [{to: moor, minutes: 25}]}
  moor: {exits: [{to: isle, minutes: 25}]}
  isle: {}
  wood: {exits: [{to: cave, minutes: 5}]}
  cave: {holds: {ring: 1, crown: 1}}
people:
  mira: {name: Mira Holt, at: forge, carries: {heirloom: 1, jug: 3}}
  tom: {name: Tom, at: inn}
  ann: {name: Ann, at: moor}
  bo: {name: Bo, at: isle}
  cid: {name: Cid, at: forge, in_quests: false}
items:
  coin: {value: 1}
  herb: {name: moonpetal, value: 4, gather: wood}
  jug: {value: 8}
  ring: {value: 30, unique: true}
  crown: {value: 30, unique: true}
  heirloom: {value: 8, unique: true}
start: {player.at: square, player.level: 1, player.has.coin: 10}
"""
INDEX = Index.of(parse_world(WORLD, "market.yaml"))
STATE = State.of(INDEX)
REALM = "main"


def journal(store: ValueStore | None = None) -> Journal:
    return Journal(INDEX, store or InMemoryStore(), default_strategies())


def asked(id: str, roles: dict[str, str], *objectives: Any, **reward: Any) -> Quest:
    """Build a quest of mira's from lines such as `("find", "obtain", {"item": "ring"}, [])`."""
    each = [
        {"id": name, "do": do, "with": using, "after": after}
        for name, do, using, after in objectives
    ]
    done = {"id": "done", "needs": [one["id"] for one in each], "reward": reward}
    return Quest.model_validate(
        {
            "id": id,
            "giver": "mira",
            "motive": "wealth",
            "strategy": "by_hand",
            "roles": roles,
            "objectives": each,
            "outcomes": [done],
        },
        strict=False,
    )


def bring(item: str = "ring", id: str = "bring", **reward: Any) -> Quest:
    """A thing that is to be brought to mira."""
    return asked(
        id,
        {"item": item},
        ("find", "obtain", {"item": item}, []),
        ("bring", "give", {"item": item, "to": "mira"}, ["find"]),
        **reward,
    )


def deliver(to: str = "tom", id: str = "deliver") -> Quest:
    """Three herbs for somebody, and a word to mira; priced."""
    quest = asked(
        id,
        {"friend": to},
        ("find", "obtain", {"item": "herb", "count": 3}, []),
        ("give", "give", {"item": "herb", "to": to, "count": 3}, ["find"]),
        ("report", "talk", {"to": "mira"}, ["give"]),
    )
    return priced(quest, proved(quest), STATE, Random(1))


def proved(quest: Quest, state: State = STATE) -> Proof:
    verdict = prove(quest, state)
    assert isinstance(verdict, Proof), verdict
    return verdict


def reward_of(quest: Quest) -> Reward:
    [outcome] = quest.outcomes
    return outcome.reward
