"""Players who do all that players do: listen, leave, interrupt, lose their connection."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

from npcengine import NPCEngine, Reply
from npcengine.dialogue.line import Line
from npcengine.errors import BackendError, NoRoute, OutputError, StoreError
from tests.soak.mischief import FOREIGN

HANG = 10.0
"""Seconds past its deadline after which a turn is taken to hang."""
WHOLE = 1.0
HASTE = (0.01, 0.05, 0.15, 0.3)
OFTEN = 0.15


class Violation(Exception):
    """Something that must not happen has happened."""


class Players:
    """Take turns in one engine, each in a way that chance decides."""

    def __init__(self, engine: NPCEngine, npcs: list[str], rng: random.Random) -> None:
        self._engine = engine
        self._npcs = npcs
        self._rng = rng
        self.left: list[Line] = []
        """Lines that nobody reads any more, and nobody has closed."""
        self.replies: list[Reply] = []
        self.done: Counter[str] = Counter()
        self._ways: list[tuple[int, Callable[[str, str, str], Awaitable[None]]]] = [
            (6, self.say),
            (4, self.listen),
            (2, self.leave),
            (2, self.walk_off),
            (2, self.be_cut_off),
            (2, self.interrupt),
            (1, self.wait_in_line),
            (1, self.be_greeted),
            (1, self.be_strict),
        ]

    async def turn(self, number: int, player: str) -> None:
        """Take a turn. Raises `Violation`."""
        (way,) = self._rng.choices(
            [way for _, way in self._ways], [weight for weight, _ in self._ways]
        )
        name = way.__name__.replace("_", " ")
        self.done[name] += 1
        npc, line = self._rng.choice(self._npcs), f"What of the {number}th one?"
        if self._rng.random() < OFTEN:
            line = "Good day."  # which others say as well
        try:
            async with asyncio.timeout(WHOLE + HANG):
                await way(npc, line, player)
        except TimeoutError:
            raise Violation(f"turn {number} hangs: {name}") from None
        except Exception as found:
            raise Violation(f"turn {number}, {name}: {type(found).__name__}: {found}") from found

    def _deadline(self) -> float:
        return self._rng.choice(HASTE) if self._rng.random() < OFTEN else WHOLE

    async def say(self, npc: str, line: str, player: str) -> None:
        self.check(await self._engine.say(npc, line, player=player, deadline=self._deadline()))

    async def listen(self, npc: str, line: str, player: str) -> None:
        self.check(await self._heard(npc, line, player))

    async def _heard(self, npc: str, line: str, player: str, *, queue: bool = False) -> Reply:
        terms = {"player": player, "deadline": self._deadline(), "queue": queue}
        said = ""
        async with self._engine.stream(npc, line, **terms) as spoken:  # type: ignore[arg-type]
            async for piece in spoken:
                said += piece.text if piece.kind == "text" else ""
        if said != spoken.reply.text:
            raise Violation(f"the pieces say {said!r}, the reply {spoken.reply.text!r}")
        return spoken.reply

    async def leave(self, npc: str, line: str, player: str) -> None:
        """Stop listening in the middle, and say so."""
        async with self._engine.stream(npc, line, player=player) as spoken:
            await self._some_pieces(spoken)

    async def walk_off(self, npc: str, line: str, player: str) -> None:
        """Stop listening in the middle, and close nothing."""
        spoken = self._engine.stream(npc, line, player=player, deadline=self._deadline())
        await self._some_pieces(spoken)
        if self._rng.random() < 0.5:
            self.left.append(spoken)

    async def _some_pieces(self, spoken: Line) -> None:
        enough = self._rng.randint(1, 4)
        async for _ in spoken:
            enough -= 1
            if not enough:
                break

    async def be_cut_off(self, npc: str, line: str, player: str) -> None:
        """Be cancelled at any moment, as when a connection to the game is lost."""
        whole = self.say if self._rng.random() < 0.5 else self.listen
        talking = asyncio.ensure_future(whole(npc, line, player))
        await asyncio.sleep(self._rng.random() * 0.2)
        talking.cancel()
        with suppress(asyncio.CancelledError):
            await talking

    async def interrupt(self, npc: str, line: str, player: str) -> None:
        """Say something while the character still speaks."""
        first = asyncio.ensure_future(self._heard(npc, line, player))
        await asyncio.sleep(self._rng.random() * 0.1)
        second = asyncio.ensure_future(self._heard(npc, f"{line} Say!", player))
        for reply in await asyncio.gather(first, second):
            self.check(reply)

    async def wait_in_line(self, npc: str, line: str, player: str) -> None:
        """Say two things, and hear both answers."""
        first = asyncio.ensure_future(self._heard(npc, line, player))
        await asyncio.sleep(0)
        second = asyncio.ensure_future(self._heard(npc, f"{line} Say!", player, queue=True))
        for reply in await asyncio.gather(first, second):
            self.check(reply)

    async def be_greeted(self, npc: str, line: str, player: str) -> None:
        self.check(await self._engine.greet(npc, player=player))

    async def be_strict(self, npc: str, line: str, player: str) -> None:
        """Want a model's answer, or to know why there is none."""
        try:
            self.check(await self._engine.say(npc, line, player=player, strict=True))
        except (BackendError, OutputError, NoRoute, StoreError):
            self.done["answered with an error"] += 1

    def check(self, reply: Reply) -> None:
        """Raise `Violation` unless a character may have said this."""
        if not reply.text.strip():
            raise Violation(f"nothing was said: {reply}")
        if any(word in reply.text for word in FOREIGN):
            raise Violation(f"no character says this: {reply}")
        self.replies.append(reply)
