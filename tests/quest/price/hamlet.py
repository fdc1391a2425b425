"""A small world, and quests in it that are built by hand and proved."""

from npcengine.quest.model import Proof, Quest
from npcengine.quest.proving.prove import NoProof, prove
from npcengine.world.loader import parse_world
from npcengine.world.model import World
from npcengine.world.state import State

WORLD = """
schema: npcengine/world@1
name: The Hamlet
money: coin
places:
  square:
    name: {en: Well Square, de: Brunnenplatz, zh: 水井广场}
    exits: [forge, {to: inn, minutes: 3}, {to: wood, minutes: 20, danger: 1}]
  forge: {name: {en: Mira's Forge, zh: 铁匠铺}, exits: [{to: mine, minutes: 30, danger: 3}]}
  inn: {exits: [{to: cellar, minutes: 1, door: cellar_door}]}
  cellar: {holds: {cheese: 4}}
  wood: {exits: [{to: den, minutes: 5, danger: 2}]}
  den: {}
  mine: {}
people:
  mira:
    name: {en: Mira Holt, de: Mira Holt, zh: 米拉}
    at: forge
    level: 4
    faction: folk
    carries: {horseshoe: 3, heirloom: 1}
    sells: {sword: 60, horseshoe: 8, pickaxe: 12}
  humphrey:
    name: Humphrey
    at: inn
    faction: folk
    sells: {ale: 2, bread: 3, ore: 6}
    knows: [rumour]
  fence: {at: den, faction: thieves, carries: {ring: 1}}
creatures:
  wolf: {name: {en: wolf, de: Wolf, zh: 狼}, at: wood, level: 2, respawns: true, carries: {pelt: 1}}
  rat_king: {at: cellar, level: 3, faction: thieves, carries: {crown: 1}}
items:
  coin: {value: 1}
  ore: {value: 9, gather: mine, tool: pickaxe}
  herb: {name: {en: moonpetal, zh: 月瓣草}, value: 4, gather: wood}
  pelt: {name: {en: wolf pelt, de: Wolfspelz, zh: 狼皮}, value: 7}
  pickaxe: {value: 10}
  sword: {value: 50, make: {of: {ore: 3}, at: forge, minutes: 20}}
  horseshoe: {value: 8}
  heirloom: {value: 40, unique: true}
  ale: {value: 2}
  bread: {value: 3}
  cheese: {value: 5}
  crown: {value: 30, unique: true}
  ring: {value: 90, unique: true, essential: true}
  cellar_key: {value: 1}
things:
  cellar_door: {at: inn, key: cellar_key}
  chest: {at: square, holds: {cellar_key: 1}}
  wheel: {at: square, broken: true, repair: {ore: 2}}
information:
  rumour: {name: {en: what the miller saw, zh: 磨坊主看见的事}}
factions:
  folk: {enemies: [thieves]}
  thieves: {}
verbs:
  light: {with: {lamp: thing}, at: lamp, then: ["{lamp}.lit"], minutes: 2}
facts: {}
start: {player.at: square, player.has.coin: 200, player.level: 3}
"""


def hamlet(changed: str = "") -> World:
    """Read the world, with more lines at its end."""
    return parse_world(WORLD + changed, "hamlet.yaml")


HAMLET = hamlet()
START = State.of(HAMLET)


def quest(*tasks: str, giver: str = "mira", **fields: object) -> Quest:
    """Build a quest with one outcome of tasks such as `give item=pelt count=3 to=mira`.

    Objectives are called a, b, c and so on, and each comes after the one before.
    """
    objectives: list[dict[str, object]] = []
    for id, task in zip("abcdefghijklm", tasks, strict=False):
        do, *pairs = task.split()
        using = {name: _value(value) for name, _, value in (each.partition("=") for each in pairs)}
        after = tuple(str(each["id"]) for each in objectives[-1:])
        objectives.append({"id": id, "do": do, "with": using, "after": after})
    return Quest.model_validate(
        {
            "id": "errand",
            "giver": giver,
            "motive": "equipment",
            "strategy": "by_hand",
            "objectives": tuple(objectives),
            "outcomes": ({"id": "done", "needs": tuple(str(each["id"]) for each in objectives)},),
            **fields,
        }
    )


def _value(text: str) -> str | int:
    return int(text) if text.isdecimal() else text


def proved(quest: Quest, state: State = START) -> Proof:
    """Prove a quest that can be proved."""
    verdict = prove(quest, state)
    assert not isinstance(verdict, NoProof), verdict
    return verdict


def rich_quest() -> Quest:
    """Build a quest with two endings, something optional, something hidden, and roles."""
    objectives = (
        {"id": "hear", "do": "learn", "with": {"about": "rumour"}},
        {"id": "hunt", "do": "kill", "with": {"target": "wolf", "count": 3}, "after": ("hear",)},
        {"id": "pelts", "do": "give", "after": ("hunt",),
         "with": {"item": "pelt", "count": 3, "to": "mira"}},
        {"id": "toast", "do": "give", "with": {"item": "ale", "to": "humphrey"}, "optional": True},
        {"id": "king", "do": "kill", "with": {"target": "rat_king"}, "after": ("hear",),
         "hidden": True},
    )  # fmt: skip
    outcomes = (
        {"id": "furs", "needs": ("hear", "hunt", "pelts")},
        {"id": "crowned", "needs": ("hear", "king")},
    )
    return Quest.model_validate(
        {"id": "winter", "giver": "mira", "motive": "protection", "strategy": "by_hand",
         "roles": {"beast": "wolf", "foe": "rat_king"}, "level": 3,
         "objectives": objectives, "outcomes": outcomes}
    )  # fmt: skip


TASKS = (
    ("give item=bread to=mira",),
    ("give item=pelt count=3 to=mira",),
    ("give item=ore count=4 to=mira",),
    ("obtain item=ore count=4",),
    ("obtain item=sword",),
    ("make item=sword", "give item=sword to=humphrey"),
    ("give item=herb count=10 to=mira",),
    ("repair what=wheel",),
    ("kill target=wolf count=2", "talk to=mira"),
    ("kill target=rat_king", "give item=crown to=mira"),
    ("learn about=rumour", "tell to=mira about=rumour"),
    ("pay to=humphrey count=20", "talk to=mira"),
    ("steal item=ring from=fence",),
    ("escort who=humphrey to=wood",),
    ("guard what=inn",),
    ("light lamp=wheel",),
)
QUESTS = tuple(quest(*each) for each in TASKS)
