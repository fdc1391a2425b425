"""From a turn to what a model is asked."""

from __future__ import annotations

from typing import NamedTuple

from npcengine.configuration import Deadlines
from npcengine.dialogue.mind import mind
from npcengine.dialogue.speech import Speech
from npcengine.memory.history import window
from npcengine.messages import LANES, CachePolicy, ChatRequest, Prefix, Sampling
from npcengine.persona.model import Persona
from npcengine.prompt.build import build_tail, static_prefix
from npcengine.prompt.room import tail_room
from npcengine.turns import Turn


class _Known(NamedTuple):
    """What is the same in every request of a persona."""

    persona: Persona
    prefix: Prefix
    room: int
    """Tokens that the prefix leaves."""
    sampling: Sampling
    cache: CachePolicy


class Requests:
    """Makes the requests of turns. What never changes for a persona is made once."""

    def __init__(self, deadlines: Deadlines) -> None:
        self._waits = {lane: deadlines.of(lane).waits for lane in LANES}
        self._known: dict[tuple[str, str], _Known] = {}

    def of(self, speech: Speech, turns: tuple[Turn, ...]) -> ChatRequest:
        """Return the request of a turn, to which `turns` were said before."""
        ask, persona = speech.ask, speech.persona
        known = self._of(ask.persona)
        seen = window(turns)
        lore = mind(speech, turns, seen)
        speech.lore = lore.fired
        return ChatRequest(
            prefix=known.prefix,
            tail=build_tail(
                speech.opened, seen, ask.scene, ask.player_line, ask.locale, lore.texts, known.room
            ),
            origin=ask.origin,
            deadline=ask.deadline,
            max_tokens=persona.model.max_tokens,
            sampling=known.sampling,
            stream=ask.stream,
            shareable=not seen,
            cache=known.cache,
            lane=ask.lane,
            waits=self._waits[ask.lane],
            cache_only=speech.rung == "cache_only",
        )

    def _of(self, persona: Persona) -> _Known:
        known = self._known.get((persona.id, persona.locale))
        if known is None or known.persona is not persona:
            model, cache = persona.model, persona.cache
            prefix = static_prefix(persona)
            known = self._known[persona.id, persona.locale] = _Known(
                persona,
                prefix,
                tail_room(persona, prefix),
                Sampling(model.temperature, model.top_p, model.stop),
                CachePolicy(cache.scope, cache.ttl, cache.variants),
            )
        return known
