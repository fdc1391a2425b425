"""From a turn to what a model is asked."""

from __future__ import annotations

from npcengine.configuration import Deadlines
from npcengine.dialogue.speech import Speech
from npcengine.memory.history import window
from npcengine.messages import LANES, CachePolicy, ChatRequest, Prefix, Sampling
from npcengine.persona.model import Persona
from npcengine.prompt.build import build_tail, static_prefix
from npcengine.turns import Turn


class Requests:
    """Makes the requests of turns. What never changes for a persona is made once."""

    def __init__(self, deadlines: Deadlines) -> None:
        self._waits = {lane: deadlines.of(lane).waits for lane in LANES}
        self._prefixes: dict[str, tuple[Persona, Prefix]] = {}

    def of(self, speech: Speech, turns: tuple[Turn, ...]) -> ChatRequest:
        """Return the request of a turn, to which `turns` were said before."""
        ask, persona = speech.ask, speech.persona
        model, cache = persona.model, persona.cache
        seen = window(turns)
        return ChatRequest(
            prefix=self._prefix(ask.persona),
            tail=build_tail(persona, seen, ask.scene, ask.player_line, ask.locale),
            origin=ask.origin,
            deadline=ask.deadline,
            max_tokens=model.max_tokens,
            sampling=Sampling(model.temperature, model.top_p, model.stop),
            stream=ask.stream,
            shareable=not seen,
            cache=CachePolicy(cache.scope, cache.ttl, cache.variants),
            lane=ask.lane,
            waits=self._waits[ask.lane],
            cache_only=speech.rung == "cache_only",
        )

    def _prefix(self, persona: Persona) -> Prefix:
        known = self._prefixes.get(persona.id)
        if known is None or known[0] is not persona:
            known = self._prefixes[persona.id] = (persona, static_prefix(persona))
        return known[1]
