"""What players and characters say to each other: plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from npcengine.messages import Finish, Usage

Fact = bool | float | str
PieceKind = Literal["text", "emote", "thinking"]
Source = Literal["model", "cache", "authored"]
Reason = Literal["offline", "deadline", "budget", "failure", "guard", "switched_off", "too_fast"]


class Piece(NamedTuple):
    """A part of a line, as it comes. The `text` pieces joined are exactly `Reply.text`."""

    kind: PieceKind
    text: str


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a line is spoken: the texts are shown to the model, for this turn only."""

    place: str = ""
    time: str = ""
    present: tuple[str, ...] = ()
    """Names of the others who are there."""
    notes: str = ""
    """Anything else that the character notices now."""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    """What the game declared and knows: `{"trust": 40}`. Not shown to the model."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange that is remembered: what the player said and what was answered."""

    player_line: str
    """Empty when the character spoke first."""
    npc_line: str
    at: float
    """Seconds since the epoch."""
    stock: bool = False
    """True for a stock line: it was heard, but the model never sees it."""
    lore: tuple[str, ...] = ()
    """The lore that came to the character's mind in it, as `BOOK/ENTRY`."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The final answer of one turn."""

    npc: str
    player: str
    text: str
    """What was said, without emotes; safe to show, never empty."""
    emotes: tuple[str, ...] = ()
    """What was done while speaking, as `wipes his hands`."""
    source: Source = "model"
    reason: Reason | None = None
    """Why the line is authored; None for a line of a model or the cache."""
    finish: Finish = "stop"
    provider: str = ""
    model: str = ""
    usage: Usage | None = None
    cost: float | None = None
    """US dollars; None when nothing was spent that is known of."""
    request_id: str | None = None
    first_text: float | None = None
    """Seconds from the player's line to the first text."""
    elapsed: float = 0.0
    """Seconds from the player's line to the whole reply."""
    error: Exception | None = field(default=None, compare=False)
    """What kept a model from answering, or broke its answer off."""
