"""Conducts a turn: from what a player said to an answer that is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing

from npcengine.backend.base import Backend
from npcengine.backend.pace import Pace
from npcengine.clock import Clock, Expiry
from npcengine.configuration import Deadlines
from npcengine.dialogue.authored import authored_line, stock_ending
from npcengine.dialogue.background import Background
from npcengine.dialogue.budget import Purse
from npcengine.dialogue.floor import Floor
from npcengine.dialogue.line import Line
from npcengine.dialogue.recall import Remind, recall, remember
from npcengine.dialogue.speech import DASH, Ask, Speech
from npcengine.dialogue.voice import Voice
from npcengine.errors import (
    DeadlineExceeded,
    NPCEngineError,
)
from npcengine.hooks import Hooks, TurnEnded
from npcengine.messages import Origin
from npcengine.stores.base import ConversationStore
from npcengine.turns import Piece, Reply, Turn

GRACE = 0.1
"""Seconds past the deadline after which whatever has not ended by itself is ended."""


class DialogueManager:
    """Keeps conversations going, one line at a time for each pair of character and player."""

    def __init__(
        self,
        backends: Mapping[str, Backend],
        store: ConversationStore,
        purse: Purse,
        clock: Clock,
        seed: int,
        hooks: Hooks,
        deadlines: Deadlines,
        pace: Pace,
    ) -> None:
        self._store = store
        self._purse = purse
        self._clock = clock
        self._seed = seed
        self._listener = hooks.listener
        self._thinking_after = deadlines.thinking
        self._floor = Floor()
        self._pace = pace
        self._background = Background()
        self._voice = Voice(backends, purse, clock, deadlines, self._background)
        self._speeches: set[Speech] = set()
        """Those that may know what was said before."""
        self.switch = self._voice.switch
        self.remind: Remind | None = None
        """What tells characters of quests, where there are any."""

    def speak(self, ask: Ask) -> Line:
        """Return the line that answers `ask`; it begins when its first piece is asked for."""
        speech = Speech(ask)
        return Line(lambda line: self._conduct(line, speech), speech.stop)

    async def _conduct(self, line: Line, speech: Speech) -> AsyncGenerator[Piece, None]:
        ask = speech.ask
        await self._take_floor(line, speech)
        self._watch(line, speech)
        self._speeches.add(speech)
        try:
            await self._pace.begin()
            known = await recall(self._store, self._purse, speech, self._clock, self.remind)
            speech.meets(known)
            turns = known or ()
            spoken = self._voice.spoken(speech, turns, self._seed_of(ask, turns))
            async with aclosing(spoken) as pieces:
                async for piece in pieces:
                    yield speech.heard(piece, self._clock.now())
            for piece in self._ending(speech, turns):
                yield speech.heard(piece, self._clock.now())
            await self._keep(line, speech)
        except (asyncio.CancelledError, GeneratorExit):
            # The player is gone: nothing more is asked for, and what was heard is remembered.
            await speech.stop()
            if speech.text and ask.stream:
                speech.completion = speech.completion or speech.so_far()
                await self._keep(line, speech, leaving=True)
            raise
        except NPCEngineError as error:
            self._tell(speech, error=error)
            raise
        finally:
            self._speeches.discard(speech)
            speech.timer.cancel()
            self._floor.release(ask.origin, line)
            line.end()
            self._tell(speech)

    def disregard(self, whose: Callable[[Origin], bool]) -> None:
        """Let turns that are under way end, and be remembered by nobody."""
        for speech in self._speeches:
            speech.disregarded = speech.disregarded or whose(speech.ask.origin)

    def _watch(self, line: Line, speech: Speech) -> None:
        """Set the turn's one timer: for a sign of thinking, and after that for its end."""
        ask = speech.ask
        thinking = ask.started + self._thinking_after
        if ask.stream and thinking < ask.deadline and not speech.woken.is_set():
            speech.timer = self._clock.call_at(thinking, lambda: self._takes_long(line, speech))
        else:
            end = ask.deadline + GRACE
            speech.timer = self._clock.call_at(end, lambda: self._is_overdue(line, speech))

    def _takes_long(self, line: Line, speech: Speech) -> None:
        speech.woken.set()
        self._watch(line, speech)

    def _is_overdue(self, line: Line, speech: Speech) -> None:
        # For a backend that does not keep the deadline itself, and for a line that nobody reads
        # on, which would keep the character from the player's next one.
        if speech.opening is not None:
            speech.opening.expire()
        self._background.begin(line.finish())

    async def _keep(self, line: Line, speech: Speech, *, leaving: bool = False) -> None:
        """Remember the turn, once, and give the reply."""
        if speech.kept:
            return
        speech.kept = True
        ask = speech.ask
        until = max(self._clock.now(), ask.deadline) + GRACE
        problem = None
        if not speech.disregarded:
            problem = await remember(self._store, speech, self._clock, until)
        if problem is not None and ask.strict and not leaving:
            raise problem
        reply = speech.reply(self._clock.now())
        line.settle(reply)
        self._tell(speech, reply, problem)

    def _tell(
        self, speech: Speech, reply: Reply | None = None, error: NPCEngineError | None = None
    ) -> None:
        """Tell that the turn has ended, once."""
        if not speech.told and self._listener is not None:
            speech.told = True
            seconds = self._clock.now() - speech.ask.started
            self._listener(TurnEnded(speech.ask.origin, reply, error, seconds))

    async def _take_floor(self, line: Line, speech: Speech) -> None:
        ask = speech.ask
        try:
            if not ask.queue:
                await self._floor.take(ask.origin, line, queue=False)
                return
            async with Expiry(self._clock, ask.deadline):
                await self._floor.take(ask.origin, line, queue=True)
        except TimeoutError:
            speech.fail("deadline", DeadlineExceeded("another line was still being spoken"))
        except BaseException:
            self._floor.release(ask.origin, line)
            line.end()  # whoever came later may wait for it already
            raise

    def _ending(self, speech: Speech, turns: tuple[Turn, ...]) -> Iterator[Piece]:
        """Give what a turn needs to end as a line of the character, whatever happened."""
        ask, persona = speech.ask, speech.persona
        said = [turn.npc_line for turn in turns]
        if speech.text:
            if speech.broke_off:
                speech.remembered = speech.text + DASH
                ending = stock_ending(persona, said, self._seed_of(ask, turns))
                yield Piece("text", f"{DASH} {ending}")
            return
        if speech.interrupted:
            yield Piece("text", DASH)
            return
        speech.fail_silent()
        if speech.reason == "guard" and speech.stream is not None:
            speech.stream.discard()
        if ask.strict and speech.error is not None:
            raise speech.error
        chosen = authored_line(
            persona,
            ask.player_line,
            speech.reason or "failure",
            said=said,
            seed=self._seed_of(ask, turns),
            instead=speech.deflection,
        )
        speech.stock = chosen.stock
        yield from chosen.pieces

    def _seed_of(self, ask: Ask, turns: tuple[Turn, ...]) -> str:
        origin = ask.origin
        return f"{self._seed}/{origin.realm}/{origin.npc}/{origin.player}/{len(turns)}"

    async def aclose(self) -> None:
        """End every line that is being spoken, and what is still read in the background."""
        await self._floor.close()
        await self._background.aclose()
