"""The engine for code without an event loop: a frame loop, a reactor, plain threads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypedDict, TypeVar, Unpack, overload

from npcengine.backend.meter import Spent
from npcengine.blocking.pending import Hear, PendingLine, Speak
from npcengine.blocking.thread import LoopThread
from npcengine.clock import Clock
from npcengine.dialogue.crowd import AT_ONCE, Saying
from npcengine.dialogue.line import Line
from npcengine.dialogue.terms import REALM, Terms
from npcengine.engine import NPCEngine
from npcengine.errors import UsageError
from npcengine.hooks import Hook, logger
from npcengine.persona.cast import Cast
from npcengine.persona.live import Personas
from npcengine.persona.loader import StrPath
from npcengine.persona.model import Persona
from npcengine.stores.open import StoreOrPath
from npcengine.turns import Fact, Piece, Reply

if TYPE_CHECKING:
    from npcengine.quest.brief import QuestBrief
    from npcengine.quest.maker import Made
    from npcengine.quest.quests import Quests
    from npcengine.world.model import World

T = TypeVar("T")

_TOLD: Mapping[str, Fact] = {}

Post = Callable[[Callable[[], None]], object]
"""Has a function run on the host's own thread, soon; as `reactor.callFromThread`."""
OnPiece = Callable[[Piece], object]
OnEnd = Callable[[PendingLine], object]


class Setup(TypedDict, total=False):
    """The keyword arguments of `NPCEngine.from_env`."""

    personas: Personas | None
    config: StrPath | None
    environ: Mapping[str, str] | None
    store: StoreOrPath | None
    hooks: Iterable[Hook]
    clock: Clock | None
    seed: int
    watch: bool
    world: World | StrPath | None


class BlockingEngine:
    """Lets a cast of characters speak in a program that has no event loop.

    Use it as `with BlockingEngine.from_env(personas="personas") as engine:`. The verbs are
    those of `NPCEngine`, and any thread may call them. `say` and `greet` wait for the answer;
    `say_soon` and `greet_soon` never wait and return a `PendingLine`. The engine lives in a
    daemon thread of its own, where its hooks run too.

    Raises, from every verb:
        EngineClosed: The engine was closed.
        UsageError: The engine was not started, or was started before `os.fork()`, or the verb
            would wait in the engine's own thread or inside a running event loop.
    """

    def __init__(self, make: Callable[[], NPCEngine], *, post: Post | None = None) -> None:
        """Set up an engine that `make` makes, in the engine's thread, when it is started.

        `post` hands results to the host's own thread: it is called with a function, from the
        engine's thread, must not wait, and has the host call that function, in order.
        """
        self._thread = LoopThread(make)
        self._post = post

    @classmethod
    def from_env(cls, *, post: Post | None = None, **setup: Unpack[Setup]) -> Self:
        """Set up an engine with the arguments of `NPCEngine.from_env`.

        What that raises, `start` raises.
        """
        return cls(partial(NPCEngine.from_env, **setup), post=post)

    def start(self) -> None:
        """Start the engine, unless it runs. Raises what making the engine raises."""
        self._thread.start()

    def close(self) -> None:
        """End every line that is being spoken, close all connections and end the thread.

        Lines that have not begun get `EngineClosed`. A second call does nothing, nor does one in
        a forked process. A program may end without it; what is being said then is dropped.
        """
        self._thread.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def cast(self) -> Cast:
        """Everybody who can be spoken to."""
        return self._thread.engine.cast

    @property
    def routes(self) -> Mapping[str, tuple[str, ...]]:
        """The models that are asked for each tier, in order, as `groq:openai/gpt-oss-20b`."""
        return self._thread.engine.routes

    @property
    def spent(self) -> Spent:
        """What was spent so far; see `NPCEngine.spent`."""
        return self._thread.engine.spent

    def say(self, npc: str, line: str, **terms: Unpack[Terms]) -> Reply:
        """Let a player say `line` to a character and wait for the answer.

        Raises what `NPCEngine.say` raises. Ctrl-C ends the waiting, and what was asked of a
        provider is cancelled.
        """
        return self._thread.call(lambda engine: engine.say(npc, line, **terms))

    def greet(self, npc: str, **terms: Unpack[Terms]) -> Reply:
        """Let a character speak first, and wait for it. Raises what `say` raises."""
        return self._thread.call(lambda engine: engine.greet(npc, **terms))

    def say_soon(
        self,
        npc: str,
        line: str,
        *,
        on_piece: OnPiece | None = None,
        on_end: OnEnd | None = None,
        **terms: Unpack[Terms],
    ) -> PendingLine:
        """Let a player say `line` and return at once what will become the answer.

        With `post`, `on_piece` is called on the host's thread with each piece, in place of
        `poll`, and `on_end` once, with the line, when it has ended in any way.

        Raises:
            UnknownNPC, InvalidLine: As `say` raises them.
            UsageError: A callback was given, but the engine has no `post`.
        """
        spoken = self._thread.engine.stream(npc, line, **terms)
        return self._speak_soon(partial(_speak, spoken), on_piece, on_end)

    def greet_soon(
        self,
        npc: str,
        *,
        on_piece: OnPiece | None = None,
        on_end: OnEnd | None = None,
        **terms: Unpack[Terms],
    ) -> PendingLine:
        """Let a character speak first, as `say_soon` lets it answer. It is said in one go."""
        engine = self._thread.engine
        # A line that is never begun costs nothing; what is wrong with the terms is raised here.
        engine.stream(npc, "?", **terms)
        return self._speak_soon(partial(_greet, engine, npc, terms), on_piece, on_end)

    def say_all(
        self, sayings: Iterable[Saying], *, at_once: int = AT_ONCE
    ) -> Generator[tuple[int, Reply], None, None]:
        """Answer many lines that nobody waits for, and give each reply as it comes.

        What is under way goes on between two replies, but nothing new begins; closing the
        generator ends it. Raises what `NPCEngine.say_all` raises.
        """
        self._thread.check_may_wait()
        return self._each(self._thread.engine.say_all(sayings, at_once=at_once))

    def quest(
        self, brief: QuestBrief, facts: Mapping[str, Fact] = _TOLD, realm: str = REALM
    ) -> Made:
        """Make a quest, or say why there is none, and wait for it; see `NPCEngine.quest`."""
        return self._thread.call(lambda engine: engine.quest(brief, facts, realm))

    @overload
    def quests(self, work: Callable[[Quests], Coroutine[None, None, T]]) -> T: ...
    @overload
    def quests(self, work: Callable[[Quests], T]) -> T: ...
    def quests(self, work: Callable[[Quests], Any]) -> Any:
        """Have the engine's thread do something with its quests, and wait for it.

        As `engine.quests(lambda quests: quests.journal.of("ayla", "main"))`. Raises what that does.
        """

        async def with_quests(engine: NPCEngine) -> Any:
            given = work(engine.quests)
            return await given if isinstance(given, Coroutine) else given

        return self._thread.call(with_quests)

    def _each(
        self, replies: AsyncGenerator[tuple[int, Reply], None]
    ) -> Generator[tuple[int, Reply], None, None]:
        turn = asyncio.Lock()  # one that Ctrl-C cancelled may still be on its way out

        async def following(_: NPCEngine) -> tuple[int, Reply] | None:
            async with turn:
                return await anext(replies, None)

        async def end(_: NPCEngine) -> None:
            async with turn:
                await replies.aclose()

        try:
            while (told := self._thread.call(following)) is not None:
                yield told
        finally:
            with suppress(UsageError):  # the engine is closed, which has ended it
                self._thread.call(end)

    def forget(self, player: str) -> int:
        """Forget everything that is kept of a player, in every realm; return how many turns."""
        return self._thread.call(lambda engine: engine.forget(player))

    def export(self, realm: str) -> bytes:
        """Return all that is remembered in a realm: a save slot, to keep and to `restore`."""
        return self._thread.call(lambda engine: engine.export(realm))

    def restore(self, realm: str, save: bytes) -> None:
        """Put a save in place of all that is remembered in a realm, or change nothing.

        Raises what `NPCEngine.restore` raises.
        """
        self._thread.call(lambda engine: engine.restore(realm, save))

    def authored_only(self, on: bool = True, npc: str | None = None) -> None:
        """Let a character, or everybody, speak only authored lines from the next one on."""

        async def switch(engine: NPCEngine) -> None:
            engine.authored_only(on, npc)

        self._thread.call(switch)

    def add_persona(self, id: str, description: str, *, name: str | None = None) -> Persona:
        """Add a character that is no more than a description; see `NPCEngine.add_persona`."""

        async def add(engine: NPCEngine) -> Persona:
            return engine.add_persona(id, description, name=name)

        return self._thread.call(add)

    def _speak_soon(
        self, speak: Speak, on_piece: OnPiece | None, on_end: OnEnd | None
    ) -> PendingLine:
        return PendingLine(self._thread, speak, self._posted(on_piece), self._posted(on_end))

    def _posted(self, callback: Callable[[T], object] | None) -> Callable[[T], None] | None:
        if callback is None:
            return None
        if self._post is None:
            raise UsageError(
                "on_piece and on_end need the way to your thread: make the engine with "
                "post=reactor.callFromThread or the like, or poll the line instead"
            )
        return partial(_hand_over, self._post, callback)


def _hand_over(post: Post, callback: Callable[[T], object], value: T) -> None:
    def run() -> None:
        callback(value)

    try:
        post(run)
    except Exception:
        logger.exception("`post` failed; the line goes on unseen")


async def _speak(line: Line, hear: Hear) -> Reply:
    try:
        async with line:
            async for piece in line:
                hear(piece)
    except asyncio.CancelledError:
        # Of a line that was heard in part, there is a reply.
        try:
            return line.reply
        except UsageError:
            pass
        raise
    return line.reply


async def _greet(engine: NPCEngine, npc: str, terms: Terms, hear: Hear) -> Reply:
    reply = await engine.greet(npc, **terms)
    for emote in reply.emotes:
        hear(Piece("emote", emote))
    hear(Piece("text", reply.text))
    return reply
