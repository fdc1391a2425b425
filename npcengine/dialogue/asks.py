"""From the arguments of a verb to an `Ask`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count

from npcengine.clock import Clock
from npcengine.configuration import Deadlines, FactType, Players
from npcengine.dialogue.guarding import names_of, others_of
from npcengine.dialogue.rate import Rate
from npcengine.dialogue.speech import Ask
from npcengine.dialogue.terms import REALM, check_terms
from npcengine.facts import check_facts
from npcengine.hooks import PlayerTooFast
from npcengine.messages import Lane, Origin
from npcengine.persona.cast import Cast
from npcengine.prompt.budget import estimate_tokens
from npcengine.prompt.speech import check_line
from npcengine.turns import Scene

_NOWHERE = Scene()


class Asks:
    """Makes what is asked of a character, with the defaults of the engine."""

    def __init__(
        self,
        deadlines: Deadlines,
        facts: Mapping[str, FactType],
        players: Players,
        clock: Clock,
        tell: Callable[[PlayerTooFast], None],
    ) -> None:
        self._deadlines = deadlines
        self._facts = facts
        self._longest_line = players.longest_line
        self._rate = Rate(players.lines_per_minute)
        self._clock = clock
        self._tell = tell
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
        names = (*names_of(persona, locale), *scene.present)
        line = "" if said is None else check_line(said, names, self._longest_line)
        if scene.facts:
            check_facts(scene.facts, self._facts)
        deadline = self._deadlines.of(lane).whole if deadline is None else deadline
        check_terms(player, realm, locale, deadline)
        now = self._clock.now()
        origin = Origin(realm, persona.id, player, next(self._turns))
        # What nobody waits for is asked by the game, not typed by a player.
        too_fast = self._rate.wait(player, now) if lane != "background" else 0.0
        if too_fast:
            self._tell(PlayerTooFast(origin, too_fast))
        return Ask(
            persona=persona.in_locale(locale) if locale and persona.i18n else persona,
            origin=origin,
            player_line=line,
            scene=scene,
            locale=locale,
            started=now,
            deadline=now + deadline,
            stream=stream,
            strict=strict,
            queue=queue,
            lane=lane,
            too_fast=too_fast,
            lore=cast.lore(npc, estimate_tokens) if persona.lorebooks else None,
            others=(*scene.present, *others_of(persona, cast, locale)),
        )
