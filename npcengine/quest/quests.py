"""The quests of one engine: made, kept, and followed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from npcengine.backend.base import Backend
from npcengine.clock import Clock
from npcengine.configuration import Deadlines
from npcengine.dialogue.budget import Purse
from npcengine.dialogue.switch import Switch
from npcengine.errors import StoreError
from npcengine.hooks import logger
from npcengine.messages import Lane, Origin
from npcengine.persona.cast import Cast
from npcengine.persona.model import Persona
from npcengine.quest.brief import QuestBrief
from npcengine.quest.maker import Made, QuestMaker, check_brief
from npcengine.quest.planning.strategy import Strategies, StrPath
from npcengine.quest.planning.strategy_checks import load_strategies
from npcengine.quest.pooling.pool import Pool
from npcengine.quest.record.journal import Journal
from npcengine.quest.writing.writer import Writer
from npcengine.stores.base import ValueStore
from npcengine.turns import Fact
from npcengine.world.index import Index
from npcengine.world.loader import load_world
from npcengine.world.model import World
from npcengine.world.told import check_told

REALM = "main"
NOTHING: Mapping[str, Fact] = {}


@dataclass(frozen=True, slots=True)
class Pens:
    """What an engine has to let its characters write."""

    cast: Callable[[], Cast]
    backends: Mapping[str, Backend]
    purse: Purse
    switch: Switch
    clock: Clock
    store: ValueStore
    deadlines: Deadlines


class Quests:
    """Makes quests in a world, with a model where one can be asked."""

    def __init__(
        self,
        world: World | StrPath,
        strategies: Strategies | StrPath | None,
        pens: Pens,
        seed: int = 0,
    ) -> None:
        """Take a world and strategies, or the files that they are in.

        Raises `ContentError` with everything that is wrong in a file.
        """
        self.index = Index.of(world if isinstance(world, World) else load_world(world))
        if strategies is not None and not isinstance(strategies, Strategies):
            strategies = load_strategies(strategies, self.index.world)
        self._maker = QuestMaker(self.index, strategies, seed)
        self._pens = pens
        self._people: dict[str, list[str]] = {}
        for id, person in self.index.world.people.items():
            self._people.setdefault(person.persona or id, []).append(id)
        self.journal = Journal(self.index, pens.store, self._maker.strategies)
        self.pool: Pool | None = None
        """Where there is one, quests are taken from it first. See `new_pool`."""

    @property
    def world(self) -> World:
        """The world as its designer wrote it."""
        return self.index.world

    def new_pool(self, realm: str = REALM) -> Pool:
        """Make an empty pool, to be filled when nobody waits; quests are taken from it then.

        Its quests are made in the background lane, and in the world as its designer wrote it.
        """
        self.pool = Pool(
            self.index, lambda brief: self.versions(brief, realm=realm, lane="background")
        )
        return self.pool

    async def remind(self, origin: Origin) -> str:
        """Return what a character has in mind of the quests that a player has from them.

        Quests that cannot be read are told in the log, and keep nobody from talking.
        """
        people = self._people.get(origin.npc, ())
        try:
            if people:
                await self.journal.of(origin.player, origin.realm)
        except StoreError as error:
            logger.error("%s: %s", origin.npc, error)
            return ""
        notes = (self.journal.notes(each, origin.player, origin.realm) for each in people)
        return " ".join(filter(None, notes))

    async def make(
        self, brief: QuestBrief, facts: Mapping[str, Fact] = NOTHING, realm: str = REALM
    ) -> Made:
        """Return one from the pool, if there is one that fits, or the best of `versions`."""
        check_brief(brief, self.index)
        check_told(facts, self.index)
        if self.pool is not None:
            kept = self.pool.take(brief, facts, await self.journal.taken(realm))
            if kept is not None:
                return kept
        async with aclosing(self.versions(brief, facts, realm)) as made:
            return [each async for each in made][-1]

    async def versions(
        self,
        brief: QuestBrief,
        facts: Mapping[str, Fact] = NOTHING,
        realm: str = REALM,
        lane: Lane = "quest",
    ) -> AsyncGenerator[Made, None]:
        """Give a quest as soon as it can be played, and again as a model tells it better.

        `facts` are those of the world as they are now, by name: `{"player.at": "square"}`. The
        last one may be another quest than the first, where a model picks from several. What there
        is only one of is left to the quests that are active in the realm. Raises `UsageError` for
        a brief or a fact that makes no sense in the world, and `StoreUnavailable`.
        """
        check_brief(brief, self.index)
        check_told(facts, self.index)
        persona = self._persona(brief)
        writer = None if persona is None else await self._writer(brief, persona, realm, lane)
        taken = await self.journal.taken(realm)
        async with aclosing(self._maker.quests(brief, facts, persona, writer, taken)) as made:
            async for each in made:
                yield each

    def _persona(self, brief: QuestBrief) -> Persona | None:
        cast, person = self._pens.cast(), self.index.entities[brief.giver]
        npc = person.persona or brief.giver
        return cast[npc].in_locale(brief.locale) if npc in cast else None

    async def _writer(
        self, brief: QuestBrief, persona: Persona, realm: str, lane: Lane
    ) -> Writer | None:
        """Return the pen of a giver; None where no model may be asked, or can."""
        pens = self._pens
        if brief.mode == "plain" or pens.switch.is_on(persona.id):
            return None
        fast = pens.backends.get("fast")
        backend = fast if brief.mode == "fast" else pens.backends.get("smart") or fast
        if backend is None:
            return None
        origin = Origin(realm, persona.id, brief.player)
        await pens.purse.read(origin)
        rung = pens.purse.rung(origin)
        if rung in ("cache_only", "authored"):
            return None
        cheap = fast if rung == "cheapest" and fast is not None else backend
        deadlines = pens.deadlines.of(lane)
        now = pens.clock.now()
        until = now + deadlines.whole
        return Writer(cheap, persona, origin, until, deadlines.waits, lane, pens.clock, now)
