"""Many lines that nobody waits for: a few at a time, each conversation in its order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from npcengine.clock import Clock
from npcengine.dialogue.speech import Ask
from npcengine.dialogue.terms import REALM, Terms
from npcengine.errors import UsageError
from npcengine.messages import Origin
from npcengine.turns import Reply, Scene

AT_ONCE = 8
"""How many lines are asked at a time."""

_NOWHERE = Scene()


@dataclass(frozen=True, slots=True)
class Saying:
    """One line of many: what a player says to whom, and under which terms."""

    npc: str
    line: str
    player: str
    scene: Scene = _NOWHERE
    realm: str = REALM
    locale: str | None = None

    @property
    def terms(self) -> Terms:
        """Return the terms on which it is answered; a line that is being spoken goes first."""
        terms = Terms(player=self.player, scene=self.scene, realm=self.realm, queue=True)
        terms["locale"] = self.locale
        return terms


def crowd(
    sayings: Iterable[Saying],
    ask_of: Callable[..., Ask],
    speak: Callable[[Ask], Awaitable[Reply]],
    clock: Clock,
    at_once: int,
) -> AsyncGenerator[tuple[int, Reply], None]:
    """Give the replies to `sayings`, each with its place, as they come.

    Lines of one conversation are said one after the other, for each is part of what the next one
    is answered from. A line's time begins when it is asked.

    Raises:
        UsageError: A line cannot be said, or `at_once` is less than 1.
    """
    if at_once < 1:
        raise UsageError(f"at_once is how many lines are asked at a time, not {at_once!r}")
    asks = [ask_of(each.npc, each.line, lane="background", **each.terms) for each in sayings]
    conversations: dict[Origin, list[int]] = {}
    for place, ask in enumerate(asks):
        conversations.setdefault(ask.origin, []).append(place)

    async def answer(place: int) -> Reply:
        now = clock.now()
        ask = asks[place]
        return await speak(replace(ask, started=now, deadline=now + ask.deadline - ask.started))

    return _told([iter(places) for places in conversations.values()], answer, at_once)


async def _told(
    conversations: Sequence[Iterator[int]],
    answer: Callable[[int], Awaitable[Reply]],
    at_once: int,
) -> AsyncGenerator[tuple[int, Reply], None]:
    waiting = iter(conversations)
    running: dict[asyncio.Future[Reply], tuple[int, Iterator[int]]] = {}

    def go_on(conversation: Iterator[int] | None) -> None:
        """Ask the next line of a conversation, or the first one of the next."""
        while conversation is not None:
            place = next(conversation, None)
            if place is not None:
                running[asyncio.ensure_future(answer(place))] = place, conversation
                return
            conversation = next(waiting, None)

    try:
        for _ in range(at_once):
            go_on(next(waiting, None))
        while running:
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            ended = [(each, *running.pop(each)) for each in done]
            for _, _, conversation in ended:
                go_on(conversation)
            for each, place, _ in sorted(ended, key=lambda one: one[1]):
                yield place, each.result()
    finally:
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)
