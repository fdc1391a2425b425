"""What there is only one of, and which active quest of a realm has it, to give or to ask for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from math import inf

from npcengine.errors import StoreError, StoreUnavailable
from npcengine.hooks import logger
from npcengine.messages import Origin
from npcengine.quest.model import Objective, Quest
from npcengine.quest.record.entry import Entry
from npcengine.quest.record.keeping import (
    CLAIMS,
    Holder,
    name_of,
    read_claims,
    read_entry,
    write_claims,
)
from npcengine.quest.watch import takes
from npcengine.stores.base import ValueStore
from npcengine.world.model import World
from npcengine.world.needs import Change
from npcengine.world.state import State


class Claims:
    """What the active quests of a realm have. An offer has nothing: it is looked at when accepted.

    Whoever looks and then claims holds `lock` meanwhile, as within `besides`.
    """

    def __init__(self, realm: str, world: World) -> None:
        self.realm = realm
        self.lock = asyncio.Lock()
        self._world = world
        self._holders: dict[str, Holder] = {}
        """By item, the player and the quest that have it."""
        self._is_read = False
        self.is_saved = True
        """Whether the store was told everything."""

    @asynccontextmanager
    async def besides(self, player: str, quest_id: str) -> AsyncIterator[frozenset[str]]:
        """Give what other quests than this one have; nobody else may claim anything within."""
        async with self.lock:
            yield self.taken(player, quest_id)

    def taken(self, player: str = "", quest_id: str = "") -> frozenset[str]:
        """Return what quests have, apart from one of them."""
        own = (player, quest_id)
        return frozenset(item for item, holder in self._holders.items() if holder != own)

    def note(self, entry: Entry) -> None:
        """Let an entry have what it needs while it is active, and nothing before and after.

        What another has already stays with that one.
        """
        holder = entry.player, entry.quest.id
        wanted = only_ones(entry.quest, self._world) if entry.status == "active" else frozenset()
        mine = {item for item, each in self._holders.items() if each == holder}
        new = wanted - self._holders.keys()
        for item in mine - wanted:
            del self._holders[item]
        self._holders.update(dict.fromkeys(sorted(new), holder))
        self.is_saved = self.is_saved and not new and mine <= wanted

    def drop(self, player: str) -> None:
        """Let go of what the quests of a player have."""
        kept = {item: each for item, each in self._holders.items() if each[0] != player}
        self.is_saved = self.is_saved and len(kept) == len(self._holders)
        self._holders = kept

    async def read(self, store: ValueStore) -> None:
        """Read what the store has, once, and leave out the quests that are not active any more.

        What cannot be read is told in the log: as players come, their quests are noted again.

        Raises:
            StoreUnavailable: The store cannot be read now.
        """
        async with self.lock:
            if self._is_read:
                return
            where = f"the list of what there is only one of in {self.realm!r:.80}"
            try:
                text = await store.value(self._origin(), CLAIMS)
                for item, holder in read_claims(where, text).items() if text else ():
                    if await self._is_active(holder, store):
                        self._holders.setdefault(item, holder)
                    else:
                        self.is_saved = False
            except StoreUnavailable:
                raise
            except StoreError as error:
                logger.error("%s", error)
            self._is_read = True

    async def save(self, store: ValueStore) -> None:
        """Let the store keep what has changed; one that fails is told of in the log."""
        if self.is_saved:
            return
        self.is_saved = True
        try:
            await store.put(self._origin(), CLAIMS, write_claims(self._holders), inf)
        except StoreError as error:
            logger.error("what there is only one of in %.80r: %s", self.realm, error)

    async def _is_active(self, holder: Holder, store: ValueStore) -> bool:
        player, quest_id = holder
        text = await store.value(self._origin(player), name_of(quest_id))
        if text is None:
            return False
        try:
            return read_entry("a quest", text, player, self.realm).status == "active"
        except StoreError:  # whoever opens it is told
            return True

    def _origin(self, player: str = "") -> Origin:
        return Origin(self.realm, "", player)


def only_ones(quest: Quest, world: World) -> frozenset[str]:
    """Return what there is only one of that a quest asks for, takes, or gives."""
    return frozenset(
        item for item in _items(quest, world) if item in world.items and world.items[item].unique
    )


def spared(quest: Quest, world: World, taken: frozenset[str]) -> Quest:
    """Return a quest without what is optional in it and asks for what others have."""
    out = {
        each.id
        for each in quest.objectives
        if each.optional and not taken.isdisjoint(_items_of(each, world))
    }
    left = (e for e in quest.objectives if e.id not in out and out.isdisjoint(e.after))
    return quest.model_copy(update={"objectives": tuple(left)}) if out else quest


def gifts_are_there(quest: Quest, state: State, taken: frozenset[str]) -> bool:
    """Tell whether each gift of which there is only one can still be given by the giver.

    What nobody in the world has can be given once.
    """
    gifts = {item for each in quest.outcomes for item in each.reward.items}
    unique = (
        item for item in gifts & only_ones(quest, state.world) if state.index.sources.get(item)
    )
    return taken.isdisjoint(gifts) and all(
        state.number(f"{quest.giver}.has.{item}") >= 1 for item in unique
    )


def without(state: State, taken: frozenset[str]) -> State:
    """Return a state in which nobody has these: nothing leads to them, and nobody gives them."""
    if not taken:
        return state
    holders = ((by.by, item) for item in taken for by in state.index.sources.get(item, ()))
    gone = {*holders, *(("player", item) for item in taken)}
    return state.after(Change(f"{by}.has.{item}", 0) for by, item in sorted(gone) if by)


def _items(quest: Quest, world: World) -> Iterator[str]:
    for objective in quest.objectives:
        yield from _items_of(objective, world)
    for plan in quest.proof.plans if quest.proof is not None else ():
        for step in plan.steps:
            yield from takes(world, step)
    for outcome in quest.outcomes:
        yield from outcome.reward.items


def _items_of(objective: Objective, world: World) -> Iterator[str]:
    """Give what an objective names, among which are the items, and what it takes."""
    yield from map(str, objective.using.values())
    yield from takes(world, objective)
