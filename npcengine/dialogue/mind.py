"""What a talk brings to the character's mind: lore that fires now, and what fired before."""

from __future__ import annotations

from typing import NamedTuple

from npcengine.dialogue.speech import Speech
from npcengine.lore.gate import Moment
from npcengine.turns import Turn

LORE_TOKENS = 600
"""The most that fires in one turn, in estimated tokens."""


class Mind(NamedTuple):
    """The lore of one request."""

    fired: tuple[str, ...] = ()
    """What fires now."""
    texts: tuple[str, ...] = ()
    """What stands before each turn that is shown, and before the player's line; often nothing.

    It stays where it fired, so that a prompt begins as the one before it did. What is locked by
    now is gone from there.
    """


def mind(speech: Speech, turns: tuple[Turn, ...], shown: tuple[Turn, ...]) -> Mind:
    """Return what lore is told, when `turns` were said, of which the model is shown some."""
    ask, persona = speech.ask, speech.persona
    if ask.lore is None:
        return Mind()
    said = [text for turn in turns if not turn.stock for text in (turn.player_line, turn.npc_line)]
    moment = Moment(
        facts=speech.facts,
        scope=persona.scope or None,
        knows_until=persona.knows_until,
        chance=f"{ask.origin.npc}/{ask.origin.player}/{len(turns)}",
        turn=len(turns),
        standing={id for turn in shown for id in turn.lore},
        before={id for turn in turns for id in turn.lore},
    )
    found = ask.lore.find([*said, ask.player_line], moment, LORE_TOKENS)
    before = ["\n".join(ask.lore.told(turn.lore, moment)) for turn in shown]
    now = "\n".join(each.entry.text for each in found.fired)
    return Mind(tuple(each.id for each in found.fired), (*before, now))
