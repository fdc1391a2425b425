"""One game in which everything goes wrong, and what has to be as it was before when it is over."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from npcengine import NPCEngine, Persona
from npcengine.clock import SystemClock, Timer
from npcengine.hooks import AttemptEnded, Event, RouteRests, TurnEnded
from npcengine.messages import Usage
from npcengine.persona.model import Cache, Said, StockLines
from npcengine.testing.fake_provider import FakeProvider
from tests.soak.mischief import Provider
from tests.soak.restless import WHOLE, Players, Violation

GAME = 500
"""Turns of one game."""
AT_ONCE = 40
SLOTS = 12
"""Requests that each model takes at the same time."""
LINGERING = 5.0
"""Seconds that whatever was begun may still take."""
DAYS = 2 * 86_400.0
TRIES = 20
FIRST = "openai/gpt-oss-20b"
STOCK = StockLines(
    fallback=Said.of("Hm.", "Ask me later."), busy=Said.of("Not now."), thinking=Said.of("nods")
)
CAST = [
    Persona(id="mira", name="Mira", description="The blacksmith.", stock_lines=STOCK),
    Persona(id="tom", name="Tom", description="The guard.", cache=Cache(scope="none")),
]


class JumpingClock(SystemClock):
    """A clock whose date somebody sets now and then, and whose time may leap ahead."""

    def __init__(self) -> None:
        self.leapt = 0.0
        self.date = 0.0

    def now(self) -> float:
        return super().now() + self.leapt

    def wall(self) -> float:
        return super().wall() + self.date

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        return super().call_at(when - self.leapt, callback)


@dataclass
class Outcome:
    """What came of all the games so far."""

    turns: int = 0
    games: int = 0
    replies: Counter[str] = field(default_factory=Counter)
    """By source."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Why lines were authored."""
    ways: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    left: int = 0
    """Answers that the engine did not wait for."""
    exact: Usage = field(default_factory=lambda: Usage(0, 0))
    rests: int = 0
    violation: str = ""


Show = Callable[[Outcome], object]


class Game:
    """One engine, from its first turn to its end."""

    def __init__(self, seed: int, number: int, folder: Path, outcome: Outcome) -> None:
        self._rng = random.Random(f"{seed}/{number}")
        self._folder = folder
        self._outcome = outcome
        self._numbers = iter(range(number * GAME, (number + 1) * GAME))
        self._clock = JumpingClock()
        self._providers = [
            Provider(name, random.Random(f"{seed}/{number}/{name}")) for name in ("north", "south")
        ]
        self._calls: list[Usage] = []
        self._dead: set[str] = set()

    async def play(self, turns: int, show: Show) -> None:
        """Take so many turns. Raises `Violation`."""
        before = descriptors()
        ours, theirs = self._providers
        async with (
            FakeProvider(style="groq", replies=ours.answer) as groq,
            FakeProvider(style="openai", replies=theirs.answer) as openai,
        ):
            listening = descriptors()
            engine = self._engine(groq, openai)
            async with engine:
                players = Players(engine, [each.id for each in CAST], self._rng)
                try:
                    await self._talk(players, turns, show)
                    await self._calm(connected=True)
                    await ended(players)
                    self._compare(engine, players)
                    await self._try_every_slot(engine, groq)
                finally:
                    self._account(players, groq, openai)
            await self._calm(connected=False)
            await same(descriptors, listening, "file descriptors after the engine")
        await same(descriptors, before, "file descriptors after the game")

    def _engine(self, groq: FakeProvider, openai: FakeProvider) -> NPCEngine:
        path = self._folder / "npcengine.yaml"
        limits = {"concurrent": SLOTS}
        deadlines = {"connect": 0.3, "first": 0.3, "between": 0.3, "whole": WHOLE}
        configuration: dict[str, Any] = {
            "tiers": {"fast": [f"groq:{FIRST}", "groq:openai/gpt-oss-120b", "openai:gpt-6-luna"]},
            "deadlines": {"player": deadlines, "thinking": 0.1},
            "providers": {
                "groq": {"base_url": groq.base_url, "limits": limits},
                "openai": {"base_url": openai.base_url, "limits": limits},
            },
        }
        path.write_text(json.dumps(configuration), "utf-8")  # which is YAML as well
        keys = {"GROQ_API_KEY": "gsk_of_nobody", "OPENAI_API_KEY": "sk-of-nobody"}
        store = "memory" if self._rng.random() < 0.5 else self._folder / "npcengine.db"
        return NPCEngine.from_env(
            personas=CAST,
            config=path,
            environ=keys,
            store=store,
            hooks=[self._note],
            clock=self._clock,
        )

    def _note(self, event: Event) -> None:
        if isinstance(event, AttemptEnded):
            said, error = event.completion, event.error
            used: tuple[object, ...] = error.usages if error else ()
            if said is not None:
                used = said.usages or (said.usage,)
            self._calls += [each for each in used if isinstance(each, Usage)]
        elif isinstance(event, RouteRests):
            self._outcome.rests += 1
            if event.seconds > DAYS / 2:
                self._dead.add(event.model)
        elif isinstance(event, TurnEnded) and event.reply is not None:
            reply, outcome = event.reply, self._outcome
            outcome.replies[reply.source] += 1
            if reply.source == "authored":
                outcome.reasons[reply.reason or "interrupted"] += 1

    async def _talk(self, players: Players, turns: int, show: Show) -> None:
        numbers = iter([next(self._numbers) for _ in range(turns)])

        async def talk(player: int) -> None:
            for number in numbers:
                self._clock.date = self._rng.choice([-DAYS, 0.0, DAYS, 400 * DAYS])
                await players.turn(number, f"player-{player}")
                self._outcome.turns += 1
                show(self._outcome)

        talking = [asyncio.ensure_future(talk(player)) for player in range(AT_ONCE)]
        try:
            await asyncio.gather(*talking)
        finally:
            for each in talking:
                each.cancel()
            await asyncio.gather(*talking, return_exceptions=True)
        self._clock.date = 0.0

    async def _calm(self, *, connected: bool) -> None:
        """Wait until all that was begun has ended."""
        over = time.monotonic() + LINGERING
        while left := lasting(connected=connected):
            if time.monotonic() > over:
                raise Violation(f"{len(left)} tasks are left, such as {left[0]}")
            await asyncio.wait(left, timeout=0.05)
        open_connections = len(idle())
        if connected and open_connections > 4 * SLOTS + AT_ONCE:
            raise Violation(f"{open_connections} connections are open")

    def _compare(self, engine: NPCEngine, players: Players) -> None:
        """Hold what the engine has counted against what the providers have."""
        exact = [each for each in self._calls if not each.estimated]
        counted = self._providers[0].counted + self._providers[1].counted
        if unknown := Counter(exact) - counted:
            raise Violation(f"no provider counted {next(iter(unknown))}")
        spent = engine.spent
        total = sum(exact, Usage(0, 0))
        for name in ("prompt", "completion", "cached", "reasoning"):
            metered = getattr(spent.total, name) - getattr(spent.estimated, name)
            if metered != getattr(total, name):
                raise Violation(f"{metered} tokens of {name} were metered, {total} came")
        told = self._providers[0].told | self._providers[1].told
        for reply in players.replies:
            opening = re.match(r"Aye \w+ \d+", reply.text)
            whole = reply.source == "model" and reply.finish in ("stop", "length")
            estimated = reply.usage is not None and reply.usage.estimated
            if opening and opening[0] in told and whole and estimated:
                raise Violation(f"the count of tokens was told and is not known: {reply}")
        self._outcome.exact += total

    async def _try_every_slot(self, engine: NPCEngine, groq: FakeProvider) -> None:
        """Look whether as many requests can be under way as ever: no permit is lost."""
        if FIRST in self._dead:
            return  # it is not asked again in this game
        self._clock.leapt += DAYS  # whoever rests has had enough
        for provider in self._providers:
            provider.calm = True
        for _ in range(TRIES):
            reply = await engine.say("tom", "Are you well?", player="nobody", deadline=5.0)
            if reply.model == FIRST:
                break
        else:  # on a busy machine another may be quicker, but not each time
            raise Violation(f"the first route is well again, and is not asked: {reply}")
        for provider in self._providers:
            provider.stalls = True
        before = len(groq.requests)
        asking = [
            asyncio.ensure_future(engine.say("tom", "Well?", player=f"nobody-{n}", deadline=0.6))
            for n in range(SLOTS)
        ]
        await asyncio.wait(asking)
        first = [each for each in groq.requests[before:] if (each.body or {})["model"] == FIRST]
        if len(first) != SLOTS:
            raise Violation(f"{SLOTS - len(first)} of {SLOTS} permits are lost")
        await self._calm(connected=True)

    def _account(self, players: Players, groq: FakeProvider, openai: FakeProvider) -> None:
        outcome = self._outcome
        outcome.games += 1
        outcome.ways += players.done
        outcome.requests += len(groq.requests) + len(openai.requests)
        outcome.left += groq.disconnects + openai.disconnects
        for provider in self._providers:
            outcome.faults += provider.done


def descriptors() -> int:
    """Return how many this process has open; 0 where the system does not say."""
    own = Path("/proc/self/fd")
    return len(list(own.iterdir())) if own.exists() else 0


def idle() -> list[asyncio.Task[Any]]:
    """Return the servers' tasks, one for each connection."""
    return [task for task in asyncio.all_tasks() if kind(task) == "RequestHandler.start"]


def lasting(*, connected: bool) -> list[asyncio.Task[Any]]:
    """Return the tasks that should have ended; those of connections only if none should be."""
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    return [task for task in rest if not (connected and kind(task) == "RequestHandler.start")]


def kind(task: asyncio.Task[Any]) -> str:
    return getattr(task.get_coro(), "__qualname__", "")


async def ended(players: Players) -> None:
    """Raise `Violation` unless the lines that nobody read on have ended by themselves."""
    for line in players.left:
        try:
            await asyncio.wait_for(line.ended(), LINGERING)
        except TimeoutError:
            raise Violation("a line that nobody reads on has not ended") from None
        players.check(line.reply)


async def same(
    count: Callable[[], int], before: int, what: str, seconds: float = LINGERING
) -> None:
    """Raise `Violation` unless there are soon no more than before."""
    over = time.monotonic() + seconds
    while (now := count()) > before:
        if time.monotonic() > over:
            raise Violation(f"{now - before} more {what} than before it")
        await asyncio.sleep(0.02)
