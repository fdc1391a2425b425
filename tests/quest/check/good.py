"""A village with something of everything, and quests in it with which nothing is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from random import Random
from typing import Any

from npcengine.content.source import MAX_BYTES, decode_source
from npcengine.content.yaml_tree import read_tree
from npcengine.quest.model import Quest
from npcengine.quest.pricing.price import priced
from npcengine.quest.proving.prove import NoProof, prove
from npcengine.world.loader import parse_world
from npcengine.world.model import World
from npcengine.world.state import State

VILLAGE = """\
money: coin
places:
  green:
    name: {en: the green, de: der Anger}
    exits: [inn, {to: forge, minutes: 4}, {to: chapel, door: chapel_door}, {to: hills, danger: 2}]
  inn: {}
  forge: {holds: {tongs: 1}}
  chapel: {holds: {relic: 1}}
  hills: {exits: [{to: cave, door: cave_gate, danger: 3}]}
  cave: {holds: {idol: 1}}
  ferry: {exits: [{to: green, when: ferry_runs}]}
  heath: {}
people:
  rosa: {name: Rosa, at: inn, wants: [comfort], sells: {ale: 3, rope: 5}, faction: guild}
  egon: {name: {en: Egon, de: Egon}, at: forge, level: 4, carries: {medal: 1}}
  pia: {name: Pia, at: hills, captive: true}
  hugo: {name: Hugo, at: green, knows: [way_in]}
  abbot: {name: the abbot, at: green, essential: true}
  thief: {name: the thief, at: hills, level: 4, carries: {purse: 1}, faction: rogues}
  saint: {name: the saint, at: chapel, in_quests: false}
  late_anna: {name: Anna, at: inn}
creatures:
  boar: {name: {en: boar, de: Wildschwein}, at: hills, respawns: true, level: 3,
         carries: {hide: 1}}
  wyrm: {name: the wyrm, at: cave, level: 40}
items:
  coin: {name: {en: coin, de: Münze}}
  ale: {name: {en: ale, de: Bier}, value: 3, used_up: true}
  rope: {value: 5}
  ore: {name: {en: ore, de: Erz}, gather: hills, tool: pick, value: 2}
  pick: {value: 6}
  nails: {make: {of: {ore: 2}, at: forge}, value: 8}
  hide: {value: 4}
  cave_key: {name: cave key, unique: true}
  chapel_key: {name: chapel key, unique: true}
  relic: {name: the relic, unique: true, essential: true}
  idol: {name: the idol, unique: true}
  medal: {name: a medal, unique: true, value: 30}
  purse: {name: the purse, unique: true}
  tongs: {value: 4}
  diary: {}
things:
  chapel_door: {name: chapel door, at: green, key: chapel_key}
  cave_gate: {name: cave gate, at: hills, key: cave_key}
  bridge: {name: {en: the bridge, de: die Brücke}, at: hills, broken: true, repair: {nails: 1}}
  bell: {name: the bell, at: green}
  chest: {at: inn, holds: {cave_key: 1}}
information:
  way_in: {name: the way in, concerns: cave}
  old_feud: {name: the old feud, written: diary}
factions:
  guild: {enemies: [rogues]}
  rogues: {}
verbs:
  ring: {with: {bell: thing}, at: bell, then: ["{bell}.rung"], minutes: 2}
  poison: {with: {who: person}, at: who, then: ["not {who}.alive"]}
  pray: {with: {at: place}, at: at, then: ["player.calm += 1"]}
facts: {ferry_runs: bool, bell.rung: bool, player.calm: number}
start:
  {player.at: green, player.level: 3, player.has.coin: 20, player.has.pick: 1,
   player.has.chapel_key: 1, player.has.diary: 1, late_anna.alive: false, bell.rung: false}
"""

_PLAIN = """\
en:
  title: Ale for the thirsty
  offer: "Bring me {count} mugs of ale, will you?"
  thanks: {done: "You are an angel."}
  objectives: {find: "Get {count} {item}.", bring: "Give {count} {item} to {to}."}
de:
  title: Bier für die Durstigen
  offer: "Bring mir {count} Krüge Bier, ja?"
  thanks: {done: "Du bist ein Engel."}
  objectives: {find: "Besorge {count} {item}.", bring: "Gib {to} {count} {item}."}
"""

QUESTS: Mapping[str, str] = {
    "a delivery, in two languages": f"""\
giver: egon
objectives:
  - {{id: find, do: obtain, with: {{item: ale, count: 3}}}}
  - {{id: bring, do: give, with: {{item: ale, count: 3, to: egon}}, after: [find]}}
outcomes: [{{id: done, needs: [find, bring]}}]
texts:
{"".join("  " + line for line in _PLAIN.splitlines(keepends=True))}""",
    "a hunt with a report": """\
giver: rosa
roles: {pest: boar}
objectives:
  - {id: hunt, do: kill, with: {target: boar, count: 4}}
  - {id: report, do: talk, with: {to: rosa}, after: [hunt]}
outcomes: [{id: done, needs: [hunt, report]}]
texts:
  en:
    title: "Trouble with the {pest}"
    offer: "Four of them dug up my garden. Kill {count}, and I pay."
    objectives: {hunt: "Kill {count} of them in the hills.", report: "Tell {giver}."}
""",
    "behind a locked gate": """\
giver: hugo
objectives:
  - {id: look, do: goto, with: {to: cave}}
  - {id: find, do: take, with: {item: idol, from: cave}}
  - {id: bring, do: give, with: {item: idol, to: hugo}, after: [find]}
outcomes: [{id: done, needs: [look, find, bring]}]
""",
    "something made and mended": """\
giver: abbot
objectives:
  - {id: ore, do: gather, with: {item: ore, at: hills, count: 2}}
  - {id: nails, do: make, with: {item: nails}, after: [ore]}
  - {id: mend, do: repair, with: {what: bridge}, after: [nails]}
  - {id: report, do: talk, with: {to: abbot}, after: [mend]}
outcomes: [{id: done, needs: [ore, nails, mend, report]}]
minutes: 240
texts:
  en: {title: The broken bridge, offer: Nobody gets over the bridge. Mend it.}
""",
    "a rescue": """\
giver: rosa
objectives:
  - {id: free, do: free, with: {target: pia}}
  - {id: lead, do: escort, with: {who: pia, to: inn}, after: [free]}
  - {id: report, do: talk, with: {to: rosa}, after: [lead]}
outcomes: [{id: done, needs: [free, lead, report]}]
texts:
  en: {title: "Where is Pia?", offer: "My sister Pia never came back from the hills."}
""",
    "something to find out": """\
giver: egon
roles: {secret: way_in}
objectives:
  - {id: learn, do: learn, with: {about: way_in}}
  - {id: tell, do: tell, with: {about: way_in, to: egon}, after: [learn]}
outcomes: [{id: done, needs: [learn, tell]}]
texts:
  en: {title: "Into the cave", offer: "Somebody knows {secret}."}
""",
    "something to read": """\
giver: hugo
objectives:
  - {id: read, do: read, with: {about: old_feud, in: diary}}
  - {id: ask, do: ask, with: {about: way_in, to: hugo}, after: [read]}
outcomes: [{id: done, needs: [read, ask]}]
""",
    "a choice": """\
giver: rosa
objectives:
  - {id: meet, do: talk, with: {to: thief}}
  - {id: strike, do: kill, with: {target: thief}, after: [meet]}
  - {id: spare, do: choose, with: {option: let the thief go}, after: [meet]}
  - {id: report, do: talk, with: {to: rosa}, after: [strike]}
  - {id: lie, do: talk, with: {to: rosa}, after: [spare]}
outcomes:
  - {id: justice, needs: [meet, strike, report]}
  - {id: mercy, needs: [meet, spare, lie]}
texts:
  en:
    title: The thief in the hills
    offer: "The thief must pay, {player}. Or must he?"
    thanks: {justice: So be it., mercy: "I will pretend that I believe you."}
""",
    "something optional and something hidden": """\
giver: abbot
objectives:
  - {id: ring, do: ring, with: {bell: bell}}
  - {id: guard, do: guard, with: {what: green}, after: [ring], hidden: true}
  - {id: drink, do: talk, with: {to: hugo}, optional: true}
outcomes: [{id: done, needs: [ring, guard]}]
""",
    "something bought and used": """\
giver: hugo
objectives:
  - {id: buy, do: buy, with: {item: rope, from: rosa}}
  - {id: pay, do: pay, with: {to: egon, count: 2}}
  - {id: use, do: use, with: {item: rope, on: bridge}, after: [buy]}
outcomes: [{id: done, needs: [buy, pay, use]}]
texts:
  en: {title: A debt of honour, offer: "Settle what I owe: two coins to Egon, and a rope."}
  zh: {title: 一笔人情债, offer: "替我还债：给埃贡两枚金币，再加一根绳子。"}
""",
    "a capture": """\
giver: egon
difficulty: hard
objectives:
  - {id: catch, do: capture, with: {target: thief}}
  - {id: report, do: talk, with: {to: egon}, after: [catch]}
outcomes: [{id: done, needs: [catch, report]}]
""",
    "an open door and a theft": """\
giver: hugo
objectives:
  - {id: open, do: unlock, with: {what: chapel_door}}
  - {id: steal, do: steal, with: {item: purse, from: thief}}
  - {id: bring, do: give, with: {item: purse, to: hugo}, after: [steal]}
outcomes: [{id: done, needs: [open, steal, bring]}]
""",
}
"""Each is of another shape. What all have in common is added, and the reward, and the proof."""


@cache
def village() -> World:
    return parse_world(VILLAGE, "village.yaml")


def in_village() -> State:
    return State.of(village())


def written(name: str) -> dict[str, Any]:
    """Return a quest as data, without reward and proof."""
    number = list(QUESTS).index(name)
    common = {"id": f"quest-{number}", "motive": "comfort", "strategy": "by_hand", "level": 3}
    fields = read_tree(decode_source(QUESTS[name].encode(), "quest.yaml", MAX_BYTES)).data
    written: dict[str, Any] = json.loads(json.dumps(common | fields))
    return written


@cache
def good(name: str) -> Quest:
    """Return a quest that is proved and priced."""
    quest = Quest.model_validate(written(name), strict=False)
    proof = prove(quest, in_village())
    assert not isinstance(proof, NoProof), (name, proof)
    with_proof = quest.model_copy(update={"proof": proof})
    return priced(with_proof, proof, in_village(), Random(1))
