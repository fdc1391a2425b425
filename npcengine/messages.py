"""What is sent to a model and what comes back: plain frozen values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

from pydantic_core import to_json

from npcengine.errors import UsageError

Role = Literal["system", "user", "assistant"]
ROLES: tuple[Role, ...] = get_args(Role)
CacheScope = Literal["none", "player", "npc"]
Lane = Literal["player", "quest", "background"]
"""Who waits: a player for a line, a player for a quest, or nobody."""
LANES: tuple[Lane, ...] = get_args(Lane)

Finish = Literal[
    "stop",  # the model was done
    "length",  # the token limit was reached
    "filtered",  # the provider withheld the rest
    "limit",  # enough sentences had come
    "broken",  # the stream ended before it was finished
    "deadline",  # the turn's time ran out
    "closed",  # the reader left, or a new line interrupted this one
]


@dataclass(frozen=True, slots=True)
class Origin:
    """Whom a request or a conversation belongs to."""

    realm: str
    npc: str
    player: str
    turn: int = field(default=0, compare=False)
    """Which of an engine's turns it is, counted from 1; 0 where it is none."""


class Message(NamedTuple):
    """One message of a chat completion request."""

    role: Role
    content: str


def encode_messages(messages: Sequence[Message]) -> bytes:
    """Encode messages as the inside of a JSON array: objects joined by commas, no brackets.

    Raises:
        UsageError: A message has a role that does not exist.
    """
    for each in messages:
        if each.role not in ROLES:
            raise UsageError(f"a message's role is one of {', '.join(ROLES)}, not {each.role!r}")
    plain = [{"role": role, "content": content} for role, content in messages]
    return to_json(plain)[1:-1]


@dataclass(frozen=True, slots=True)
class Prefix:
    """The messages that never change for a persona, with their JSON made once."""

    messages: tuple[Message, ...]
    encoded: bytes

    @classmethod
    def of(cls, messages: Sequence[Message]) -> Prefix:
        """Encode `messages`, which must not be empty."""
        return cls(tuple(messages), encode_messages(messages))


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a model picks its words; None leaves a value to the provider."""

    temperature: float | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    """The text ends before the first of these; cut on our side where a model refuses them."""


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """Whether and how replies to a request may be used again."""

    scope: CacheScope = "none"
    ttl: float = 600.0
    """Seconds."""
    variants: int = 4
    """How many different answers are collected before they are reused."""


class Waits(NamedTuple):
    """How long each step of a request may take, in seconds, within its deadline."""

    connect: float = 0.8
    """Until there is a connection."""
    first: float = 1.2
    """Until the first content; then the next route is asked as well."""
    between: float = 1.5
    """From one piece to the next."""


PLAYER_WAITS = Waits()
"""What a player's line may take."""


@dataclass(frozen=True, slots=True)
class AnswerFormat:
    """The JSON object that an answer has to be, as far as a provider can hold its model to it."""

    name: str
    """Letters, digits, `_` and `-`; at most 64."""
    schema: str
    """A JSON Schema as text: an object whose properties are all required, and no others."""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One request, travelling unchanged through every backend that wraps another."""

    prefix: Prefix
    tail: tuple[Message, ...]
    origin: Origin
    deadline: float
    """On the engine's clock, in seconds; shared by every try, on every backend."""
    max_tokens: int
    """How many tokens may be visible; a model that reasons gets its headroom on top."""
    sampling: Sampling = Sampling()
    stream: bool = True
    shareable: bool = False
    """True when nothing in it came from one player, so that others may be given its answer."""
    cache: CachePolicy = CachePolicy()
    lane: Lane = "player"
    waits: Waits = PLAYER_WAITS
    last: bool = False
    """True when no other route is left: a player, too, then waits for a limit to the deadline."""
    answer: AnswerFormat | None = None
    """None for prose. Not to be streamed: some providers refuse both at once."""
    cache_only: bool = False
    """True when nothing may be spent: a reply that is kept answers it, or nothing does."""

    @property
    def messages(self) -> tuple[Message, ...]:
        """All messages, in order."""
        return self.prefix.messages + self.tail


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one completion."""

    prompt: int
    completion: int
    """Includes the tokens that a model spent on reasoning."""
    cached: int = 0
    """The part of `prompt` that the provider took from its own cache."""
    reasoning: int = 0
    """The part of `completion` that nobody sees."""
    estimated: bool = False
    """True when the provider's own count had not come."""

    def __add__(self, other: Usage) -> Usage:
        """Return what two requests used together."""
        return Usage(
            self.prompt + other.prompt,
            self.completion + other.completion,
            self.cached + other.cached,
            self.reasoning + other.reasoning,
            self.estimated or other.estimated,
        )


@dataclass(frozen=True, slots=True)
class Completion:
    """The whole of one answer, as it stood when its stream ended."""

    text: str
    finish: Finish
    provider: str
    model: str
    usage: Usage
    cost: float | None
    """US dollars; None when the model's price is not known."""
    request_id: str | None = None
    first_content: float = 0.0
    """Seconds from sending to the first content."""
    elapsed: float = 0.0
    """Seconds from sending to the end."""
    error: Exception | None = field(default=None, compare=False)
    """What broke the stream, when `finish` is `broken`."""
    cached: bool = False
    """True when it was said before and came from our own cache."""
    queued: float | None = None
    """Seconds that it waited at the provider before anything was done, where that is told."""
    usages: tuple[Usage, ...] = ()
    """What each request for it used, where an earlier one came to nothing and was paid as well."""
