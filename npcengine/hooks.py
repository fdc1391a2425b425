"""What the engine tells whoever watches it: one frozen event, one callable."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from npcengine.errors import BackendError, NPCEngineError
from npcengine.messages import Origin
from npcengine.turns import Reply

logger = logging.getLogger("npcengine")


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """One backend failed at one request; another try or the next backend follows."""

    origin: Origin
    error: BackendError


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """A turn has ended: with a reply, or in strict mode with the `error` that was raised.

    With a reply and an error, the store failed: the turn was heard, and may not be remembered.
    """

    origin: Origin
    reply: Reply | None
    error: NPCEngineError | None = None


Event = AttemptFailed | TurnEnded
Hook = Callable[[Event], None]


class Hooks:
    """Hands each event to every hook. A hook that raises is logged and spoils no turn."""

    def __init__(self, hooks: tuple[Hook, ...] = ()) -> None:
        self._hooks = hooks

    def emit(self, event: Event) -> None:
        """Call every hook with `event`, in the order they were given."""
        if isinstance(event, AttemptFailed):
            logger.warning("%s: %s", event.origin.npc, event.error)
        for hook in self._hooks:
            try:
                hook(event)
            except Exception:
                logger.exception("a hook failed on %s", type(event).__name__)
