"""What the engine tells whoever watches it: one frozen event, one callable."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Literal

from npcengine.errors import BackendError, ContentError, NPCEngineError
from npcengine.messages import Completion, Lane, Origin
from npcengine.turns import Reply

logger = logging.getLogger("npcengine")


@dataclass(frozen=True, slots=True)
class AttemptEnded:
    """A call of a model is over, however it ended: with a completion, or an error.

    With neither it was given up before its first content: another route was quicker, or whoever
    asked has left.
    """

    origin: Origin
    lane: Lane
    provider: str
    """Empty, as is `model`, where a backend of your own does not say."""
    model: str
    server: str
    """Where it was sent, as `api.groq.com:443`; empty for a backend of your own."""
    streamed: bool
    seconds: float
    """How long it took, without what was waited for a limit."""
    completion: Completion | None = None
    error: BackendError | None = None


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """One backend failed at one request; another try or the next backend follows."""

    origin: Origin
    error: BackendError


Lateness = Literal[
    "slow",  # later than it nearly always is
    "dead",  # so late that it will hardly come
    "late",  # later than a request of its lane may wait
]


@dataclass(frozen=True, slots=True)
class HelpCalled:
    """A route was late with its first content, so that another is asked as well."""

    origin: Origin
    late: str
    """The route, as `groq:openai/gpt-oss-20b`."""
    helper: str
    """The other one."""
    why: Lateness
    seconds: float
    """How long it was waited for."""


@dataclass(frozen=True, slots=True)
class LimitWaited:
    """A request waited for some `seconds` until its route's limit let it go."""

    origin: Origin
    lane: Lane
    provider: str
    model: str
    seconds: float


@dataclass(frozen=True, slots=True)
class RouteRests:
    """A route failed too often, or asked for it, and is left alone for some `seconds`.

    Where no wait can help, they are infinite: until the engine is started again.
    """

    provider: str
    model: str
    seconds: float
    error: BackendError
    """The failure after which it rests."""


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """A turn has ended: with a reply, or in strict mode with the `error` that was raised.

    With a reply and an error, the store failed: the turn was heard, and may not be remembered.
    With neither, whoever asked left before anything was heard. `reply.finish` tells of a line
    that was cut.
    """

    origin: Origin
    reply: Reply | None
    error: NPCEngineError | None = None
    seconds: float = 0.0
    """From the player's line to this end."""


Rung = Literal["full", "shorter", "cheapest", "cache_only", "authored"]
"""How a character answers, by what is left of a budget: see `BudgetReached`."""


@dataclass(frozen=True, slots=True)
class BudgetReached:
    """So much of a budget is spent that characters answer in another way from now on.

    It is told once for each rung, in each hour or day. The first, `shorter`, is the warning; from
    `cache_only` on no model is asked any more.
    """

    origin: Origin
    """Whom the budget is about; empty parts stand for all."""
    budget: str
    """As in `npcengine.yaml`: `each_player.dollars_per_day`."""
    rung: Rung
    spent: float
    limit: float


@dataclass(frozen=True, slots=True)
class PlayerTooFast:
    """A player says more lines than `players.lines_per_minute`: no model is asked for this one."""

    origin: Origin
    seconds: float
    """Until a model may answer the player again."""


@dataclass(frozen=True, slots=True)
class PersonaReloaded:
    """A character is new, or from its next line on it is what its files say now.

    It is told where files are watched, when one of the character changed: its own, that of a
    persona that it takes over from, or a lorebook that it names.
    """

    npc: str


@dataclass(frozen=True, slots=True)
class PersonaKept:
    """A character stays as it was, because its file does not load any more or is gone."""

    npc: str
    """Empty for a new file, which is not loaded."""
    path: str
    error: ContentError | None = None
    """What is wrong with it; None when no file has the character's id any more."""


Event = (
    AttemptEnded
    | AttemptFailed
    | HelpCalled
    | LimitWaited
    | RouteRests
    | BudgetReached
    | TurnEnded
    | PlayerTooFast
    | PersonaReloaded
    | PersonaKept
)
Hook = Callable[[Event], None]


class Hooks:
    """Hands each event to every hook. A hook that raises is logged and spoils no turn."""

    def __init__(self, hooks: tuple[Hook, ...] = ()) -> None:
        self._hooks = hooks

    @property
    def listener(self) -> Hook | None:
        """`emit`; None where nobody listens, so that what is not logged need not be made."""
        return self.emit if self._hooks else None

    def emit(self, event: Event) -> None:
        """Call every hook with `event`, in the order they were given."""
        if isinstance(event, AttemptFailed):
            logger.warning("%s: %s", event.origin.npc, event.error)
        elif isinstance(event, RouteRests) and event.seconds < inf:
            logger.warning("left alone for %.3g seconds after: %s", event.seconds, event.error)
        elif isinstance(event, RouteRests):
            logger.error("not asked until the engine is started again: %s", event.error)
        elif isinstance(event, BudgetReached) and not event.origin.player:
            whose = f"{event.budget} of {event.origin.npc}" if event.origin.npc else event.budget
            told = whose, event.spent, event.limit, event.rung
            logger.warning("budget %s: %.6g of %g spent, from now on %s", *told)
        for hook in self._hooks:
            try:
                hook(event)
            except Exception:
                logger.exception("a hook failed on %s", type(event).__name__)
