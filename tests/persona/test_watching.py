"""An engine that watches its personas: what is saved is so from the next line on."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from npcengine import ContentError, NPCEngine, Persona, UsageError
from npcengine.backend.cache import request_key
from npcengine.hooks import Event, PersonaKept, PersonaReloaded
from npcengine.prompt.budget import estimate_tokens
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import ScriptedBackend
from tests.persona.casting import CAST, MIRA, OAKVALE, SMITH, TOM, write


class Watched:
    """An engine over a folder, and what it tells of its personas."""

    def __init__(self, folder: Path) -> None:
        self.folder = write(folder)
        self.events: asyncio.Queue[PersonaReloaded | PersonaKept] = asyncio.Queue()
        self.backend = ScriptedBackend(("Aye.",), ManualClock())
        self.engine = NPCEngine(
            personas=folder, backends={"fast": self.backend}, hooks=[self._hear], watch=True
        )

    def _hear(self, event: Event) -> None:
        if isinstance(event, PersonaReloaded | PersonaKept):
            self.events.put_nowait(event)

    async def save(self, name: str, text: str) -> PersonaReloaded | PersonaKept:
        """Write a file, and return what the engine tells of it."""
        write(self.folder, {name: text})
        return await self.events.get()


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


async def test_a_character_is_as_its_file_says_from_its_next_line_on(watched: Watched) -> None:
    async with watched.engine as engine:
        await engine.say("mira", "Who are you?", player="ayla")
        told = await watched.save("mira.yaml", MIRA.replace("Oakvale", "Ashford"))
        await engine.say("mira", "Who are you?", player="bryn")

        assert told == PersonaReloaded("mira")
        before, after = watched.backend.requests
        assert "Oakvale" in before.messages[0].content
        assert "Ashford" in after.messages[0].content
        assert before.tail == after.tail
        assert request_key(before) != request_key(after)  # no old reply is used again


async def test_a_line_under_way_ends_as_it_began(watched: Watched) -> None:
    async with watched.engine as engine, engine.stream("mira", "Hm?", player="ayla") as line:
        await watched.save("mira.yaml", MIRA.replace("Oakvale", "Ashford"))
        async for _ in line:
            pass
        assert "Oakvale" in watched.backend.requests[0].messages[0].content


async def test_parents_and_lorebooks_are_watched_too(watched: Watched) -> None:
    async with watched.engine as engine:
        before = engine.cast.lore("mira", estimate_tokens)
        await watched.save("archetypes/smith.yaml", SMITH.replace("blacksmith", "goldsmith"))
        assert engine.cast["mira"].role == "goldsmith"
        assert engine.cast.lore("mira", estimate_tokens) is before

        await watched.save("lore/oakvale.yaml", OAKVALE.replace("burned", "stands"))
        assert engine.cast.lore("mira", estimate_tokens) is not before


async def test_who_does_not_load_stays_and_is_told_of(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    async with watched.engine as engine:
        told = await watched.save("mira.yaml", MIRA + "colour: red\n")
        assert isinstance(told, PersonaKept)
        assert isinstance(told.error, ContentError)
        assert (await engine.say("mira", "Hm?", player="ayla")).text == "Aye."
        assert "not read again: mira\n" in caplog.text
        assert "mira.yaml:7:1: NPC202 colour: there is no field 'colour' here" in caplog.text

        assert await watched.save("mira.yaml", CAST["mira.yaml"]) == PersonaReloaded("mira")


async def test_new_files_are_new_characters_beside_those_that_were_added(watched: Watched) -> None:
    async with watched.engine as engine:
        engine.add_persona("gate_guard", "Guards the gate.")
        assert await watched.save("wat.yaml", TOM.replace("tom", "wat")) == PersonaReloaded("wat")
        assert engine.cast.ids == ("mira", "tom", "gate_guard", "wat")

        (watched.folder / "tom.yaml").unlink()
        kept = await watched.events.get()
        assert kept == PersonaKept("tom", str(watched.folder / "tom.yaml"))
        assert "tom" in engine.cast


async def test_a_folder_that_comes_whole_is_seen(watched: Watched, tmp_path: Path) -> None:
    async with watched.engine as engine:
        parts = {"parts/old.yaml": "id: old\nabstract: true\nage: old\n"}
        beside = write(tmp_path.with_name("beside"), parts) / "parts"
        assert isinstance(await watched.save("mira.yaml", MIRA + "mixins: [old]\n"), PersonaKept)
        beside.rename(watched.folder / "parts")
        assert await watched.events.get() == PersonaReloaded("mira")
        assert engine.cast["mira"].age == "old"


async def test_what_changes_before_the_engine_is_open_is_seen(watched: Watched) -> None:
    write(watched.folder, {"tom.yaml": TOM + "role: guard\n"})
    async with watched.engine as engine:
        write(watched.folder, {"wat.yaml": TOM.replace("tom", "wat")})  # any change shows all
        told = {(await watched.events.get()).npc for _ in range(2)}
        assert told == {"tom", "wat"}
        assert engine.cast["tom"].role == "guard"


@pytest.mark.parametrize("personas", [(), [Persona(id="tom", name="Tom", description="A guard.")]])
def test_there_have_to_be_files_to_watch(personas: list[Persona]) -> None:
    with pytest.raises(UsageError, match="watch=True needs personas= as a path"):
        NPCEngine(personas=personas, watch=True)


def test_without_its_extra_the_remedy_is_told(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['watchfiles'] = None\n"
        "import npcengine\n"
        "print(npcengine.NPCEngine(personas=sys.argv[1]).cast)\n"
        "npcengine.NPCEngine(personas=sys.argv[1], watch=True)\n"
    )
    command = [sys.executable, "-c", code, str(write(tmp_path))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == "Cast(mira, tom)\n"
    assert "UsageError: watching is an extra: pip install 'npcengine[watch]'" in done.stderr
