"""The one object that a game embeds."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Mapping
from os import PathLike
from types import TracebackType
from typing import Required, Self, TypedDict, Unpack

from npcengine.backend.base import Backend
from npcengine.backend.chain import Tiers
from npcengine.clock import Clock, SystemClock
from npcengine.configuration import Deadlines, FactType
from npcengine.dialogue.line import Line
from npcengine.dialogue.manager import DialogueManager
from npcengine.dialogue.speech import Ask
from npcengine.dialogue.terms import check_player, check_terms
from npcengine.errors import EngineClosed
from npcengine.facts import check_facts
from npcengine.hooks import Hook, Hooks, logger
from npcengine.messages import Origin
from npcengine.persona.cast import Cast, described
from npcengine.persona.loader import load_cast
from npcengine.persona.model import Persona
from npcengine.prompt.speech import check_line
from npcengine.settings import Settings
from npcengine.stores.open import Store, open_store
from npcengine.turns import Reply, Scene

REALM = "main"

StrPath = str | PathLike[str]
Personas = StrPath | Iterable[Persona]

_NOWHERE = Scene()
_DEADLINES = Deadlines()
_NO_FACTS: Mapping[str, FactType] = {}


class Terms(TypedDict, total=False):
    """The terms of a turn: the keyword arguments that `say`, `stream` and `greet` share."""

    player: Required[str]
    """The id of the player who is answered."""
    scene: Scene
    """Where they are now."""
    realm: str
    """The running game world whose memory counts; `main` by default."""
    locale: str | None
    """The player's language, as `de` or `pt-BR`; by default the persona's own."""
    deadline: float
    """The most seconds that the turn may take; those of the engine's `deadlines` by default."""
    strict: bool
    """Raise when no model can answer, instead of giving an authored line."""
    queue: bool
    """Wait while the character still answers the same player, instead of interrupting."""


class NPCEngine:
    """Lets a cast of characters speak.

    Use it as `async with NPCEngine.from_env(personas="personas") as engine:`. One engine
    belongs to one event loop, and serves any number of players there at once. Every turn
    ends with a line in character within its deadline; when no model can answer in time it is
    one of the persona's authored lines, and `Reply.reason` says why.
    """

    def __init__(
        self,
        *,
        personas: Personas = (),
        backends: Mapping[str, Backend] | None = None,
        store: Store | None = None,
        deadlines: Deadlines = _DEADLINES,
        facts: Mapping[str, FactType] = _NO_FACTS,
        hooks: Iterable[Hook] = (),
        clock: Clock | None = None,
        seed: int = 0,
    ) -> None:
        """Set up an engine over `backends`, by tier: `fast`, `smart`, `deep`.

        `personas` is a file, a folder or personas; without backends, or with a tier that
        has none while `fast` has none either, characters speak their authored lines. What is
        said is kept in `store`, a path or a store, which is closed with the engine; without
        one, in memory. `facts` are those that a scene may tell, by name. Raises `ContentError`
        and `StoreError`, as `from_env` does.
        """
        self._cast = load_cast(personas) if isinstance(personas, str | PathLike) else Cast(personas)
        self._clock = clock or SystemClock()
        self._hooks = Hooks(tuple(hooks))
        self._backends = dict(backends or {})
        self._deadline = deadlines.player.whole
        self._facts = facts
        self._tiers: Tiers | None = None
        self._warming: asyncio.Task[None] | None = None
        self._closed = False
        self._store = open_store(store, self._clock)
        self._dialogue = DialogueManager(
            self._backends, self._store, self._clock, seed, self._hooks, deadlines
        )

    @classmethod
    def from_env(
        cls,
        *,
        personas: Personas | None = None,
        config: StrPath | None = None,
        environ: Mapping[str, str] | None = None,
        store: Store | None = None,
        hooks: Iterable[Hook] = (),
        clock: Clock | None = None,
        seed: int = 0,
    ) -> Self:
        """Set up an engine as the environment and `npcengine.yaml` say; arguments win over both.

        The file is `config`, or the one that `NPCENGINE_CONFIG` names, or the one in the current
        directory if it is there. The providers are those that the environment has keys for.

        Raises:
            ContentError: A persona or the file has a mistake.
            InvalidSetting: A variable, or a route in the file, cannot be understood.
            MissingKey: A route that was asked for by name has no key.
            StoreError: The file that is to be the store cannot be used.
        """
        clock = clock or SystemClock()
        hooks = tuple(hooks)
        settings = Settings.from_env(environ, config)
        tiers = Tiers(settings, clock, random.Random(seed), Hooks(hooks).emit)
        if not tiers.backends:
            logger.warning("no model is configured: characters speak their authored lines")
        engine = cls(
            personas=(settings.personas or ()) if personas is None else personas,
            backends=tiers.backends,
            store=settings.store if store is None else store,
            deadlines=settings.configuration.deadlines,
            facts=settings.configuration.facts,
            hooks=hooks,
            clock=clock,
            seed=seed,
        )
        engine._tiers = tiers
        return engine

    @property
    def cast(self) -> Cast:
        """Everybody who can be spoken to."""
        return self._cast

    @property
    def routes(self) -> Mapping[str, tuple[str, ...]]:
        """The models that are asked for each tier, in order, as `groq:openai/gpt-oss-20b`."""
        if self._tiers is None:
            return {}
        return {tier: tuple(map(str, routes)) for tier, routes in self._tiers.routes.items()}

    def add_persona(self, id: str, description: str, *, name: str | None = None) -> Persona:
        """Add a character that is no more than a description.

        Without `name` it is called after its id: `gate_guard` becomes `Gate Guard`.

        Raises:
            UsageError: The id is taken, or one of the values cannot be used.
        """
        persona = described(id, description, name)
        self._cast = self._cast.with_persona(persona)
        return persona

    async def say(self, npc: str, line: str, **terms: Unpack[Terms]) -> Reply:
        """Let a player say `line` to a character and return the whole answer.

        Raises:
            UnknownNPC: No persona has that id.
            InvalidLine: The line is empty or too long. It has not been said.
            NoRoute, BackendError, OutputError: With `strict` only: no model could be asked, none
                answered, or nothing of the answer could be shown.
        """
        return await self._whole(self._ask(npc, check_line(line), **terms))

    async def greet(self, npc: str, **terms: Unpack[Terms]) -> Reply:
        """Let a character speak first. Raises what `say` raises."""
        return await self._whole(self._ask(npc, "", **terms))

    def stream(self, npc: str, line: str, **terms: Unpack[Terms]) -> Line:
        """Let a player say `line` and give the answer piece by piece, as it comes.

        Use it as `async with engine.stream(...) as line: async for piece in line: ...`; then
        `line.reply` is what `say` would have returned. Raises what `say` raises.
        """
        return self._dialogue.speak(self._ask(npc, check_line(line), stream=True, **terms))

    async def forget(self, player: str) -> int:
        """Forget everything that is kept of a player, in every realm; return how many turns.

        Raises `UsageError` for the id of nobody.
        """
        self._check_open()
        check_player(player)
        return await self._store.forget(player)

    async def export(self, realm: str) -> bytes:
        """Return all that is remembered in a realm: a save slot, to keep and to `restore`."""
        self._check_open()
        return await self._store.export(realm)

    async def restore(self, realm: str, save: bytes) -> None:
        """Put a save in place of all that is remembered in a realm, or change nothing.

        Raises:
            SaveTooOld, SaveTooNew, SaveCorrupt, StoreUnavailable: It cannot be done.
        """
        self._check_open()
        await self._store.restore(realm, save)

    def authored_only(self, on: bool = True, npc: str | None = None) -> None:
        """Let a character speak only authored lines from its next one on, or let it end that.

        Without `npc` it is for everybody, whatever was said for single characters before.
        """
        self._dialogue.switch.turn(on, None if npc is None else self._cast[npc].id)

    async def aclose(self) -> None:
        """End every line that is being spoken and close all connections.

        Cancelled half-way, it may be called again and goes on.
        """
        self._closed = True
        try:
            await self._dialogue.aclose()
            await self._store.aclose()
        finally:
            if self._warming is not None:
                self._warming.cancel()
                await asyncio.wait([self._warming])
            for backend in self._backends.values():
                await backend.aclose()
            if self._tiers is not None:
                await self._tiers.aclose()

    async def __aenter__(self) -> Self:
        self._check_open()
        if self._tiers is not None and self._tiers.backends:
            self._warming = asyncio.ensure_future(self._tiers.warm())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def _check_open(self) -> None:
        if self._closed:
            raise EngineClosed("the engine is closed: make a new one, or keep this one open")

    async def _whole(self, ask: Ask) -> Reply:
        async with self._dialogue.speak(ask) as line:
            async for _ in line:
                pass
        return line.reply

    def _ask(
        self,
        npc: str,
        said: str,
        *,
        player: str,
        scene: Scene = _NOWHERE,
        realm: str = REALM,
        locale: str | None = None,
        deadline: float | None = None,
        strict: bool = False,
        queue: bool = False,
        stream: bool = False,
    ) -> Ask:
        self._check_open()
        persona = self._cast[npc]
        if scene.facts:
            check_facts(scene.facts, self._facts)
        deadline = self._deadline if deadline is None else deadline
        check_terms(player, realm, locale, deadline)
        now = self._clock.now()
        return Ask(
            persona=persona,
            origin=Origin(realm, npc, player),
            player_line=said,
            scene=scene,
            locale=locale,
            started=now,
            deadline=now + deadline,
            stream=stream,
            strict=strict,
            queue=queue,
        )
