"""Where a turn meets the store: in play, no store keeps a character from answering."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from npcengine.clock import Clock, Expiry
from npcengine.dialogue.budget import Purse
from npcengine.dialogue.speech import Speech
from npcengine.errors import StoreError, StoreUnavailable
from npcengine.hooks import logger
from npcengine.messages import Origin
from npcengine.stores.base import ConversationStore
from npcengine.turns import Turn

PATIENCE = 1.0
"""Seconds that a turn waits for what was said before; it then goes on without."""


Remind: TypeAlias = Callable[[Origin], Awaitable[str]]
"""Tells what a character has in mind of a player, beside what the scene says."""


async def recall(
    store: ConversationStore,
    purse: Purse,
    speech: Speech,
    clock: Clock,
    remind: Remind | None = None,
) -> tuple[Turn, ...] | None:
    """Return what was said before; None when the store cannot tell, unless `strict` raises.

    In the same time the purse finds out what was spent before, and the character is reminded.
    """
    ask = speech.ask
    try:
        # Ended too by who interrupts the turn.
        until = min(ask.deadline, clock.now() + PATIENCE)
        speech.opening = Expiry(clock, until)
        return await speech.opening.limit(_read(store, purse, speech, remind))
    except TimeoutError:
        if not speech.interrupted:
            logger.error("%s: %s", ask.origin.npc, _too_slow())
    except StoreError as error:
        if ask.strict:
            raise
        logger.error("%s: %s", ask.origin.npc, error)
    return None


async def _read(
    store: ConversationStore, purse: Purse, speech: Speech, remind: Remind | None
) -> tuple[Turn, ...]:
    origin = speech.ask.origin
    await purse.read(origin)
    if remind is not None:
        speech.has_in_mind(await remind(origin))
    return await store.read(origin)


async def remember(
    store: ConversationStore, speech: Speech, clock: Clock, until: float
) -> StoreError | None:
    """Keep the turn, and wait for that until a moment of the clock; return what went wrong."""
    origin = speech.ask.origin
    try:
        await Expiry(clock, until).limit(store.append(origin, speech.turn(clock.wall())))
        return None
    except TimeoutError:
        problem: StoreError = _too_slow()
    except StoreError as error:
        problem = error
    logger.error("%s: %s", origin.npc, problem)
    return problem


def _too_slow() -> StoreUnavailable:
    return StoreUnavailable("the store", "it did not answer in time: look at its disk")
