"""`npcengine chat`: talk with a character."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Coroutine, Mapping
from dataclasses import replace

from npcengine.cli.counted import counted
from npcengine.cli.foreseen import foreseen
from npcengine.cli.keyboard import unechoed
from npcengine.cli.notes import Notes
from npcengine.cli.screen import Screen
from npcengine.cli.tally import Tally
from npcengine.cli.terms import (
    OFFLINE,
    PLAYER,
    Deadline,
    Locale,
    Npc,
    Personas,
    Place,
    Player,
    Store,
    Time,
    cast_of,
    engine_of,
    is_offline,
    opened_store,
    terms_of,
)
from npcengine.cli.told import Facts, shown, told, told_in
from npcengine.cli.visible import visible
from npcengine.dialogue.terms import REALM, Terms
from npcengine.engine import NPCEngine
from npcengine.errors import NPCEngineError, UsageError
from npcengine.messages import Origin
from npcengine.persona.cast import Cast
from npcengine.persona.model import Persona
from npcengine.prompt.speech import printable
from npcengine.spelling import nearest
from npcengine.stores.base import MAX_ID, ConversationStore
from npcengine.turns import Fact

with contextlib.suppress(ImportError):  # Windows has none, and edits lines by itself
    import readline  # noqa: F401 - gives `input` its arrow keys and its history

HELP = {
    "/as NAME": "speak as another player",
    "/prompt [LINE]": "show the prompt that your next line would be sent in",
    "/fact NAME VALUE": "tell something that your game would tell, as /fact trust 60",
    "/cost": "show what this talk has cost so far",
    "/reset": "let every character forget what you said",
    "/help": "show this",
    "/quit": "leave, as Ctrl-D does; Ctrl-C interrupts a reply",
}
_COMMANDS = [usage.partition(" ")[0] for usage in HELP]


def chat(
    npc: Npc,
    personas: Personas = None,
    player: Player = PLAYER,
    place: Place = "",
    time: Time = "",
    facts: Facts = None,
    locale: Locale = None,
    deadline: Deadline = None,
    store: Store = None,
) -> None:
    """Talk with a character. /help, typed as a line, says what else you can type."""
    notes, cast = Notes(), cast_of(personas)
    persona = cast[npc].in_locale(locale or "")
    terms = terms_of(player, place, time, told_in(facts), locale, deadline)
    kept = opened_store(store, Screen())
    engine = engine_of(cast, kept)
    with asyncio.Runner() as runner:
        runner.run(engine.__aenter__())
        try:
            Talk(engine, kept, cast, persona, terms, runner, notes).run()
        finally:
            runner.run(engine.aclose())


class Talk:
    """One conversation at the keyboard.

    The event loop runs only while the character has the word, so that lines are read in the
    main thread, where the line editor works and Ctrl-C is understood.
    """

    def __init__(
        self,
        engine: NPCEngine,
        store: ConversationStore,
        cast: Cast,
        persona: Persona,
        terms: Terms,
        runner: asyncio.Runner,
        notes: Notes,
    ) -> None:
        self._engine = engine
        self._store = store
        self._cast = cast
        self._persona = persona
        self._terms = terms
        self._runner = runner
        self._notes = notes
        self._screen = Screen()
        self._tally = Tally()

    def run(self) -> None:
        """Let the character greet, then answer line by line until the player leaves."""
        if is_offline(self._engine):
            self._notes.take()
            self._screen.warn(OFFLINE)
        self._screen.remark("/help says what else can be typed; Ctrl-D leaves.")
        self._screen.gap()
        self._hear(self._greeting())
        while (typed := self._typed()) not in (None, "/quit"):
            if typed:
                self._respond(typed)
        self._screen.remark("Farewell.")

    def _typed(self) -> str | None:
        prompt = f"{visible(self._terms['player'])}> "
        try:
            typed = input(prompt if self._screen.decorated and sys.stdin.isatty() else "")
        except (EOFError, KeyboardInterrupt):
            self._screen.gap()
            return None
        except UnicodeDecodeError:
            self._screen.complain("that line is not UTF-8 text: type it again")
            return ""
        return typed.strip()

    def _respond(self, typed: str) -> None:
        """Answer a line or a command. Whatever is wrong with it, the talk goes on."""
        try:
            if typed.startswith("/"):
                self._obey(*typed.split(maxsplit=1))
            else:
                self._hear(self._answer(typed))
        except NPCEngineError as error:
            self._screen.complain(str(error))

    def _hear(self, words: Coroutine[None, None, None]) -> None:
        try:
            with unechoed():
                self._runner.run(words)
        except KeyboardInterrupt:
            self._screen.remark("interrupted", indent=2)
        for note in self._notes.take():
            self._screen.warn(note, indent=2)
        self._screen.gap()

    async def _greeting(self) -> None:
        greeting = self._engine.greet(self._persona.id, **self._terms)
        self._tally.add(await self._screen.tell(self._persona.name, greeting))

    async def _answer(self, typed: str) -> None:
        line = self._engine.stream(self._persona.id, typed, **self._terms)
        try:
            async with line:
                await self._screen.speak(self._persona.name, line)
        finally:
            with contextlib.suppress(UsageError):  # interrupted before anything was heard
                self._tally.add(line.reply)

    def _obey(self, command: str, rest: str = "") -> None:
        if command == "/as":
            self._speak_as(printable(rest))
        elif command == "/prompt":
            self._runner.run(self._show_prompt(rest or "…"))
        elif command == "/fact":
            self._tell(told(rest))
        elif command == "/cost":
            for line in self._tally.lines():
                self._screen.write(line)
        elif command == "/reset":
            turns = self._runner.run(self._engine.forget(self._terms["player"]))
            self._screen.write(f"Forgotten: {counted(turns, 'turn')}.")
        elif command == "/help":
            for usage, meaning in HELP.items():
                self._screen.write(f"{usage:<17} {meaning}")
        else:
            near = nearest(command, _COMMANDS)
            hint = f"did you mean {near}? " if near else ""
            self._screen.complain(f"there is no command {command:.40}: {hint}/help lists them all")

    def _tell(self, facts: Mapping[str, Fact]) -> None:
        scene = self._terms["scene"]
        self._terms["scene"] = replace(scene, facts={**scene.facts, **facts})
        for name, value in facts.items():
            self._screen.write(f"Told: {name} is {shown(value)}.")

    def _speak_as(self, name: str) -> None:
        if not 0 < len(name) <= MAX_ID:
            raise UsageError(f"say who speaks, in at most {MAX_ID} characters: /as NAME")
        self._terms["player"] = name

    async def _show_prompt(self, line: str) -> None:
        turns = await self._store.read(Origin(REALM, self._persona.id, self._terms["player"]))
        for section in foreseen(self._cast, self._persona.id, line, self._terms, turns).sections():
            kind = "static" if section.static else "changes"
            self._screen.write(f"{section.name} · {section.tokens} tokens · {kind}", "bold")
            self._screen.write(f"{section.text}\n")
