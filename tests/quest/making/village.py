"""A village, its smith, and an engine that hands out quests there."""

from typing import Any

from npcengine import NPCEngine, Persona, Quest, QuestBrief, World
from npcengine.backend.base import Backend
from npcengine.persona.model import Said, StockLines
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import Script, ScriptedBackend
from npcengine.world.loader import parse_world

VILLAGE = """
name: Elmford
money: coin
places:
  square: {name: {en: the square, de: der Platz}, exits: [smithy, inn, {to: wood, danger: 1}]}
  smithy: {exits: [{to: cellar, door: hatch}]}
  inn: {}
  wood: {exits: [{to: cave, minutes: 10, danger: 2}]}
  cave: {}
  cellar: {holds: {old_map: 1}}
  isle: {}
people:
  mira: {name: Mira, at: smithy, sells: {nail: 2}, knows: [rumour], faction: guild}
  tom: {name: Tom, at: inn, sells: {ale: 3}, knows: [secret], faction: guild}
  ann: {name: Ann, at: square}
  hermit: {name: Hermit, at: isle}
creatures:
  wolf: {name: {en: grey wolf}, at: wood, respawns: true, level: 2, carries: {pelt: 1}}
  bear: {at: cave, level: 3, carries: {claw: 1}}
items:
  coin: {value: 1}
  nail: {value: 2}
  ale: {value: 3, used_up: true}
  pelt: {name: {en: wolf pelt, de: Wolfsfell}, value: 6}
  claw: {value: 20, unique: true}
  herb: {value: 2, gather: wood}
  ore: {value: 4, gather: cave}
  horseshoe: {value: 9, make: {of: {ore: 1, nail: 2}, at: smithy}}
  hatch_key: {gather: wood}
  old_map: {value: 30, unique: true}
things:
  hatch: {at: smithy, key: hatch_key}
  well: {at: square, broken: true, repair: {nail: 2}}
information: {rumour: {}, secret: {}}
factions: {guild: {}}
start: {player.at: square, player.level: 3, player.has.coin: 20}
"""

MIRA = Persona(
    id="mira",
    name="Mira",
    description="The blacksmith.",
    greetings=Said.of("What d'ye need?"),
    stock_lines=StockLines(fallback=Said.of("Hm.")),
)
BRIEF = QuestBrief("mira", player="ayla", theme="wolves in the wood")


def village() -> World:
    return parse_world(VILLAGE, "village.yaml")


class Forge:
    """An engine in the village, and the backend that its characters write with."""

    def __init__(self, *script: Script, **more: Any) -> None:
        self.clock = ManualClock()
        self.backend = ScriptedBackend(script or ("{}",), self.clock)
        backends: dict[str, Backend] = {"fast": self.backend}
        self.engine = NPCEngine(
            personas=[MIRA],
            backends=backends if script else None,
            clock=self.clock,
            world=more.pop("world", None) or village(),
            **more,
        )

    async def quest(self, brief: QuestBrief = BRIEF, **more: Any) -> Quest:
        async with self.engine:
            made = await self.engine.quest(brief, **more)
        assert isinstance(made, Quest), made
        return made
