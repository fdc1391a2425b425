"""From the arguments of a verb to an `Ask`."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count

from npcengine.clock import Clock
from npcengine.configuration import Deadlines, FactType
from npcengine.dialogue.speech import Ask
from npcengine.dialogue.terms import REALM, check_terms
from npcengine.facts import check_facts
from npcengine.lore.index import Index
from npcengine.messages import Lane, Origin
from npcengine.persona.model import Persona
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
        persona: Persona,
        said: str,
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
        lore: Index | None = None,
    ) -> Ask:
        """Return what is asked of `persona` now. Raises `UsageError` for what makes no sense."""
        if scene.facts:
            check_facts(scene.facts, self._facts)
        deadline = self._deadlines.of(lane).whole if deadline is None else deadline
        check_terms(player, realm, locale, deadline)
        now = self._clock.now()
        return Ask(
            persona=persona.in_locale(locale) if locale and persona.i18n else persona,
            origin=Origin(realm, persona.id, player, next(self._turns)),
            player_line=said,
            scene=scene,
            locale=locale,
            started=now,
            deadline=now + deadline,
            stream=stream,
            strict=strict,
            queue=queue,
            lane=lane,
            lore=lore,
        )
