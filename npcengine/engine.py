"""The one object that a game embeds."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import TYPE_CHECKING, Self, Unpack

from npcengine.backend.base import Backend
from npcengine.backend.chain import Tiers
from npcengine.backend.meter import Spent
from npcengine.backend.own import tiers_of
from npcengine.backend.pace import Pace
from npcengine.clock import Clock, SystemClock
from npcengine.configuration import Budgets, Deadlines, FactType, Players
from npcengine.dialogue.asks import Asks
from npcengine.dialogue.budget import Purse
from npcengine.dialogue.crowd import AT_ONCE, Saying, crowd
from npcengine.dialogue.line import Line
from npcengine.dialogue.manager import DialogueManager
from npcengine.dialogue.remembering import Remembering
from npcengine.dialogue.speech import Ask
from npcengine.dialogue.terms import REALM, Terms
from npcengine.errors import EngineClosed, UsageError
from npcengine.hooks import Hook, Hooks, logger
from npcengine.messages import Lane
from npcengine.persona.cast import Cast, described
from npcengine.persona.live import LiveCast, Personas
from npcengine.persona.loader import StrPath
from npcengine.persona.model import Persona
from npcengine.prompt.budget import estimate_tokens
from npcengine.settings import Settings
from npcengine.stores.open import StoreOrPath, open_store
from npcengine.turns import Fact, Reply

if TYPE_CHECKING:
    from npcengine.quest.brief import QuestBrief
    from npcengine.quest.maker import Made
    from npcengine.quest.planning.strategy import Strategies
    from npcengine.quest.quests import Quests
    from npcengine.world.model import World

_DEADLINES, _NO_BUDGETS, _PLAYERS = Deadlines(), Budgets(), Players()
_NO_FACTS: Mapping[str, FactType] = {}
_TOLD: Mapping[str, Fact] = {}


class NPCEngine(Remembering):
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
        backends: Mapping[str, Backend] | Tiers | None = None,
        store: StoreOrPath | None = None,
        deadlines: Deadlines = _DEADLINES,
        facts: Mapping[str, FactType] = _NO_FACTS,
        budgets: Budgets = _NO_BUDGETS,
        players: Players = _PLAYERS,
        hooks: Iterable[Hook] = (),
        clock: Clock | None = None,
        seed: int = 0,
        watch: bool = False,
        world: World | StrPath | None = None,
        strategies: Strategies | StrPath | None = None,
    ) -> None:
        """Set up an engine over `backends`, by tier: `fast`, `smart`, `deep`.

        `personas` is a file, a folder or personas; with `watch`, files that change are read again.
        Without backends, or where a tier and `fast` have none, characters speak their authored
        lines. What is said is kept in `store`, a path or a store, which is closed with the engine;
        without one, in memory. `facts` are those that a scene may tell, by name; `budgets` is what
        may be spent, `players` how much one says. Quests are made in `world`, by `strategies` as
        well as by those that there are. Raises what `from_env` does of files.
        """
        self._clock = clock or SystemClock()
        self._hooks = Hooks(tuple(hooks))
        self._cast = LiveCast(personas, estimate_tokens, self._hooks.emit, watch=watch)
        pace = Pace(deadlines.per_pass)
        self._tiers = tiers_of(backends, self._clock, self._hooks.listener, pace)
        self._asks = Asks(deadlines, facts, players, self._clock, self._hooks.emit)
        self._warming: asyncio.Task[None] | None = None
        self._closed = False
        self._store = open_store(store, self._clock)
        self._purse = Purse(budgets, self._store, self._clock, self._hooks.emit)
        self._tiers.spending.listen(self._purse.count)
        parts = (self._tiers.backends, self._store, self._purse, self._clock)
        self._dialogue = DialogueManager(*parts, seed, self._hooks, deadlines, self._tiers.pace)
        self._quests: Quests | None = None
        if world is not None:
            self._quests = self._quests_in((world, strategies), deadlines, seed)

    @classmethod
    def from_env(
        cls,
        *,
        personas: Personas | None = None,
        config: StrPath | None = None,
        environ: Mapping[str, str] | None = None,
        store: StoreOrPath | None = None,
        hooks: Iterable[Hook] = (),
        clock: Clock | None = None,
        seed: int = 0,
        watch: bool = False,
        world: World | StrPath | None = None,
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
        clock, hooks = clock or SystemClock(), tuple(hooks)
        settings = Settings.from_env(environ, config)
        tell, listened = Hooks(hooks).emit, bool(hooks)
        tiers = Tiers(settings, clock, random.Random(seed), tell, listened=listened)
        if not tiers.backends:
            logger.warning("no model is configured: characters speak their authored lines")
        return cls(
            personas=(settings.personas or ()) if personas is None else personas,
            backends=tiers,
            store=settings.store if store is None else store,
            deadlines=settings.configuration.deadlines,
            facts=settings.configuration.facts,
            budgets=settings.configuration.budgets,
            players=settings.configuration.players,
            hooks=hooks,
            clock=clock,
            seed=seed,
            watch=watch,
            world=world or settings.configuration.world or None,
            strategies=settings.configuration.strategies or None,
        )

    @property
    def cast(self) -> Cast:
        """Everybody who can be spoken to."""
        return self._cast.now

    @property
    def routes(self) -> Mapping[str, tuple[str, ...]]:
        """The models that are asked for each tier, in order, as `groq:openai/gpt-oss-20b`."""
        return {tier: tuple(map(str, routes)) for tier, routes in self._tiers.routes.items()}

    @property
    def spent(self) -> Spent:
        """What was spent so far: by provider, model, character, player and lane, and in all."""
        return self._tiers.spending.spent()

    @property
    def quests(self) -> Quests:
        """The quests that are handed out. Raises `UsageError` where the engine has no world."""
        if self._quests is None:
            raise UsageError("this engine has no world: pass world=…, or set it in npcengine.yaml")
        return self._quests

    async def quest(
        self, brief: QuestBrief, facts: Mapping[str, Fact] = _TOLD, realm: str = REALM
    ) -> Made:
        """Make a quest that can be finished in the world as it is now, or say why there is none.

        `facts` are what has changed in the world, by name: `{"player.at": "square"}`. Raises
        `UsageError` for a brief or a fact that makes no sense in the world.
        """
        self._check_open()
        return await self.quests.make(brief, facts, realm)

    def add_persona(self, id: str, description: str, *, name: str | None = None) -> Persona:
        """Add a character that is no more than a description.

        Without `name` it is called after its id: `gate_guard` becomes `Gate Guard`.

        Raises:
            UsageError: The id is taken, or one of the values cannot be used.
        """
        return self._cast.add(described(id, description, name))

    async def say(self, npc: str, line: str, **terms: Unpack[Terms]) -> Reply:
        """Let a player say `line` to a character and return the whole answer.

        Raises:
            UnknownNPC: No persona has that id.
            InvalidLine: The line is empty or too long. It has not been said.
            NoRoute, BackendError, OutputError: With `strict` only: no model could be asked, none
                answered, or nothing of the answer could be shown.
        """
        return await self._whole(self._ask(npc, line, **terms))

    async def greet(self, npc: str, **terms: Unpack[Terms]) -> Reply:
        """Let a character speak first. Raises what `say` raises."""
        return await self._whole(self._ask(npc, None, **terms))

    def stream(self, npc: str, line: str, **terms: Unpack[Terms]) -> Line:
        """Let a player say `line` and give the answer piece by piece, as it comes.

        Use it as `async with engine.stream(...) as line: async for piece in line: ...`; then
        `line.reply` is what `say` would have returned. Raises what `say` raises.
        """
        return self._dialogue.speak(self._ask(npc, line, stream=True, **terms))

    def say_all(
        self, sayings: Iterable[Saying], *, at_once: int = AT_ONCE
    ) -> AsyncGenerator[tuple[int, Reply], None]:
        """Answer many lines that nobody waits for; give the place of each, and the reply.

        They come when they come, from no more than `at_once` at a time, behind waiting players
        and within `deadlines.background`; closing the generator ends it. Raises what `say`
        raises, for the first line that cannot be said and before any is.
        """
        return crowd(sayings, self._ask, self._whole, self._clock, at_once)

    def authored_only(self, on: bool = True, npc: str | None = None) -> None:
        """Let a character speak only authored lines from its next one on, or let it end that.

        Without `npc` it is for everybody, whatever was said for single characters before.
        """
        self._dialogue.switch.turn(on, None if npc is None else self._cast.now[npc].id)

    async def aclose(self) -> None:
        """End every line that is being spoken and close all connections.

        Cancelled half-way, it may be called again and goes on.
        """
        self._closed = True
        try:
            await self._dialogue.aclose()
            if self._quests is not None:
                await self._quests.journal.aclose()
            await self._purse.aclose()
            await self._store.aclose()
        finally:
            await self._cast.aclose()
            if self._warming is not None:
                self._warming.cancel()
                await asyncio.wait([self._warming])
            await self._tiers.aclose()

    async def __aenter__(self) -> Self:
        self._check_open()
        self._warming = asyncio.ensure_future(self._tiers.warm())
        await self._cast.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _quests_in(
        self,
        content: tuple[World | StrPath, Strategies | StrPath | None],
        deadlines: Deadlines,
        seed: int,
    ) -> Quests:
        from npcengine.quest.quests import Pens, Quests  # slow to load, and many have no world

        backends, switch = self._tiers.backends, self._dialogue.switch
        parts = (backends, self._purse, switch, self._clock, self._store, deadlines)
        quests = Quests(*content, Pens(lambda: self.cast, *parts), seed)
        self._dialogue.remind = quests.remind
        return quests

    def _forgetting_quests(self, player: str) -> AbstractAsyncContextManager[None]:
        quests = self._quests
        return nullcontext() if quests is None else quests.journal.forgetting(player)

    def _check_open(self) -> None:
        if self._closed:
            raise EngineClosed("the engine is closed: make a new one, or keep this one open")

    async def _whole(self, ask: Ask) -> Reply:
        self._check_open()
        async with self._dialogue.speak(ask) as line:
            async for _ in line:
                pass
        return line.reply

    def _ask(
        self,
        npc: str,
        said: str | None,
        *,
        stream: bool = False,
        lane: Lane = "player",
        **terms: Unpack[Terms],
    ) -> Ask:
        self._check_open()
        return self._asks.of(self._cast.now, npc, said, stream=stream, lane=lane, **terms)
