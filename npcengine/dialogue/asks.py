"""From the arguments of a verb to an `Ask`."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count

from npcengine.clock import Clock
from npcengine.configuration import Deadlines, FactType
from npcengine.dialogue.guarding import names_of
from npcengine.dialogue.speech import Ask
from npcengine.dialogue.terms import REALM, check_terms
from npcengine.facts import check_facts
from npcengine.messages import Lane, Origin
from npcengine.persona.cast import Cast
from npcengine.prompt.budget import estimate_tokens
from npcengine.prompt.speech import check_line
from npcengine.turns import Scene

_NOWHERE = Scene()


class Asks:
    """Makes what is asked of a character, with the defaults of the engine."""

    def __init__(self, deadlines: Deadlines, facts: Mapping[str, FactType], clock: Clock) -> None:
        self._deadlines = deadlines
        self._facts = facts
        self._clock = clock
        self._turns = count(1)

    def of(
        self,
        cast: Cast,
        npc: str,
        said: str | None,
        *,
        player: str,
        scene: Scene = _NOWHERE,
        realm: str = REALM,
        locale: str | None = None,
        deadline: float | None = None,
        strict: bool = False,
        queue: bool = False,
        stream: bool = False,
        lane: Lane = "player",
    ) -> Ask:
        """Return what is asked of a character now; without a line it is to speak first.

        Raises `UnknownNPC`, `InvalidLine`, and `UsageError` for what makes no sense.
        """
        persona = cast[npc]
        line = "" if said is None else check_line(said, names_of(persona, scene))
        if scene.facts:
            check_facts(scene.facts, self._facts)
        deadline = self._deadlines.of(lane).whole if deadline is None else deadline
        check_terms(player, realm, locale, deadline)
        now = self._clock.now()
        return Ask(
            persona=persona.in_locale(locale) if locale and persona.i18n else persona,
            origin=Origin(realm, persona.id, player, next(self._turns)),
            player_line=line,
            scene=scene,
            locale=locale,
            started=now,
            deadline=now + deadline,
            stream=stream,
            strict=strict,
            queue=queue,
            lane=lane,
            lore=cast.lore(npc, estimate_tokens) if persona.lorebooks else None,
        )
