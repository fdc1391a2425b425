"""What a line of a player would be sent to a model in, without sending it."""

from __future__ import annotations

from dataclasses import dataclass

from npcengine.cli.told import declared_facts
from npcengine.clock import SystemClock
from npcengine.configuration import Deadlines, Players
from npcengine.dialogue.asks import Asks
from npcengine.dialogue.mind import mind
from npcengine.dialogue.speech import Ask, Speech
from npcengine.dialogue.terms import Terms
from npcengine.memory.history import window
from npcengine.messages import Message
from npcengine.persona.cast import Cast
from npcengine.persona.opened import Opened
from npcengine.prompt.build import SectionReport, build_tail, explain, static_prefix
from npcengine.prompt.room import tail_room
from npcengine.turns import Turn


@dataclass(frozen=True, slots=True)
class Foreseen:
    """All that a prompt is made of."""

    ask: Ask
    opened: Opened
    turns: tuple[Turn, ...]
    lore: tuple[str, ...]
    """What stands before each turn, and before the line."""

    def messages(self) -> tuple[Message, ...]:
        """Return the prompt as it would be sent."""
        ask, prefix = self.ask, static_prefix(self.ask.persona)
        limit = tail_room(ask.persona, prefix)
        tail = build_tail(
            self.opened, self.turns, ask.scene, ask.player_line, ask.locale, self.lore, limit
        )
        return prefix.messages + tail

    def sections(self) -> tuple[SectionReport, ...]:
        """Return the prompt section by section."""
        ask = self.ask
        return explain(
            ask.persona, self.opened, self.turns, ask.scene, ask.player_line, ask.locale, self.lore
        )


def foreseen(
    cast: Cast, npc: str, line: str | None, terms: Terms, turns: tuple[Turn, ...] = ()
) -> Foreseen:
    """Return what a line to a character, to whom `turns` were said before, would be sent in.

    Without a line, the character is to speak first. Raises what `NPCEngine.say` raises before it
    speaks.
    """
    asks = Asks(Deadlines(), declared_facts(), Players(), SystemClock(), lambda _: None)
    speech = Speech(asks.of(cast, npc, line, **terms))
    speech.meets(turns)
    seen = window(turns)
    return Foreseen(speech.ask, speech.opened, seen, mind(speech, turns, seen).texts)
