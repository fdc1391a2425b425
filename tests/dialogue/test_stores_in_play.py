"""A turn over a store that is slow, or fails: the character answers all the same."""

import asyncio

import pytest

from npcengine import NPCEngine, Reply, TurnEnded
from npcengine.conditions.condition import Condition
from npcengine.errors import NPCEngineError, StoreUnavailable
from npcengine.hooks import Event
from npcengine.messages import Origin
from npcengine.persona.model import Known
from npcengine.stores.inmemory import InMemoryStore
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import ScriptedBackend
from npcengine.turns import Turn
from tests.dialogue.stage import MIRA

AYLA = Origin("main", "mira", "ayla")


class Disk(InMemoryStore):
    """A store whose reading and writing a test lets fail, or hang."""

    def __init__(self) -> None:
        super().__init__()
        self.problem: StoreUnavailable | None = None
        self.may_read = asyncio.Event()
        self.may_write = asyncio.Event()
        self.may_read.set()
        self.may_write.set()
        self.may_forget = asyncio.Event()
        self.may_forget.set()
        self.closed = False

    async def read(self, origin: Origin) -> tuple[Turn, ...]:
        await self.may_read.wait()
        if self.problem is not None:
            raise self.problem
        return await super().read(origin)

    async def append(self, origin: Origin, turn: Turn) -> None:
        await self.may_write.wait()
        if self.problem is not None:
            raise self.problem
        await super().append(origin, turn)

    async def forget(self, player: str) -> int:
        await self.may_forget.wait()
        turns = await super().forget(player)
        if self.problem is not None:
            raise self.problem
        return turns

    async def aclose(self) -> None:
        self.closed = True


class Scene:
    """An engine over such a disk."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.backend = ScriptedBackend(("Aye.",), self.clock)
        self.disk = Disk()
        self.events: list[Event] = []
        self.engine = NPCEngine(
            personas=[MIRA],
            backends={"fast": self.backend},
            store=self.disk,
            hooks=[self.events.append],
            clock=self.clock,
        )

    def saying(self, line: str, *, strict: bool = False) -> asyncio.Task[Reply]:
        said = self.engine.say("mira", line, player="ayla", strict=strict)
        return asyncio.ensure_future(said)

    async def say(self, line: str, *, strict: bool = False) -> Reply:
        return await self.saying(line, strict=strict)

    @property
    def told(self) -> list[NPCEngineError | None]:
        """What the hooks were told went wrong, turn by turn."""
        return [event.error for event in self.events if isinstance(event, TurnEnded)]


@pytest.fixture
def scene() -> Scene:
    return Scene()


FULL = StoreUnavailable("oakvale.db", "the disk is full: free some space")


async def test_a_store_that_fails_is_told_and_the_character_answers(scene: Scene) -> None:
    scene.disk.problem = FULL
    reply = await scene.say("Hello.")
    assert (reply.text, reply.source) == ("Aye.", "model")
    assert scene.told == [FULL]


async def test_what_was_said_is_known_again_when_the_store_is_back(scene: Scene) -> None:
    await scene.say("Hello.")
    scene.disk.problem = FULL
    await scene.say("Are you there?")
    assert "Hello" not in "".join(m.content for m in scene.backend.requests[-1].tail)
    scene.disk.problem = None
    await scene.say("Farewell.")
    assert [m.content for m in scene.backend.requests[-1].tail][:2] == [
        "<speech>Hello.</speech>",
        "Aye.",
    ]


async def test_strict_raises_what_the_store_raises(scene: Scene) -> None:
    scene.disk.problem = FULL
    with pytest.raises(StoreUnavailable, match="free some space"):
        await scene.say("Hello.", strict=True)
    assert not scene.backend.requests


async def test_strict_raises_when_a_turn_cannot_be_kept(scene: Scene) -> None:
    scene.disk.may_write.clear()
    saying = scene.saying("Hello.", strict=True)
    await scene.clock.advance(0)
    scene.disk.problem = FULL
    scene.disk.may_write.set()
    with pytest.raises(StoreUnavailable, match="free some space"):
        await saying


async def test_who_interrupts_does_not_get_the_error_of_the_other(scene: Scene) -> None:
    first = scene.engine.stream("mira", "Hello.", player="ayla", strict=True)
    await anext(first)
    scene.disk.problem = FULL
    assert (await scene.say("Hey!")).text
    with pytest.raises(StoreUnavailable, match="free some space"):
        await anext(first)


async def test_a_character_does_not_wait_for_a_store_that_hangs(scene: Scene) -> None:
    scene.disk.may_read.clear()
    saying = scene.saying("Hello.")
    await scene.clock.advance(1.0)
    assert scene.backend.requests
    assert (await saying).source == "model"


async def test_a_store_that_hangs_on_writing_keeps_nobody_waiting(scene: Scene) -> None:
    scene.disk.may_write.clear()
    saying = scene.saying("Hello.")
    await scene.clock.advance(4.2)
    reply = await saying
    assert (reply.text, reply.source) == ("Aye.", "model")
    assert isinstance(scene.told[0], StoreUnavailable)


async def test_a_hanging_store_gives_way_to_who_interrupts(scene: Scene) -> None:
    scene.disk.may_read.clear()
    first = scene.saying("Hello.")
    await scene.clock.advance(0.1)
    second = scene.saying("Hey!")
    await scene.clock.advance(0.1)
    scene.disk.may_read.set()
    assert (await first).finish == "closed"
    assert (await second).text == "Aye."


async def test_what_is_forgotten_stays_so_when_the_store_fails_after_that(scene: Scene) -> None:
    await scene.say("Hello.")
    scene.disk.may_forget.clear()
    forgetting = asyncio.ensure_future(scene.engine.forget("ayla"))
    await scene.clock.advance(0)
    async with scene.engine.stream("mira", "Who am I?", player="ayla") as line:
        await anext(aiter(line))
        scene.disk.problem = FULL
        scene.disk.may_forget.set()
        with pytest.raises(StoreUnavailable, match="free some space"):
            await forgetting
        scene.disk.problem = None
        async for _ in line:
            pass
    assert await scene.disk.read(AYLA) == ()


async def test_the_store_is_closed_with_the_engine(scene: Scene) -> None:
    async with scene.engine:
        assert not scene.disk.closed
    assert scene.disk.closed


async def test_the_order_of_what_was_said_needs_no_calendar(scene: Scene) -> None:
    for day, line in enumerate(("one", "two", "three")):
        scene.clock.set_wall(1e9 - day * 86_400)
        await scene.say(line)
    assert [turn.player_line for turn in await scene.disk.read(AYLA)] == ["one", "two", "three"]


async def test_when_the_store_cannot_tell_nothing_opens_to_a_stranger() -> None:
    backend, disk = ScriptedBackend(("Aye.",)), Disk()
    hidden = Known(text="The pass is open.", when=Condition.parse("not met or turns < 3"))
    mira = MIRA.model_copy(update={"knowledge": (hidden,)})
    async with NPCEngine(personas=[mira], backends={"fast": backend}, store=disk) as engine:
        for disk.problem in (None, StoreUnavailable("the disk", "it is gone")):
            await engine.say("mira", "What of the pass?", player="ayla")
    first, second = (" ".join(each.content for each in one.messages) for one in backend.requests)
    assert hidden.text in first
    assert hidden.text not in second
