"""What may be spent, and how a character gets by when little of it is left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf

from npcengine.backend.meter import Charge
from npcengine.clock import Clock, Expiry
from npcengine.configuration import Budget, Budgets
from npcengine.errors import LimitReached, NPCEngineError
from npcengine.hooks import BudgetReached, Rung, logger
from npcengine.messages import Origin
from npcengine.persona.model import Persona
from npcengine.stores.base import ValueStore

LADDER: tuple[tuple[float, Rung], ...] = (
    (0.0, "full"),
    (0.7, "shorter"),
    (0.85, "cheapest"),
    (0.95, "cache_only"),
    (1.0, "authored"),
)
"""From which share of a budget on a character answers how."""
HOUR, DAY = 3_600.0, 86_400.0
"""Seconds."""
MAX_COUNTS = 20_000
"""Of so many players and characters the counts are in memory; the others lie in the store."""
PATIENCE = 1.0
"""Seconds that the end of the engine waits for the store to take what was counted."""


@dataclass(frozen=True, slots=True)
class _Limit:
    name: str
    """As in `npcengine.yaml`: `each_player.dollars_per_day`."""
    amount: float
    in_dollars: bool
    seconds: float
    """How long its window is."""

    @property
    def kept_as(self) -> str:
        """Return what the store calls it."""
        return f"budget.{self.name}"

    def of(self, charge: Charge) -> float:
        """Return what a call takes of it."""
        if self.in_dollars:
            return charge.cost or 0.0
        return charge.usage.prompt + charge.usage.completion


@dataclass(slots=True, eq=False)
class _Count:
    """What was spent of one limit in its window: until a moment of the calendar.

    A calendar that is set back neither ends a window nor makes it longer: it also ends when as
    much time has passed as was left of it in the beginning.
    """

    limit: _Limit
    whose: Origin
    until: float
    """In seconds since the epoch."""
    ends: float
    """On the clock that only ever grows."""
    spent: float = 0.0
    step: int = 0
    """How far up the ladder that is."""
    told: int = 0
    """The step that was told of."""
    unsaved: float = 0.0
    """The part of `spent` that the store has not been told."""
    known: bool = False
    """True once the store has told what it has."""

    def __post_init__(self) -> None:
        self.spend(0.0)

    def spend(self, amount: float) -> None:
        self.spent += amount
        share = self.spent / self.limit.amount if self.limit.amount else inf
        self.step = sum(share >= least for least, _ in LADDER) - 1

    def learn(self, kept: float) -> None:
        """Note what the store has, which others may have added to."""
        # Never less than was counted here: a player who is forgotten gets nothing back.
        self.spend(max(0.0, kept + self.unsaved - self.spent))
        self.known = True


class Purse:
    """Counts what calls cost, and says how a character is to answer.

    It is counted in memory at once, and in the store soon after: no turn waits for that. What
    the store has is read when it is first asked about. So a restart forgets nothing, and a store
    that fails only means that what was counted before is not known.
    """

    def __init__(
        self,
        budgets: Budgets,
        store: ValueStore,
        clock: Clock,
        tell: Callable[[BudgetReached], None],
    ) -> None:
        self._limits = {
            "": tuple(_limits("total", budgets.total)),
            "npc": tuple(_limits("each_npc", budgets.each_npc)),
            "player": tuple(_limits("each_player", budgets.each_player)),
        }
        self._limited = any(self._limits.values())
        self._store = store
        self._clock = clock
        self._tell = tell
        self._counts: dict[tuple[str, str], tuple[_Count, ...]] = {}
        """By `npc`, `player` or nothing, and whose they are."""
        self._unsaved: dict[_Count, None] = {}
        self._saving: asyncio.Task[None] | None = None
        self._closed = False
        self._unpriced: set[str] = set()

    async def read(self, origin: Origin) -> None:
        """Find out from the store what has been spent already, where that is not known yet."""
        for count in self._counts_of(origin):
            if count.known:
                continue
            try:
                kept = await self._store.value(count.whose, count.limit.kept_as)
                count.learn(float(kept or 0.0))
            except (NPCEngineError, ValueError) as error:
                logger.error("budget %s: %s", count.limit.name, error)
            else:
                count.told = max(count.told, count.step)  # was told by whoever spent it

    def rung(self, origin: Origin) -> Rung:
        """Return how a character is to answer this player now."""
        if not self._limited:
            return "full"
        return LADDER[max(count.step for count in self._counts_of(origin))][1]

    def refusal(self, origin: Origin) -> LimitReached:
        """Return the error of what there is no budget for, with the seconds until there is one."""
        worst = max(self._counts_of(origin), key=lambda count: (count.step, count.ends))
        limit, left = worst.limit, max(0.0, worst.ends - self._clock.now())
        spent = f"{worst.spent:.6g} of {limit.amount:g} are spent"
        problem = f"the budget {limit.name} is used up: {spent}; raise it, or wait {left:.0f} s"
        return LimitReached(problem, retry_after=left)

    def count(self, charge: Charge) -> None:
        """Count what a call cost."""
        if not self._limited:
            return
        if charge.cost is None:
            self._note_price(charge)
        for count in self._counts_of(charge.origin):
            amount = count.limit.of(charge)
            if amount:
                count.spend(amount)
                count.unsaved += amount
                self._unsaved[count] = None
                self._announce(count)
        if not self._closed and (self._saving is None or self._saving.done()):
            self._saving = asyncio.ensure_future(self._save())

    async def aclose(self) -> None:
        """Have the store keep what it was not told yet, if it does so in a moment."""
        self._closed = True
        try:
            async with Expiry(self._clock, self._clock.now() + PATIENCE):
                if self._saving is not None and not self._saving.done():
                    await asyncio.shield(self._saving)
                await self._save()
        except TimeoutError:
            if self._saving is not None:
                self._saving.cancel()
            logger.error("the store did not answer in time: a part of what was spent is not kept")

    def _counts_of(self, origin: Origin) -> list[_Count]:
        if not self._limited:
            return []
        wall, now = self._clock.wall(), self._clock.now()
        found: list[_Count] = []
        for kind, whose in (("", ""), ("npc", origin.npc), ("player", origin.player)):
            if not self._limits[kind]:
                continue
            counts = self._counts.get((kind, whose))
            if counts is None or any(wall >= each.until or now >= each.ends for each in counts):
                counts = self._begin(kind, whose, counts or ())
            found += counts
        return found

    def _begin(self, kind: str, whose: str, before: tuple[_Count, ...]) -> tuple[_Count, ...]:
        """Begin what has no window that lasts."""
        wall, now = self._clock.wall(), self._clock.now()
        lasting = {each.limit: each for each in before if wall < each.until and now < each.ends}
        about = Origin("", whose if kind == "npc" else "", whose if kind == "player" else "")

        def fresh(limit: _Limit) -> _Count:
            until = (wall // limit.seconds + 1) * limit.seconds
            return _Count(limit, about, until, now + until - wall)

        counts = tuple(lasting.get(limit) or fresh(limit) for limit in self._limits[kind])
        self._counts[kind, whose] = counts
        if len(self._counts) > MAX_COUNTS:
            # Those that came first; the store has them, and what it has not is on its way there.
            players = [key for key in self._counts if key[0] == "player"]
            for key in players[: MAX_COUNTS // 2]:
                del self._counts[key]
        return counts

    def _announce(self, count: _Count) -> None:
        step = count.step
        if step > count.told:
            count.told = step
            limit, rung = count.limit, LADDER[step][1]
            self._tell(BudgetReached(count.whose, limit.name, rung, count.spent, limit.amount))

    def _note_price(self, charge: Charge) -> None:
        model = f"{charge.provider}:{charge.model}"
        in_dollars = any(limit.in_dollars for each in self._limits.values() for limit in each)
        if in_dollars and model not in self._unpriced:
            self._unpriced.add(model)
            logger.warning("%s has no known price: budgets in dollars do not count it", model)

    async def _save(self) -> None:
        failed: list[_Count] = []
        while self._unsaved:
            counts, self._unsaved = self._unsaved, {}
            kept = await asyncio.gather(*map(self._save_one, counts))
            failed += [count for count, well in zip(counts, kept, strict=True) if not well]
        self._unsaved = dict.fromkeys(failed)  # until more is counted, or the engine ends

    async def _save_one(self, count: _Count) -> bool:
        """Have the store keep what it has not been told; False when it could not."""
        amount, count.unsaved = count.unsaved, 0.0
        if self._clock.wall() >= count.until:
            return True  # what is kept under this name is another window's by now
        try:
            kept = await self._store.add(count.whose, count.limit.kept_as, amount, count.until)
        except NPCEngineError as error:
            logger.error("budget %s: %s", count.limit.name, error)
            count.unsaved += amount
            return False
        count.learn(kept)
        self._announce(count)
        return True


def brief(persona: Persona) -> Persona:
    """Return a persona that says half as much."""
    speech, model = persona.speech, persona.model
    sentences, tokens = (speech.max_sentences + 1) // 2, max(16, model.max_tokens // 2)
    return persona.model_copy(
        update={
            "speech": speech.model_copy(update={"max_sentences": sentences}),
            "model": model.model_copy(update={"max_tokens": tokens}),
        }
    )


def _limits(whose: str, budget: Budget) -> Iterator[_Limit]:
    for name, amount in budget:
        if amount < inf:
            seconds = HOUR if name.endswith("_hour") else DAY
            yield _Limit(f"{whose}.{name}", amount, name.startswith("dollars"), seconds)
