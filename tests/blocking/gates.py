"""A small cast behind a blocking engine, and models that wait until a test lets them go on."""

import asyncio
import threading
from collections.abc import Callable
from typing import Literal

from npcengine import BlockingEngine, NPCEngine, Persona
from npcengine.blocking.engine import Post
from npcengine.hooks import Hook
from npcengine.messages import ChatRequest, Origin
from npcengine.persona.model import Said
from npcengine.stores.inmemory import InMemoryStore
from npcengine.testing.scripted import Script, ScriptedBackend

PATIENCE = 20.0
"""Seconds after which a test that waits for a thread fails."""
LONG = 3600.0
"""A deadline that no test reaches."""
MIRA = Persona(
    id="mira", name="Mira", description="The blacksmith.", greetings=Said.of("Well met.")
)
TOM = Persona(id="tom", name="Tom", description="The guard.")


class Gate(asyncio.Event):
    """Part of a script: the model waits here, as other threads can see, until it is opened."""

    def __init__(self) -> None:
        super().__init__()
        self._reached = threading.Event()
        self._left = threading.Event()

    async def wait(self) -> Literal[True]:
        self._loop = asyncio.get_running_loop()
        self._reached.set()
        try:
            return await super().wait()
        except asyncio.CancelledError:
            self._left.set()
            raise

    def await_model(self) -> None:
        """Return once the model waits here."""
        assert self._reached.wait(PATIENCE)

    def await_cancelled(self) -> None:
        """Return once what was asked of the model is cancelled."""
        assert self._left.wait(PATIENCE)

    def open(self) -> None:
        """Let the model go on."""
        self._loop.call_soon_threadsafe(self.set)


class Stage:
    """A blocking engine that was not started, and what a test wants to look at beside it."""

    def __init__(
        self,
        *script: Script,
        answer: Callable[[ChatRequest], Script] | None = None,
        post: Post | None = None,
        hooks: tuple[Hook, ...] = (),
    ) -> None:
        self.backend = ScriptedBackend(answer or script)
        self.store = InMemoryStore()
        self._backends = {"fast": self.backend} if script or answer else None
        self._hooks = hooks
        self.engine = BlockingEngine(self._make, post=post)

    def kept(self, npc: str, player: str) -> list[tuple[str, str]]:
        """Return what was said and answered, as it is remembered once the engine is closed."""
        turns = asyncio.run(self.store.read(Origin("main", npc, player)))
        return [(turn.player_line, turn.npc_line) for turn in turns]

    def _make(self) -> NPCEngine:
        return NPCEngine(
            personas=[MIRA, TOM], backends=self._backends, store=self.store, hooks=self._hooks
        )
