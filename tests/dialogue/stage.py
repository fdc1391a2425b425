"""A small cast, and an engine whose backend and clock a test holds in its hands."""

from npcengine import NPCEngine, Persona
from npcengine.hooks import Event
from npcengine.persona.model import Example, Known, Said, StockLines
from npcengine.stores.inmemory import InMemoryStore
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import Script, ScriptedBackend

MIRA = Persona(
    id="mira",
    name="Mira Holt",
    description="The blacksmith.",
    greetings=Said.of("What d'ye need?", "Mind the sparks."),
    examples=(Example(player="Can you mend my sword?", npc="Leave it by the anvil."),),
    knowledge=Known.of("The old mill burned down in spring."),
    stock_lines=StockLines(
        fallback=Said.of("Hm.", "Ask me later.", "Could be."),
        confused=Said.of("Talk plain."),
        refuse=Said.of("I'll not speak of that."),
        busy=Said.of("Iron's hot. Wait.", "Not now."),
        thinking=Said.of("wipes her hands"),
    ),
)
TOM = Persona(id="tom", name="Tom", description="The guard.")


class Stage:
    """An engine and all that a test wants to look at beside it."""

    def __init__(self, *script: Script) -> None:
        self.clock = ManualClock()
        self.backend = ScriptedBackend(script or ("Aye.",), self.clock)
        self.store = InMemoryStore()
        self.events: list[Event] = []
        self.engine = NPCEngine(
            personas=[MIRA, TOM],
            backends={"fast": self.backend} if script else None,
            store=self.store,
            hooks=[self.events.append],
            clock=self.clock,
        )
