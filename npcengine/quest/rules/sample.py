"""The world and the quest to which the examples of rules belong."""

from __future__ import annotations

import re
from functools import cache

from npcengine.content.fields import check
from npcengine.content.source import MAX_BYTES, decode_source
from npcengine.content.yaml_tree import read_tree
from npcengine.quest.model import Quest
from npcengine.quest.rules.rule import Rule
from npcengine.world.model import World

WORLD = """\
money: coin
places:
  square:
    exits: [smithy, {to: harbour, minutes: 15, danger: 1}, {to: cellar, door: trapdoor}]
  smithy: {holds: {seal: 1}}
  harbour: {exits: [{to: island, when: ferry_runs}]}
  cellar: {holds: {crown: 1}}
  island: {}
  moor: {}
people:
  mira: {at: smithy}
  tom: {at: square, essential: true}
  ann: {at: harbour}
  bob: {at: harbour, level: 3}
  king: {at: square, in_quests: false}
  ghost: {at: smithy}
creatures:
  wolf: {at: harbour, respawns: true, level: 2}
  dragon: {at: harbour, level: 30}
items:
  coin: {}
  herring: {gather: harbour}
  iron_key: {}
  crown: {unique: true}
  seal: {essential: true}
things:
  trapdoor: {at: square, key: iron_key}
  lamp: {at: harbour}
verbs:
  light: {with: {lamp: thing}, at: lamp, then: ["{lamp}.lit"]}
  poison: {with: {who: person}, at: who, then: ["not {who}.alive"]}
  pray: {with: {at: place}, at: at, then: ["player.calm += 1"]}
facts: {ferry_runs: bool, player.calm: number, lamp.lit: bool}
start:
  {player.at: square, player.level: 3, player.has.coin: 10, player.has.iron_key: 1,
   ghost.alive: false, lamp.lit: false}
"""
QUEST = """\
id: mira-supper
giver: mira
motive: comfort
strategy: comfort.luxuries
objectives:
  - {id: find, do: obtain, with: {item: herring, count: 2}}
  - {id: bring, do: give, with: {item: herring, to: mira, count: 2}, after: [find]}
outcomes:
  - {id: done, needs: [find, bring]}
"""
_FIELD = re.compile(r"^([a-z_]+):.*\n(?:[ -].*\n)*", re.MULTILINE)


def quest_of(text: str) -> Quest:
    """Make the sample quest with the fields that an example of a rule says otherwise."""
    return check(
        read_tree(decode_source(_merged(QUEST, text).encode(), "quest.yaml", 65_536)), Quest
    )


def world_of(rule: Rule) -> World:
    """Make the world in which the example of a rule earns its code, without a look at it."""
    return _world(_merged(WORLD, rule.world) if rule.code == "QST102" else rule.world or WORLD)


@cache
def _world(text: str) -> World:
    return check(read_tree(decode_source(text.encode(), "world.yaml", MAX_BYTES)), World)


def _merged(sample: str, fields: str) -> str:
    said = {field[1] for field in _FIELD.finditer(fields)}
    others = (field[0] for field in _FIELD.finditer(sample) if field[1] not in said)
    return "".join(others) + fields
