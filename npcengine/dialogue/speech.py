"""One turn while it happens: what was asked, what was heard so far, how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from npcengine.backend.base import ChatStream
from npcengine.clock import Expiry, Timer
from npcengine.dialogue.budget import brief
from npcengine.dialogue.hearing import Hearing
from npcengine.errors import DeadlineExceeded, NPCEngineError, OutputError
from npcengine.facts import facts_of
from npcengine.guard.terms import Violation
from npcengine.hooks import Rung
from npcengine.lore.index import Index
from npcengine.messages import Completion, Finish, Lane, Origin
from npcengine.persona.model import Persona
from npcengine.persona.opened import Opened, opened
from npcengine.reply.sentences import STOPS
from npcengine.turns import Fact, Piece, Reason, Reply, Scene, Source, Turn

DASH = "—"


@dataclass(frozen=True, slots=True)
class Ask:
    """What a player said to whom, and under which terms the answer is wanted."""

    persona: Persona
    origin: Origin
    player_line: str
    """Checked; empty when the character is to speak first."""
    scene: Scene
    locale: str | None
    started: float
    deadline: float
    """Both on the engine's clock."""
    stream: bool
    strict: bool
    queue: bool
    lane: Lane = "player"
    too_fast: float = 0.0
    """Seconds until a model may answer the player again; 0 when it may now."""
    lore: Index | None = None
    """What the persona may have heard of; None for a persona without lorebooks."""
    others: tuple[str, ...] = ()
    """The names of those whom the character knows, and of those who are present."""


class Speech:
    """What is said in one turn. Every piece passes `heard` on its way to the player."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.opened = Opened(ask.persona)
        self.facts: Mapping[str, Fact] = {}
        """What conditions ask about."""
        self.lore: tuple[str, ...] = ()
        """What fires in this turn."""
        self.rung: Rung = "full"
        self.opening: Expiry | None = None
        self.timer: Timer
        self.answered = False
        """True when the backend has opened a stream, or failed to."""
        self.woken = asyncio.Event()
        """Set then, or when it is time for a sign of thinking."""
        self.stream: ChatStream | None = None
        self.tries = 0
        """How often a model was asked."""
        self.hearing: Hearing | None = None
        """There once a model is asked."""
        self.interrupted = False
        self.completion: Completion | None = None
        self.error: NPCEngineError | None = None
        self.reason: Reason | None = None
        self.stock = False
        self.remembered = ""
        self.disregarded = False
        """True when what it builds on is forgotten, so that it must not be remembered."""
        self.kept = False
        """True once the turn is on its way into the store."""
        self.told = False
        """True once the hooks know that the turn has ended."""
        self.first_text: float | None = None
        self._text: list[str] = []
        self._emotes: list[str] = []

    def has_in_mind(self, note: str) -> None:
        """Put what the character knows into the notes of the scene."""
        if note:
            scene = self.ask.scene
            scene = replace(scene, notes=f"{scene.notes} {note}".strip())
            self.ask = replace(self.ask, scene=scene)

    def listen(self) -> Hearing:
        """Prepare for an answer, the first one or another of which nothing was heard."""
        ask = self.ask
        self.completion = self.stream = None
        self.tries += 1
        self.hearing = Hearing(self.opened, ask.origin.player, ask.others, as_it_comes=ask.stream)
        return self.hearing

    @property
    def persona(self) -> Persona:
        """The persona as it is to this player now."""
        return self.opened.persona

    def meets(self, turns: tuple[Turn, ...] | None) -> None:
        """Open what is open to this player, to whom `turns` were said before; None if not known."""
        self.facts = facts_of(self.ask.scene, turns)
        self.opened = opened(self.ask.persona, self.facts)

    def shorten(self) -> None:
        """Let the character say half as much; before it says anything."""
        self.opened = replace(self.opened, persona=brief(self.persona))

    @property
    def violation(self) -> Violation | None:
        """What came up in the answer that must not be said."""
        return self.hearing.violation if self.hearing is not None else None

    @property
    def deflection(self) -> str | None:
        """What the writer lets the character say instead of the secret that came up."""
        if self.violation is None or self.violation.kind != "leak":
            return None
        about = self.violation.about
        return next((each.deflect for each in self.opened.shut if each.id == about), None)

    def heard(self, piece: Piece, now: float) -> Piece:
        """Note a piece that goes to the player now."""
        if piece.kind == "text":
            if self.first_text is None:
                self.first_text = now - self.ask.started
            self._text.append(piece.text)
        elif piece.kind == "emote":
            self._emotes.append(piece.text)
        return piece

    @property
    def text(self) -> str:
        """What was heard so far."""
        return "".join(self._text)

    def so_far(self) -> Completion | None:
        """Return what the model said so far, heard or not."""
        return self.stream.so_far() if self.stream is not None else None

    async def stop(self) -> None:
        """Interrupt: whatever the turn waits for ends now."""
        self.interrupted = True
        if self.stream is not None:
            await self.stream.aclose()
        elif self.opening is not None:
            self.opening.expire()

    def fail(self, reason: Reason, error: NPCEngineError) -> None:
        """Note why no model speaks in this turn."""
        self.reason = reason
        self.error = error

    def fail_silent(self) -> None:
        """Note why nothing was heard, when an answer did come but none of it could be used."""
        said = self.completion
        if self.reason is not None or said is None:
            return
        if said.finish == "deadline":
            self.fail("deadline", DeadlineExceeded("the answer broke off at the deadline"))
        elif isinstance(said.error, NPCEngineError):
            self.fail("failure", said.error)
        else:
            found = self.violation
            what = (
                f"it has what must not be said: {found!r}" if found else "nothing of it is speech"
            )
            self.fail("guard", OutputError(f"the answer cannot be shown, for {what}", said.text))

    @property
    def finish(self) -> Finish:
        """How the line ended, as the player heard it."""
        if self.interrupted:
            return "closed"
        if self.reason is not None or self.completion is None:
            return "stop"
        if self.violation is not None:
            return "filtered"
        ran_over = self.hearing is not None and self.hearing.ran_over
        return "limit" if ran_over else self.completion.finish

    @property
    def broke_off(self) -> bool:
        """True when the line ended in the middle of a sentence, and not by intent."""
        if self.violation is not None:
            return not self.text.rstrip().endswith(tuple(STOPS))
        whole = self.finish in ("stop", "limit", "closed") or self._ended_whole
        return self.reason is None and not whole

    @property
    def _ended_whole(self) -> bool:
        return self.hearing is not None and self.hearing.ended_whole

    def turn(self, at: float) -> Turn:
        """Return what is remembered: a line that was cut off ends in a dash."""
        text = self.remembered or self.text
        if self.interrupted and not self._ended_whole and not text.endswith(DASH):
            text += DASH
        lore = () if self.stock else self.lore  # no model was told of it
        return Turn(self.ask.player_line, text, at, self.stock, lore)

    def reply(self, now: float) -> Reply:
        """Return the final answer."""
        origin, said = self.ask.origin, self.completion
        by_model = said is not None and self.reason is None
        source: Source = "authored"
        if said is not None and by_model:
            source = "cache" if said.cached else "model"
        return Reply(
            npc=origin.npc,
            player=origin.player,
            text=self.text,
            emotes=tuple(self._emotes),
            source=source,
            reason=self.reason,
            finish=self.finish,
            provider=said.provider if said and by_model else "",
            model=said.model if said and by_model else "",
            usage=said.usage if said else None,
            cost=said.cost if said else None,
            request_id=said.request_id if said else None,
            first_text=self.first_text,
            elapsed=now - self.ask.started,
            error=self.error or (said.error if said else None),
        )
