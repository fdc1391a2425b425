"""Which turns of a conversation the model gets to see."""

from __future__ import annotations

from npcengine.prompt.budget import ROUNDED, estimate_tokens, most_tokens
from npcengine.turns import Turn

HISTORY_TOKENS = 1200
"""The most that a history may take of a prompt, in estimated tokens."""
TURN_OVERHEAD = 12
"""Tokens that two messages take beside their words."""


def window(turns: tuple[Turn, ...], budget: int = HISTORY_TOKENS) -> tuple[Turn, ...]:
    """Return the latest turns that fit `budget` estimated tokens, oldest first.

    Stock lines are left out: they say nothing that a character would remember. When the
    budget is overrun, the window drops to half of it at once; so its beginning, and with it
    the prompt's, stays in place for many turns, and providers' prefix caches keep hitting.
    The latest turn always stays.
    """
    seen = [turn for turn in turns if not turn.stock]
    said = "\n".join([text for turn in seen for text in (turn.player_line, turn.npc_line)])
    room = budget - len(seen) * (TURN_OVERHEAD + 1)
    if most_tokens(said) + ROUNDED <= room or estimate_tokens(said) <= room:
        return tuple(seen)  # as nearly always: many estimates take long
    costs = [_tokens(turn) for turn in seen]
    start = total = 0
    for end, cost in enumerate(costs):
        total += cost
        if total > budget:
            while total > budget // 2 and start < end:
                total -= costs[start]
                start += 1
    return tuple(seen[start:])


def _tokens(turn: Turn) -> int:
    return estimate_tokens(turn.player_line + turn.npc_line) + TURN_OVERHEAD
